r"""An AGI command as the bytes of one line, every argument quoted once.

Asterisk's rules: an argument in double quotes; inside, `\"` and `\\` stand for `"` and `\`. A line
feed ends the command whatever the quotes, so NUL, CR and LF are refused; a line over 8,191 bytes is
cut and the rest is run as a new command, so anything over 4,096 is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from agi.limits import COMMAND_BYTES

_SPECIAL = re.compile(r'[\x00\r\n"\\]')
_REFUSED = re.compile(r"[\x00\r\n]")

_TRAILING_EMPTY = {
    "HANGUP": 0,
    "CHANNEL STATUS": 0,
    "SAY DATETIME": 2,
    "DATABASE DELTREE": 1,
}
"""Commands whose optional trailing arguments must be left out when empty: how many must stay."""


_REPEATED = frozenset({"ANSWER", "STREAM FILE", "HANGUP"})
"""Commands that come again and again with the same few arguments, none of them a caller's."""


class CommandRefusedError(ValueError):
    """A command that must not be sent: a line break or NUL inside, too long, empty, no text."""


def encode(command: str, arguments: tuple[object, ...]) -> bytes:
    """The line to send, with its line feed.

    Raises CommandRefusedError, whose text holds no argument.
    """
    if command in _REPEATED:
        return _remembered(command, *arguments)
    return _encoded(command, arguments)


def _encoded(command: str, arguments: Sequence[object]) -> bytes:
    if not command or command.isspace() or _SPECIAL.search(command):
        raise CommandRefusedError("an AGI command must be plain words")
    keep = _TRAILING_EMPTY.get(command)
    if keep is not None:
        arguments = _without_trailing_empty(arguments, keep)
    parts = [command]
    for argument in arguments:
        text = argument if type(argument) is str else _as_text(command, argument)
        parts.append(f'"{_escaped(command, text)}"' if _SPECIAL.search(text) else f'"{text}"')
    line = " ".join(parts).encode("utf-8", "surrogateescape")
    if len(line) >= COMMAND_BYTES:
        raise CommandRefusedError(f"{command}: {len(line)} bytes, at most {COMMAND_BYTES - 1}")
    return line + b"\n"


@lru_cache(maxsize=1024, typed=True)
def _remembered(command: str, *arguments: object) -> bytes:
    return _encoded(command, arguments)


def _without_trailing_empty(arguments: Sequence[object], keep: int) -> Sequence[object]:
    count = len(arguments)
    while count > keep and arguments[count - 1] in ("", b""):
        count -= 1
    return arguments[:count]


def _as_text(command: str, argument: object) -> str:
    if isinstance(argument, str):
        return str(argument)
    if isinstance(argument, bytes):
        return argument.decode("utf-8", "surrogateescape")
    if isinstance(argument, int | float):
        return str(argument)
    raise CommandRefusedError(f"{command}: an argument of type {type(argument).__name__}")


def _escaped(command: str, text: str) -> str:
    if _REFUSED.search(text):
        raise CommandRefusedError(f"{command}: an argument holds a NUL, CR or LF")
    return text.replace("\\", "\\\\").replace('"', '\\"')
