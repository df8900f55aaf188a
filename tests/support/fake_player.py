"""A player without a sound card: a program that writes down what it was given, and when."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

_PROGRAM: Final = """
import os, sys, time
kept, how = sys.argv[1], sys.argv[2]
name = os.path.join(kept, f"{time.monotonic_ns():020}")
began = time.monotonic()
got = 0
while how != "deaf":
    part = os.read(0, 640)
    if not part:
        break
    got += len(part)
    with open(name + ".raw", "ab") as file:
        file.write(part)
    with open(name + ".when", "a") as file:
        print(round((time.monotonic() - began) * 1000), len(part), file=file)
    if how == "dies" and got > 16000:
        sys.exit(3)
if how == "deaf":
    time.sleep(600)
with open(name + ".ended", "w"):
    pass
"""


@dataclass(frozen=True)
class Run:
    """One run of the player."""

    samples: npt.NDArray[np.int16]
    parts: list[tuple[int, int]]
    """When so many bytes came, in ms since the run began."""

    ended: bool
    """Played to the end of its input; not killed."""


class FakePlayer:
    """A player in a folder; `how`: `plays`, `dies` after a second of sound, `deaf` takes none."""

    def __init__(self, folder: Path, how: str = "plays") -> None:
        self.kept = folder / "played"
        self.kept.mkdir()
        program = folder / "player.py"
        program.write_text(_PROGRAM, encoding="utf-8")
        self.argv = (sys.executable, str(program), str(self.kept), how)

    @property
    def command(self) -> str:
        """As a person writes it."""
        return " ".join(self.argv)

    def runs(self) -> list[Run]:
        """All runs that were given sound, in order."""
        found = []
        for raw in sorted(self.kept.glob("*.raw")):
            pcm = raw.read_bytes()
            samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
            told = _text(raw.with_suffix(".when"))
            rows = (row.split() for row in told.splitlines())
            parts = [(int(row[0]), int(row[1])) for row in rows if len(row) > 1]
            found.append(Run(samples, parts, raw.with_suffix(".ended").exists()))
        return found


def _text(path: Path) -> str:
    """It may be missing yet: the sound is written first."""
    return path.read_text(encoding="utf-8") if path.exists() else ""
