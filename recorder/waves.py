"""The two legs of a sound as a picture: the lowest and the highest sample of each stretch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from recorder.wav import WavFile, blocks_in, look_in

PER_S: Final = 50
_BLOCK_S: Final = 20

Pairs = NDArray[np.int8]
"""Shape (stretches, 2): lowest and highest, -128 to 127 for the full scale."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """A sound at `per_s` stretches a second."""

    per_s: int
    caller: Pairs
    house: Pairs

    @property
    def duration_ms(self) -> int:
        """Length of the picture; a last stretch that is not whole counts as whole."""
        return len(self.caller) * 1000 // self.per_s


def peaks(file: BinaryIO, per_s: int = PER_S, *, wav: WavFile | None = None) -> Peaks:
    """The peaks of an opened wav, a `CallSound` or a kept recording, caller left and house right.

    `per_s` divides the rate (8000 a second), else ValueError. Reads the whole file once, some
    seconds at a time. Raises RecordingError, OSError.
    """
    wav = wav or look_in(file, Path("sound.wav"))
    if per_s <= 0 or wav.rate % per_s:
        raise ValueError(f"{per_s} stretches a second do not divide {wav.rate} samples")
    width = wav.rate // per_s
    found = [_of_block(block, width) for block in blocks_in(file, wav, most=_BLOCK_S * wav.rate)]
    if not found:
        nothing: Pairs = np.zeros((0, 2), np.int8)
        return Peaks(per_s, nothing, nothing)
    whole = np.concatenate(found)
    return Peaks(per_s, whole[:, 0], whole[:, -1])


def _of_block(block: NDArray[np.int16], width: int) -> NDArray[np.int8]:
    """Shape (stretches, channels, 2)."""
    rest = -len(block) % width
    if rest:
        block = np.concatenate((block, np.repeat(block[-1:], rest, axis=0)))
    # One leg at a time, and coarse before fine: both go through memory in order.
    pairs = [
        np.stack((leg.min(axis=1), leg.max(axis=1)), axis=1)
        for leg in (np.ascontiguousarray(column).reshape(-1, width) for column in block.T)
    ]
    scaled: NDArray[np.int8] = (np.stack(pairs, axis=1) >> 8).astype(np.int8)
    return scaled
