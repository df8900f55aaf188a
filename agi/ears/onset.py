"""When a caller begins and stops to speak, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from agi.ears.features import FRAME_MS
from agi.ears.measures import SPEECH_P

ONSET_FRAMES = 3
"""60 ms of speech in a row begin an utterance."""

END_MS = 400
"""So long without speech ends an utterance, where nobody states another pause."""

TONE_TAIL_FRAMES = 5
"""The detector's probability stays up for a while after a key tone."""

BARGE_IN_P = 0.7
BARGE_IN_FRAMES = 7
BARGE_IN_WITHIN = 10
"""Over a prompt of ours: 7 of 10 frames at a higher probability, because its echo may come back.

On the development clips known 220 ms after the first sound (median; 380 ms at p90), with fewer
false ones than ten frames in a row at 0.8, which took 320 ms (720 ms at p90).
"""


@dataclass(slots=True)
class OnsetDetector:
    """Finds the beginnings of utterances; frames are counted from 0."""

    probability: float = SPEECH_P
    frames_needed: int = ONSET_FRAMES
    within: int = ONSET_FRAMES
    """So many of the last `within` frames must be speech; the last one always."""

    end_ms: int = END_MS
    speaking: bool = False
    began: int = 0
    """First frame of the utterance going on, or of the last one."""

    last_speech: int = 0
    """Last frame with speech in it."""

    spoken: int = 0
    """Frames with speech since `began`."""

    _history: int = field(default=0)
    """One bit a frame, the newest lowest."""

    _frame: int = field(default=0)
    _tones: int = field(default=0)
    _masked_until: int = field(default=-1)

    def add(self, speech_p: float, *, tone: bool = False) -> int | None:
        """Take one frame; gives the frame in which the caller is known to speak, once each time.

        A key tone and what follows it are no speech.
        """
        frame = self._frame
        self._frame += 1
        self._tones = self._tones + 1 if tone else 0
        if tone:
            # A vowel may look like a tone for one frame; a key lasts 40 ms at least.
            self.mask(1 if self._tones == 1 else TONE_TAIL_FRAMES + 1, frame)
        spoken = frame > self._masked_until and speech_p >= self.probability
        self._history = (self._history << 1 | spoken) & ((1 << self.within) - 1)
        if not spoken:
            if self.speaking and self.pause_ms >= self.end_ms:
                self.speaking = False
            return None
        if self.speaking:
            self.last_speech = frame
            self.spoken += 1
            return None
        if self._history.bit_count() < self.frames_needed:
            return None
        self.speaking = True
        self.began = frame - self._history.bit_length() + 1
        self.last_speech = frame
        self.spoken = self._history.bit_count()
        return frame

    @property
    def pause_ms(self) -> int:
        """How long there has been no speech, by the frames taken so far."""
        return (self._frame - 1 - self.last_speech) * FRAME_MS

    def mask(self, frames: int, begin: int | None = None) -> None:
        """Hear no speech in so many frames, the next ones unless `begin` says where."""
        first = self._frame if begin is None else begin
        self._masked_until = max(self._masked_until, first + frames - 1)

    def forget(self) -> None:
        """Drop a run that has begun, and an utterance: it was a key or a blip."""
        self._history = 0
        self.speaking = False
