"""What can be measured in one frame alone, for all frames of all calls in one go.

A frame is 160 samples, 20 ms at 8 kHz. Levels are dBov: a full-scale sine is -3 dBov
(ITU-T G.100.1), counted in the telephone band 300-3400 Hz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_MS = 20
FRAME_SAMPLES = 160
FRAME_BYTES = 2 * FRAME_SAMPLES
RATE = 8000

SILENCE_DBOV = -100.0
"""Level of digital silence, so that no logarithm meets a zero."""

_HANN = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)
_BIN_HZ = RATE / FRAME_SAMPLES
_BAND = slice(round(300 / _BIN_HZ), round(3400 / _BIN_HZ) + 1)
# Parseval for a one-sided spectrum of a Hann-windowed frame: mean square of the frame.
_POWER = np.float32(2.0 / (FRAME_SAMPLES * float(np.sum(_HANN.astype(np.float64) ** 2))))

_ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
_COLUMNS_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_ANGLES = 2 * np.pi * np.outer(np.arange(FRAME_SAMPLES) / RATE, _ROWS_HZ + _COLUMNS_HZ)
_COSINES = (np.cos(_ANGLES) * _HANN[:, np.newaxis]).astype(np.float32)
_SINES = (np.sin(_ANGLES) * _HANN[:, np.newaxis]).astype(np.float32)
_DOMINANCE = 10 ** (8.0 / 10)
_TWIST = 10 ** (9.0 / 10)
_DTMF_LEAST_DBOV = -45.0
_DTMF_LEAST_SHARE = 0.5
"""Of the frame's energy: a key tone has 0.7 even at 6 dB SNR, a vowel that looks like one 0.46."""

_WHOLE = np.float32(_DTMF_LEAST_SHARE * float(np.sum(_HANN, dtype=np.float64)) ** 2 / 2)
_WHOLE /= np.float32(np.sum(_HANN.astype(np.float64) ** 2))


def pcm_to_frames(pcm: bytes) -> NDArray[np.float32]:
    """Signed 16-bit little-endian samples as frames [n, 160], full scale 1.0; a rest is cut."""
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // FRAME_BYTES * FRAME_SAMPLES)
    return (samples.astype(np.float32) / np.float32(32768)).reshape(-1, FRAME_SAMPLES)


def measure(frames: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Band level in dBov [n] and "this is a DTMF tone" [n] of frames [n, 160].

    DTMF as in ITU-T Q.24's spirit: the strongest row and the strongest column tone each beat
    the others of their group by 8 dB, differ from each other by less than 9 dB (twist), have half
    of the frame's energy, and the frame is louder than -45 dBov.
    """
    windowed = frames * _HANN
    spectrum = np.fft.rfft(windowed, axis=1)[:, _BAND]
    power = _POWER * np.sum(spectrum.real**2 + spectrum.imag**2, axis=1, dtype=np.float64)
    levels = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBOV / 10)))
    energy = np.einsum("ns,ns->n", windowed, windowed)
    return levels, _dtmf(frames, levels, energy)


def _dtmf(
    frames: NDArray[np.float32], levels: NDArray[np.float64], energy: NDArray[np.float32]
) -> NDArray[np.bool_]:
    # Not `@`: OpenBLAS would wake threads of its own that spin, and took half a core for nothing.
    real = np.einsum("ns,st->nt", frames, _COSINES)
    imaginary = np.einsum("ns,st->nt", frames, _SINES)
    tones = real**2 + imaginary**2
    rows, columns = np.sort(tones[:, :4], axis=1), np.sort(tones[:, 4:], axis=1)
    row, column = rows[:, 3], columns[:, 3]
    tiny = np.float32(1e-12)
    twist = np.maximum(row, column) / np.maximum(np.minimum(row, column), tiny)
    return np.asarray(
        (row > _DOMINANCE * rows[:, 2])
        & (column > _DOMINANCE * columns[:, 2])
        & (twist < _TWIST)
        & (row + column > _WHOLE * energy)
        & (levels > _DTMF_LEAST_DBOV)
    )
