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


def _nearest() -> NDArray[np.uint8]:
    """The A-law byte of every sample, by its bits read as a number without a sign."""
    order = np.argsort(_DECODED, kind="stable")
    levels = _DECODED[order].astype(np.int32)
    between = (levels[1:] + levels[:-1]) // 2
    samples = np.arange(2**16, dtype=np.uint16).view(np.int16).astype(np.int32)
    return order[np.searchsorted(between, samples)].astype(np.uint8)


_ENCODED = _nearest()


def decode(alaw: bytes) -> Samples:
    """One 16-bit sample a byte."""
    return _DECODED[np.frombuffer(alaw, np.uint8)]


def encode(samples: Samples) -> bytes:
    """The nearest A-law byte of each sample."""
    return _ENCODED[samples.view(np.uint16)].tobytes()
