"""A ledger in memory and monitor files as Asterisk leaves them."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from calls.clock import SystemClock
from calls.errors import LedgerError
from calls.events import (
    CallEvent,
    EndedFact,
    Fact,
    HungUpFact,
    RecordingStarted,
    RecordingStopped,
)
from recorder.catalog import Catalog, Recording
from recorder.intake import RecorderIntake

STARTED = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)


@dataclass
class MemoryLedger:
    """Source and sink in one; refuses to write while `broken`."""

    events: list[CallEvent] = field(default_factory=list)
    broken: bool = False

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]:
        part = self.events[cursor : cursor + 3]
        return part, cursor + len(part)

    def events_of(self, call_id: str) -> Sequence[CallEvent]:
        return [event for event in self.events if event.call_id == call_id]

    def known(self) -> tuple[Sequence[Recording], int]:
        catalog = Catalog()
        catalog.take(self.events)
        return catalog.all(), len(self.events)

    def append_late(self, call_id: str, fact: Fact) -> None:
        if not self.broken:
            self.add(call_id, fact, 60_000)

    async def durable(self) -> None:
        if self.broken:
            raise LedgerError("ledger.sqlite: cannot be written; free space")

    def add(self, call_id: str, fact: Fact, offset_ms: int) -> None:
        seq = 1 + sum(event.call_id == call_id for event in self.events)
        when = STARTED + timedelta(milliseconds=offset_ms)
        self.events.append(CallEvent(call_id, seq, when, offset_ms, fact.kind, fact.data()))

    def of_kind(self, kind: str) -> list[CallEvent]:
        return [event for event in self.events if event.kind == kind]


@dataclass
class House:
    """A state folder with an intake that settles fast."""

    state: Path
    ledger: MemoryLedger
    seal: bool = False

    def intake(self, settle_ms: int = 40) -> RecorderIntake:
        return RecorderIntake(
            self.state,
            self.ledger,
            self.ledger,
            SystemClock(),
            settle_ms=settle_ms,
            seal=self.seal,
        )

    def begin(self, recording: str = "call-1-r1", call_id: str = "call-1") -> None:
        fact = RecordingStarted(
            recording=recording,
            caller_file=f"monitor/{recording}-in.wav",
            house_file=f"monitor/{recording}-out.wav",
        )
        self.ledger.add(call_id, fact, 1_000)

    def end(
        self,
        recording: str = "call-1-r1",
        call_id: str = "call-1",
        *,
        ran_s: float = 4.0,
        stopped: bool = True,
    ) -> None:
        offset_ms = 1_000 + round(ran_s * 1000)
        if stopped:
            self.ledger.add(
                call_id, RecordingStopped(recording=recording, reason="end of call"), offset_ms
            )
        self.ledger.add(call_id, HungUpFact(by="caller"), offset_ms)
        self.ledger.add(
            call_id,
            EndedFact(end_reason="caller_hung_up", disposition=""),
            offset_ms,
        )

    def leg(self, side: str, seconds: float, recording: str = "call-1-r1", tone: int = 440) -> Path:
        path = self.state / "monitor" / f"{recording}-{side}.wav"
        write_tone(path, seconds, tone)
        return path

    def stereo(self, recording: str = "call-1-r1") -> Path:
        name = f"{recording}.wav.sealed" if self.seal else f"{recording}.wav"
        return self.state / "recordings" / "2026" / "11" / "22" / name


def tone_of(seconds: float, tone: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    t = np.arange(round(seconds * 8000)) / 8000
    return np.round(8000 * np.sin(2 * np.pi * tone * t)).astype(np.int16)


def write_tone(path: Path, seconds: float, tone: int) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(tone_of(seconds, tone).tobytes())


def unclose(path: Path) -> None:
    """As Asterisk leaves a file when it is killed: the header says 0 bytes."""
    with path.open("r+b") as file:
        file.seek(4)
        file.write((36).to_bytes(4, "little"))
        file.seek(40)
        file.write((0).to_bytes(4, "little"))
