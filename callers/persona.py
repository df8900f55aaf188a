"""What a simulated caller does, in turns. Values only; `callers.loader` reads them from YAML.

A turn begins each time the house falls silent to listen while the caller is not speaking. The
caller answers each turn with the next answer of the list; what is planned for a turn and not yet
begun when the house speaks again is given up, what has begun is finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from calls.values import value

NORMAL_DBOV = -22.0
"""Active speech level of an ordinary caller (inside the SPEECH class: -32..-11 dBov)."""

FAINT_DBOV = -42.0
"""Active speech level of a caller who is too low (inside the LOW class: -46..-39 dBov)."""

KEYS = "0123456789*#"


class Noise(StrEnum):
    """What else is on the caller's line."""

    WHITE = "white"
    PINK = "pink"
    STREET = "street"
    BABBLE = "babble"
    HUM = "hum"
    MUSIC = "music"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`after_ms` from the answer (turn 0) or from the beginning of turn `turn` (from 1)."""

    after_ms: int
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """One noise on the line, from a moment to a moment (None: to the end of the call)."""

    noise: Noise
    level_dbov: float
    begin: Moment
    end: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Say and press nothing in this turn."""


@value
class Speak:
    """Say an utterance of `callers/voices/index.yaml`, `after_ms` into the turn."""

    utterance: str
    after_ms: int
    level_dbov: float | None = None
    """Active speech level of this one; None: the persona's."""


@value
class Press:
    """Press keys one by one, the first `after_ms` into the turn, `gap_ms` apart."""

    keys: str
    after_ms: int
    gap_ms: int = 300


@value
class Leave:
    """Hang up, `after_ms` into the turn."""

    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Say something in words of the author's own; in practice only, where callers are text."""

    text: str
    after_ms: int


Answer = Silent | Speak | Press | Leave
_SILENT: Final = Silent()


class Did(StrEnum):
    """What an agent who practises may have done that a caller takes notice of."""

    SAID = "said"
    """Said a line of the house, by its name."""

    SKIPPED = "skipped"
    """Left it out."""

    BRANCH = "branch"
    """Took a branch of the flow."""

    HELD = "held"
    """Put the caller on hold and came back; no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What the caller does in the next turn, if the agent did this since the last one; once."""

    did: Did
    name: str
    """Of the line or the branch; empty for any."""

    answer: Answer | Words


class Point(StrEnum):
    """From where a hang-up is counted."""

    RING = "ring"
    ANSWERED = "answered"
    LINE = "line"
    QUEUED = "queued"


@value
class HangUp:
    """Hang up `after_ms` from a point, whatever the house does then."""

    point: Point
    after_ms: int
    count: int = 1
    """Which ring, or which line of the house, from 1; means nothing for the other points."""


@value
class BargeIn:
    """Speak or press while the house speaks, `after_ms` into one of its lines."""

    after_ms: int
    utterance: str = ""
    keys: str = ""
    line: int = 0
    """Which line of the house, from 1; 0 for every one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the shipped flows should make of this caller; empty fields expect nothing."""

    end_reason: str = ""
    disposition: str = ""
    lines: tuple[str, ...] = ()
    """Names of lines said, in this order, others may lie between."""

    never: tuple[str, ...] = ()
    """Names of lines that must not be said."""

    heard: tuple[str, ...] = ()
    """What listening windows ended with, in this order, others may lie between."""


@value
class Persona:
    """One simulated caller."""

    name: str
    title: Mapping[str, str]
    """By language: `zh`, `en`."""

    language: str
    voice: str
    level_dbov: float = NORMAL_DBOV
    backgrounds: tuple[Background, ...] = ()
    answers: tuple[Answer, ...] = (Silent(),)
    then_silent: bool = False
    """After the last answer: silent, or (False) the last one again and again."""

    barge_in: BargeIn | None = None
    hang_up: HangUp | None = None
    expect: Expectation = Expectation()
    when: tuple[When, ...] = ()
    """In practice: answers that depend on what the agent does, the first that fits."""

    details: Mapping[str, str] = field(default_factory=dict)
    """In practice: what the caller answers when asked for a field of a form, by its name."""

    def answer(self, turn: int) -> Answer:
        """What the caller does in turn `turn` (from 1)."""
        answers = self.answers
        if turn <= len(answers):
            return answers[turn - 1]
        return _SILENT if self.then_silent else answers[-1]

    def utterances(self) -> frozenset[str]:
        """Every utterance this caller may say."""
        said = {answer.utterance for answer in self.answers if isinstance(answer, Speak)}
        if self.barge_in is not None and self.barge_in.utterance:
            said.add(self.barge_in.utterance)
        return frozenset(said)
