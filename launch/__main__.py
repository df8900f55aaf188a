"""`thirdring`: the command line. Exit codes: 1 failed, 2 usage."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable
from functools import cache
from typing import NoReturn

import typer

import launch.commands
from calls.errors import CallCenterError
from launch.telling.help.commands import WholeProgram, helped

app = typer.Typer(
    name="thirdring",
    cls=WholeProgram,
    help="Call-center toolkit for Asterisk: answered by the third ring.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@cache
def build() -> typer.Typer:
    """The app, every module of `launch.commands` registered in name order."""
    return add(app, modules())


def modules() -> list[str]:
    """The modules of `launch.commands`, in order."""
    return sorted(found.name for found in pkgutil.iter_modules(launch.commands.__path__))


def modules_of(word: str) -> list[str]:
    """Those that a line beginning with this word needs, `ledger_shipping` for `ledger` too.

    All of them if it is no command: what is then shown names every one.
    """
    return [name for name in modules() if name.partition("_")[0] == word] or modules()


def main() -> None:
    """Run the command line; a known error is one clear message on stderr, exit 1."""
    # A person waits: what the other commands import takes longer than most of them do.
    add(app, modules_of(sys.argv[1] if len(sys.argv) > 1 else ""))
    try:
        app()
    except (CallCenterError, OSError) as error:
        _leave(error)
    except BaseExceptionGroup as group:
        # Of several tasks one met it, or each the same: a full disk for instance.
        known, others = group.split((CallCenterError, OSError))
        if known is None or others is not None:
            raise
        _leave(_first(known))


def add(whole: typer.Typer, names: Iterable[str]) -> typer.Typer:
    """Register these modules of `launch.commands`; the same app."""
    whole.callback()(_nothing)
    for name in names:
        importlib.import_module(f"launch.commands.{name}").register(whole)
    helped(whole)
    return whole


def _nothing() -> None:
    # Without one, typer takes a command that is alone for the whole program.
    pass


def _leave(error: Exception) -> NoReturn:
    from launch.telling.refusing import language_typed, refused, refused_by

    language = language_typed()
    told = refused_by(error, language)
    if isinstance(error, OSError):
        where = error.filename or "the system"
        told = refused(f"{where}: {error.strerror}; check the path and --state", language)
    sys.stderr.write(f"thirdring: {told}\n")
    raise SystemExit(1) from None


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    one = group.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one


if __name__ == "__main__":
    main()
