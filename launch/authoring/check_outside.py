"""What `thirdring check` knows of the world around a folder: sounds, and what the settings name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from callflow.checks.house import Outside
from callflow.house import HOUSE_VARIABLES
from calls.errors import ConfigError
from launch.settings.site import Settings

if TYPE_CHECKING:
    from callflow.lines import LineWording


def outside_of(
    settings: Settings, *, configured: bool, sounds: bool, most_silence_ms: int
) -> Outside:
    """What the checks may ask about; what only a site's settings say is left out without them."""
    return Outside(
        variables=HOUSE_VARIABLES,
        has_sound=_has_sound(settings) if sounds else None,
        directories=_directories(settings.office.directories) if configured else None,
        services=frozenset(settings.fetch) if configured else None,
        plugins=frozenset(settings.plugins) if configured else None,
        destinations=frozenset(settings.destinations) if configured else None,
        most_silence_ms=most_silence_ms,
    )


def _has_sound(settings: Settings) -> Callable[[LineWording, str], bool]:
    """Whether a line is recorded or rendered ahead; lines that vary by call are spoken live."""
    from agi.prompts.sources import Bundled, Studio

    bundled = Bundled(settings.bundled_prompts)
    studio = Studio(settings.prompts.studio) if settings.prompts.studio else None

    def has_sound(wording: LineWording, language: str) -> bool:
        if not wording.names <= HOUSE_VARIABLES:
            return True
        line = wording.speak(language, settings.house.variables(language))
        return bool((studio and studio.find(line)) or bundled.find(line))

    return has_sound


def _directories(folder: Path | None) -> Mapping[str, frozenset[str]] | None:
    from casework.directory import read_directory
    from casework.phone_numbers import NumberPlan

    if folder is None:
        return None
    found: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        try:
            found[path.stem] = frozenset(read_directory(path, NumberPlan()).columns)
        except ConfigError:
            continue  # `thirdring doctor` and the server say what is wrong with the file
    return found
