"""Noises a telephone line carries, made from a seed: 8 kHz, telephone band, level in dBov.

A level in dBov is 10 log10 of the mean square of samples in -1..1, so a full-scale sine is -3 dBov
(ITU-T G.100.1); it is set after the band-pass of 300 to 3400 Hz.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from callers.persona import Noise

Samples = npt.NDArray[np.float32]

RATE: Final = 8000
LOOP_S: Final = 8
"""Seconds of noise made; longer noise repeats it, which is seamless because it is periodic."""

COMFORT_DBOV: Final = -65.0
"""Comfort noise of a line on which nobody speaks."""

_COUNT: Final = RATE * LOOP_S


def level_of(samples: Samples) -> float:
    """Level in dBov; -100 for no power at all."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return 10 * float(np.log10(power)) if power > 1e-10 else -100.0


def at_level(samples: Samples, level_dbov: float) -> Samples:
    """`samples` scaled to `level_dbov`, measured over all of them."""
    gain = 10 ** ((level_dbov - level_of(samples)) / 20)
    return (samples * gain).astype(np.float32)


def telephone_band(samples: Samples) -> Samples:
    """Only 300 to 3400 Hz, by a transform of the whole: the ends stay periodic."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def noise_loop(noise: Noise, level_dbov: float, seed: int) -> Samples:
    """`LOOP_S` seconds of `noise` that repeat without a seam."""
    return at_level(_unscaled(noise, seed), level_dbov)


@lru_cache(maxsize=64)
def comfort_loop(seed: int) -> Samples:
    """Comfort noise at `COMFORT_DBOV`."""
    return at_level(telephone_band(_white(np.random.default_rng([seed, 99]))), COMFORT_DBOV)


@lru_cache(maxsize=32)
def _unscaled(noise: Noise, seed: int) -> Samples:
    rng = np.random.default_rng([seed, list(Noise).index(noise)])
    return telephone_band(_MAKERS[noise](rng))


def _white(rng: np.random.Generator) -> Samples:
    return rng.standard_normal(_COUNT).astype(np.float32)


def _pink(rng: np.random.Generator) -> Samples:
    """Power falling as 1/f."""
    spectrum = np.fft.rfft(_white(rng))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return np.fft.irfft(spectrum, _COUNT).astype(np.float32)


def _slow(rng: np.random.Generator, cycles: int) -> Samples:
    """A periodic envelope from 0.4 to 1 that moves `cycles` times or fewer a loop."""
    at = np.arange(_COUNT, dtype=np.float32) / _COUNT
    wave = np.zeros(_COUNT, dtype=np.float32)
    for turns in range(1, cycles + 1):
        wave += np.sin(2 * np.pi * (turns * at + rng.random())).astype(np.float32)
    wave -= wave.min()
    return (0.4 + 0.6 * wave / max(float(wave.max()), 1e-6)).astype(np.float32)


def _street(rng: np.random.Generator) -> Samples:
    """Traffic: pink noise that swells, with the hum of engines in it."""
    at = np.arange(_COUNT) / RATE
    engines = sum(
        np.sin(2 * np.pi * (frequency * at + rng.random())) / order
        for order, frequency in enumerate((330.0, 390.0, 480.0), start=1)
    )
    road = at_level(telephone_band(_pink(rng)), -20.0)
    motors = at_level(np.asarray(engines, dtype=np.float32), -30.0)
    return (road * _slow(rng, 4) + motors * _slow(rng, 7)).astype(np.float32)


def _babble(rng: np.random.Generator) -> Samples:
    """Many people at once: pulse trains through wandering formants, none of them to be made out."""
    total = np.zeros(_COUNT, dtype=np.float32)
    frequency = np.fft.rfftfreq(_COUNT, 1 / RATE)
    for _ in range(12):
        pitch = rng.uniform(90, 240)
        drift = np.cumsum(pitch * (0.9 + 0.2 * _slow(rng, 9))) / RATE
        source = (np.modf(drift)[0] - 0.5).astype(np.float32) + 0.2 * _white(rng)
        shape = sum(
            np.exp(-(((frequency - centre) / 140) ** 2))
            for centre in (rng.uniform(350, 800), rng.uniform(1000, 2200), rng.uniform(2400, 3000))
        )
        voice = np.fft.irfft(np.fft.rfft(source) * shape, _COUNT).astype(np.float32)
        total += at_level(voice * _slow(rng, 30), -20.0)
    return total


def _hum(rng: np.random.Generator) -> Samples:
    """Mains at 50 Hz: the harmonics that pass the telephone band, from 300 Hz up."""
    at = np.arange(_COUNT) / RATE
    harmonics = sum(
        np.sin(2 * np.pi * (50 * order * at + rng.random())) / order for order in range(6, 20)
    )
    return np.asarray(harmonics, dtype=np.float32)


def _music(rng: np.random.Generator) -> Samples:
    """Chords, two a second and a half, each note with two overtones and a soft end."""
    chords = ((392.0, 494.0, 587.0), (440.0, 523.0, 659.0), (349.0, 440.0, 523.0), (330.0, 494.0))
    long = RATE // 2
    at = np.arange(long) / RATE
    fade = np.exp(-2.0 * at) * np.minimum(1.0, at / 0.02) * np.minimum(1.0, (at[-1] - at) / 0.02)
    parts = []
    for _ in range(_COUNT // long):
        chord = chords[int(rng.integers(len(chords)))]
        notes = sum(
            np.sin(2 * np.pi * note * overtone * at) / overtone**2
            for note in chord
            for overtone in (1, 2, 3)
        )
        parts.append(np.asarray(notes * fade, dtype=np.float32))
    return np.concatenate(parts)


_MAKERS: Final[dict[Noise, Callable[[np.random.Generator], Samples]]] = {
    Noise.WHITE: _white,
    Noise.PINK: _pink,
    Noise.STREET: _street,
    Noise.BABBLE: _babble,
    Noise.HUM: _hum,
    Noise.MUSIC: _music,
}
