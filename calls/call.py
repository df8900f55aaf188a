"""One caller's contact, from the first ring to the end, and the numbering of its facts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from calls.asides import is_aside
from calls.clock import Clock
from calls.events import CallEvent, EndedFact, Fact, Fault, RecordingStopped

PERFORMERS: Final = ("ivr", "agent")
"""Who can speak for the house."""


class EndReason(StrEnum):
    """How the line ended."""

    COMPLETED = "completed"
    """The flow came to its end and we hung up."""

    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    NETWORK = "network"
    FAILED = "failed"
    """Something of ours broke; the dialplan's fallback took the caller."""

    INTERRUPTED = "interrupted"
    """The server died under the call; written when it starts again."""


class EventSink(Protocol):
    """Where facts go. Implemented by the ledger, and by lists in tests and virtual time."""

    def append(self, event: CallEvent) -> None:
        """Take an event in order; returns at once, durable within the group-commit time."""

    async def durable(self) -> None:
        """Return once everything appended before is on disk.

        Raises LedgerError when it cannot be.
        """


_tuple = tuple.__new__
_MILLISECOND = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_MILLISECONDS: Final = tuple(number * _MILLISECOND for number in range(1000))
"""Multiplying a length takes ten times as long as adding one, and every fact has a time."""

_PARTS: Final = frozenset({"promised", "ticket_opened"})
"""Facts that have an id of their own (`Call.new_part`)."""

_ID_ALPHABET = b"23456789abcdefghjkmnpqrstuvwxyz"
_TO_ALPHABET = bytes(_ID_ALPHABET[number % len(_ID_ALPHABET)] for number in range(256))


def new_call_id(at: datetime) -> str:
    """`20261122-021530-k7f3q29m`: sorts by time, safe as a file name, not guessable by a caller."""
    suffix = secrets.token_bytes(8).translate(_TO_ALPHABET).decode()
    return f"{at.year}{at.month:02}{at.day:02}-{at.hour:02}{at.minute:02}{at.second:02}-{suffix}"


@dataclass(slots=True)
class Call:
    """A live call: identity, clock and the only way to record a fact of it."""

    clock: Clock
    sink: EventSink
    performer: str = "ivr"
    id: str = ""
    offered_at: datetime = field(init=False)
    answered_ms: int | None = None
    """Offset of the answer; set by the channel that answered."""

    recording: str = ""
    """Id of the recording running now, or empty."""

    recording_began_ms: int | None = None
    """Offset at which Asterisk began to write it."""

    recordings: int = 0
    """How many were begun; the next one's id goes by it."""

    hung_up_by: str = ""
    """Who hung up, as soon as anybody did."""

    _began_ms: int = field(init=False)
    _second: int = field(init=False, default=-1)
    """Whole seconds since the offer at the last fact, and when that was."""

    _second_at: datetime = field(init=False)
    _seq: int = 0
    _parts: int = 0

    def __post_init__(self) -> None:
        self.offered_at = self.clock.utc_now()
        self._began_ms = self.clock.monotonic_ms()
        self.id = self.id or new_call_id(self.offered_at)

    @classmethod
    def taken_up(cls, clock: Clock, sink: EventSink, events: Sequence[CallEvent]) -> Call:
        """A call that outlived the process that carried it, from its facts so far in order.

        The one length that rests on wall time is the gap between the two processes: no clock of
        the first one is left. ValueError for a call that was never offered.
        """
        if not events or events[0].kind != "offered":
            raise ValueError("the facts of a call begin with its offer")
        call, last = cls(clock, sink, id=events[0].call_id), events[-1]
        call.offered_at, call._second = events[0].at, -1
        gone_ms = (clock.utc_now() - call.offered_at) // _MILLISECOND
        call._began_ms = clock.monotonic_ms() - max(gone_ms, last.offset_ms)
        call._seq = last.seq
        call._parts = sum(event.kind in _PARTS for event in events)
        for event in events:
            if event.kind == "answered":
                call.answered_ms = event.offset_ms
            elif is_aside(str(event.data.get("recording", ""))):
                continue
            elif event.kind == "recording_started":
                call.recording = str(event.data["recording"])
                call.recordings += 1
            elif event.kind == "recording_stopped":
                call.recording = ""
        return call

    def elapsed_ms(self) -> int:
        """Milliseconds since the call was offered."""
        return self.clock.monotonic_ms() - self._began_ms

    def new_part(self) -> str:
        """An id of its own for something this call brings about: a promise, a ticket."""
        self._parts += 1
        return f"{self.id}-{self._parts}"

    def recording_over(self, reason: str) -> None:
        """Record that the recording running now has stopped; harmless when none runs."""
        if self.recording:
            self.record(
                RecordingStopped(
                    recording=self.recording, reason=reason, began_ms=self.recording_began_ms
                )
            )
            self.recording, self.recording_began_ms = "", None

    def broken_off(self, reason: EndReason, problem: str) -> None:
        """Record that the house could not carry it on, and why."""
        self.record(Fault(where="server", problem=problem))
        self.recording_over(reason.value)
        self.record(EndedFact(end_reason=reason.value, disposition=""))

    def record(self, fact: Fact) -> None:
        """Number, time and append a fact."""
        self._seq = seq = self._seq + 1
        offset_ms = self.clock.monotonic_ms() - self._began_ms
        second = offset_ms // 1000
        if second != self._second:
            self._second, self._second_at = second, self.offered_at + second * _SECOND
        at = self._second_at + _MILLISECONDS[offset_ms % 1000]
        # CallEvent(...) is a call in Python; a call of ours makes some twenty of them.
        event = _tuple(CallEvent, (self.id, seq, at, offset_ms, fact.kind, fact.data()))
        self.sink.append(event)
