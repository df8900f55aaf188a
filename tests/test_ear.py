"""The ear of the tests: when a sound came, whatever frames came before it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.ear import Ear
from tests.support.g711 import Samples
from tests.support.heard import FRAME, FRAME_MS, RATE

FRAMES = 30


def noise(samples: int, seed: int) -> Samples:
    return np.random.default_rng(seed).normal(0.0, 6000.0, samples).clip(-32768, 32767).astype("i2")


def taken(ear: Ear, sound: Samples, at_ms: float) -> float:
    """Frames one after the other, the last as long as what is left; when the next would come."""
    for first in range(0, len(sound), FRAME):
        frame = sound[first : first + FRAME]
        ear.take(at_ms, round(at_ms * RATE / 1000), frame)
        at_ms += len(frame) * 1000 / RATE
    return at_ms


@pytest.mark.parametrize("lines", [0, 1, 4])
def test_when_a_word_came_does_not_depend_on_how_long_the_last_frames_of_lines_were(
    lines: int,
) -> None:
    ear, at_ms = Ear(), 100.0
    for number in range(lines):
        at_ms = taken(ear, noise(10 * FRAME + 18, number), at_ms) + 300
    word = noise(FRAMES * FRAME, 99)
    taken(ear, word, at_ms)

    assert ear.came(word) == pytest.approx(at_ms, abs=1)


def test_a_word_that_began_within_a_frame_and_a_single_late_frame_do_not_put_it_off() -> None:
    ear, word = Ear(), noise(FRAMES * FRAME, 99)
    taken(ear, np.concatenate([noise(FRAME // 2, 1), word, noise(FRAME // 2, 2)]), 500.0)
    at_ms, frame = ear.frames[FRAMES // 2]
    ear.frames[FRAMES // 2] = at_ms + 30, frame

    assert ear.came(word) == pytest.approx(500 + FRAME_MS / 2, abs=1)
