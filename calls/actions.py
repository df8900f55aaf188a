"""What a flow asks a channel to do. Values only: a channel performs them, an outcome answers.

A new action not handled by a channel fails mypy there (`assert_never`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence of the house, wording decided, ready to be spoken or shown."""

    name: str
    text: str
    language: str
    """`zh-Hans`, `zh-Hant` or `en`."""

    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How keyed digits are gathered inside a listening window."""

    most: int = 1
    """Digits that end the gathering at once."""

    allowed: str = "0123456789*#"
    """Keys outside this are gathered too and make the answer a no-match."""

    terminator: str = ""
    """Ends the gathering and is not part of the digits; empty for none."""

    next_key_ms: int = 3000
    """Pause after a key that ends the gathering."""


class Until(StrEnum):
    """What ends a listening window."""

    PAUSE = "pause"
    """The caller spoke and has paused (`end_pause_ms`): we never talk over a caller."""

    ONSET = "onset"
    """The caller began to speak."""

    CLEAR = "clear"
    """The noise is gone (no noise for 1.5 s in a row); the window is how long we wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Let the caller hear `rings` rings, then answer. Outcomes: answered, hangup."""

    rings: int = 1
    cycle_ms: int = 5000
    """One ring and its pause; China: 1 s on, 4 s off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak a line to its end. Outcomes: ok, error (no sound to be had), hangup."""

    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Ask the ears, from the last sample of the prompt on.

    Outcomes: speech, silence, noise, faint, clear, key, hangup; only those in `wanted` end it
    (hangup always does). `silence` comes when the window runs out with nothing wanted heard, and
    with `until=clear` the window running out is `noise`.
    """

    window_ms: int
    wanted: frozenset[str]
    until: Until = Until.PAUSE
    end_pause_ms: int = 700
    longest_ms: int = 20_000
    """Longest utterance: after it `speech` ends the window even without a pause."""

    keys: Keys | None = None
    prompt: Line | None = None
    """A line with barge-in: played inside the same session, cut by speech or a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Hold for an agent. Outcomes: answered (they talked), no_answer, failed, hangup."""

    name: str
    most_wait_ms: int


class RecordCommand(StrEnum):
    """What a `record` act orders."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Start, pause, resume or stop the recording of both legs. Outcomes: ok, error, hangup."""

    command: RecordCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Let time pass without a word. Outcomes: ok, hangup."""

    ms: int


Action = Ring | Say | Listen | Queue | Record | Wait
