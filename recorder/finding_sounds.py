"""Finds a sound we know in what was recorded."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recorder.wav import RATE

_LIKE: Final = 0.7
"""Of a normalised cross-correlation: the coding of the line costs a few hundredths."""

_AS_GOOD: Final = 0.97
_QUIET: Final = 330


def place_of(
    heard: NDArray[np.int16], sound: NDArray[np.int16], *, near: int, key_ms: int
) -> int | None:
    """Frame of `heard` at which `sound` begins, both at 8 kHz; None where it is not heard.

    Looked for by its first `key_ms` from its first loud sample on; of several places the one next
    to `near`. Below zero when its quiet beginning lies before what was heard.
    """
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _QUIET)
    if not len(loud):
        return None
    lead = int(loud[0])
    key = sound[lead : lead + key_ms * RATE // 1000].astype(np.float32)
    places = len(heard) - len(key) + 1
    if places <= 0:
        return None
    score = _likeness(heard.astype(np.float32), key, places)
    alike = np.flatnonzero(score >= max(_LIKE, _AS_GOOD * float(score.max())))
    if not len(alike):
        return None
    return int(alike[np.argmin(np.abs(alike - lead - near))]) - lead


def _likeness(
    heard: NDArray[np.float32], key: NDArray[np.float32], places: int
) -> NDArray[np.float64]:
    size = 1 << int(np.ceil(np.log2(len(heard) + len(key))))
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(key, size))
    product = np.fft.irfft(spectrum, size)[:places]
    energy = np.concatenate(([0.0], np.cumsum(heard.astype(np.float64) ** 2)))
    wanted = float(np.sum(key.astype(np.float64) ** 2))
    local = energy[len(key) :] - energy[:places]
    score: NDArray[np.float64] = product / np.sqrt(np.maximum(local, wanted / 100) * wanted)
    return score
