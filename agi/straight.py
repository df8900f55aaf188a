"""The few commands that every call uses, without a greenlet: one line out, one reply back.

A method of pyst2 runs in a greenlet because it waits in its middle. Of these methods the line is
known before and there is nothing to do after a usual reply, so the coroutine waits itself, in half
the time. Any other reply is judged where all of them are, `SafeAGI.judge`, in a greenlet, since
that may ask Asterisk again. What comes out is what the method gives (tested reply by reply).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agi.pyst2 import AGIAppError, Played, SafeAGI, played
from agi.replies import Reply


@dataclass(frozen=True, slots=True)
class Straight:
    """One method as its command and what its reply means."""

    command: str
    arguments: Callable[..., tuple[object, ...]]
    """The command's arguments from the method's."""

    result: Callable[..., Any]
    """What the method returns, from the reply and the method's arguments; may raise."""


def is_usual(reply: Reply) -> bool:
    """Whether the command was carried out on a channel that is there."""
    return reply.code == 200 and reply.value != "-1" and reply.data != "hangup"


def _nothing(_reply: Reply, *_arguments: object) -> None:
    return None


def _as_given(*arguments: object) -> tuple[object, ...]:
    return arguments


def _application(application: str, options: object = "") -> tuple[object, ...]:
    return application, options


def _applied(reply: Reply, application: str, _options: object = "") -> str:
    if reply.value == "-2":
        raise AGIAppError(f"Unable to find application: {application}")
    return reply.value


def _file(filename: str, escape_digits: str = "", sample_offset: int = 0) -> tuple[object, ...]:
    return filename, escape_digits, sample_offset


def _played(reply: Reply, _file: str, _digits: str = "", sample_offset: int = 0) -> Played:
    return played(reply.value, reply.endpos or 0, sample_offset)


STRAIGHT: Mapping[object, Straight] = {
    SafeAGI.answer: Straight("ANSWER", _as_given, _nothing),
    SafeAGI.set_variable: Straight("SET VARIABLE", _as_given, _nothing),
    SafeAGI.appexec: Straight("EXEC", _application, _applied),
    SafeAGI.stream_file: Straight("STREAM FILE", _file, _played),
}
"""By the method's function. Keys to stop a file are given as text, not as pyst2's list."""
