"""`thirdring panel` and `thirdring demo` before any screen opens."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from textual.geometry import Size
from typer.testing import CliRunner

from calls.errors import ConfigError
from launch.agent_panel import Seat, make_panel, own_keys
from launch.commands import demo, panel
from launch.commands.panel import is_served
from softphone_panel.agent.actions import BY_ID
from softphone_panel.agent.keymap import DEFAULT
from softphone_panel.agent.prefs import prefs_path


def app_of(module: object) -> typer.Typer:
    app = typer.Typer()
    module.register(app)  # type: ignore[attr-defined]
    return app


def announce(state: Path, pid: object) -> None:
    (state / "serve.json").write_text(json.dumps({"pid": pid}), encoding="utf-8")


def a_dead_pid() -> int:
    gone = subprocess.Popen(["true"])
    gone.wait()
    return gone.pid


def test_a_panel_without_a_screen_says_which_there_is() -> None:
    outcome = CliRunner().invoke(app_of(panel), [])

    assert isinstance(outcome.exception, ConfigError)
    assert "--watch" in str(outcome.exception)
    assert "--agent" in str(outcome.exception)


@pytest.mark.parametrize(("module", "arguments"), [(panel, ["--watch"]), (demo, [])])
def test_a_language_the_screen_lacks_is_refused(
    module: object, arguments: list[str], tmp_path: Path
) -> None:
    outcome = CliRunner().invoke(
        app_of(module), [*arguments, "--state", str(tmp_path), "--lang", "fr"]
    )

    assert isinstance(outcome.exception, ConfigError)
    assert "zh, en" in str(outcome.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_floor_goes_by_the_houses_clock(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[house]\ntimezone = "Pacific/Auckland"\n', encoding="utf-8")

    screen = panel.watch_screen(tmp_path, config=site)

    # 11:30 UTC is half past midnight of the next day there.
    evening, night = (datetime(2026, 11, 22, hour, 30, tzinfo=UTC) for hour in (9, 11))
    screen.model.count_past(evening, 1, "served")
    assert screen.model.totals(evening).offered == 1
    assert screen.model.totals(night).offered == 0


def test_a_server_is_known_by_its_living_process(tmp_path: Path) -> None:
    assert not is_served(tmp_path)

    announce(tmp_path, os.getpid())
    assert is_served(tmp_path)

    announce(tmp_path, a_dead_pid())
    assert not is_served(tmp_path)


@pytest.mark.parametrize("pid", ["12", None, [], -0.5])
def test_a_damaged_note_of_a_server_is_no_server(tmp_path: Path, pid: object) -> None:
    announce(tmp_path, pid)

    assert not is_served(tmp_path)


def test_a_note_cut_short_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "serve.json").write_text('{"pid": 1', encoding="utf-8")

    assert not is_served(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--agent", "8o1"], "such as 801"),
        (["--agent", "801", "--lang", "fr"], "zh, en"),
        (["--agent", "801", "--desk", "nowhere"], "HOST:PORT"),
        (["--agent", "801", "--keys", "missing.toml"], "no such file"),
    ],
)
def test_an_agents_panel_that_cannot_open_says_what_to_write(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    outcome = CliRunner().invoke(app_of(panel), [*arguments, "--state", str(tmp_path)])

    assert isinstance(outcome.exception, ConfigError)
    assert told in str(outcome.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_file_of_ones_own_keys_is_told_on_the_panel_and_the_usual_keys_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = prefs_path()
    usual.parent.mkdir()
    usual.write_text('[keys]\nholt = "j"\n', encoding="utf-8")
    keymap, wrong = own_keys(None, usual)

    assert keymap is DEFAULT
    assert f"{usual}: keys.holt: no such action; did you mean hold?" in wrong


@pytest.mark.parametrize(
    ("lang", "told"),
    [("zh", "没有声音设备：`arecord -L`"), ("en", "no sound device: `arecord -L`")],
)
def test_a_panel_without_its_sound_device_says_what_to_do(
    lang: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    app = make_panel(Seat(agent="801", state=tmp_path), lang=lang, problem="no_audio")

    notice = app.now.scene(typing=False, question="", size=Size(80, 24)).notice
    assert notice is not None
    assert notice.text.startswith(told)
    assert "--phone alsa," in notice.text
    # It is one row, in a terminal of 80 columns as well, when an answer was not done for it.
    whole = app.now.texts("notice.failed", what=getattr(BY_ID["answer"], lang), why=notice.text)
    assert cell_len(whole) <= 80


def test_the_panel_takes_language_and_colours_that_were_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = prefs_path()
    usual.parent.mkdir()
    usual.write_text('language = "en"\ntheme = "nord"\n', encoding="utf-8")
    app = make_panel(Seat(agent="801", state=tmp_path))

    assert app.now.texts.language == "en"
    assert make_panel(Seat(agent="801", state=tmp_path), lang="zh").now.texts.language == "zh"
