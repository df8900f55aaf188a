"""Where a prompt pauses: the only place where its audio may be lent anew."""

from __future__ import annotations

import numpy as np

from agi.ears.pacer import Playing, as_messages

WORD = (8000 * np.sin(2 * np.pi * 300 * np.arange(1600) / 8000)).astype("<i2").tobytes()
PAUSE = np.full(1600, 40, "<i2").tobytes()


def playing_at(frame: int) -> Playing:
    """A word of 200 ms, a pause of 200 ms, a word; `frame` frames of it sent."""
    return Playing(
        send=lambda _: None,
        over=lambda: None,
        messages=as_messages(WORD + PAUSE + WORD),
        started_at=0.0,
        sent=frame,
    )


def test_a_prompt_is_in_a_pause_only_when_the_next_frames_are_quiet() -> None:
    quiet = [frame for frame in range(30) if playing_at(frame).in_pause]

    assert quiet == [10, 11, 12, 13, 14, 15, 16]


def test_what_is_left_of_a_prompt_is_known() -> None:
    assert playing_at(10).left_s == 0.4
