"""An engine for tests: a tone whose length tells how long the text is, and a note of every call."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from agi.prompts import sound
from calls.actions import Line


class FakeEngine:
    """Speaks any language at once; `fails` is raised instead, `gate` is waited for first."""

    def __init__(
        self,
        name: str = "fake",
        *,
        version: str = "1",
        languages: frozenset[str] = frozenset({"zh-Hans", "zh-Hant", "en"}),
        fails: Exception | None = None,
        gate: threading.Event | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.languages = languages
        self.fails = fails
        self.gate = gate
        self.spoken: list[tuple[str, str]] = []
        self.threads: set[int] = set()
        self.closed = False

    def voice(self, language: str) -> str:
        return f"{self.name}-{language}"

    def missing(self) -> str:
        return ""

    def synthesize(self, text: str, language: str) -> sound.Samples:
        self.threads.add(threading.get_ident())
        self.spoken.append((text, language))
        if self.gate is not None:
            assert self.gate.wait(20), "nobody opened the gate"
        if self.fails is not None:
            raise self.fails
        return tone(200 + 10 * len(text))

    def close(self) -> None:
        self.closed = True


def tone(length_ms: int, hz: float = 700.0, amplitude: float = 0.2) -> sound.Samples:
    """A sine at 8 kHz."""
    seconds = np.arange(length_ms * 8) / sound.RATE
    return sound.to_int16(amplitude * np.sin(2 * np.pi * hz * seconds))


def a_line(name: str = "greeting", text: str = "您好！", language: str = "zh-Hans") -> Line:
    """A line of the house."""
    return Line(name=name, text=text, language=language)


def record(studio: Path, line: Line, length_ms: int = 700, name: str = "") -> Path:
    """Put a studio recording of a line into `studio`."""
    path = studio / line.language / f"{name or line.name}.wav"
    sound.write_wav(path, tone(length_ms))
    return path
