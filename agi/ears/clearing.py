"""Is the line clear again? A short memory, so that the answer comes within two seconds."""

from __future__ import annotations

import numpy as np

from agi.ears.features import FRAME_MS
from agi.ears.measures import (
    NOISY_FLOOR_DBOV,
    NOISY_SNR_DB,
    SILENT_BELOW_DBOV,
    SPEECH_P,
    Stretch,
)

SHORT_FRAMES = 15
"""300 ms: what the line sounds like right now."""

FLOOR_FRAMES = 35
"""700 ms: long enough to hold a gap between two syllables."""

CLEAR_AFTER_MS = 1500

_LEAST_SPEECH = 4


class ClearWatch:
    """Counts how long there has been no noise in a row."""

    def __init__(self) -> None:
        self.clear_ms = 0
        self.noisy = True
        """Until the line has been heard."""

    @property
    def is_clear(self) -> bool:
        return self.clear_ms >= CLEAR_AFTER_MS

    def add(self, recent: Stretch) -> None:
        """Take one more frame; `recent` holds the last FLOOR_FRAMES or what there is of them."""
        if len(recent.levels_dbov) < SHORT_FRAMES // 2:
            self.clear_ms += FRAME_MS
            return
        noisy = noisy_now(recent)
        if noisy is None:
            return
        self.noisy = noisy
        self.clear_ms = 0 if noisy else self.clear_ms + FRAME_MS


def noisy_now(recent: Stretch) -> bool | None:
    """Whether the line is noisy at the end of `recent`; None while key tones cover it.

    Without speech the 60th percentile of the last 300 ms decides: it lets go 180 ms after a
    noise stops, and single clicks don't reach it. With speech the lowest smoothed power of the
    last 700 ms stands for the floor, and the rule is the classifier's.
    """
    last = slice(-SHORT_FRAMES, None)
    levels = recent.levels_dbov[last][~recent.masked[last]]
    if not len(levels):
        return None
    speech = levels[recent.speech_p[last][~recent.masked[last]] >= SPEECH_P]
    if len(speech) < _LEAST_SPEECH:
        return bool(np.sort(levels)[int(0.6 * (len(levels) - 1))] >= SILENT_BELOW_DBOV)
    floor = 10 * np.log10(max(float(recent.smoothed.min()), 1e-10))
    level = 10 * np.log10(float(np.mean(10 ** (speech / 10))))
    return bool(level - floor < NOISY_SNR_DB and floor > NOISY_FLOOR_DBOV)
