"""Sounds and frames for the tests of the ears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.ears.answer import Answer
from agi.ears.question import Question, Row
from agi.ears.wav import read_wav

DATA = Path(__file__).parent / "data"
Samples = NDArray[np.float32]

QUIET: Row = (-65.0, False, 0.02)
SPEECH: Row = (-22.0, False, 0.95)
FAINT: Row = (-43.0, False, 0.9)
NOISE: Row = (-25.0, False, 0.05)
TONE: Row = (-15.0, True, 0.9)


def voice(name: str = "order", dbov: float = -22.0) -> Samples:
    """A spoken sentence with its loud parts at about `dbov`."""
    samples = read_wav(DATA / f"{name}.wav")
    loud = samples[np.abs(samples) > 0.02]
    return np.asarray(samples * 10 ** (dbov / 20) / np.sqrt(np.mean(loud**2)), dtype=np.float32)


def hiss(seconds: float, dbov: float, seed: int = 1) -> Samples:
    """White noise."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 8000))
    return np.asarray(noise * 10 ** (dbov / 20), dtype=np.float32)


def hum(seconds: float, dbov: float) -> Samples:
    """50 Hz mains with its harmonics."""
    times = np.arange(int(seconds * 8000)) / 8000
    out = np.sum([np.sin(2 * np.pi * 50 * n * times + n * n) for n in range(1, 20)], axis=0)
    return np.asarray(out * 10 ** (dbov / 20) / out.std(), dtype=np.float32)


def tones(seconds: float) -> Samples:
    """A telephone key held down in steps of 120 ms."""
    times = np.arange(int(seconds * 8000)) / 8000
    both = np.sin(2 * np.pi * 770 * times) + np.sin(2 * np.pi * 1336 * times)
    return np.asarray(0.1 * both * (times % 0.3 < 0.12), dtype=np.float32)


def clicks(seconds: float) -> Samples:
    """Two loud clicks a second in silence."""
    out = np.zeros(int(seconds * 8000), dtype=np.float32)
    for begin in range(1000, len(out) - 40, 4000):
        out[begin : begin + 20] = 0.5
    return out


def chord(seconds: float, dbov: float) -> Samples:
    """Music: another chord each half second."""
    times = np.arange(int(seconds * 8000)) / 8000
    root = 262 * 2 ** ((times // 0.5 % 5) / 12)
    out = np.sum([np.sin(2 * np.pi * root * 2 ** (n / 12) * times) for n in (0, 4, 7)], axis=0)
    out = out * np.exp(-3 * (times % 0.5))
    return np.asarray(out * 10 ** (dbov / 20) / out.std(), dtype=np.float32)


def then(*parts: Samples) -> Samples:
    """One after the other."""
    return np.concatenate(parts)


def over(first: Samples, second: Samples) -> Samples:
    """Both at once, as long as the first."""
    out = first.copy()
    out[: len(second)] += second[: len(out)]
    return out


def pcm(samples: Samples) -> bytes:
    """As 16-bit samples."""
    return np.asarray(np.clip(samples * 32767, -32768, 32767), dtype="<i2").tobytes()


def feed(question: Question, *parts: tuple[Row, int]) -> tuple[Answer | None, int]:
    """Feed rows with how often; gives the answer and how many frames it took."""
    taken = 0
    for row, count in parts:
        for _ in range(count):
            taken += 1
            answer = question.frame(row)
            if answer is not None:
                return answer, taken
    return None, taken
