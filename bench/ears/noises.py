"""Noises made by arithmetic, and the telephone: band 300-3400 Hz, A-law there and back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agi.ears.wav import ALAW_LEVELS

Samples = NDArray[np.float64]
Rng = np.random.Generator
RATE = 8000


def _fast(count: int) -> int:
    """The next power of two: a transform of a prime length takes fifty times as long."""
    return 1 << (count - 1).bit_length()


def coloured(count: int, rng: Rng, slope: float) -> Samples:
    """Noise whose power falls with frequency to the `slope`: 0 white, 1 pink, 2 brown."""
    size = _fast(count)
    spectrum = np.fft.rfft(rng.standard_normal(size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20.0)
    return np.fft.irfft(spectrum / hertz ** (slope / 2), size)[:count]


def hum(count: int, rng: Rng) -> Samples:
    """Mains: 50 Hz and its harmonics, stronger odd ones, a slow swell."""
    times = np.arange(count) / RATE
    parts = [
        rng.uniform(0.3, 1) / order * np.sin(2 * np.pi * 50 * order * times + rng.uniform(0, 6))
        for order in range(1, 24)
    ]
    return np.asarray(np.sum(parts, axis=0)) * (1 + 0.1 * np.sin(2 * np.pi * 0.3 * times))


def crackle(count: int, rng: Rng) -> Samples:
    """A bad contact: short bursts, many a second, over faint hiss."""
    out = 0.02 * rng.standard_normal(count)
    for _ in range(int(count / RATE * rng.uniform(40, 80))):
        begin, length = int(rng.integers(0, count)), int(rng.integers(4, 60))
        burst = rng.standard_normal(length) * np.exp(-np.arange(length) / 12) * rng.uniform(0.3, 1)
        out[begin : begin + length] += burst[: count - begin]
    return out


def traffic(count: int, rng: Rng) -> Samples:
    """A street: low rumble, cars that swell and pass, now and then a horn."""
    out = coloured(count, rng, 1.6)
    out /= out.std()
    times = np.arange(count) / RATE
    for _ in range(max(int(count / RATE / 2), 1)):
        peak, width = rng.uniform(0, count / RATE), rng.uniform(0.6, 1.5)
        passing = coloured(count, rng, 1.0)
        out += (
            rng.uniform(0.5, 1.2)
            * passing
            / passing.std()
            * np.exp(-(((times - peak) / width) ** 2))
        )
    if rng.random() < 0.3:
        begin = rng.uniform(0, count / RATE - 0.5)
        horn = np.sign(np.sin(2 * np.pi * 420 * times)) * ((times > begin) & (times < begin + 0.4))
        out += 0.5 * horn
    return out


def chords(count: int, rng: Rng) -> Samples:
    """Synthesized music: a chord every half second, with a beat."""
    times = np.arange(count) / RATE
    out = np.zeros(count)
    for begin in np.arange(0, count / RATE, 0.5):
        root = 220 * 2 ** (rng.integers(0, 12) / 12)
        inside = (times >= begin) & (times < begin + 0.5)
        decay = np.exp(-3 * (times - begin)) * inside
        for step in (0, 4, 7, 12):
            out += decay * np.sin(2 * np.pi * root * 2 ** (step / 12) * times)
    return out


def clicks(count: int, rng: Rng) -> Samples:
    """A few loud single clicks in silence."""
    out = 1e-4 * rng.standard_normal(count)
    for begin in rng.integers(0, count - 40, size=rng.integers(2, 9)):
        out[begin : begin + 24] += rng.uniform(0.1, 0.6) * rng.choice([-1, 1]) * np.hanning(24)
    return out


def dtmf(count: int, rng: Rng) -> Samples:
    """Some keys pressed on a quiet line."""
    out = 1e-4 * rng.standard_normal(count)
    for begin in np.arange(rng.uniform(0.3, 1), count / RATE - 0.4, rng.uniform(0.5, 1.2)):
        length = int(rng.uniform(0.08, 0.25) * RATE)
        times = np.arange(length) / RATE
        row, column = rng.choice([697, 770, 852, 941]), rng.choice([1209, 1336, 1477])
        tone = np.sin(2 * np.pi * row * times) + np.sin(2 * np.pi * column * times)
        place = int(begin * RATE)
        out[place : place + length] += rng.uniform(0.03, 0.15) * tone
    return out


Maker = Callable[[int, Rng], Samples]

STEADY: dict[str, Maker] = {
    "white": lambda count, rng: coloured(count, rng, 0),
    "pink": lambda count, rng: coloured(count, rng, 1),
    "brown": lambda count, rng: coloured(count, rng, 2),
    "hum": hum,
    "crackle": crackle,
    "traffic": traffic,
}


def band(samples: Samples) -> Samples:
    """The telephone band: a linear-phase filter 300-3400 Hz, without delay."""
    taps = np.arange(-128, 129)
    kernel = (
        2 * 3400 / RATE * np.sinc(2 * 3400 / RATE * taps)
        - 2 * 300 / RATE * np.sinc(2 * 300 / RATE * taps)
    ) * np.hamming(257)
    size = _fast(len(samples) + 256)
    product = np.fft.rfft(samples, size) * np.fft.rfft(kernel, size)
    return np.fft.irfft(product, size)[128 : 128 + len(samples)]


def alaw(samples: Samples) -> Samples:
    """Through G.711 A-law and back."""
    levels = np.sort(ALAW_LEVELS)
    middles = (levels[1:] + levels[:-1]) / 2
    return levels[np.searchsorted(middles, np.clip(samples, -1, 1))]


def lose_packets(samples: Samples, rng: Rng, share: float) -> Samples:
    """Silence in the place of lost 20 ms packets."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).copy()
    frames[rng.random(len(frames)) < share] = 0
    return frames.ravel()


def level(samples: Samples) -> float:
    """dBov of all of it; a full-scale sine is -3."""
    return 10 * float(np.log10(max(float(np.mean(samples**2)), 1e-10)))


def active_level(samples: Samples) -> float:
    """Active speech level, ITU-T P.56 method B simplified: mean over frames above itself - 15.9."""
    power = _frame_power(samples)
    return 10 * float(np.log10(max(float(power[_active(power)].mean()), 1e-10)))


def first_spoken(samples: Samples) -> int:
    """First sample of the first 60 ms in a row that all count for the active level.

    Less is a click of the lips: some voices have one half a second before their first word.
    """
    active = _active(_frame_power(samples))
    return int(np.argmax(active[:-2] & active[1:-1] & active[2:])) * 160


def _frame_power(samples: Samples) -> Samples:
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return np.asarray(np.mean(frames**2, axis=1))


def _active(power: Samples) -> NDArray[np.bool_]:
    active: NDArray[np.bool_] = power > 1e-9 * power.max()
    for _ in range(8):
        active = np.asarray(power >= power[active].mean() * 10 ** (-15.9 / 10))
    return active


def at_level(samples: Samples, dbov: float) -> Samples:
    """Scaled so that `level` is `dbov`."""
    return samples * 10 ** ((dbov - level(samples)) / 20)
