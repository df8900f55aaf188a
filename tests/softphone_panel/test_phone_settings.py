"""Where the built-in phone registers and with which password; how loud a stream is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calls.errors import ConfigError
from softphone_panel.phone.levels import LevelMeter
from softphone_panel.phone.settings import local_address_towards, phone_settings
from tests.support.heard import tone


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Of a `thirdring pbx up`."""
    (tmp_path / "pbx").mkdir()
    (tmp_path / "pbx" / "secrets.json").write_text('{"801": "kept", "ami": "x"}', "utf-8")
    running = {"options": {"bind": "127.0.0.1", "sip_port": 5199}}
    (tmp_path / "pbx" / "pbx.json").write_text(json.dumps(running), "utf-8")
    return tmp_path


def test_on_the_machine_of_asterisk_the_state_folder_knows_all(state: Path) -> None:
    settings = phone_settings("801", state=state, environment={})

    assert (settings.domain, settings.password) == ("127.0.0.1:5199", "kept")
    assert settings.audio == "alsa,default"


def test_elsewhere_the_command_line_and_the_environment_do() -> None:
    settings = phone_settings(
        "801", exchange="pbx.house:5060", environment={"THIRDRING_SIP_PASSWORD": "told"}
    )

    assert (settings.host, settings.port, settings.password) == ("pbx.house", 5060, "told")


def test_the_environment_goes_before_the_state_folder(state: Path) -> None:
    told = {"THIRDRING_SIP_PASSWORD": "told"}

    settings = phone_settings("801", state=state, environment=told)

    assert (settings.number, settings.password) == ("801", "told")


def test_a_password_is_in_no_picture_of_the_settings(state: Path) -> None:
    assert "kept" not in repr(phone_settings("801", state=state, environment={}))


@pytest.mark.parametrize(
    ("number", "exchange", "told"),
    [
        ("80 1", "", "--agent 801"),
        ("801", "nowhere", "HOST:PORT"),
        ("801", "host:0", "HOST:PORT"),
        ("801", "host:99999", "HOST:PORT"),
        ("809", "", "THIRDRING_SIP_PASSWORD"),
    ],
)
def test_what_is_missing_is_said_with_what_to_write(
    state: Path, number: str, exchange: str, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        phone_settings(number, exchange=exchange, state=state, environment={})


def test_without_anything_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="thirdring pbx up"):
        phone_settings("801", state=tmp_path, environment={})
    with pytest.raises(ConfigError, match="THIRDRING_SIP_PASSWORD"):
        phone_settings("801", exchange="host:5060", environment={})
    with pytest.raises(ConfigError, match="THIRDRING_SIP_PASSWORD"):
        phone_settings("801", exchange="host:5060", state=tmp_path, environment={})


def test_our_own_address_is_the_one_towards_the_exchange() -> None:
    assert local_address_towards("127.0.0.1") == "127.0.0.1"
    with pytest.raises(ConfigError, match="no way there"):
        local_address_towards("no.such.host.invalid")


@pytest.mark.parametrize("dbov", [-3.0, -20.0, -50.0])
def test_a_tone_is_as_loud_as_it_is(dbov: float) -> None:
    meter = LevelMeter()
    for at in range(0, 400, 20):
        meter.take(tone(420, dbov=dbov)[at * 8 : at * 8 + 160].tobytes())

    assert meter.dbov == pytest.approx(dbov, abs=0.2)


def test_silence_is_as_low_as_can_be_and_nothing_is_nothing() -> None:
    meter = LevelMeter()
    assert meter.dbov is None
    meter.take(np.zeros(800, np.int16).tobytes())
    assert meter.dbov == -96.0
    meter.clear()
    assert meter.dbov is None


def test_only_the_last_hundred_milliseconds_count() -> None:
    meter = LevelMeter()
    meter.take(tone(500, dbov=-3.0).tobytes())
    meter.take(np.zeros(800, np.int16).tobytes())

    assert meter.dbov == -96.0
