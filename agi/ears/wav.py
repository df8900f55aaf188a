"""Recordings as the ears take them: any WAV to mono 8 kHz.

Read here rather than by the `wave` module, which knows neither A-law nor float. Source of the
chunk layout: Microsoft RIFF/WAVE (mmreg.h); of the companding: ITU-T G.711.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.ears.features import RATE
from agi.ears.vad import EarsError

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_MOST_BYTES = 1 << 30

_KINDS = {
    (_PCM, 8): ("u1", 128, 128.0),
    (_PCM, 16): ("<i2", 0, 2.0**15),
    (_PCM, 32): ("<i4", 0, 2.0**31),
    (_FLOAT, 32): ("<f4", 0, 1.0),
    (_FLOAT, 64): ("<f8", 0, 1.0),
}
"""NumPy's name of a sample, its zero and its full scale, by format and bits."""
_HALF_LOBES = 16


Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Format:
    tag: int
    channels: int
    rate: int
    bits: int


def read_wav(path: Path) -> NDArray[np.float32]:
    """The recording as mono 8 kHz samples [n], full scale 1.0; channels are averaged.

    Takes 8, 16, 24, 32 bit PCM, 32 and 64 bit float, A-law and mu-law at 4 to 192 kHz. Raises
    EarsError for a file that is missing, is no such WAV, is cut in its header or is empty.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise EarsError(f"{path}: larger than 1 GiB; cut it into shorter recordings")
        data = path.read_bytes()
    except OSError as error:
        raise EarsError(f"{path}: {error.strerror or error}; give a WAV file") from error
    shape, body = _chunks(data, path)
    samples = _decode(shape, body, path)
    whole = len(samples) // shape.channels * shape.channels
    mono = samples[:whole].reshape(-1, shape.channels).mean(axis=1)
    if not len(mono):
        raise EarsError(f"{path}: no sound in it; record again")
    return resample(np.nan_to_num(mono), shape.rate).astype(np.float32)


def _chunks(data: bytes, path: Path) -> tuple[_Format, bytes]:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise EarsError(f"{path}: not a WAV file; convert it, for example with sox")
    shape: _Format | None = None
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int(struct.unpack_from("<I", data, place + 4)[0])
        body = data[place + 8 : place + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            shape = _format(body)
        elif name == b"data" and shape is not None:
            return _checked(shape, path), body
        place += 8 + size + size % 2
    raise EarsError(f"{path}: a WAV without format or sound; convert it again")


def _format(body: bytes) -> _Format:
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack_from("<H", body, 24)[0]
    return _Format(tag, channels, rate, bits)


def _checked(shape: _Format, path: Path) -> _Format:
    if not 1 <= shape.channels <= 64 or not 4000 <= shape.rate <= 192_000:
        raise EarsError(
            f"{path}: {shape.channels} channels at {shape.rate} Hz; "
            "give 1 to 64 channels at 4000 to 192000 Hz"
        )
    return shape


def _decode(shape: _Format, body: bytes, path: Path) -> Wide:
    if (shape.tag, shape.bits) == (_PCM, 24):
        triples = np.frombuffer(body, np.uint8, len(body) // 3 * 3).reshape(-1, 3)
        padded = np.zeros((len(triples), 4), np.uint8)
        padded[:, 1:] = triples
        return np.asarray(padded.view("<i4").ravel() / 2.0**31)
    if shape.bits == 8 and shape.tag in (_ALAW, _MULAW):
        table = ALAW_LEVELS if shape.tag == _ALAW else _MULAW_LEVELS
        return np.asarray(table[np.frombuffer(body, np.uint8)])
    kind = _KINDS.get((shape.tag, shape.bits))
    if kind is None:
        raise EarsError(
            f"{path}: WAV format {shape.tag} with {shape.bits} bits is not read; "
            "convert it to 16 bit"
        )
    name, zero, full_scale = kind
    size = np.dtype(name).itemsize
    return (np.frombuffer(body, name, len(body) // size).astype(np.float64) - zero) / full_scale


def _alaw_table() -> Wide:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(
        exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0)
    )
    return np.asarray(np.where(code & 0x80, 1, -1) * size * 8 / 32768)


def _mulaw_table() -> Wide:
    code = ~np.arange(256) & 0xFF
    size = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132
    return np.asarray(np.where(code & 0x80, -1, 1) * size / 32768)


ALAW_LEVELS = _alaw_table()
_MULAW_LEVELS = _mulaw_table()


def resample(samples: Wide, rate: int, to: int = RATE) -> Wide:
    """Samples at `rate` as samples at `to`: polyphase, a Kaiser-windowed sinc of 16 lobes a side.

    The pass band ends at 92 % of the lower Nyquist frequency. Source: J. O. Smith, Digital Audio
    Resampling Home Page (bandlimited interpolation).
    """
    if rate == to:
        return samples
    common = gcd(rate, to)
    up, down = to // common, rate // common
    cutoff = 0.92 * min(1.0, to / rate)
    reach = int(np.ceil(_HALF_LOBES / cutoff))
    padded = np.concatenate((np.zeros(reach), samples, np.zeros(reach + 1)))
    out = np.empty(-(-len(samples) * up // down))
    steps = np.arange(-reach + 1, reach + 1)
    for phase in range(min(up, len(out))):
        begin, fraction = divmod(phase * down, up)
        distance = steps - fraction / up
        taps = cutoff * np.sinc(cutoff * distance) * _kaiser(distance / reach)
        count = len(range(phase, len(out), up))
        windows = np.lib.stride_tricks.sliding_window_view(padded[begin + 1 :], 2 * reach)
        out[phase::up] = windows[::down][:count] @ taps
    return out


def _kaiser(place: Wide, beta: float = 8.0) -> Wide:
    """The Kaiser window at places -1..1 of its width."""
    inside = np.sqrt(np.maximum(1 - place**2, 0))
    return np.asarray(np.i0(beta * inside) / np.i0(beta), dtype=np.float64)
