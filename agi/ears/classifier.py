"""What a line is, call by call, as the audio comes: speech, silence, noise or faint.

The last five seconds are judged every 100 ms (`agi.ears.measures`), and a label is declared once
the judgement has held for as long as that label needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agi.ears.features import FRAME_MS, SILENCE_DBOV
from agi.ears.measures import FAINT_BELOW_DBOV, LEAST_SPEECH_FRAMES, Stretch, Verdict, judge
from calls.outcomes import Sound

MEMORY_FRAMES = 250
DECIDE_EVERY = 5

HOLD_MS = {Sound.SPEECH: 100, Sound.FAINT: 600, Sound.SILENCE: 3000}
NOISE_HOLD_WITH_SPEECH_MS = 1500
NOISE_HOLD_MS = 3000
"""A noisy line before the caller's first word must not count at once; nor must a caller who was
speaking when the window opened, and has not made a pause in which the line itself could be heard.
"""

FAINT_LEAST_SPEECH_MS = 800

SURE_SPEECH_MS = 200
SURE_ABOVE_FAINT_DB = 3.0
"""So much of a voice, so far above a faint one, needs no hold: 100 ms more would change nothing."""

_SMOOTHING = 0.7
"""At 0.8 the dips between a fluent speaker's syllables were filled: of 108 callers who spoke into
the window and on without a pause 20 were noise, and none at 0.7. Babble is speech a little more
often for it (1 % of the noisy clips)."""

_ROOM = 4 * MEMORY_FRAMES


@dataclass(frozen=True, slots=True)
class Declared:
    """A label that holds from `at_ms` (milliseconds since the classifier began)."""

    what: Sound
    at_ms: int
    since_ms: int
    """When the judgement that has held began."""

    verdict: Verdict


class LineClassifier:
    """Labels one caller's line. Begin a fresh one whenever a prompt ends."""

    def __init__(self) -> None:
        self.declared: Declared | None = None
        self.verdict: Verdict | None = None
        """The last judgement, held or not."""

        self.frames = 0
        self._judged_since_ms = 0
        self._levels = np.full(_ROOM, SILENCE_DBOV)
        self._speech_p = np.zeros(_ROOM)
        self._smoothed = np.zeros(_ROOM)
        self._masked = np.zeros(_ROOM, dtype=bool)
        self._end = 0
        self._power: float | None = None
        self._mask_ahead = 0

    def add(self, level_dbov: float, tone: bool, speech_p: float) -> Declared | None:
        """Take one frame; gives the label when this frame changes what is declared."""
        if self._end == _ROOM:
            self._make_room()
        masked = tone or self._mask_ahead > 0
        self._mask_ahead = 1 if tone else max(self._mask_ahead - 1, 0)
        if tone and self._end:
            self._masked[self._end - 1] = True
        if not masked:
            power = 10 ** (level_dbov / 10)
            before = power if self._power is None else self._power
            self._power = _SMOOTHING * before + (1 - _SMOOTHING) * power
        place = self._end
        self._levels[place] = level_dbov
        self._speech_p[place] = speech_p
        self._smoothed[place] = self._power or 10 ** (level_dbov / 10)
        self._masked[place] = masked
        self._end += 1
        self.frames += 1
        return self._decide() if self.frames % DECIDE_EVERY == 0 else None

    def mask_key(self, frames: int) -> None:
        """Leave out the last and the next `frames`: a key message came, its tone is about."""
        self._masked[max(self._end - frames, self._first()) : self._end] = True
        self._mask_ahead = frames

    def judge_now(self, *, least_speech: int = LEAST_SPEECH_FRAMES) -> Verdict | None:
        """Judge the memory as it stands, without any hold."""
        return judge(self._stretch(), least_speech=least_speech)

    def stretch(self, frames: int) -> Stretch:
        """The last `frames` frames, for tests of shorter memory."""
        return self._stretch(frames)

    @property
    def held_ms(self) -> int:
        """How long the last judgement has held."""
        return self.frames * FRAME_MS - self._judged_since_ms

    def _first(self) -> int:
        return max(self._end - min(self.frames, MEMORY_FRAMES), 0)

    def _stretch(self, frames: int = MEMORY_FRAMES) -> Stretch:
        part = slice(max(self._end - frames, self._first()), self._end)
        return Stretch(
            self._levels[part], self._speech_p[part], self._smoothed[part], self._masked[part]
        )

    def _make_room(self) -> None:
        for ring in (self._levels, self._speech_p, self._smoothed, self._masked):
            ring[:MEMORY_FRAMES] = ring[_ROOM - MEMORY_FRAMES :]
        self._end = MEMORY_FRAMES

    def _decide(self) -> Declared | None:
        verdict = self.judge_now()
        if verdict is None:
            return None
        now_ms = self.frames * FRAME_MS
        if self.verdict is None or verdict.what is not self.verdict.what:
            self._judged_since_ms = now_ms
        self.verdict = verdict
        if self.declared is not None and self.declared.what is verdict.what:
            return None
        if now_ms - self._judged_since_ms < _hold_ms(verdict):
            return None
        self.declared = Declared(verdict.what, now_ms, self._judged_since_ms, verdict)
        return self.declared


def _hold_ms(verdict: Verdict) -> int:
    """How long this judgement must hold before it is declared."""
    if verdict.what is Sound.NOISE:
        sure = verdict.snr_db is not None and verdict.floor_heard
        return NOISE_HOLD_WITH_SPEECH_MS if sure else NOISE_HOLD_MS
    if verdict.what is Sound.FAINT and verdict.speech_ms < FAINT_LEAST_SPEECH_MS:
        return 1 << 30
    return 0 if _is_sure(verdict) else HOLD_MS[verdict.what]


def _is_sure(verdict: Verdict) -> bool:
    return (
        verdict.what is Sound.SPEECH
        and verdict.speech_ms >= SURE_SPEECH_MS
        and verdict.level_dbov >= FAINT_BELOW_DBOV + SURE_ABOVE_FAINT_DB
    )
