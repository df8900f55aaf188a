"""A-law (G.711) to 16-bit samples and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def _table() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code & 0x70) >> 4, (code & 0x0F) << 4
    level = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, level, -level).astype(np.int16)


_DECODED = _table()
_ORDER = np.argsort(_DECODED, kind="stable")
_LEVELS = _DECODED[_ORDER].astype(np.int32)
_BETWEEN = (_LEVELS[1:] + _LEVELS[:-1]) // 2


def decode(alaw: bytes) -> Samples:
    """One 16-bit sample a byte."""
    return _DECODED[np.frombuffer(alaw, np.uint8)]


def encode(samples: Samples) -> bytes:
    """The nearest A-law byte of each sample."""
    nearest = np.searchsorted(_BETWEEN, samples.astype(np.int32))
    return _ORDER[nearest].astype(np.uint8).tobytes()
