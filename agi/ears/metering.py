"""What a line sounds like at any moment, beside any question: for whoever watches a live call."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from agi.ears.classifier import LineClassifier
from agi.ears.features import FRAME_MS, SILENCE_DBOV
from agi.ears.onset import OnsetDetector
from agi.ears.question import Row
from calls.outcomes import Sound

LEVEL_FRAMES = 5
"""A level shown is the loudest of the last 100 ms: means hide the syllables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Somebody began to speak, or has stopped. Times are milliseconds since the first frame."""

    speaks: bool
    began_ms: int
    ended_ms: int
    """The end of the last frame with speech so far."""

    known_ms: int
    """When it was known: for the end, a pause after `ended_ms`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The line just now."""

    level_dbov: float
    what: Sound | None
    """None before enough was heard, and on a meter that only knows voices."""

    speaks: bool
    spoken_ms: int
    """All speech since the meter began, in frames that had some."""

    quiet_ms: int
    """How long there has been no speech; all the time when there was none yet."""

    frames: int
    """Frames of the line so far."""

    waited_ms: int | None
    """How far the open window has run; None while none is open."""

    answering: bool
    """The open window waits for the end of an utterance."""


class Meter:
    """One line's levels and voices, frame by frame."""

    def __init__(self, *, end_ms: int, sounds: bool) -> None:
        """`end_ms` without speech ends an utterance; `sounds` says whether to tell noise too."""
        self._onsets = OnsetDetector(end_ms=end_ms)
        self._classifier = LineClassifier() if sounds else None
        self._levels: deque[float] = deque([SILENCE_DBOV], maxlen=LEVEL_FRAMES)
        self._spoken = 0
        self._frames = 0
        self._ahead = 0
        """Frames of the line before the meter began."""

    def begin_at(self, frame: int) -> None:
        """The next frame is this one of the line."""
        self._ahead = frame

    def add(self, row: Row) -> Voice | None:
        """Take a frame; gives the voice when it begins or has ended."""
        level, tone, speech_p = row
        self._frames += 1
        self._levels.append(level)
        if self._classifier is not None:
            self._classifier.add(level, tone, speech_p)
        onsets, spoke = self._onsets, self._onsets.speaking
        began = onsets.add(speech_p, tone=tone)
        if began is not None:
            self._spoken += onsets.spoken
            return self._voice(speaks=True)
        if spoke and onsets.last_speech == self._frames - 1:
            self._spoken += 1
        return self._voice(speaks=False) if spoke and not onsets.speaking else None

    def reading(self, waited_ms: int | None, *, answering: bool) -> Reading:
        """The line as it is now."""
        onsets, declared = self._onsets, self._classifier and self._classifier.declared
        what = declared.what if declared else None
        if onsets.speaking and what in (None, Sound.SILENCE) and self._classifier is not None:
            what = Sound.SPEECH
        heard_any = self._spoken > 0
        return Reading(
            level_dbov=round(max(self._levels), 1),
            what=what,
            speaks=onsets.speaking,
            spoken_ms=self._spoken * FRAME_MS,
            quiet_ms=onsets.pause_ms if heard_any else self._frames * FRAME_MS,
            frames=self._ahead + self._frames,
            waited_ms=waited_ms,
            answering=answering,
        )

    def _voice(self, *, speaks: bool) -> Voice:
        onsets = self._onsets
        return Voice(
            speaks=speaks,
            began_ms=(self._ahead + onsets.began) * FRAME_MS,
            ended_ms=(self._ahead + onsets.last_speech + 1) * FRAME_MS,
            known_ms=(self._ahead + self._frames) * FRAME_MS,
        )
