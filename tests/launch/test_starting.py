"""What `thirdring WORD` imports before it begins: the command that was typed, not all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from launch.__main__ import add, app, modules, modules_of

SEEN = """
import sys
from launch.__main__ import main
sys.argv = ["thirdring", *sys.argv[1:]]
try:
    main()
finally:
    print(*(name for name in sys.modules if name.startswith("ROOM.")))
"""


def imported_by(*words: str, room: str = "launch.commands") -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SEEN.replace("ROOM", room), *words],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return {name.rpartition(".")[2] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("module", modules())
def test_a_command_is_in_the_modules_that_have_its_name(module: str) -> None:
    whole = add(typer.Typer(), modules_of(module.partition("_")[0]))

    commands = [
        one.name or getattr(one.callback, "__name__", "") for one in whole.registered_commands
    ]
    groups = [one.name for one in whole.registered_groups]
    assert [*commands, *groups] == [module.partition("_")[0]]


def test_a_command_comes_without_the_others() -> None:
    assert imported_by("ledger", "--help") == {"ledger", "ledger_shipping"}


def test_what_helps_comes_when_it_is_needed() -> None:
    always = {"commands", "exchanging"}
    assert imported_by("schema", "lines", room="launch.telling.help") == always
    assert "catalogue" in imported_by("schema", "--help", room="launch.telling.help")


def test_without_a_command_or_with_one_that_is_none_all_are_there() -> None:
    assert imported_by("--help") == imported_by("nonsense") == set(modules())


def test_a_command_that_is_alone_keeps_its_name() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "launch", "check", "--help"], capture_output=True, text=True
    )

    assert " check [OPTIONS] [SCRIPTS]" in done.stdout
    assert app.info.help
