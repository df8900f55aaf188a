"""asterisk-conf/ with an instance's values: every mark filled, passwords kept."""

from __future__ import annotations

import configparser
import re
from dataclasses import replace
from pathlib import Path

import pytest

from calls.errors import PbxError
from launch.pbx.options import PbxOptions, parse_range
from launch.pbx.render import SOURCE, fill, passwords, render


@pytest.fixture
def options(tmp_path: Path) -> PbxOptions:
    """Options of an instance whose folders are there."""
    for name in ("etc", "sounds", "moh", "waiting", "site"):
        (tmp_path / "pbx" / name).mkdir(parents=True)
    servers = ("10.0.0.1:1", "10.0.0.2:2")
    word = "s-1"
    return PbxOptions(state=tmp_path, sip_port=5999, agi=servers, secret=word, lease_s=7)


def test_every_mark_is_filled_and_what_was_asked_for_is_there(options: PbxOptions) -> None:
    render(options)
    etc = options.folder / "etc"
    dialplan = (etc / "extensions.conf").read_text(encoding="utf-8")

    assert {path.name for path in etc.iterdir()} == {path.name for path in SOURCE.glob("*.conf")}
    assert not any("@@" in path.read_text(encoding="utf-8") for path in etc.iterdir())
    assert "CC_AGI1=10.0.0.1:1\nCC_AGI2=10.0.0.2:2\nCC_SERVERS=2\nCC_LEASE=7\nCC_SECRET=s-1" in (
        dialplan
    )
    assert "bind = 127.0.0.1:5999" in (etc / "pjsip.conf").read_text(encoding="utf-8")


def test_the_same_options_give_the_same_digest_and_others_another(options: PbxOptions) -> None:
    first = render(options)

    assert render(options) == first
    (options.folder / "site/extensions.conf").write_text("[cc-in](+)\n", encoding="utf-8")
    assert render(options) != first


def test_passwords_are_made_once(options: PbxOptions) -> None:
    first = passwords(options.folder, options.agents)

    assert passwords(options.folder, options.agents) == first
    assert all(len(word) >= 20 for word in first.values())


def test_an_unknown_mark_names_the_file(tmp_path: Path) -> None:
    template = tmp_path / "rtp.conf"
    template.write_text("rtpstart = @@RTP_FRIST@@\n", encoding="utf-8")

    with pytest.raises(
        PbxError, match=r"rtp\.conf: @@RTP_FRIST@@ is unknown; use one of RTP_FIRST"
    ):
        fill(template, {"RTP_FIRST": "1"})


@pytest.mark.parametrize(
    "bad", ["/x;y", "/x,y", "/x\ny", "/x${y}", "/x[y]", "/" + "x" * 120, "rel"]
)
def test_a_state_folder_asterisk_cannot_have_is_refused(bad: str) -> None:
    with pytest.raises(PbxError, match="--state"):
        PbxOptions(state=Path(bad))


def test_the_range_of_rtp_is_two_ports() -> None:
    assert parse_range("20000-20400") == (20000, 20400)
    with pytest.raises(PbxError, match="write FIRST-LAST"):
        parse_range("20000 to 20400")


def test_the_manager_account_has_no_right_to_harm() -> None:
    text = (SOURCE / "manager.conf").read_text(encoding="utf-8")
    account = text.split("[thirdring]")[1]
    rights = {
        right.strip()
        for line in re.findall(r"^(?:read|write) = (.*)$", account, re.MULTILINE)
        for right in line.split(",")
    }

    # `originate` without `system`: no application that runs a program or writes a file.
    assert rights == {"call", "agent", "user", "originate"}


def test_a_caller_cannot_guess_how_asterisk_signs_its_events(options: PbxOptions) -> None:
    render(options)
    config = (options.folder / "etc/asterisk.conf").read_text(encoding="utf-8")
    found = re.search(r"^systemname = tr5999-([0-9a-f]{12})$", config, re.MULTILINE)
    assert found
    (options.folder / "secrets.json").unlink()
    render(options)

    assert found[1] not in (options.folder / "etc/asterisk.conf").read_text(encoding="utf-8")


def test_no_event_is_filtered_by_a_text_that_a_caller_can_have_for_a_name() -> None:
    text = (SOURCE / "manager.conf").read_text(encoding="utf-8")
    filters = re.findall(r"^eventfilter(.*)$", text, re.MULTILINE)

    assert filters
    for one in filters:
        assert re.fullmatch(r"\(action\(exclude\),name\(\w+\)\) =", one)


def test_modules_are_loaded_by_name_only() -> None:
    parser = configparser.ConfigParser(strict=False, inline_comment_prefixes=(";",))
    parser.read_string((SOURCE / "modules.conf").read_text(encoding="utf-8"))
    loaded = re.findall(
        r"^(?:load|require) = (\S+)\.so$",
        (SOURCE / "modules.conf").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert parser["modules"]["autoload"] == "no"
    assert len(loaded) == len(set(loaded))
    assert {"app_system", "func_shell", "chan_iax2", "res_ari", "pbx_dundi"}.isdisjoint(loaded)


def test_an_agent_on_a_nailed_up_line_is_called_there_and_the_others_as_ever(
    options: PbxOptions,
) -> None:
    plain = render(options)
    etc = options.folder / "etc"
    before = (etc / "queues.conf").read_text(encoding="utf-8")
    more = replace(options, nailed_up=frozenset({"802"}))
    assert render(more) != plain
    queues = (etc / "queues.conf").read_text(encoding="utf-8")

    line = "member => Local/802@cc-nailed/nm,0,802,Agent:802"
    assert queues == before.replace("member => PJSIP/802,0,802", line)
    assert "\n[802](cc-nailed)\n" in (etc / "agents.conf").read_text(encoding="utf-8")
    dialplan = (etc / "extensions.conf").read_text(encoding="utf-8")
    assert "\nCC_PHONE_802=Local/802@cc-nailed/nm\n" in dialplan
    assert options.as_json() == more.as_json()
    with pytest.raises(PbxError, match=r"agents\.809: a nailed-up line needs an agent"):
        replace(options, nailed_up=frozenset({"809"}))


def test_destinations_become_globals_that_a_reload_takes_over(options: PbxOptions) -> None:
    more = replace(options, destinations={"technician": "PJSIP/803", "boss": "PJSIP/1&PJSIP/2"})
    first, second = render(options), render(more)
    dialplan = (options.folder / "etc" / "extensions.conf").read_text(encoding="utf-8")

    assert "CC_TO_boss=PJSIP/1&PJSIP/2\nCC_TO_technician=PJSIP/803\n" in dialplan
    assert first != second
    assert options.as_json() == more.as_json()


@pytest.mark.parametrize(
    ("name", "dial"),
    [
        ("Tech", "PJSIP/1"),
        ("a-b", "PJSIP/1"),
        ("tech", ""),
        ("tech", "801"),
        ("tech", "PJSIP/1,30,x"),
        ("tech", "PJSIP/${X}"),
        ("tech", "PJSIP/1\n[other]"),
        ("tech", "PJSIP/1;comment"),
    ],
)
def test_what_is_no_destination_is_refused(tmp_path: Path, name: str, dial: str) -> None:
    with pytest.raises(PbxError, match=rf"destinations.{name}"):
        PbxOptions(state=tmp_path, destinations={name: dial})


def test_an_agents_phone_rings_as_long_as_the_settings_say(options: PbxOptions) -> None:
    first = render(options)
    etc = options.folder / "etc" / "queues.conf"
    assert "timeout = 15\n" in etc.read_text(encoding="utf-8")

    other = replace(options, ring_s=18)

    assert render(other) != first
    assert "timeout = 18\n" in etc.read_text(encoding="utf-8")
    assert other.as_json() == options.as_json()
    with pytest.raises(PbxError, match="1 to 400 s"):
        replace(options, ring_s=0)
