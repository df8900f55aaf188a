"""One call as the ledger tells it so far. Values only.

All offsets are milliseconds since the call was offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallState(StrEnum):
    """What a call is doing."""

    RINGING = "ringing"
    CONNECTED = "connected"
    """Answered, between two acts."""

    SPEAKING = "speaking"
    LISTENING = "listening"
    QUEUED = "queued"
    AGENT = "agent"
    CLOSING = "closing"
    """A closing line is being, or has been, spoken, or the line went down."""

    ENDED = "ended"


class Who(StrEnum):
    """Whose turn a line of the conversation is."""

    HOUSE = "house"
    CALLER = "caller"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the conversation so far."""

    at_ms: int
    who: Who
    word: str
    """House: the line's name. Caller: the sound heard, or `key`. Note: the event's kind."""

    text: str = ""
    cut: bool = False
    """The line was not spoken to its end."""


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line of the house on its way to the caller."""

    name: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Window:
    """A listening window."""

    opened_ms: int
    window_ms: int
    until: str
    """`pause`, `onset` or `clear`; the last is the noise clock."""

    takes_keys: bool = False
    """A key ends it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the ears make of the caller's audio."""

    what: str
    level_dbov: float | None
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """One call as far as its events tell."""

    id: str
    offered_at: datetime
    seq: int = 0
    last_ms: int = 0
    caller: str = ""
    """The caller's number, masked; empty when withheld."""

    caller_name: str = ""
    dnis: str = ""
    """Masked when the house placed the call."""

    flow: str = ""
    step: str = ""
    state: CallState = CallState.RINGING
    line: SpokenLine | None = None
    """The line being spoken now, else the last one."""

    speaking: bool = False
    window: Window | None = None
    pending: Window | None = None
    """A window announced while a line is spoken; it opens at the line's end."""

    hearing: Hearing | None = None
    answered_ms: int | None = None
    rings: int = 0
    queue: str = ""
    queued_ms: int = 0
    agent: str = ""
    recording: str = ""
    hung_up_by: str = ""
    end_reason: str = ""
    disposition: str = ""
    ended_ms: int = 0
    turns: tuple[Turn, ...] = ()

    @property
    def is_over(self) -> bool:
        """True once nothing but the recorder's facts can come."""
        return self.state is CallState.ENDED
