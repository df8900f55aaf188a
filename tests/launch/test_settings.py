"""Settings have defaults that work; a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.errors import ConfigError
from launch.settings.site import Settings, load_settings


def test_without_a_file_everything_has_a_default() -> None:
    settings = load_settings(None)

    assert settings == Settings()
    assert (settings.agi.port, settings.agi.host) == (4573, "127.0.0.1")


def test_a_file_goes_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[agi]\nport = 5000\n[house]\nagent_no = "7"\n', encoding="utf-8")

    settings = load_settings(file)

    assert settings.agi.port == 5000
    assert settings.house.all_variables()["agent_no"] == "7"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[agi]\nprot = 1", "agi.prot"),
        ("[agi]\nport = 70000", "agi.port"),
        ("[agi]\nport = 'x'", "agi.port"),
        ("[house]\nlanguage = 'de'", "house.language"),
        ("[house]\ncompany = {en = 'X'}", "zh-Hans, zh-Hant"),
        ("[agi", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_settings(file)

    assert named in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.toml: cannot be read"):
        load_settings(tmp_path / "nowhere.toml")


def test_a_destination_may_have_a_title_in_each_language(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text(
        '[destinations]\nduty = "PJSIP/803"\n'
        'technician = {dial = "PJSIP/804", zh = "技术员", en = "Technician"}\n',
        encoding="utf-8",
    )

    found = load_settings(config).destinations

    assert [(name, one.dial, one.zh) for name, one in found.items()] == [
        ("duty", "PJSIP/803", ""),
        ("technician", "PJSIP/804", "技术员"),
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('scrpts = "x"', "scrpts: there is no such setting; did you mean scripts?"),
        ("[agi]\nprt = 1", "agi.prt: there is no such setting; did you mean port?"),
        ("[nothing_like_it]\nx = 1", "nothing_like_it: there is no such setting\n"),
        ('[agi]\nport = "abc"', "agi.port: write a whole number\n"),
        ("[ears]\nport = 99999", "ears.port: write 65535 or less\n"),
        ('[desk]\non = "maybe"', "desk.on: write true or false\n"),
        ('[retention]\nat = "25:00"', "retention.at: write it as 03:30\n"),
        ("[fetch.orders]", "fetch.orders.url: is missing\n"),
        ('[agents.x]\nname = "a"', "agents.x: does not have the form ^[0-9]{2,8}$\n"),
        ('[house]\ntimezone = "Mars"', "house.timezone: Mars is no time zone"),
        ("[agi]\nprocs = 2", "site.toml: the desk coaches the calls of one process"),
        ('log_level = "loud"', "log_level: write one of 'debug', 'info', 'warning' or 'error'\n"),
    ],
)
def test_what_is_wrong_with_a_setting_is_told_with_what_to_write(
    written: str, told: str, tmp_path: Path
) -> None:
    config = tmp_path / "site.toml"
    config.write_text(written + "\n", encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load_settings(config)

    assert told in str(refused.value)
