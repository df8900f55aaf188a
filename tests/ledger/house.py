"""What the ledger's tests share: a usual call's facts, and looking into the file by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from calls.call import Call, EventSink
from calls.clock import Clock, ManualClock
from calls.events import (
    AnsweredFact,
    CallEvent,
    EndedFact,
    Fact,
    HungUpFact,
    Offered,
    RecordingKept,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    Said,
)


class ListSink:
    """An `EventSink` that only remembers."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        return


def offered(ani: str = "13800001234") -> Offered:
    return Offered(
        uniqueid="1795313692.17",
        ani=ani,
        dnis="1000",
        caller_name="王先生",
        direction="inbound",
        flow="greetings",
        channel="PJSIP/trunk-00000011",
    )


def said(line: str = "greeting", language: str = "zh-Hans") -> Said:
    return Said(
        line=line,
        text="您好！请问有什么可以帮到您？",
        tags=("greeting",),
        language=language,
        performer="ivr",
        start_ms=5000,
        end_ms=8000,
        ended="completed",
    )


def kept(recording: str = "rec-1") -> RecordingKept:
    return RecordingKept(
        recording=recording,
        file=f"recordings/{recording}.wav",
        sha256="ab" * 32,
        bytes=160_044,
        duration_ms=10_000,
        problem="",
    )


def usual_call() -> list[Fact]:
    return [
        offered(),
        AnsweredFact(rings=1, waited_ms=1200),
        RecordingStarted(
            recording="rec-1", caller_file="monitor/a.wav", house_file="monitor/b.wav"
        ),
        said(),
        RecordingPaused(recording="rec-1"),
        RecordingResumed(recording="rec-1"),
        RecordingStopped(recording="rec-1", reason="end of the call"),
        HungUpFact(by="caller"),
        EndedFact(end_reason="caller_hung_up", disposition="greeted"),
    ]


def place(sink: EventSink, *, clock: Clock | None = None, step_ms: int = 100) -> Call:
    """One usual call into `sink`, `step_ms` between its facts."""
    manual = ManualClock()
    call = Call(clock or manual, sink)
    for fact in usual_call():
        call.record(fact)
        manual.advance_ms(step_ms)
    return call


def by_hand(path: Path, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run SQL on the file behind the ledger's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return list(connection.execute(statement, values))


def stored_numbers(path: Path) -> Iterator[tuple[str, list[int]]]:
    """Each call's event numbers as they stand in the file, by cursor."""
    numbers: dict[str, list[int]] = {}
    for call_id, seq in by_hand(path, "SELECT call_id, seq FROM call_events ORDER BY cursor"):
        numbers.setdefault(call_id, []).append(seq)
    yield from numbers.items()
