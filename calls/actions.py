"""What a flow asks a channel to do. Values only: a channel performs them, an outcome answers.

A new action not handled by a channel fails mypy there (`assert_never`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from calls.values import Value, value


@value
class Line:
    """One sentence of the house, wording decided, ready to be spoken or shown."""

    name: str
    text: str
    language: str
    """`zh-Hans`, `zh-Hant` or `en`."""

    tags: tuple[str, ...] = ()


@value
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


@value
class Ring:
    """Let the caller hear `rings` rings, then answer. Outcomes: answered, hangup."""

    rings: int = 1
    cycle_ms: int = 5000
    """One ring and its pause; China: 1 s on, 4 s off."""


@value
class Say:
    """Speak a line to its end. Outcomes: ok, error (no sound to be had), hangup."""

    line: Line


@value
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


PLACE: Final = "\ufffc"
"""Stands in a line's text for the place in line, which is known only when it is said."""


FIRST_TOLD_MS: Final = 1000
"""A caller hears so much music before the first words of a queue."""


@value
class Telling:
    """What a waiting caller is told over the music, without leaving the queue."""

    lines: tuple[Line, ...]
    """With PLACE in them where the place in line belongs."""

    every_ms: int
    """The music from the end of one telling to the beginning of the next."""

    def at(self, place: int) -> tuple[Line, ...]:
        """The lines for a caller at this place in line, from 1."""
        return tuple([_told(line, place) for line in self.lines])


@lru_cache(maxsize=512)
def _told(line: Line, place: int) -> Line:
    """The same words are told to call after call."""
    return replace(line, text=line.text.replace(PLACE, str(place)))


@value
class Queue:
    """Hold for an agent.

    Outcomes: answered (they talked), no_answer, failed, key (one of `keys`), hangup.
    """

    name: str
    most_wait_ms: int
    tell: Telling | None = None
    """Words over the music; None for none."""

    keys: str = ""
    """Keys that end the wait."""

    priority: int = 0
    """From 0; who has more is taken first."""

    agent_flow: str = ""
    """The flow that the agent performs; empty for none."""


class RecordCommand(StrEnum):
    """What a `record` act orders."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@value
class Record:
    """Start, pause, resume or stop the recording of both legs. Outcomes: ok, error, hangup."""

    command: RecordCommand


@value
class Wait:
    """Let time pass without a word. Outcomes: ok, hangup."""

    ms: int


@value
class Transfer:
    """Connect the caller to a destination of the site's settings, by name.

    Outcomes: answered (they talked), busy, no_answer, failed, hangup.
    """

    to: str
    most_wait_ms: int


class FieldType(StrEnum):
    """What may be written into a field of a form."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    PHONE = "phone"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"


@value
class FormField:
    """One field of a form."""

    name: str
    """The variable it fills."""

    label: Mapping[str, str]
    """By `zh` and `en`."""

    type: FieldType
    required: bool
    choices: Mapping[str, Mapping[str, str]]
    """Of a choice: value -> label by `zh` and `en`, in order."""

    question: Line | None = None
    """What the agent asks the caller for it."""


@value
class Form:
    """Show fields to the agent. Outcomes: ok, cancelled, error (nobody has a screen), hangup."""

    name: str
    title: Mapping[str, str]
    fields: tuple[FormField, ...]
    values: Mapping[str, Value]
    """What is known already, by field."""


@value
class Lookup:
    """Find a row of one of the house's files. Outcomes: found, not_found, error, hangup."""

    directory: str
    by: str
    """Name of the variable that was looked up."""

    value: str
    store: tuple[str, ...]


@value
class Fetch:
    """Ask an HTTP service of the settings. Outcomes: ok, not_found, timeout, error, hangup."""

    source: str
    given: Mapping[str, str]
    store: tuple[str, ...]
    most_ms: int


@value
class Do:
    """Run a named plug-in of the site. Outcomes: ok, timeout, error, hangup."""

    plugin: str
    given: Mapping[str, str]
    store: tuple[str, ...]
    most_ms: int


@value
class Promise:
    """Promise a callback. Outcomes: ok (it is durable), error, hangup."""

    about: str
    number: str
    within_ms: int


@value
class Ticket:
    """Open a ticket. Outcomes: ok (it is durable), error, hangup."""

    ticket_class: str
    about: str
    due_ms: int
    store: str
    """The variable its number goes to; empty for none."""


OfficeAction = Lookup | Fetch | Do | Promise | Ticket
"""What the house's back office does; the same for every channel."""

Action = Ring | Say | Listen | Queue | Transfer | Record | Wait | Form | OfficeAction
