"""The house's lines as the prompt tools see them: fixed ones, and those that vary by call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callflow.house import HOUSE_VARIABLES, House
from callflow.lines import LineWording
from calls.actions import Line
from launch.settings.site import LANGUAGES, HouseSettings


@dataclass(frozen=True, slots=True)
class HouseLine:
    """One line in one language; `text` still has its variables when it is not `fixed`."""

    line: Line
    fixed: bool
    """No variable but the house's own: it can be recorded and rendered ahead."""

    used_in: tuple[str, ...]
    """`flow.step` of every step that says it, `form.field` of every field that asks it."""

    by_agent: bool
    """Only agents say it: it is read from a screen and needs no sound."""


def house_lines(
    house: House, names: HouseSettings, languages: Sequence[str] = LANGUAGES
) -> list[HouseLine]:
    """Every line of `house` in `languages`, in the order of lines.yaml."""
    used, asked = _said_in(house), _asked_in(house)
    by_agent = agents_lines(house)
    found: list[HouseLine] = []
    for wording in house.lines.values():
        uses = tuple([*used.get(wording.name, ()), *asked.get(wording.name, ())])
        for language in (each for each in languages if each in wording.wordings):
            line, fixed = _line(wording, language, names)
            found.append(HouseLine(line, fixed, uses, wording.name in by_agent))
    return found


def spoken_lines(
    house: House, names: HouseSettings, languages: Sequence[str] = LANGUAGES
) -> list[HouseLine]:
    """Those that a machine speaks."""
    return [found for found in house_lines(house, names, languages) if not found.by_agent]


def agents_lines(house: House) -> frozenset[str]:
    """Names of lines said only in flows that an agent performs, or asked only by forms.

    A line that no flow says stays with the machine: the dialplan or a server may play it.
    """
    said = {name: False for name in _asked_in(house)}
    for flow in house.flows.values():
        for step in flow.steps:
            for name in step.lines:
                said[name] = said.get(name, False) or flow.performer != "agent"
    return frozenset(name for name, by_machine in said.items() if not by_machine)


def _line(wording: LineWording, language: str, names: HouseSettings) -> tuple[Line, bool]:
    if wording.names <= HOUSE_VARIABLES:
        return wording.speak(language, names.variables(language)), True
    text = wording.wordings[language].text
    return Line(name=wording.name, text=text, language=language, tags=wording.tags), False


def _said_in(house: House) -> Mapping[str, list[str]]:
    used: dict[str, list[str]] = {}
    for flow in house.flows.values():
        for step in flow.steps:
            for name in dict.fromkeys(step.lines):
                used.setdefault(name, []).append(f"{flow.name}.{step.name}")
    return used


def _asked_in(house: House) -> Mapping[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for form in house.forms.values():
        for field in form.fields:
            if field.ask:
                asked.setdefault(field.ask, []).append(f"{form.name}.{field.name}")
    return asked
