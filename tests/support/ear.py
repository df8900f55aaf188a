"""What reached the caller's ear, frame by frame: when a sound came, to the frame."""

from __future__ import annotations

from statistics import median

import numpy as np

from tests.support.g711 import Samples
from tests.support.heard import FRAME_MS, RATE, Heard

PAUSED_MS = 80
"""A house that sends nothing for so long goes from one line to the next; it is not late."""


class Ear(Heard):
    """What reached the caller's ear, and each frame with when it came."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[float, Samples]] = []
        """When each began, if it came as it was spoken: its own length before it came."""

        self.late_ms = 0.0
        """How late a frame came at the worst, after the one before it."""

    def take(self, at_ms: float, rtp_time: int, samples: Samples) -> None:
        """Put a frame where it belongs, and keep it."""
        if self.frames:
            late_ms = at_ms - self.frames[-1][0] - FRAME_MS
            if late_ms < PAUSED_MS:
                self.late_ms = max(self.late_ms, late_ms)
        self.frames.append((at_ms, samples))
        super().take(at_ms, rtp_time, samples)

    def came(self, wanted: Samples) -> float:
        """When a sound came, by the middle of its frames: single ones may be late. Not all are of
        one length: a line's last is as long as what was left of the line."""
        stream = Heard()
        stream.take(0.0, 0, np.concatenate([samples for _, samples in self.frames]))
        (place,) = stream.find(wanted)
        ends = place + len(wanted) * 1000 / RATE
        by_frame, at_place = [], 0.0
        for at_ms, samples in self.frames:
            if place <= at_place < ends:
                by_frame.append(at_ms - (at_place - place))
            at_place += len(samples) * 1000 / RATE
        return median(by_frame)
