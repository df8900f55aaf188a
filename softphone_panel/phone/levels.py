"""How loud a stream is, over its last 100 ms."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

WINDOW_MS: Final = 100
_FULL = 32768.0
_SILENCE_DBOV: Final = -96.0


class LevelMeter:
    """Takes 16-bit mono PCM as it comes; the level is of the last 100 ms of it.

    dBov: 0 is a square wave at full scale, so a full sine is -3.01 (ITU-T G.711, G.100.1).
    """

    def __init__(self, rate: int = 8000) -> None:
        self._window = rate * WINDOW_MS // 1000
        self._kept = np.zeros(0, np.int16)

    @property
    def dbov(self) -> float | None:
        """None until something came, and after `clear`."""
        if not len(self._kept):
            return None
        power = float(np.mean(self._kept.astype(np.float64) ** 2)) / _FULL**2
        return max(_SILENCE_DBOV, 10 * math.log10(power)) if power > 0 else _SILENCE_DBOV

    def take(self, pcm: bytes) -> None:
        """More of it, in whole samples."""
        fresh = np.frombuffer(pcm, np.int16)
        self._kept = np.concatenate([self._kept, fresh])[-self._window :]

    def clear(self) -> None:
        """Nothing comes any more."""
        self._kept = np.zeros(0, np.int16)
