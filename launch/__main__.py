"""`thirdring`: the command line. Exit codes: 1 failed, 2 usage."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache

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
    except CallCenterError as error:
        sys.stderr.write(f"thirdring: {error}\n")
        raise SystemExit(1) from None
    except OSError as error:
        where = error.filename or "the system"
        sys.stderr.write(f"thirdring: {where}: {error.strerror}; check the path and --state\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
