"""The two sides of a call as sound: kept while it lasts, written as wav files."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np

from callers.audio import CallerAudio, to_pcm
from callers.noises import RATE, Samples

_PER_MS: Final = RATE // 1000
_JOIN_MS: Final = 60
"""Frames that come within this of where the last ended belong to it: network jitter."""


class HouseTrack:
    """What the house sent, placed on the time of the call."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, Samples]] = []
        self._end = 0

    def place(self, at_ms: int, sound: Samples) -> None:
        """A sound whose beginning is known exactly."""
        self._parts.append((at_ms * _PER_MS, sound))
        self._end = at_ms * _PER_MS + len(sound)

    def arrived(self, at_ms: int, frame: Samples) -> None:
        """A frame that came over a network at `at_ms`; joined to the one before without a seam."""
        first = at_ms * _PER_MS
        if 0 <= first - self._end <= _JOIN_MS * _PER_MS or self._end > first:
            first = self._end
        self._parts.append((first, frame))
        self._end = first + len(frame)

    def samples(self, first: int, count: int) -> Samples:
        """`count` samples from sample `first` of the call; silence where nothing was sent."""
        mixed = np.zeros(count, dtype=np.float32)
        for begin, part in self._parts:
            low, high = max(begin, first), min(begin + len(part), first + count)
            if low < high:
                mixed[low - first : high - first] += part[low - begin : high - begin]
        return mixed


class Monitor:
    """A running MixMonitor: which files it writes, from when."""

    def __init__(self, began_ms: int, mixed: Path | None, caller: Path | None, house: Path | None):
        self.began_ms = began_ms
        self._mixed = mixed
        self._caller = caller
        self._house = house

    def write(self, audio: CallerAudio, track: HouseTrack, ended_ms: int) -> None:
        """Write the files up to `ended_ms`."""
        first = self.began_ms * _PER_MS
        count = max(ended_ms - self.began_ms, 0) * _PER_MS
        caller = audio.samples(first, count)
        house = track.samples(first, count)
        if self._caller is not None:
            write_wav(self._caller, caller)
        if self._house is not None:
            write_wav(self._house, house)
        if self._mixed is not None:
            write_wav(self._mixed, caller + house)


def write_wav(path: Path, *channels: Samples) -> None:
    """Write 8 kHz 16-bit wav, one channel per array (all of one length)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    joined = np.stack(channels, axis=1).reshape(-1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(to_pcm(joined))
