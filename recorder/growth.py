"""When Asterisk wrote what: a raw file's growth tells the clock of its recording.

Asterisk hands a monitor file to the system 32 KiB at a time, 2.048 s of sound, with the frame that
fills its buffer, and the system notes that moment as the time of the file's last change. Size and
time of change together say where in the file the call stood when, whatever was said in it, and
however late they are looked at; only not later than the next 32 KiB.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from calls.clock import Clock
from calls.own_thread import OwnThread
from recorder.catalog import Recording
from recorder.wav import HEADER_BYTES, RATE, SAMPLE_BYTES

log = structlog.get_logger("recorder")

_LOOK_S: Final = 0.5
_ANOTHER_CLOCK_MS: Final = 3_600_000
"""A file whose time is so far from the call's was written by another clock, or the clock was set
before it was followed: believed, it would put hours of silence into a recording."""

_TOGETHER_MS: Final = 40
"""Both legs are written by one thread, one after the other."""

_CLOCK_SET_MS: Final = 20
_FRAME: Final = RATE // 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Tick:
    """One writing: the frame that filled the buffer, and when it came."""

    at_ms: float
    """Offset of the call."""

    place: int
    """Where that frame begins in the file, in samples."""


@dataclass(slots=True)
class _Followed:
    recording: Recording
    wall_less_monotonic_ms: float
    """As the recording was first seen: its facts stand on the clock of that time."""

    last_ms: float
    size: int = -1
    ticks: list[Tick] = field(default_factory=list)


class GrowthWatch:
    """Follows the raw files of the recordings that run, on a thread of its own once started."""

    def __init__(self, state: Path, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._followed: dict[str, _Followed] = {}
        self._lock = threading.Lock()
        self._own = OwnThread(self._run, "growth")

    def start(self) -> None:
        """Begin to look twice a second; harmless when it does."""
        self._own.start()

    def stop(self) -> None:
        """Look no more."""
        self._own.stop()

    def follow(self, running: Iterable[Recording]) -> None:
        """These run now; those that are followed already go on."""
        now_ms = self._wall_less_monotonic_ms()
        with self._lock:
            for one in running:
                if one.id not in self._followed:
                    self._followed[one.id] = _Followed(one, now_ms, now_ms)

    def forget(self, recording: str) -> None:
        """Its ticks are of no use any more; harmless for one that was never followed."""
        with self._lock:
            self._followed.pop(recording, None)

    def look(self) -> None:
        """Note what was written since the last look."""
        with self._lock:
            for one in self._followed.values():
                self._look_at(one)

    def ticks_of(self, recording: str) -> tuple[Tick, ...]:
        """What is known of a recording, its end with it, in order; nothing where nobody looked."""
        with self._lock:
            found = self._followed.get(recording)
            if found is None:
                return ()
            self._look_at(found)
            return tuple(found.ticks)

    def _run(self) -> None:
        while not self._own.stopping.wait(_LOOK_S):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the recordings themselves are not at stake
                log.warning("growth of recordings not seen", problem=repr(error))

    def _look_at(self, one: _Followed) -> None:
        caller = _written(self._state / one.recording.caller_file)
        if caller is None or caller[0] == one.size:
            return
        house = _written(self._state / one.recording.house_file)
        if house is None or house[0] != caller[0] or abs(house[1] - caller[1]) > _TOGETHER_MS:
            return  # between the two; the next look has both
        now_ms = self._wall_less_monotonic_ms()
        steady = abs(now_ms - one.last_ms) <= _CLOCK_SET_MS
        one.size, one.last_ms = caller[0], now_ms
        place = (caller[0] - HEADER_BYTES) // SAMPLE_BYTES
        if not steady or place <= 0:
            return
        offered_ms = _since_epoch_ms(one.recording.started_at) - one.recording.started_ms
        set_by_ms = now_ms - one.wall_less_monotonic_ms
        at_ms = caller[1] - offered_ms - set_by_ms
        by_sound_ms = one.recording.started_ms + place * 1000 // RATE
        if abs(at_ms - by_sound_ms) > _ANOTHER_CLOCK_MS:
            return
        if not one.ticks or one.ticks[-1].at_ms < at_ms:
            one.ticks.append(Tick(at_ms, place // _FRAME * _FRAME))

    def _wall_less_monotonic_ms(self) -> float:
        return _since_epoch_ms(self._clock.utc_now()) - self._clock.monotonic_ms()


def _since_epoch_ms(at: datetime) -> float:
    return (at - _EPOCH) / _MILLISECOND


def _written(path: Path) -> tuple[int, float] | None:
    """Bytes of a file and when the last of them came, in ms of wall time."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns / 1e6
