"""Who speaks when: frames of talk in one leg, whatever steady noise lies under it.

A frame is talk when, on the mean over eleven bands of 100 to 3400 Hz, it stands out of the leg's
own noise in that band, and is loud enough to be heard. The noise of a band is the minimum of
its smoothed power (minimum statistics, R. Martin, IEEE Trans. Speech and Audio Processing 9(5),
2001), taken apart over the time before and the time after, the greater of both: so noise that
sets in or ends at once is known from its first frame on. Tones of keys are no talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAME_MS: Final = 20

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

FULL_SCALE: Final = 32768.0
SILENT_DBOV: Final = -58.0
"""Below this a frame is never talk: comfort noise of a line lies at about -65 dBov."""

_EDGES_HZ: Final = (100, 200, 300, 450, 600, 800, 1000, 1300, 1650, 2100, 2700, 3450)
_STEADY_MS: Final = 1_600
"""No word goes on so long without a dip in its band: what does is noise."""

_SMOOTH: Final = 5
_BIAS_DB: Final = 3.0
"""By how much the minimum of smoothed power lies under the noise's mean power."""

_BEGIN_DB: Final = 6.0
_GO_ON_DB: Final = 3.0
"""Of a leg with too little rest to judge its noise by; else `_thresholds`."""

_ENOUGH_FRAMES: Final = 100
_NEAR_FRAMES: Final = 20
_JOIN_FRAMES: Final = 12
"""Pauses up to 240 ms are inside talk; ITU-T P.59 lets 200 ms pass as talk."""

_WORD_FRAMES: Final = 5
"""Bursts under 100 ms are clicks."""

EDGE_DB: Final = 20.0
"""Talk begins with its first frame that is less than this below its own level, and ends with its
last (docs/recordings.md). Beyond that lie breath and room, and how much of them is heard depends on
the line. `callers.voicebank` counts speech so; ITU-T P.56 does with 15.9 dB, on an envelope."""

_LEAK: Final = 0.01
"""A band is never quieter than 20 dB under the mean of all: the window's side lobes."""

_KEY_ROWS_HZ: Final = (697.0, 770.0, 852.0, 941.0)
_KEY_COLUMNS_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
_KEY_SHARE: Final = 0.72
"""Share of a frame's power in one row and one column of the keypad (ITU-T Q.23)."""


@dataclass(frozen=True, slots=True)
class Frames:
    """What is kept of each 20 ms frame of a leg."""

    bands: Floats
    """Power by band, shape (frames, bands); full scale is 1."""

    power: Floats
    """Power from 100 to 3400 Hz, shape (frames,)."""

    key: Mask
    """Frames that hold the tones of a key."""


def frames_of(blocks: Iterable[NDArray[np.int16]], rate: int) -> Frames:
    """Cut a leg into frames; `blocks` are its samples in order, one-dimensional.

    A last frame that is not whole is left out.
    """
    cutter = _Cutter(rate)
    parts = [cutter.features(block) for block in _whole_frames(blocks, cutter.size)]
    if not parts:
        empty = np.zeros(0, np.float32)
        return Frames(np.zeros((0, len(_EDGES_HZ) - 1), np.float32), empty, empty.astype(np.bool_))
    bands, power, key = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Frames(bands, power, key)


def _whole_frames(blocks: Iterable[NDArray[np.int16]], size: int) -> Iterator[NDArray[np.int16]]:
    rest = np.zeros(0, np.int16)
    for block in blocks:
        joined = np.concatenate((rest, block)) if len(rest) else block
        whole = len(joined) // size * size
        rest = joined[whole:]
        if whole:
            yield joined[:whole].reshape(-1, size)


class _Cutter:
    """The transforms of one rate, made once."""

    def __init__(self, rate: int) -> None:
        self.size = rate * FRAME_MS // 1000
        self._window = np.hanning(self.size).astype(np.float32)
        hz = np.fft.rfftfreq(self.size, 1 / rate)
        edges = np.searchsorted(hz, _EDGES_HZ)
        self._starts = edges[:-1]
        self._end = int(edges[-1])
        self._scale = 2.0 / (self.size * float(np.sum(self._window**2)))
        time_s = np.arange(self.size) / rate
        tones = np.array(_KEY_ROWS_HZ + _KEY_COLUMNS_HZ)
        wave = np.exp(-2j * np.pi * np.outer(time_s, tones)).astype(np.complex64)
        self._tones = np.concatenate((wave.real, wave.imag), axis=1)

    def features(self, frames: NDArray[np.int16]) -> tuple[Floats, Floats, Mask]:
        """Power by band, mean square and whether it is a key's tones, of each row."""
        samples = frames.astype(np.float32) / np.float32(FULL_SCALE)
        power = np.einsum("ij,ij->i", samples, samples) / self.size
        spectrum = np.fft.rfft(samples * self._window, axis=1)
        squared = spectrum.real**2 + spectrum.imag**2
        bands = np.add.reduceat(squared[:, : self._end], self._starts, axis=1) * self._scale
        both = (samples @ self._tones) ** 2
        tones = (both[:, :8] + both[:, 8:]) * np.float32(2.0 / self.size**2)
        strongest = tones[:, :4].max(axis=1) + tones[:, 4:].max(axis=1)
        two = np.minimum(tones[:, :4].max(axis=1), tones[:, 4:].max(axis=1))
        key = (strongest > _KEY_SHARE * power) & (two > 0.08 * power) & (power > 1e-6)
        return bands.astype(np.float32), bands.sum(axis=1, dtype=np.float32), key


@dataclass(frozen=True, slots=True)
class Talk:
    """The talk of one leg, frame by frame."""

    spoken: Mask
    talk_dbov: float | None
    """Mean level of the frames of talk, their noise taken off; None when there are none."""

    noise_dbov: float | None
    """Median level of the frames between words; None when there are none."""


def talk_of(frames: Frames) -> Talk:
    """Find the talk in a leg."""
    keys = _dilated(frames.key, 1) if frames.key.any() else frames.key
    noise = _noise(frames.bands)
    ratio = (frames.bands / noise).mean(axis=1)
    may = (frames.power > 10 ** (SILENT_DBOV / 10)) & ~keys
    quick, slow = _db(_smoothed(ratio, 3)), _db(_smoothed(ratio, 5))
    rough = _words(quick > _BEGIN_DB, slow > _GO_ON_DB, may)
    begin_db, go_on_db = _thresholds(quick, slow, ~_dilated(rough, _NEAR_FRAMES) & may)
    spoken = _words(quick > begin_db, slow > go_on_db, may)
    spoken = _edged(spoken, np.maximum(frames.power - noise.sum(axis=1), 0))
    return Talk(spoken & ~keys, *_levels(frames, spoken, keys))


def _words(begins: Mask, goes_on: Mask, may: Mask) -> Mask:
    spoken = _with_hysteresis(begins & may, goes_on & may)
    return _without_short(_bridged(spoken, _JOIN_FRAMES), _WORD_FRAMES)


def _edged(spoken: Mask, power: Floats) -> Mask:
    """Each run from its first to its last frame that is less than EDGE_DB below its own level, the
    mean of its frames that are so near to its loudest; `power` is without the noise."""
    starts, ends = runs(spoken)
    below = np.float32(10 ** (-EDGE_DB / 10))
    first, behind = starts.copy(), ends.copy()
    for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        loud = power[start:end]
        if loud.max() > 0:
            level = loud[loud > loud.max() * below].mean()
            inside = np.flatnonzero(loud > level * below)
            first[at], behind[at] = start + inside[0], start + inside[-1] + 1
    return filled(len(spoken), first, behind)


def _thresholds(quick: Floats, slow: Floats, quiet: Mask) -> tuple[float, float]:
    """What stands out of this leg's noise: more than its own frames without talk reach."""
    if np.count_nonzero(quiet) < _ENOUGH_FRAMES:
        return _BEGIN_DB, _GO_ON_DB
    begin_db = float(np.percentile(quick[quiet], 99.5)) + 2.0
    go_on_db = float(np.percentile(slow[quiet], 90)) + 0.5
    return min(max(begin_db, 4.5), 9.0), min(max(go_on_db, 1.5), 4.0)


def _noise(bands: Floats) -> Floats:
    """The noise under each frame by band, as power."""
    if not len(bands):
        return bands
    smooth = _smoothed(bands, _SMOOTH)
    width = _STEADY_MS // FRAME_MS
    before = _running_minimum(smooth, width)
    after = _running_minimum(smooth[::-1], width)[::-1]
    floor = np.maximum(before, after) * np.float32(10 ** (_BIAS_DB / 10))
    # No line is quieter than its coding, and no band than what leaks into it from the others.
    least = np.maximum(floor.mean(axis=1, keepdims=True) * np.float32(_LEAK), np.float32(1e-8))
    result: Floats = np.maximum(floor, least)
    return result


def _db(ratio: Floats) -> Floats:
    result: Floats = 10 * np.log10(np.maximum(ratio, np.float32(1e-3)))
    return result


def _smoothed(values: Floats, width: int) -> Floats:
    """Centred mean over `width` frames; at the ends the first and the last frame go on."""
    half = width // 2
    ends = ((half, half),) + ((0, 0),) * (values.ndim - 1)
    padded = np.pad(values, ends, mode="edge") if len(values) else values
    total = sum(padded[at : at + len(values)] for at in range(width))
    result: Floats = np.asarray(total, np.float32) / np.float32(width)
    return result


def _running_minimum(values: Floats, width: int) -> Floats:
    """Minimum of the last `width` rows up to each row (van Herk's two passes)."""
    count = len(values)
    blocks = -(-count // width) + 1
    padded = np.full((blocks * width, values.shape[1]), np.inf, np.float32)
    padded[width - 1 : width - 1 + count] = values[: blocks * width - width + 1]
    cut = padded.reshape(blocks, width, -1)
    forth = np.minimum.accumulate(cut, axis=1).reshape(blocks * width, -1)
    back = np.minimum.accumulate(cut[:, ::-1], axis=1)[:, ::-1].reshape(blocks * width, -1)
    result: Floats = np.minimum(back[:count], forth[width - 1 : width - 1 + count])
    return result


def _with_hysteresis(begins: Mask, goes_on: Mask) -> Mask:
    """Runs of `goes_on` that hold at least one frame of `begins`."""
    starts, ends = runs(goes_on)
    sums = np.concatenate(([0], np.cumsum(begins)))
    return filled(len(goes_on), starts, ends, sums[ends] > sums[starts])


def _bridged(mask: Mask, most: int) -> Mask:
    """Gaps of at most `most` frames between two runs filled up."""
    starts, ends = runs(mask)
    if len(starts) < 2:
        return mask
    joined = mask.copy()
    short = starts[1:] - ends[:-1] <= most
    return joined | filled(len(mask), ends[:-1], starts[1:], short)


def _without_short(mask: Mask, least: int) -> Mask:
    starts, ends = runs(mask)
    return filled(len(mask), starts, ends, ends - starts >= least)


def _dilated(mask: Mask, by: int) -> Mask:
    grown = mask.copy()
    for step in range(1, by + 1):
        grown[step:] |= mask[:-step]
        grown[:-step] |= mask[step:]
    return grown


def runs(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First frame and frame behind the last one of each run of True."""
    edges = np.diff(mask.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def filled(
    count: int, starts: NDArray[np.intp], ends: NDArray[np.intp], chosen: Mask | None = None
) -> Mask:
    """A mask of `count` frames, True in the chosen ones of some runs that do not overlap."""
    if chosen is not None:
        starts, ends = starts[chosen], ends[chosen]
    steps = np.zeros(count + 1, np.int32)
    np.add.at(steps, starts, 1)
    np.add.at(steps, ends, -1)
    result: Mask = np.cumsum(steps[:-1]) > 0
    return result


def _levels(frames: Frames, spoken: Mask, keys: Mask) -> tuple[float | None, float | None]:
    between = frames.power[~_dilated(spoken, 5) & ~keys]
    noise = float(np.median(between)) if len(between) else None
    talk = frames.power[spoken]
    loud = None
    if len(talk):
        loud = _dbov(max(float(talk.mean()) - (noise or 0.0), 1e-10))
    return loud, None if noise is None else _dbov(noise)


def _dbov(power: float) -> float:
    return round(10 * float(np.log10(max(power, 1e-10))), 1)
