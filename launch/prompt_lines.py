"""The house's lines as the prompt tools see them: fixed ones, and those that vary by call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callflow.house import HOUSE_VARIABLES, House
from calls.actions import Line
from launch.settings import LANGUAGES, HouseSettings


@dataclass(frozen=True, slots=True)
class HouseLine:
    """One line in one language; `text` still has its variables when it is not `fixed`."""

    line: Line
    fixed: bool
    """No variable but the house's own: it can be recorded and rendered ahead."""

    used_in: tuple[str, ...]
    """`flow.step` of every step that says it."""


def house_lines(
    house: House, names: HouseSettings, languages: Sequence[str] = LANGUAGES
) -> list[HouseLine]:
    """Every line of `house` in `languages`, in the order of lines.yaml."""
    used = _uses(house)
    found: list[HouseLine] = []
    for wording in house.lines.values():
        fixed = wording.names <= HOUSE_VARIABLES
        for language in (each for each in languages if each in wording.wordings):
            if fixed:
                line = wording.speak(language, names.variables(language))
            else:
                text = wording.wordings[language].text
                line = Line(name=wording.name, text=text, language=language, tags=wording.tags)
            found.append(HouseLine(line, fixed, tuple(used.get(wording.name, ()))))
    return found


def _uses(house: House) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {}
    for flow in house.flows.values():
        for step in flow.steps:
            for name in dict.fromkeys(step.lines):
                used.setdefault(name, []).append(f"{flow.name}.{step.name}")
    return used
