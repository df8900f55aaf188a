"""What a stretch of frames says about the line: the rules of the classifier, without time.

All figures are dBov in the telephone band. Thresholds were set on clips of known content and are
flat optima (`bench/ears`); moving one by 1 dB changes next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log10

import numpy as np
from numpy.typing import NDArray

from calls.outcomes import Sound

SPEECH_P = 0.5
"""A frame at or above this probability is speech."""

QUIET_P = 0.2
"""Below this, and away from speech, a frame is surely none."""

STANDS_OUT_DB = 20.0
STANDS_OUT_FRAMES = 3
"""From `QUIET_P` on, 60 ms this far above the floor are speech as well: the detector doubts breathy
voices, but on a quiet line it doubts them against nothing. A click is shorter.
"""

NEAR_FRAMES = 8
"""Frames round speech that belong to neither: onsets, tails, the detector's delay."""

LEAST_SPEECH_FRAMES = 10
"""200 ms: with less than this in five seconds nobody speaks."""

LEAST_CLEAR_FRAMES = 8
"""160 ms are enough of a voice that is neither faint nor in noise."""

SILENT_BELOW_DBOV = -41.0
FAINT_BELOW_DBOV = -37.5
NOISY_SNR_DB = 6.0
NOISY_FLOOR_DBOV = -46.0

_QUIET_FRAMES_ENOUGH = 15
_LOWEST_FLOOR_DBOV = -75.0
_MINIMUM_BIAS_DB = 1.5
_LOUD_SHARE_IGNORED = 0.12
_TO_POWER = log(10) / 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a stretch of audio is, with the figures it was judged by."""

    what: Sound
    level_dbov: float
    floor_dbov: float
    snr_db: float | None
    """None when nobody spoke."""

    speech_ms: int
    floor_heard: bool = True
    """The floor was heard in pauses; else it is the least of all that was heard, maybe speech."""

    @property
    def reason(self) -> str:
        """The figures as text, for QA."""
        if self.snr_db is None:
            return f"no speech, level {self.level_dbov:.1f} dBov, floor {self.floor_dbov:.1f} dBov"
        return (
            f"speech {self.speech_ms} ms at {self.level_dbov:.1f} dBov, "
            f"floor {self.floor_dbov:.1f} dBov, SNR {self.snr_db:.1f} dB"
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive frames, oldest first; all arrays [n]."""

    levels_dbov: NDArray[np.float64]
    speech_p: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    """Power smoothed exponentially (a = 0.7), linear."""

    masked: NDArray[np.bool_]
    """Frames to be left out: DTMF and what is next to it."""


def judge(stretch: Stretch, *, least_speech: int = LEAST_SPEECH_FRAMES) -> Verdict | None:
    """Say what the stretch is; None when everything in it is masked.

    Speech frames give the active speech level (in the spirit of ITU-T P.56: mean over active
    frames only, noise power taken off); the noise floor is the 60th percentile of frames surely
    without speech, or the minimum statistics (R. Martin 2001) where there are too few of them.
    """
    open_frames = ~stretch.masked
    if not open_frames.any():
        return None
    levels = stretch.levels_dbov
    floor_min = _decibel(float(stretch.smoothed[open_frames].min())) + _MINIMUM_BIAS_DB
    speech = _speech(stretch, floor_min, open_frames)
    spoken = int(np.count_nonzero(speech))
    quiet = (stretch.speech_p < QUIET_P) & open_frames
    if spoken:
        quiet &= ~_near(speech)
    floor = floor_min
    quiet_levels = levels[quiet]
    floor_heard = len(quiet_levels) >= _QUIET_FRAMES_ENOUGH
    if floor_heard:
        floor = max(_percentile_60(quiet_levels), floor_min)
    floor = max(floor, _LOWEST_FLOOR_DBOV)
    if spoken >= min(least_speech, LEAST_CLEAR_FRAMES):
        level = _decibel(float(_power(levels[speech]).mean()) - 10 ** (floor / 10))
        snr = level - floor
        what = _class_of_speech(level, floor, snr)
        if spoken >= least_speech or what is Sound.SPEECH:
            return Verdict(what, level, floor, snr, spoken * 20, floor_heard)
    level = steady_level(_power(levels[open_frames]))
    what = Sound.SILENCE if level < SILENT_BELOW_DBOV else Sound.NOISE
    return Verdict(what, level, floor, None, spoken * 20, floor_heard)


def steady_level(power: NDArray[np.float64]) -> float:
    """Mean level in dBov without the loudest 12 % of frames, so that one click counts nothing."""
    kept = max(len(power) - int(len(power) * _LOUD_SHARE_IGNORED), 1)
    return _decibel(float(np.partition(power, kept - 1)[:kept].mean()))


def _class_of_speech(level: float, floor: float, snr: float) -> Sound:
    if snr < NOISY_SNR_DB and floor > NOISY_FLOOR_DBOV:
        return Sound.NOISE
    return Sound.FAINT if level < FAINT_BELOW_DBOV else Sound.SPEECH


def _speech(stretch: Stretch, floor: float, heard: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Frames of `heard` with speech: surely, or standing far and long enough out of `floor`."""
    likely = stretch.speech_p
    sure = (likely >= SPEECH_P) & heard
    out = (likely >= QUIET_P) & (stretch.levels_dbov >= floor + STANDS_OUT_DB) & heard
    runs = len(out) - STANDS_OUT_FRAMES + 1
    if runs < 1 or not np.greater(out, sure).any():
        return sure
    all_out = out[:runs]
    for late in range(1, STANDS_OUT_FRAMES):
        all_out = all_out & out[late : runs + late]
    for late in range(STANDS_OUT_FRAMES):
        sure[late : runs + late] |= all_out
    return sure


def _near(speech: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`speech` widened by NEAR_FRAMES on both sides."""
    width = 2 * NEAR_FRAMES + 1
    padded = np.zeros(len(speech) + width, dtype=np.int16)
    padded[NEAR_FRAMES + 1 : NEAR_FRAMES + 1 + len(speech)] = speech
    total = padded.cumsum()
    return np.asarray(total[width:] > total[:-width])


def _percentile_60(levels: NDArray[np.float64]) -> float:
    """As `np.percentile`, at a tenth of its cost."""
    place = 0.6 * (len(levels) - 1)
    low = int(place)
    ordered = np.partition(levels, (low, low + 1))
    return float(ordered[low] + (place - low) * (ordered[low + 1] - ordered[low]))


def _power(levels_dbov: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(levels_dbov * _TO_POWER))


def _decibel(power: float) -> float:
    return 10 * log10(max(power, 1e-10))
