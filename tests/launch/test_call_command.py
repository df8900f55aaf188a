"""`thirdring call`: what a person sees."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from callers.loader import names
from calls.errors import PersonaError
from launch.commands import call


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    call.register(app)
    return app


def test_the_personas_are_listed_with_their_titles(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    shown = CliRunner().invoke(app, ["--list"])
    listed = CliRunner().invoke(app, ["--list", "--json"])

    assert shown.exit_code == listed.exit_code == 0
    assert "silent-then-speaks" in shown.output
    assert "Silent at first, then speaks" in shown.output
    assert [one["persona"] for one in json.loads(listed.output)] == names()


def test_titles_are_chinese_where_the_terminal_is(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    assert "先不说话，再开口" in CliRunner().invoke(app, ["--list"]).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["politee"], 'there is no persona "politee"; did you mean "polite"?'),
        (["silent", "--to", "10 00"], "--to '10 00': write a telephone number"),
        (["silent", "--via", "nowhere"], "--via nowhere: write HOST:PORT"),
        (["silent", "--fastagi"], "no server runs on"),
    ],
)
def test_mistakes_say_what_to_write(
    app: typer.Typer, arguments: list[str], told: str, tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, [*arguments, "--state", str(tmp_path)])

    assert isinstance(result.exception, PersonaError)
    assert told in str(result.exception)


def test_a_call_without_a_persona_lists_them_and_is_a_usage_error(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, [])

    assert result.exit_code == 2
    assert "polite" in result.output


def test_a_call_is_told_as_it_happens_and_fails_with_the_fallback(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "serve.json").write_text('{"agi": ["127.0.0.1", 1]}', encoding="utf-8")

    result = CliRunner().invoke(app, ["silent", "--fastagi", "--state", str(tmp_path)])
    quiet = CliRunner().invoke(app, ["silent", "--fastagi", "--json", "--state", str(tmp_path)])

    assert result.exit_code == quiet.exit_code == 1
    assert "the fallback took over" in result.output
    assert "no FastAGI server at 127.0.0.1:1" in result.output
    told = json.loads(quiet.output)
    assert told["fell_back"] is True
    assert [moment["what"] for moment in told["moments"]] == ["ringing", "fallback", "hung_up"]


def test_without_an_asterisk_it_is_said_at_once(app: typer.Typer, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]

    result = CliRunner().invoke(
        app, ["silent", "--via", f"127.0.0.1:{port}", "--state", str(tmp_path)]
    )

    assert isinstance(result.exception, PersonaError)
    assert f"no Asterisk answers at 127.0.0.1:{port}" in str(result.exception)
    assert "thirdring pbx up" in str(result.exception)


def test_whoever_listens_without_a_word_is_called() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))

        call._demand_listener(f"127.0.0.1:{silent.getsockname()[1]}")

        silent.settimeout(5)
        assert silent.recv(100) == b"\r\n\r\n", "a keep-alive, which SIP lets pass"
