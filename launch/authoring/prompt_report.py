"""What the studio has yet to record, and what a caller hears in its place today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agi.prompts.engines import TtsEngine, make_engines
from agi.prompts.sources import Bundled, Studio
from agi.prompts.store import cache_name
from callflow.house import House
from calls.actions import Line
from calls.errors import PromptError
from launch.authoring.prompt_lines import HouseLine, spoken_lines
from launch.settings.site import Settings

NO_STUDIO = Path("STUDIO")
"""Shown in place of the studio's folder while none is set."""


def missing_recordings(
    settings: Settings, state: Path, languages: list[str]
) -> list[dict[str, Any]]:
    """One row a line and language without a usable studio recording.

    Keys: line, language, text, variables (true when the wording changes from call to call, so that
    an engine speaks it), used_in, plays_now (`bundled`, `cache`, an engine's name, `nothing`),
    record_as (empty with variables), problem (of a recording that is there and cannot be used).
    """
    studio = Studio(settings.prompts.studio or NO_STUDIO)
    bundled = Bundled(settings.bundled_prompts)
    engines = make_engines(
        settings.prompts.engines,
        kokoro_models=settings.prompts.kokoro_models,
        command=settings.prompts.command,
    )
    rows = []
    for found in spoken_lines(House.load(settings.scripts), settings.house, languages):
        problem = _problem(studio, found.line) if settings.prompts.studio else "no recording"
        if not problem:
            continue
        rows.append(_row(found, studio, problem, _plays(found, bundled, engines, state)))
    return rows


def _problem(studio: Studio, line: Line) -> str:
    """Empty when the recording is there and can be used."""
    path = studio.find(line)
    if path is None:
        return "no recording"
    try:
        studio.samples(path)
    except PromptError as error:
        return str(error)
    return ""


def _plays(found: HouseLine, bundled: Bundled, engines: list[TtsEngine], state: Path) -> str:
    if found.fixed and bundled.find(found.line):
        return "bundled"
    for engine in engines:
        if found.line.language in engine.languages:
            name = cache_name(engine, found.line)
            cached = state / "prompts" / "spoken" / name[:2] / f"{name}.wav"
            return "cache" if found.fixed and cached.is_file() else engine.name
    return "nothing"


def _row(found: HouseLine, studio: Studio, problem: str, plays: str) -> dict[str, Any]:
    return {
        "line": found.line.name,
        "language": found.line.language,
        "text": found.line.text,
        "variables": not found.fixed,
        "used_in": list(found.used_in),
        "plays_now": plays,
        "record_as": str(studio.wanted(found.line)) if found.fixed else "",
        "problem": problem,
    }
