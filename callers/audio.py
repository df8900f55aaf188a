"""What a caller sends, 20 ms of 8 kHz 16-bit mono at a time.

A frame is a function of the deeds, the voices, the seed and the frame's number alone: the same call
sounds the same over FastAGI and SIP, and again tomorrow.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from callers.acting import Acting, Speech
from callers.noises import RATE, Samples, comfort_loop, noise_loop
from callers.persona import Background

FRAME_MS: Final = 20
FRAME_SAMPLES: Final = RATE * FRAME_MS // 1000
FRAME_BYTES: Final = FRAME_SAMPLES * 2
_PER_MS: Final = RATE // 1000


class Voices(Protocol):
    """Utterances as sound; the voice bank is one."""

    def samples(self, voice: str, utterance: str, level_dbov: float) -> Samples:
        """The utterance with its active speech at `level_dbov`."""


class CallerAudio:
    """The sound of one call; frame 0 begins when the call was offered."""

    def __init__(self, acting: Acting, bank: Voices, seed: int = 0) -> None:
        self._acting = acting
        self._bank = bank
        self._seed = seed
        self._comfort = comfort_loop(seed % 8)
        self._loops: dict[Background, Samples] = {}
        self._spoken: dict[Speech, Samples] = {}

    def frame(self, index: int) -> bytes:
        """Frame `index`: little-endian 16-bit samples, `FRAME_BYTES` of them."""
        return to_pcm(self.samples(index * FRAME_SAMPLES, FRAME_SAMPLES))

    def samples(self, first: int, count: int) -> Samples:
        """`count` samples from sample `first` of the call, in -1..1, before they are clipped."""
        mixed = _looped(self._comfort, first, count)
        for begin_ms, end_ms, background in self._acting.background_spans():
            low = max(0, begin_ms * _PER_MS - first)
            high = count if end_ms is None else min(count, end_ms * _PER_MS - first)
            if low < high:
                mixed[low:high] += _looped(self._loop(background), first + low, high - low)
        for speech in self._acting.spoken:
            _add_speech(mixed, first, speech, self._voice(speech))
        return mixed

    def _loop(self, background: Background) -> Samples:
        loop = self._loops.get(background)
        if loop is None:
            loop = noise_loop(background.noise, background.level_dbov, self._seed % 8)
            self._loops[background] = loop
        return loop

    def _voice(self, speech: Speech) -> Samples:
        spoken = self._spoken.get(speech)
        if spoken is None:
            spoken = self._bank.samples(
                self._acting.persona.voice, speech.utterance, speech.level_dbov
            )
            self._spoken[speech] = spoken
        return spoken


def to_pcm(samples: Samples) -> bytes:
    """Samples in -1..1 as little-endian 16-bit, clipped."""
    return bytes((np.clip(samples, -1.0, 32767 / 32768) * 32768).astype("<i2").tobytes())


def from_pcm(pcm: bytes) -> Samples:
    """Little-endian 16-bit samples as -1..1."""
    return (np.frombuffer(pcm, "<i2") / 32768).astype(np.float32)


def _looped(loop: Samples, first: int, count: int) -> Samples:
    """`count` samples of a loop that began at sample 0."""
    start = first % len(loop)
    if start + count <= len(loop):
        return loop[start : start + count].copy()
    return np.resize(np.roll(loop, -start), count)


def _add_speech(mixed: Samples, first: int, speech: Speech, voice: Samples) -> None:
    offset = first - speech.begin_ms * _PER_MS
    whole = min(len(voice), (speech.end_ms - speech.begin_ms) * _PER_MS)
    low = max(0, -offset)
    high = min(len(mixed), whole - offset)
    if low < high:
        mixed[low:high] += voice[offset + low : offset + high]
