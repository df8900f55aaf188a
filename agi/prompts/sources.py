"""Sound that exists already: the studio's recordings and the shipped renderings."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from agi.prompts import sound
from agi.prompts.spoken_text import is_mandarin
from calls.actions import Line
from calls.errors import PromptError

INDEX = "index.json"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def text_hash(text: str) -> str:
    """First 8 hex digits of the SHA-256 of a wording; a changed wording has another."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]


def check_line(line: Line) -> None:
    """Raise PromptError when a line's name or language cannot be part of a file name."""
    if not _NAME.fullmatch(line.name) or line.language not in LANGUAGES:
        raise PromptError(
            f"line {line.name!r} in {line.language!r}: a line's name is a-z, 0-9 and _, and its "
            f"language one of {', '.join(LANGUAGES)}; rename it in lines.yaml"
        )


class Studio:
    """A folder of recordings: `<language>/<line>.wav`, `zh/` standing for both writings.

    `<line>-<hash>.wav` is the recording of one exact wording and goes first. A `<line>.txt` beside
    `<line>.wav` holds the words that were recorded; when it differs from the line, the recording
    is out of date and is not played.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def wanted(self, line: Line) -> Path:
        """Where the studio shall put the recording of this line."""
        return self._folder / line.language / f"{line.name}.wav"

    def find(self, line: Line) -> Path | None:
        """The recording to play for this line, unread."""
        for path in self._places(line):
            if path.is_file() and self._spoken_now(path, line):
                return path
        return None

    def _places(self, line: Line) -> Iterator[Path]:
        folders = [line.language, *(["zh"] if is_mandarin(line.language) else [])]
        for folder in folders:
            yield self._folder / folder / f"{line.name}-{text_hash(line.text)}.wav"
            yield self._folder / folder / f"{line.name}.wav"

    @staticmethod
    def _spoken_now(path: Path, line: Line) -> bool:
        try:
            said = path.with_suffix(".txt").read_text(encoding="utf-8")
        except FileNotFoundError:
            return True
        except (OSError, UnicodeDecodeError):
            return False
        return text_hash(said.strip()) == text_hash(line.text.strip())

    @staticmethod
    def samples(path: Path) -> sound.Samples:
        """A recording as 8 kHz mono 16 bit; its level is the studio's choice and stays.

        Raises PromptError naming the file, what is wrong and what to do.
        """
        signal, rate = sound.read_wav(path)
        narrow = sound.resample(signal, rate, sound.RATE)
        if sound.active_level_dbov(narrow) < -60:
            raise PromptError(f"{path}: is silent; record it again or take it away")
        return sound.to_int16(narrow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One wording that was rendered ahead, and the file it is in."""

    line: str
    language: str
    text: str
    file: str
    """Below the folder of the index, with forward slashes."""

    engine: str
    voice: str
    duration_ms: int
    sha256: str


class Bundled:
    """The renderings of one folder by language and exact wording; read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_text: Mapping[tuple[str, str], Rendering] = {
            (rendering.language, text_hash(rendering.text)): rendering
            for rendering in read_index(folder)
        }

    def find(self, line: Line) -> Rendering | None:
        """The rendering of exactly these words, or None."""
        found = self._by_text.get((line.language, text_hash(line.text)))
        return found if found is not None and found.text == line.text else None


def read_index(folder: Path) -> list[Rendering]:
    """The renderings listed in `folder/index.json`; none when there is no such file.

    Raises PromptError when the index is damaged.
    """
    path = folder / INDEX
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["renderings"]
        return [Rendering(**entry) for entry in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PromptError(
            f"{path}: cannot be read ({error}); run `thirdring prompts build --ship` to remake it"
        ) from error


def write_index(folder: Path, renderings: list[Rendering]) -> None:
    """Write `folder/index.json`, sorted, so that two builds of the same lines are equal."""
    ordered = sorted(renderings, key=lambda one: (one.language, one.line, one.text))
    text = json.dumps(
        {"renderings": [asdict(one) for one in ordered]}, ensure_ascii=False, indent=1
    )
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
