"""One line as sound, ready on disk."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Prompt:
    """A WAV (8 kHz, mono, 16 bit) below `state/prompts/` that Asterisk can play."""

    path: Path
    """Absolute, ASCII, ending in `.wav`; its content never changes under this name."""

    duration_ms: int
    source: str
    """`studio`, `bundled`, `cache`, or the name of the engine that has just spoken it."""

    def pcm(self) -> bytes:
        """The samples, s16le at 8 kHz. The store has read them already; 128 prompts are kept."""
        return _pcm(self.path)


@lru_cache(maxsize=128)
def _pcm(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())
