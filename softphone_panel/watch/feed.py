"""Where the panel's facts come from: anything that gives call events after a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from calls.events import CallEvent


class FeedState(StrEnum):
    """How the source of facts is."""

    READING = "reading"
    """The past is still being read; more comes at once."""

    LIVE = "live"
    NO_SERVER = "no_server"
    """The ledger is there, but nothing runs that would write to it."""

    NO_LEDGER = "no_ledger"


@dataclass(frozen=True, slots=True)
class PastCall:
    """An ended call that only counts."""

    offered_at: datetime
    rings: int | None
    """None when it was never answered."""

    end_reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look at the source gave."""

    events: Sequence[CallEvent]
    state: FeedState
    problem: str = ""
    """Why the ledger could not be read, fit for a user; empty when it could."""

    past: Sequence[PastCall] = ()
    """Calls of today that ended before the first look, too many to show."""


class Feed(Protocol):
    """A source of call events that remembers how far it was read. Used by one thread."""

    place: str
    """Where it reads, for people."""

    def take(self) -> Batch:
        """The next events, in order; may block on the disk. Never raises for a missing ledger."""

    def close(self) -> None:
        """Let go of files."""
