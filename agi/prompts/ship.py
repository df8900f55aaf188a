"""Render lines ahead into a folder that ships with the product (`scripts/prompts`).

Idempotent: a wording that is there already, its file whole, is not rendered again. Simplified and
traditional wordings that are spoken alike share one file.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agi.prompts import sound
from agi.prompts.engines import TtsEngine
from agi.prompts.sources import (
    Bundled,
    Rendering,
    check_line,
    read_index,
    text_hash,
    write_index,
)
from agi.prompts.spoken_text import is_mandarin, spoken
from calls.actions import Line
from calls.errors import PromptError

Told = Callable[[int, int, Line, str], None]
"""`told(done, total, line, what)`; what is `kept`, `shared` or the engine's name."""

_FOLDERS = {True: "zh", False: "en"}


def ship(
    lines: Sequence[Line],
    folder: Path,
    engines: Sequence[TtsEngine],
    told: Told | None = None,
    *,
    complete: bool = True,
) -> list[tuple[Line, str]]:
    """Bring `folder` up to date with `lines`; returns the lines nothing could speak, with why.

    With `complete` the lines are all there are: renderings of anything else are taken away.
    The index is written after each rendering, so a broken-off run goes on where it stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    simplified = _simplifier()
    renderings = {_key(one.language, one.text): one for one in read_index(folder)}
    problems: list[tuple[Line, str]] = []
    for done, line in enumerate(lines, 1):
        check_line(line)
        try:
            rendering, what = _rendering(
                line, folder, engines, list(renderings.values()), simplified
            )
        except PromptError as error:
            problems.append((line, str(error)))
            what = "failed"
        else:
            renderings[_key(line.language, line.text)] = rendering
            write_index(folder, list(renderings.values()))
        if told is not None:
            told(done, len(lines), line, what)
    if complete:
        wanted = {_key(line.language, line.text) for line in lines}
        kept = [one for key, one in renderings.items() if key in wanted]
        write_index(folder, kept)
        _sweep(folder, kept)
    return problems


def fallback_sound(folder: Path, lines: Iterable[Line], path: Path) -> None:
    """Join shipped lines into one plain WAV with pauses, for the dialplan to play alone.

    Raises PromptError naming a line that is not shipped.
    """
    bundled = Bundled(folder)
    pause = np.zeros(sound.RATE * 4 // 10)
    parts: list[sound.Signal] = []
    for line in lines:
        found = bundled.find(line)
        if found is None:
            raise PromptError(
                f"line {line.name} ({line.language}) is not in {folder}; "
                "run `thirdring prompts build --ship` first"
            )
        signal, _ = sound.read_wav(folder / found.file)
        parts += [signal, pause]
    sound.write_wav(path, sound.to_int16(np.concatenate(parts[:-1])))


def _key(language: str, text: str) -> tuple[str, str]:
    return language, text_hash(text)


def _rendering(
    line: Line,
    folder: Path,
    engines: Sequence[TtsEngine],
    there: Sequence[Rendering],
    simplified: Callable[[str], str],
) -> tuple[Rendering, str]:
    """The rendering of `line` and where it came from. Raises PromptError."""
    whole = [one for one in there if _is_whole(folder, one)]
    for one in whole:
        if one.language == line.language and one.text == line.text and one.line == line.name:
            return one, "kept"
    said = _sound_key(line.text, line.language, simplified)
    for one in whole:
        if _sound_key(one.text, one.language, simplified) == said:
            return _listed(line, folder, one.file, one.engine, one.voice), "shared"
    file = f"{_FOLDERS[is_mandarin(line.language)]}/{line.name}-{text_hash(line.text)}.wav"
    engine, samples = _spoken_by(line, engines, simplified)
    sound.write_wav(folder / file, samples)
    return _listed(line, folder, file, engine.name, engine.voice(line.language)), engine.name


def _spoken_by(
    line: Line, engines: Sequence[TtsEngine], simplified: Callable[[str], str]
) -> tuple[TtsEngine, sound.Samples]:
    text = simplified(line.text) if line.language == "zh-Hant" else line.text
    tried = []
    for engine in engines:
        if line.language in engine.languages:
            try:
                return engine, engine.synthesize(text, line.language)
            except PromptError as error:
                tried.append(f"{engine.name}: {error}")
    why = "; ".join(tried) or "no engine that is set up here speaks this language"
    raise PromptError(f"line {line.name} ({line.language}): {why}")


def _listed(line: Line, folder: Path, file: str, engine: str, voice: str) -> Rendering:
    path = folder / file
    signal, rate = sound.read_wav(path)
    return Rendering(
        line=line.name,
        language=line.language,
        text=line.text,
        file=file,
        engine=engine,
        voice=voice,
        duration_ms=len(signal) * 1000 // rate,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _is_whole(folder: Path, one: Rendering) -> bool:
    try:
        return hashlib.sha256((folder / one.file).read_bytes()).hexdigest() == one.sha256
    except OSError:
        return False


def _sound_key(text: str, language: str, simplified: Callable[[str], str]) -> tuple[bool, str]:
    """What is heard: equal keys sound alike."""
    said = spoken(text, language)
    return is_mandarin(language), simplified(said) if is_mandarin(language) else said


def _simplifier() -> Callable[[str], str]:
    """Traditional to simplified by OpenCC where it is installed; else writings share no file."""
    if importlib.util.find_spec("opencc") is None:
        return str
    opencc: Any = importlib.import_module("opencc")
    converter = opencc.OpenCC("t2s")
    return lambda text: str(converter.convert(text))


def _sweep(folder: Path, kept: Sequence[Rendering]) -> None:
    """Take away renderings that no wording uses any more."""
    files = {one.file for one in kept}
    for name in _FOLDERS.values():
        for path in (folder / name).glob("*.wav"):
            if path.relative_to(folder).as_posix() not in files:
                path.unlink()
