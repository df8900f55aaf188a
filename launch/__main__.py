"""`thirdring`: the command line. Exit codes: 1 failed, 2 usage."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from typing import NoReturn

import typer

import launch.commands
from calls.errors import CallCenterError

app = typer.Typer(
    name="thirdring",
    help="Call-center toolkit for Asterisk: answered by the third ring.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@cache
def build() -> typer.Typer:
    """The app, every module of `launch.commands` registered in name order."""
    for found in sorted(pkgutil.iter_modules(launch.commands.__path__), key=lambda m: m.name):
        importlib.import_module(f"launch.commands.{found.name}").register(app)
    return app


def main() -> None:
    """Run the command line; a known error is one clear message on stderr, exit 1."""
    try:
        build()()
    except (CallCenterError, OSError) as error:
        _leave(error)
    except BaseExceptionGroup as group:
        # Of several tasks one met it, or each the same: a full disk for instance.
        known, others = group.split((CallCenterError, OSError))
        if known is None or others is not None:
            raise
        _leave(_first(known))


def _leave(error: Exception) -> NoReturn:
    text = str(error)
    if isinstance(error, OSError):
        where = error.filename or "the system"
        text = f"{where}: {error.strerror}; check the path and --state"
    sys.stderr.write(f"thirdring: {text}\n")
    raise SystemExit(1) from None


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    one = group.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one


if __name__ == "__main__":
    main()
