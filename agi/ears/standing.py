"""A window that stands still while the caller is on hold, or the agent speaks.

Frames that come meanwhile reach the meter only. That a voice began or ended is known late, so both
ends of a standstill can be put back: what came since is kept and counts after all, or does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from agi.ears.answer import Answer
from agi.ears.features import FRAME_MS
from agi.ears.question import Row

KEPT_FRAMES = 150
"""Three seconds: further back nothing is put."""


class Standing:
    """Whether a session's windows stand, and by how much those of the open question were moved."""

    def __init__(self) -> None:
        self.held = False
        self._recent: deque[Row] = deque(maxlen=KEPT_FRAMES)
        self._since = 0
        """Frames since the standstill began, or since the question was put if that was later."""

        self._skips = 0
        """Frames yet to come that pay for those."""

        self._owed = 0
        """Frames that an open window took though they belong to the standstill."""

        self._gaps: list[tuple[int, int]] = []
        """Frame of the question, counted as if it had never stood, and how long it stood there."""

    @property
    def ahead_ms(self) -> int:
        """By how much the open question has run too far, until that is paid back."""
        return (self._owed + self._skips) * FRAME_MS

    def asked(self) -> None:
        """A new question: nothing of an older one's standstills is its own."""
        self._gaps.clear()
        self._owed = self._skips = self._since = 0

    def keep(self, row: Row) -> None:
        """Take every frame of the session."""
        self._recent.append(row)
        self._since += self.held

    def last(self, frames: int) -> Sequence[Row]:
        """The latest frames, oldest first, as many as are kept."""
        return list(self._recent)[-frames:] if frames > 0 else ()

    def hold(self, late: int) -> None:
        """Stand from `late` frames ago; harmless when it stands already."""
        if not self.held:
            self.held, self._since, self._owed = True, 0, self._owed + late

    def resume(self, late: int, at: int) -> Sequence[Row]:
        """Go on as of `late` frames ago; gives the frames that count after all.

        `at` is the next frame of the question by its own count.
        """
        if not self.held:
            return ()
        back = min(late, self._since, KEPT_FRAMES)
        credit = max(back - self._owed, 0)
        self._skips = max(self._owed - back, 0)
        self.held, self._owed = False, 0
        stood = self._since - credit + self._skips
        if stood:
            self._gaps.append((at, stood))
        return self.last(credit)

    def stands(self) -> bool:
        """Whether this frame reaches no question; asked once a frame."""
        if self._skips and not self.held:
            self._skips -= 1
            return True
        return self.held

    def shifted(self, answer: Answer) -> Answer:
        """The answer, its times those of the session again."""
        if not self._gaps:
            return answer
        return replace(
            answer,
            from_ms=self._shift(answer.from_ms, begins=True),
            to_ms=self._shift(answer.to_ms),
            window_opened_ms=self._shift(answer.window_opened_ms, begins=True),
            ended_ms=self._shift(answer.ended_ms),
        )

    def _shift(self, at_ms: int, *, begins: bool = False) -> int:
        frame = at_ms // FRAME_MS
        moved = sum(stood for at, stood in self._gaps if at < frame or (begins and at == frame))
        return at_ms + moved * FRAME_MS
