"""Measures the recordings that are taken in, and those again that could not be measured then."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from calls.asides import is_aside
from calls.clock import Clock
from calls.errors import CallCenterError
from calls.events import RecordingMeasured
from recorder.catalog import Kept, Recording
from recorder.measuring import measure
from recorder.ports import FactSink, FactSource
from recorder.store import Store
from recorder.wav import look_in

log = structlog.get_logger("recorder")

_RETRY_MS: Final = (60_000, 300_000, 3_600_000)
_MOST_KEPT_BACK: Final = 10_000


@dataclass(slots=True)
class _Later:
    recording: Recording
    kept: Kept
    again_ms: int
    tries: int = 1


class Measuring:
    """Measures; what it cannot measure never keeps a recording from being kept."""

    def __init__(self, store: Store, source: FactSource, sink: FactSink, clock: Clock) -> None:
        self._store = store
        self._source = source
        self._sink = sink
        self._clock = clock
        self._later: dict[str, _Later] = {}

    def fact_of(self, recording: Recording, kept: Kept) -> RecordingMeasured | None:
        """The measures of a file that is in the store; None where there is nothing to measure, or
        it failed: then it is tried again."""
        if not kept.file or is_aside(recording.id):
            return None
        try:
            fact = self._measured(recording, kept)
        except Exception as error:  # noqa: BLE001 - no measure is worth a recording
            self._put_off(recording, kept, error)
            return None
        self._later.pop(recording.id, None)
        return fact

    def try_again(self) -> None:
        """Measure what failed before and is due. LedgerError when the fact cannot be kept."""
        now_ms = self._clock.monotonic_ms()
        due = [later for later in self._later.values() if now_ms >= later.again_ms]
        found = []
        for later in due:
            fact = self.fact_of(later.recording, later.kept)
            if fact is not None:
                self._sink.append_late(later.recording.call_id, fact)
                found.append(later)
        if found:
            try:
                asyncio.run(self._sink.durable())  # this thread has no loop of its own
            except CallCenterError:
                self._later.update({later.recording.id: later for later in found})
                raise

    def _measured(self, recording: Recording, kept: Kept) -> RecordingMeasured:
        events = self._source.events_of(recording.call_id)
        begins_ms = recording.begins_ms if kept.begins_ms is None else kept.begins_ms
        with self._store.open(kept.file) as file:
            wav = look_in(file, Path(kept.file))
            return measure(file, wav, events, begins_ms).fact(recording.id)

    def _put_off(self, recording: Recording, kept: Kept, error: Exception) -> None:
        later = self._later.pop(recording.id, None)
        tries = 0 if later is None else later.tries
        wait_ms = _RETRY_MS[min(tries, len(_RETRY_MS) - 1)]
        again_ms = self._clock.monotonic_ms() + wait_ms
        if tries >= len(_RETRY_MS) or len(self._later) >= _MOST_KEPT_BACK:
            outlook = "given up; the recording itself is whole"
        else:
            self._later[recording.id] = _Later(recording, kept, again_ms, tries + 1)
            outlook = "tried again later; the recording itself is kept"
        known = isinstance(error, CallCenterError | OSError)
        log.error(
            "recording not measured",
            recording=recording.id,
            call=recording.call_id,
            problem=str(error) if known else repr(error),
            outlook=outlook,
        )
