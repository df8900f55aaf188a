"""How the lines of the house sound, as Asterisk was given them.

`state/prompts/` holds a copy of every recording and shipped rendering that was played
(`studio/LANGUAGE/LINE-VERSION.wav`, `bundled/...`); a file's content never changes under its name.
What an engine spoke is named by its words alone and is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calls.errors import RecordingError
from recorder.wav import RATE, blocks, look_at

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SOURCES: Final = ("studio", "bundled")


class LineSounds:
    """The sounds of one state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "prompts"

    def of(self, line: str, language: str) -> Iterator[NDArray[np.int16]]:
        """Every version of a line at 8 kHz that can be read, recordings first."""
        if not _NAME.fullmatch(line) or not _NAME.fullmatch(language):
            return
        for source in _SOURCES:
            for path in sorted((self._folder / source / language).glob(f"{line}-*.wav")):
                # The version is 12 hex digits: `hello-again-…` is no version of `hello`.
                if re.fullmatch(r"[0-9a-f]{12}", path.stem[len(line) + 1 :]):
                    sound = _read(path)
                    if sound is not None:
                        yield sound


@lru_cache(maxsize=128)
def _read(path: Path) -> NDArray[np.int16] | None:
    try:
        wav = look_at(path)
        if wav.rate != RATE or wav.channels != 1 or not wav.frames:
            return None
        return np.concatenate([block[:, 0] for block in blocks(wav)])
    except (OSError, RecordingError):
        return None
