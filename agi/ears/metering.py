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

LOUD_DB = 12.0
"""A frame so far above the line's floor is a sound, whatever it is."""

RISES_FRAMES = 2
MOST_RISING_FRAMES = 12
"""A sound of 40 ms may become a voice. The detector knows one after 80 ms, 200 ms at most; what
is none by 240 ms was a cough or a chair."""

EDGE_FRAMES = 10
"""A voice's edges are looked for 200 ms around what the detector says; it lags on both sides."""

_LOWEST_FLOOR_DBOV = -60.0
_FALLS = 0.3
_RISES_DB = 0.03
"""The floor falls by a third a frame and rises by 1.5 dB a second."""


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

    rising_ms: int
    """How long a sound has gone on that may turn out to be a voice; 0 while somebody speaks."""

    frames: int
    """Frames of the line so far."""

    waited_ms: int | None
    """How far the open window has run; None while none is open."""

    answering: bool
    """The open window waits for the end of an utterance."""

    stands: bool = False
    """Windows stood still as of the last frame."""


class Edges:
    """Where sounds begin and end by their level alone, to the frame."""

    def __init__(self) -> None:
        self._floor: float | None = None
        self._run = 0
        """Loud frames in a row, the last one among them."""

        self._last_run = (0, 0)
        """First frame of the last loud run, and the frame after it."""

        self._frames = 0

    def add(self, level_dbov: float, *, tone: bool) -> None:
        """Take one frame."""
        level = max(level_dbov, _LOWEST_FLOOR_DBOV)
        floor = level if self._floor is None else self._floor
        loud = not tone and level >= floor + LOUD_DB
        floor += _FALLS * (level - floor) if level < floor else min(_RISES_DB, level - floor)
        self._floor = floor
        self._frames += 1
        self._run = self._run + 1 if loud else 0
        if loud:
            self._last_run = (self._frames - self._run, self._frames)

    @property
    def rising(self) -> int:
        """Frames of a sound that has just begun; 0 when it is too short or too long for that."""
        return self._run if RISES_FRAMES <= self._run <= MOST_RISING_FRAMES else 0

    def before(self, speech: int, now: int) -> int:
        """Where the voice whose first frame with speech is `speech` began."""
        begin, end = self._last_run
        reaches = end >= now - EDGE_FRAMES and begin < speech <= end
        return max(begin, speech - EDGE_FRAMES) if reaches else speech

    def after(self, speech: int) -> int:
        """The frame after the end of the voice whose last frame with speech is `speech`."""
        end = self._last_run[1]
        return end if end > speech - EDGE_FRAMES else speech + 1


class Meter:
    """One line's levels and voices, frame by frame."""

    def __init__(self, *, end_ms: int, sounds: bool) -> None:
        """`end_ms` without speech ends an utterance; `sounds` says whether to tell noise too."""
        self._onsets = OnsetDetector(end_ms=end_ms)
        self._classifier = LineClassifier() if sounds else None
        self._levels: deque[float] = deque([SILENCE_DBOV], maxlen=LEVEL_FRAMES)
        self._edges = Edges()
        self._spoken = 0
        self._frames = 0
        self._began = self._ended = 0
        """First frame of the voice going on or of the last one, and the frame after its last."""

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
        self._edges.add(level, tone=tone)
        began = onsets.add(speech_p, tone=tone)
        if onsets.speaking and self._frames - onsets.last_speech <= EDGE_FRAMES:
            self._ended = self._edges.after(onsets.last_speech)
        if began is not None:
            self._spoken += onsets.spoken
            self._began = self._edges.before(onsets.began, self._frames)
            return self._voice(speaks=True)
        if spoke and onsets.last_speech == self._frames - 1:
            self._spoken += 1
        return self._voice(speaks=False) if spoke and not onsets.speaking else None

    def reading(self, waited_ms: int | None, *, answering: bool, stands: bool = False) -> Reading:
        """The line as it is now."""
        onsets, declared = self._onsets, self._classifier and self._classifier.declared
        what = declared.what if declared else None
        if onsets.speaking and what in (None, Sound.SILENCE) and self._classifier is not None:
            what = Sound.SPEECH
        quiet = self._frames - self._ended if self._spoken else self._frames
        return Reading(
            level_dbov=round(max(self._levels), 1),
            what=what,
            speaks=onsets.speaking,
            spoken_ms=self._spoken * FRAME_MS,
            quiet_ms=quiet * FRAME_MS,
            rising_ms=0 if onsets.speaking else self._edges.rising * FRAME_MS,
            frames=self._ahead + self._frames,
            waited_ms=waited_ms,
            answering=answering,
            stands=stands,
        )

    def _voice(self, *, speaks: bool) -> Voice:
        return Voice(
            speaks=speaks,
            began_ms=(self._ahead + self._began) * FRAME_MS,
            ended_ms=(self._ahead + self._ended) * FRAME_MS,
            known_ms=(self._ahead + self._frames) * FRAME_MS,
        )
