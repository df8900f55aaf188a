"""Commands that show their help, and what they refuse to read, in the terminal's language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import Abort, TyperException

from launch.telling.help.exchanging import exchanged

# What help needs is imported when it is shown: most commands are typed right.


class HelpedCommand(TyperCommand):
    """A command whose help is told in the terminal's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with _shown(self, ctx):
            super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)


class HelpedGroup(TyperGroup):
    """A group of commands, as `HelpedCommand`."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with _shown(self, ctx):
            super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)


class WholeProgram(HelpedGroup):
    """All commands: what any of them cannot read is told in the terminal's language."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # typer shows an error after the two below have ended, with what then stands around it.
        with ExitStack() as self._around:
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with self._told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with self._told(), _asked():
            return super().invoke(ctx)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (TyperException, Abort) as error:
            from launch.telling.help.frame import framed
            from launch.telling.help.usage import in_words
            from launch.telling.refusing import language_typed

            language = language_typed()
            self._around.enter_context(framed(language))
            if isinstance(error, Abort):
                raise
            raise in_words(error, language) from None


def helped(whole: typer.Typer) -> None:
    """Let `whole` and all that is registered in it tell their help so."""
    for command in whole.registered_commands:
        command.cls = HelpedCommand
    for group in whole.registered_groups:
        group.cls = HelpedGroup
        if group.typer_instance is not None:
            helped(group.typer_instance)


@contextmanager
def _shown(command: Any, ctx: Any) -> Iterator[None]:
    from launch.telling.help.showing import shown
    from launch.telling.refusing import language_typed

    with shown(command, ctx, language_typed()):
        yield


@contextmanager
def _asked() -> Iterator[None]:
    """Inside, an answer that a question does not take is refused in the terminal's language."""
    from typer._click import termui

    plain = typer.echo

    def told(message: Any = None, *args: Any, **kwargs: Any) -> None:
        if isinstance(message, str) and message.startswith("Error: "):
            from launch.telling.help.usage import ASKED
            from launch.telling.refusing import language_typed

            if language_typed() == "zh":
                message = ASKED.get(message, message)
        plain(message, *args, **kwargs)

    with exchanged(termui, "echo", told):
        yield


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    from launch.telling.help.frame import USAGE
    from launch.telling.help.showing import usage_pieces
    from launch.telling.refusing import language_typed

    language = language_typed()
    pieces = usage_pieces(command.collect_usage_pieces(ctx), language)
    formatter.write_usage(ctx.command_path, pieces, USAGE[language])
