"""Recordings for the console: one sound a call, its wave, and whether its files are proven."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np

from calls.asides import is_aside
from calls.errors import RecordingError
from console.ports import SoundFile, Waves
from launch.serving.shipping import ledger_path
from launch.settings.site import Settings
from ledger.opening import LedgerMissingError
from ledger.reader import LedgerReader
from recorder.catalog import Recording
from recorder.source import LedgerSource
from recorder.store import Store
from recorder.timeline import CallSound, open_call_sound
from recorder.verify import check
from recorder.waves import Pairs, peaks

_PER_S: Final = (50, 25, 10, 5, 2, 1)
_STRETCHES: Final = 40_000
"""Of a whole call at most, so that a long one is no long page: 13 minutes at 50 a second."""

_KEPT: Final = 64


@contextmanager
def own_ledger(
    settings: Settings, state: Path, reader: LedgerReader
) -> Iterator[LedgerReader | None]:
    """The ledger that tells which recordings are in this state folder: `reader`, or the node's own
    where that one reads what all nodes ship. None on a machine that answers no calls."""
    if not settings.ledger.url:
        yield reader
        return
    try:
        own = LedgerReader(ledger_path(state))
    except LedgerMissingError:
        yield None
        return
    with own:
        yield own


class NoSounds:
    """Implements `console.ports.SoundShelf` where there are no recordings."""

    def has(self, call_id: str) -> bool:
        return False

    def open(self, call_id: str) -> SoundFile | None:
        return None

    def asides(self, call_id: str) -> list[tuple[str, int]]:
        return []

    def open_aside(self, call_id: str, recording: str) -> SoundFile | None:
        return None

    def waves(self, call_id: str) -> Waves | None:
        return None

    def proven(self, call_id: str) -> str:
        return ""


class StateShelf:
    """Implements `console.ports.SoundShelf` over the recordings of a state folder."""

    def __init__(self, state: Path, reader: LedgerReader) -> None:
        self._store = Store(state)
        self._source = LedgerSource(reader)
        self._reader = reader
        self._waves: OrderedDict[tuple[str, ...], Waves] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, call_id: str) -> bool:
        found = self._recordings(call_id)
        return any(_is_there(one) and not is_aside(one.id) for one in found)

    def open(self, call_id: str) -> SoundFile | None:
        sound = self._open(call_id)
        # A RawIOBase reads as any file does; BinaryIO is what mypy calls one.
        return SoundFile(cast(BinaryIO, sound), sound.size) if sound else None

    def asides(self, call_id: str) -> list[tuple[str, int]]:
        found = self._recordings(call_id)
        return [(one.id, one.begins_ms) for one in found if is_aside(one.id) and _is_there(one)]

    def open_aside(self, call_id: str, recording: str) -> SoundFile | None:
        for one in self._recordings(call_id):
            if one.id == recording and is_aside(one.id) and one.kept and _is_there(one):
                try:
                    file = self._store.open(one.kept.file)
                except FileNotFoundError as error:
                    raise RecordingError(f"{recording}: {error}") from error
                return SoundFile(file, file.seek(0, SEEK_END))
        return None

    def waves(self, call_id: str) -> Waves | None:
        # A part that is taken in later, or erased, makes another wave.
        key = (call_id, *(f"{one.id} {one.kept} {one.erased}" for one in self._recordings(call_id)))
        with self._lock:
            if key in self._waves:
                return self._waves[key]
        sound = self._open(call_id)
        if sound is None:
            return None
        with sound:
            drawn = _drawn(sound)
        with self._lock:
            self._waves[key] = drawn
            while len(self._waves) > _KEPT:
                self._waves.popitem(last=False)
        return drawn

    def proven(self, call_id: str) -> str:
        checked = [check(self._store, one) for one in self._recordings(call_id)]
        return "; ".join(
            f"{one.recording}: {finding} {what}".rstrip()
            for one in checked
            for finding, what in one.findings
        )

    def _recordings(self, call_id: str) -> list[Recording]:
        return list(self._source.of_call(call_id))

    def _open(self, call_id: str) -> CallSound | None:
        if not self.has(call_id):
            return None
        call_ms = self._reader.call(call_id).ended_ms
        try:
            return open_call_sound(self._store, self._recordings(call_id), call_ms=call_ms)
        except FileNotFoundError as error:
            raise RecordingError(f"{call_id}: {error}") from error


def _is_there(recording: Recording) -> bool:
    return bool(recording.kept and recording.kept.file) and recording.erased is None


def _drawn(sound: CallSound) -> Waves:
    """The peak of each stretch of both legs."""
    length_s = sound.duration_ms / 1000
    per_s = next((one for one in _PER_S if one * length_s <= _STRETCHES), _PER_S[-1])
    drawn = peaks(cast(BinaryIO, sound), per_s, wav=sound.wav)
    caller, house = (_loudest(leg) for leg in (drawn.caller, drawn.house))
    gaps = tuple((gap.from_ms, gap.to_ms, gap.reason) for gap in sound.gaps)
    return Waves(caller, house, sound.duration_ms, gaps)


def _loudest(leg: Pairs) -> list[float]:
    """0 to 1 for each stretch."""
    found: list[float] = (np.abs(leg.astype(np.int16)).max(axis=1) / 128).round(3).tolist()
    return found
