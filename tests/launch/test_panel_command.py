"""`thirdring panel` and `thirdring demo` before any screen opens."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calls.errors import ConfigError
from launch.commands import demo, panel
from launch.commands.panel import is_served


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
