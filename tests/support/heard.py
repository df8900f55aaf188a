"""What reached the caller's ear: RTP put on a time line by arrival, and where it has sound."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support.g711 import Samples

RATE = 8000
FRAME = 160
FRAME_MS = 20
# Arrival differs from the stream's own time by more than this: the stream paused or was restarted.
_REANCHOR_MS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch with sound, in milliseconds since the recording began."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms


class Heard:
    """A recording of what was received. Silence stands where nothing came."""

    def __init__(self) -> None:
        self._sound: Samples = np.zeros(60 * RATE, np.int16)
        self._end = 0
        self._next: tuple[int, int] | None = None
        """RTP time and place (samples) at which the stream goes on."""

        self.packets = 0
        """RTP packets with audio that arrived."""

        self.breaks: list[tuple[int, int]] = []
        """Where the stream came off its own time, and by how much; in ms, late ones positive."""

    def take(self, at_ms: float, rtp_time: int, samples: Samples) -> None:
        """Put a packet that arrived at `at_ms` where it belongs."""
        place = round(at_ms * RATE / 1000)
        if self._next is not None:
            expected = self._next[1] + ((rtp_time - self._next[0] + 2**31) % 2**32 - 2**31)
            late = place - expected
            if abs(late) <= _REANCHOR_MS * RATE // 1000:
                place = expected
            else:
                self.breaks.append((_ms(expected), _ms(late)))
        self._next = (rtp_time + len(samples)) % 2**32, place + len(samples)
        self.packets += 1
        self._put(max(0, place), samples)

    def _put(self, place: int, samples: Samples) -> None:
        end = place + len(samples)
        if end > len(self._sound):
            # A new array: another thread may be searching in the old one.
            larger = np.zeros(max(end, 2 * len(self._sound)), np.int16)
            larger[: self._end] = self._sound[: self._end]
            self._sound = larger
        self._sound[place:end] = samples
        self._end = max(self._end, end)

    @property
    def length_ms(self) -> int:
        """How much was received so far, from the beginning of the recording."""
        return _ms(self._end)

    def samples(self, since_ms: float = 0.0) -> Samples:
        """Everything, from the beginning of the recording or from a place in it."""
        return self._sound[round(since_ms * RATE / 1000) : self._end].copy()

    def spans(self, *, floor_dbov: float = -45.0, join_ms: int = 300) -> list[Span]:
        """Stretches louder than the floor; pauses up to `join_ms` are inside one."""
        levels = frame_levels(self.samples())
        found: list[Span] = []
        for index in np.flatnonzero(levels > floor_dbov):
            start = int(index) * FRAME_MS
            if found and start - found[-1].end_ms <= join_ms:
                found[-1] = Span(found[-1].start_ms, start + FRAME_MS)
            else:
                found.append(Span(start, start + FRAME_MS))
        return found

    def find(self, wanted: Samples, *, at_least: float = 0.7, since_ms: float = 0.0) -> list[int]:
        """Where a sound we know begins, in milliseconds; cut ones too, from half a second on.

        Normalised cross-correlation with the first half second of `wanted` that has sound in it.
        `since_ms` leaves out what was heard before, which saves much time.
        """
        loud = np.flatnonzero(frame_levels(wanted) > -45.0)
        lead = int(loud[0]) * FRAME
        key = wanted[lead : lead + RATE // 2].astype(np.float64)
        skipped = round(since_ms * RATE / 1000)
        whole = self.samples(since_ms).astype(np.float64)
        if len(whole) < len(key):
            return []
        size = 1 << int(np.ceil(np.log2(len(whole) + len(key))))
        product = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(key, size)), size)
        energy = np.concatenate([[0.0], np.cumsum(whole**2)])
        places = len(whole) - len(key) + 1
        local = energy[len(key) :] - energy[:places]
        score = product[:places] / (np.sqrt(local * np.sum(key**2)) + 1e-6)
        score[local < np.sum(key**2) / 100] = 0.0
        found: list[int] = []
        while (best := int(np.argmax(score))) >= 0 and score[best] >= at_least:
            found.append((skipped + best - lead) * 1000 // RATE)
            score[max(0, best - len(key)) : best + len(key)] = 0.0
        return sorted(found)

    def save(self, path: Path) -> None:
        """Write it as a wav, to listen to when a test fails."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.samples().tobytes())


def _ms(samples: int) -> int:
    return samples * 1000 // RATE


def frame_levels(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Level of each whole 20 ms frame in dBov (a full-scale square wave is 0)."""
    whole = len(samples) // FRAME
    frames = samples[: whole * FRAME].reshape(whole, FRAME).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = 10 * np.log10(power / 32768.0**2 + 1e-12)
    return levels


def read_wav(path: Path) -> Samples:
    """An 8 kHz mono 16-bit file."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def tone(ms: int, *, hz: float = 440.0, dbov: float = -15.0) -> Samples:
    """A sine, its level by power."""
    time_s = np.arange(ms * RATE // 1000) / RATE
    peak = 32768 * 10 ** (dbov / 20) * 2**0.5
    return (peak * np.sin(2 * np.pi * hz * time_s)).clip(-32768, 32767).astype(np.int16)
