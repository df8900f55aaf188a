"""Takes one recording in: waits for whole files, merges, records the fact, clears away.

Order of the acts, so that being killed between any two loses nothing: the stereo file whole on
disk, then the fact, then the raw files go.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from calls.asides import is_aside
from calls.clock import Clock
from calls.errors import RecordingError
from calls.events import RecordingKept
from recorder.aligning import FileClock, file_clock
from recorder.catalog import Kept, Recording
from recorder.growth import GrowthWatch
from recorder.lines import LineSounds
from recorder.measure import Legs, problem_of
from recorder.measured import Measuring
from recorder.ports import FactSink, FactSource
from recorder.store import Store, sha256_of
from recorder.wav import WavFile, look_at, stereo_frames, write_stereo

log = structlog.get_logger("recorder")

_UNREADABLE: Final = "unreadable: "


class NotYetError(Exception):
    """The files are not complete; try again."""


@dataclass(slots=True)
class Attempt:
    """What is remembered of a recording between passes."""

    sizes: tuple[int, ...] = ()
    since_ms: int = 0
    """Since when the sizes have stood still."""

    failures: int = 0
    again_ms: int = 0
    why: str = ""


class Taker:
    """Takes recordings in, one at a time."""

    def __init__(
        self,
        store: Store,
        source: FactSource,
        sink: FactSink,
        clock: Clock,
        settle_ms: int,
        growth: GrowthWatch,
    ) -> None:
        self._store = store
        self._source = source
        self._sounds = LineSounds(store.state)
        self._sink = sink
        self._clock = clock
        self._settle_ms = settle_ms
        self._growth = growth

    def take(self, recording: Recording, attempt: Attempt, measuring: Measuring) -> Kept:
        """Merge, measure, record, clear away.

        Raises NotYetError, OSError (a full disk) or a CallCenterError; the raw files are then
        untouched. A file no one can read is recorded as such and left for a person.
        """
        try:
            file = self._store.place(recording.id, recording.started_at)
            legs = self._complete_legs(recording, attempt)
            kept = self._merge(legs, file, recording)
        except RecordingError as error:
            legs = Legs(None, None)
            kept = _nothing(f"{_UNREADABLE}{error}")
        if self._sizes(recording) != attempt.sizes:
            raise NotYetError("the files still grow")
        if kept != recording.kept:
            self._record(recording, kept, measuring)
        if kept.file:
            self._store.erase_other(kept.file)
        self._store.remove([leg.path for leg in legs.present])
        return kept

    def is_settled(self, recording: Recording, kept: Kept) -> bool:
        """Whether the fact holds; raw files that a kill left behind go if the kept file is whole.

        False for raw files longer than what was kept: they are to be taken in again.
        """
        if kept.problem.startswith(_UNREADABLE):
            return True
        legs = self._legs(recording)
        if not legs.present:
            self._flag_lost(recording, kept)
            return True
        path = self._store.path(kept.file) if kept.file else None
        if path is None or not path.is_file() or legs.duration_ms > kept.duration_ms:
            return False
        if sha256_of(path) != kept.sha256:
            return False
        self._store.erase_other(kept.file)
        self._store.remove([leg.path for leg in legs.present])
        return True

    def lack(self, recording: Recording) -> str:
        """What the raw files lack against the call, for messages while they cannot be taken in."""
        try:
            return problem_of(self._legs(recording), recording.call_ms)
        except (RecordingError, OSError):
            return ""

    def _flag_lost(self, recording: Recording, kept: Kept) -> None:
        if kept.file and not self._store.path(kept.file).is_file():
            log.error(
                "kept recording is gone, restore it from a backup",
                recording=recording.id,
                call=recording.call_id,
                file=kept.file,
            )

    def _merge(self, legs: Legs, file: str, recording: Recording) -> Kept:
        if not legs.present:
            return _nothing(problem_of(legs, recording.call_ms))
        clock = self._clock_of(legs, recording)
        frames = stereo_frames(legs.caller, legs.house, clock.mends)
        write = partial(write_stereo, legs.caller, legs.house, mends=clock.mends)
        stored = self._store.put(file, write)
        return Kept(
            file=stored.file,
            sha256=stored.sha256,
            bytes=stored.bytes,
            duration_ms=frames * 1000 // legs.present[0].rate,
            problem=problem_of(legs, recording.call_ms, clock.put_in_ms),
            begins_ms=clock.begins_ms,
            filled=clock.filled,
            anchors=clock.anchors,
            unproved=clock.unproved,
            key=stored.key,
        )

    def _clock_of(self, legs: Legs, recording: Recording) -> FileClock:
        """Its place on the call's clock; a supervisor's own voice has no lines to find it by."""
        events = self._source.events_of(recording.call_id)
        caller, house = (None, None) if legs.aside else (legs.caller, legs.house)
        ticks = self._growth.ticks_of(recording.id)
        return file_clock(caller, house, recording, events, self._sounds, ticks)

    def _record(self, recording: Recording, kept: Kept, measuring: Measuring) -> None:
        fact = RecordingKept(
            recording=recording.id,
            file=kept.file,
            sha256=kept.sha256,
            bytes=kept.bytes,
            duration_ms=kept.duration_ms,
            problem=kept.problem,
            begins_ms=kept.begins_ms,
            filled=kept.filled,
            anchors=kept.anchors,
            unproved=kept.unproved,
            key=kept.key,
        )
        measured = measuring.fact_of(recording, kept)
        self._sink.append_late(recording.call_id, fact)
        if measured is not None:
            self._sink.append_late(recording.call_id, measured)
        asyncio.run(self._sink.durable())  # this thread has no loop of its own

    def _complete_legs(self, recording: Recording, attempt: Attempt) -> Legs:
        """Both legs, closed by Asterisk or without growth for the settling time."""
        now_ms = self._clock.monotonic_ms()
        if not self._store.monitor.is_dir():
            raise NotYetError(f"{self._store.monitor} is not there; is its disk mounted?")
        sizes = self._sizes(recording)
        if sizes != attempt.sizes:
            attempt.sizes, attempt.since_ms = sizes, now_ms
        legs = self._legs(recording)
        if not legs.final and now_ms - attempt.since_ms < self._settle_ms:
            raise NotYetError("Asterisk has not closed the files yet")
        return legs

    def _legs(self, recording: Recording) -> Legs:
        caller, house = self._raw(recording)
        return Legs(_look(caller), _look(house), aside=is_aside(recording.id))

    def _sizes(self, recording: Recording) -> tuple[int, ...]:
        """Bytes on disk of each leg, -1 for one that is missing."""
        return tuple(_size(path) for path in self._raw(recording))

    def _raw(self, recording: Recording) -> tuple[Path, Path]:
        return self._store.path(recording.caller_file), self._store.path(recording.house_file)


def _nothing(problem: str) -> Kept:
    return Kept(file="", sha256="", bytes=0, duration_ms=0, problem=problem)


def _look(path: Path) -> WavFile | None:
    try:
        return look_at(path)
    except FileNotFoundError:
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
