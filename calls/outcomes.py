"""What an action came to. `name` is the word a flow's `on:` routes by.

Offsets are whole milliseconds since the call was offered. A caller hanging up is an outcome,
not an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar, Final

from calls.values import Value, value


class Sound(StrEnum):
    """What the ears say a stretch of the caller's audio is."""

    SPEECH = "speech"
    SILENCE = "silence"
    NOISE = "noise"
    FAINT = "faint"
    CLEAR = "clear"


class SaidEnd(StrEnum):
    """How a line came to its end."""

    COMPLETED = "completed"
    BARGE_IN = "barge_in"
    KEY = "key"
    HANGUP = "hangup"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The agent left it out; it was not said, and the flow goes on."""

    WAIT_OVER = "wait_over"
    """In the queue: an agent answered, or the time was up, before it was said whole."""


_WORDS: Final = {sound: sound.value for sound in Sound}
_SAID_NAMES: Final = {SaidEnd.HANGUP: "hangup", SaidEnd.FAILED: "error"}


@value
class Answered:
    """The call is up."""

    name: ClassVar[str] = "answered"
    rings: int
    """Which ring it was answered on, from 1: floor(waited / cycle) + 1."""

    waited_ms: int


@value
class Spoken:
    """A line was spoken, whole or in part."""

    start_ms: int
    end_ms: int
    ended: SaidEnd

    @property
    def name(self) -> str:
        """`ok`, `hangup` or `error`."""
        return _SAID_NAMES.get(self.ended, "ok")


@value
class Heard:
    """The ears' answer to a listening window."""

    what: Sound
    from_ms: int
    to_ms: int
    level_dbov: float | None
    reason: str
    """Why the ears said so, with the figures, for QA."""

    @property
    def name(self) -> str:
        """The sound's own word."""
        return _WORDS[self.what]


@value
class Keyed:
    """Digits came. `name` is `key` whether or not they mean anything to the step."""

    name: ClassVar[str] = "key"
    digits: str
    at_ms: int


@value
class QueueLeft:
    """The caller is out of the queue and still on the line."""

    name: str
    """`answered`, `no_answer` or `failed`."""

    waited_ms: int
    talked_ms: int
    agent: str
    key: str = ""
    """The key with which the caller left the queue; `name` is `key` then."""

    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """What the flow that the agent performed leaves behind, with `disposition` if it ended."""


@value
class TransferLeft:
    """The transfer is over and the caller is still on the line."""

    name: str
    """`answered`, `busy`, `no_answer` or `failed`."""

    waited_ms: int
    talked_ms: int


@value
class Got:
    """An answer of the back office, a form or a plug-in."""

    name: str
    """`ok`, `found`, `not_found`, `cancelled` or `timeout`."""

    values: Mapping[str, Value]
    """What becomes variables, by name."""


@value
class Branched:
    """The agent took one of the branches that the flow offers at any time."""

    name: str


@value
class Done:
    """It was done."""

    name: ClassVar[str] = "ok"


@value
class Failed:
    """It could not be done; the call goes on."""

    name: ClassVar[str] = "error"
    reason: str


@value
class HungUp:
    """The line is gone."""

    name: ClassVar[str] = "hangup"
    by: str
    """`caller`, `us`, `agent` or `network`."""

    talked_ms: int = 0
    """How long caller and agent had talked, when the line went down in a queue's call."""

    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """As of `QueueLeft`."""


Outcome = (
    Answered
    | Spoken
    | Heard
    | Keyed
    | QueueLeft
    | TransferLeft
    | Got
    | Branched
    | Done
    | Failed
    | HungUp
)
