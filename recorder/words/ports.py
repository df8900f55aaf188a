"""What this room needs of a speech recogniser, and what comes of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from calls.errors import CallCenterError

Pcm = NDArray[np.int16]
"""Mono, shape (frames,)."""

LEAST_CONFIDENCE: Final = 0.4
"""Below it an utterance is not used as evidence: on noise recognisers invent text."""


class WordsError(CallCenterError):
    """Speech cannot be recognised here; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as heard; a recogniser of Chinese gives mostly single characters."""

    from_ms: int
    to_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A stretch of speech of one leg. Offsets are of what was given, or of the call."""

    from_ms: int
    to_ms: int
    text: str
    confidence: float
    """0 to 1: the geometric mean of the recogniser's probability of each piece."""

    words: tuple[Word, ...]

    def moved(self, ms: int) -> Utterance:
        """The same, so much later."""
        words = tuple(
            Word(from_ms=one.from_ms + ms, to_ms=one.to_ms + ms, text=one.text)
            for one in self.words
        )
        return Utterance(
            from_ms=self.from_ms + ms,
            to_ms=self.to_ms + ms,
            text=self.text,
            confidence=self.confidence,
            words=words,
        )


class Recogniser(Protocol):
    """A speech recogniser, ready to be used."""

    @property
    def name(self) -> str:
        """Engine and model, for whoever reads the result."""

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        """What is said in `sound`, in order; `language` is `zh` or `en`. Raises WordsError."""
