"""What is done to a prompt's samples: read, resample, level, trim, write. NumPy only.

A signal is a one-dimensional float64 array, full scale +-1.0, unless a name says `int16`. Levels
are in dBov: a full-scale square wave is 0, a full-scale sine -3 (ITU-T G.100.1).
"""

from __future__ import annotations

import math
import os
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calls.errors import PromptError

Signal = NDArray[np.float64]
Samples = NDArray[np.int16]

RATE = 8000
TARGET_DBOV = -22.0
"""Active speech level of every synthesized prompt."""

MOST_SECONDS = 180
_PEAK = 0.97
_PAD_MS = 50
_FADE_MS = 5
_HOLD_S = 0.2
_MARGIN_DB = 15.9
_ENVELOPE_S = 0.03
_STEP = RATE // 200


def resample(signal: Signal, rate_in: int, rate_out: int) -> Signal:
    """Band-limited resampling by a Kaiser-windowed sinc (any two rates, stop band about -70 dB).

    Output `n` lies between two inputs where output `n + period` lies again, so that the filter is
    worked out for one period: 160 places from 22050 Hz to 8000 Hz, one from 24000 Hz.
    """
    if rate_in == rate_out:
        return signal
    cutoff = 0.94 * min(1.0, rate_out / rate_in)
    half = int(np.ceil(36 / cutoff))
    padded = np.pad(signal, half + 1)
    taps = np.arange(-half, half + 1)
    count = int(len(signal) * rate_out / rate_in)
    common = math.gcd(rate_in, rate_out)
    step, period = rate_in // common, rate_out // common
    weights = _weights(np.arange(min(period, count)) * step % period / period, taps, cutoff)
    out = np.empty(count)
    for first in range(0, count, 4096):
        at = np.arange(first, min(first + 4096, count))
        picked = padded[(at * step // period)[:, None] + taps[None, :] + half + 1]
        out[first : first + len(at)] = np.einsum("ij,ij->i", weights[at % period], picked)
    return out


def _weights(places: Signal, taps: NDArray[np.int64], cutoff: float) -> Signal:
    """A row of the filter for each place between two inputs, 0 to below 1."""
    offset = taps[None, :] - places[:, None]
    inside = np.clip(1 - (offset / (taps[-1] + 1)) ** 2, 0, None)
    window = np.i0(7.0 * np.sqrt(inside)) / np.i0(7.0)
    weights: Signal = cutoff * np.sinc(cutoff * offset) * window
    return weights


def band_limit(signal: Signal, low_hz: float = 180.0, high_hz: float = 3500.0) -> Signal:
    """An 8 kHz signal without what a telephone line loses anyway; raised-cosine edges of 60 Hz+."""
    size = 1 << int(np.ceil(np.log2(len(signal) + RATE // 4)))
    spectrum = np.fft.rfft(signal, size)
    hz = np.fft.rfftfreq(size, 1 / RATE)
    rise = np.clip((hz - (low_hz - 80)) / 80, 0, 1)
    fall = np.clip(((high_hz + 200) - hz) / 200, 0, 1)
    gain = 0.25 * (1 - np.cos(np.pi * rise)) * (1 - np.cos(np.pi * fall))
    return np.fft.irfft(spectrum * gain, size)[: len(signal)]


def active_level_dbov(signal: Signal) -> float:
    """Active speech level of an 8 kHz signal; -inf when silent.

    ITU-T P.56 method B, its envelope taken every 5 ms.
    """
    frames = len(signal) // _STEP
    if not frames or not np.any(signal):
        return float("-inf")
    blocks = signal[: frames * _STEP].reshape(frames, _STEP)
    envelope = _envelope(np.abs(blocks).mean(axis=1))
    energy = float((signal**2).sum())
    hold = int(_HOLD_S * RATE / _STEP)
    level = before = float("-inf")
    for threshold in range(-90, 1):
        active = _held(envelope >= 10 ** (threshold / 20), hold)
        if not active:
            break
        level = 10 * np.log10(energy / (active * _STEP))
        if level - threshold <= _MARGIN_DB:
            # Between two whole-dB thresholds the crossing is interpolated.
            above = before - (threshold - 1) - _MARGIN_DB
            below = _MARGIN_DB - (level - threshold)
            share = above / (above + below) if np.isfinite(before) and above + below > 0 else 1.0
            start = before if np.isfinite(before) else level
            return float(start + share * (level - start))
        before = level
    return float(level)


def _envelope(magnitudes: Signal) -> Signal:
    """Two exponential averages in a row, as P.56 has them."""
    keep = float(np.exp(-_STEP / RATE / _ENVELOPE_S))
    once = twice = 0.0
    out = np.empty_like(magnitudes)
    for index, value in enumerate(magnitudes):
        once = keep * once + (1 - keep) * float(value)
        twice = keep * twice + (1 - keep) * once
        out[index] = twice
    return out


def _held(loud: NDArray[np.bool_], hold: int) -> int:
    """Steps that are loud, or were at most `hold` steps ago."""
    where = np.flatnonzero(loud)
    if not len(where):
        return 0
    gaps = np.minimum(np.diff(np.append(where, len(loud))), hold + 1)
    return int(gaps.sum())


def leveled(signal: Signal, target_dbov: float = TARGET_DBOV) -> Signal:
    """The signal at an active speech level of `target_dbov`, rare peaks rounded, not clipped."""
    level = active_level_dbov(signal)
    if not np.isfinite(level):
        return signal
    gained = signal * 10 ** ((target_dbov - level) / 20)
    knee = 0.7
    over = np.abs(gained) > knee
    room = _PEAK - knee
    gained[over] = np.sign(gained[over]) * (
        knee + room * np.tanh((np.abs(gained[over]) - knee) / room)
    )
    return gained


def trimmed(signal: Signal) -> Signal:
    """The signal without silence at its ends: 5 ms fades, then 50 ms of true silence each side."""
    frames = len(signal) // _STEP
    power = (signal[: frames * _STEP].reshape(frames, _STEP) ** 2).mean(axis=1)
    floor = max(10 ** ((active_level_dbov(signal) - 32) / 10), 1e-7)
    loud = np.flatnonzero(power > floor)
    if not len(loud):
        return signal[:0]
    # Two steps more on each side keep the soft beginning and end of a consonant.
    first = max(0, (int(loud[0]) - 2) * _STEP)
    last = min(len(signal), (int(loud[-1]) + 7) * _STEP)
    cut = signal[first:last].copy()
    fade = min(_FADE_MS * RATE // 1000, len(cut) // 2)
    ramp = np.linspace(0, 1, fade, endpoint=False)
    cut[:fade] *= ramp
    cut[len(cut) - fade :] *= ramp[::-1]
    return np.pad(cut, _PAD_MS * RATE // 1000)


def finish(signal: Signal, rate: int) -> Samples:
    """An engine's raw output as a prompt: 8 kHz, band-limited, trimmed, at the house's level.

    Raises PromptError when there is nothing to hear in it.
    """
    if not np.all(np.isfinite(signal)):
        raise PromptError("the engine gave samples that are no numbers; try another engine")
    narrow = band_limit(resample(signal, rate, RATE)) if len(signal) else signal
    if active_level_dbov(narrow) < -65:
        raise PromptError("the engine gave no audible sound; try another engine")
    return to_int16(leveled(trimmed(narrow)))


def to_int16(signal: Signal) -> Samples:
    """Float +-1.0 to 16 bits, rounded, held inside the range."""
    return np.clip(np.rint(signal * 32768), -32768, 32767).astype(np.int16)


def read_wav(path: Path) -> tuple[Signal, int]:
    """Any PCM WAV as one mono signal and its rate; channels are averaged.

    Raises PromptError naming the file, what is wrong and how to save it instead.
    """
    remedy = "save it as WAV, PCM 16 bit, mono, 8000 Hz or more"
    try:
        with wave.open(os.fspath(path), "rb") as file:
            rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            if file.getnframes() > MOST_SECONDS * rate:
                raise PromptError(f"{path}: is longer than {MOST_SECONDS} s; cut it into lines")
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        what = str(error) or "cut short"
        raise PromptError(f"{path}: is no PCM WAV file ({what}); {remedy}") from error
    except OSError as error:
        raise PromptError(
            f"{path}: cannot be read ({error.strerror}); check the file and its permissions"
        ) from error
    if rate < RATE or width not in (1, 2, 3, 4) or not channels:
        raise PromptError(f"{path}: has {rate} Hz and {8 * width} bit; {remedy}")
    values = _decoded(data[: len(data) // (width * channels) * width * channels], width)
    return values.reshape(-1, channels).mean(axis=1), rate


def _decoded(data: bytes, width: int) -> Signal:
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float64) - 128) / 128
    if width == 3:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        data, width = wide.tobytes(), 4
    values: Signal = np.frombuffer(data, f"<i{width}").astype(np.float64)
    return values / float(2 ** (8 * width - 1))


def write_wav(path: Path, samples: Samples) -> None:
    """8 kHz mono 16-bit WAV, whole or not at all, readable by every user of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.astype("<i2").tobytes())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
