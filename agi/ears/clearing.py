"""Is the line clear again? A short memory, so that the answer comes within two seconds.

Figures on the development clips of `bench/ears`: speech that begins as a noise stops is called
clear after 1.72 s (median), 1.94 s (p95); 10 % of the noisy clips, nearly all of them speech in
crackle or music, are called clear at some time in ten seconds.
"""

from __future__ import annotations

import numpy as np

from agi.ears.features import FRAME_MS
from agi.ears.measures import NOISY_FLOOR_DBOV, SILENT_BELOW_DBOV, SPEECH_P, Stretch

SHORT_FRAMES = 15
"""300 ms: what the line sounds like right now."""

FLOOR_FRAMES = 35
"""700 ms: long enough to hold a gap between two syllables."""

CLEAR_AFTER_MS = 1500

NOISE_LASTS_FRAMES = 24
"""480 ms: a first word may pass before the detector knows it for speech. It is no noise yet."""

SPEECH_ABOVE_FLOOR_DB = 10.0

_LEAST_SPEECH = 4


class ClearWatch:
    """Counts how long there has been no noise in a row."""

    def __init__(self) -> None:
        self.clear_ms = 0
        self.known = False
        """Whether enough was heard to say anything."""

        self._noisy_frames = NOISE_LASTS_FRAMES - 1

    @property
    def noisy(self) -> bool:
        """Whether it is noise right now."""
        return self._noisy_frames >= NOISE_LASTS_FRAMES

    @property
    def is_clear(self) -> bool:
        """Whether there was none for 1.5 s in a row, and nothing now that may become one."""
        return self.clear_ms >= CLEAR_AFTER_MS and self._noisy_frames == 0

    def add(self, recent: Stretch) -> None:
        """Take one more frame; `recent` holds the last FLOOR_FRAMES or what there is of them."""
        if len(recent.levels_dbov) < SHORT_FRAMES // 2:
            self.clear_ms += FRAME_MS
            return
        noisy = noisy_now(recent)
        if noisy is None:
            return
        self.known = True
        self._noisy_frames = self._noisy_frames + 1 if noisy else 0
        self.clear_ms = 0 if self.noisy else self.clear_ms + FRAME_MS


def noisy_now(recent: Stretch) -> bool | None:
    """Whether the line sounds noisy at the end of `recent`; None while key tones cover it.

    Without speech the 60th percentile of the last 300 ms decides: it lets go 120 ms after a
    noise stops, and single clicks don't reach it. With speech the lowest tenth of the last 700 ms
    stands for the floor: a clear line shows it between syllables.
    """
    last = slice(-SHORT_FRAMES, None)
    open_frames = ~recent.masked[last]
    levels = recent.levels_dbov[last][open_frames]
    if not len(levels):
        return None
    speech = levels[recent.speech_p[last][open_frames] >= SPEECH_P]
    if len(speech) < _LEAST_SPEECH:
        return bool(np.sort(levels)[int(0.6 * (len(levels) - 1))] >= SILENT_BELOW_DBOV)
    heard = np.sort(recent.levels_dbov[~recent.masked])
    floor = float(heard[int(0.1 * (len(heard) - 1))])
    level = 10 * np.log10(float(np.mean(10 ** (speech / 10))))
    return bool(level - floor < SPEECH_ABOVE_FLOOR_DB and floor > NOISY_FLOOR_DBOV)
