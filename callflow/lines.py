"""`lines.yaml`: what the house says, by language, with tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from callflow.nodes import Node, NodeError, Place, parse, places_of
from callflow.reading import Reading
from callflow.templates import Wording, WordingError
from calls.actions import Line

LINES_FILE: Final = "lines.yaml"
LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")


@dataclass(frozen=True, slots=True, eq=False)
class LineWording:
    """One line of the house in every language it has."""

    name: str
    tags: tuple[str, ...]
    wordings: Mapping[str, Wording]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)
    """Where each wording and tag stands, as `nodes.places_of` names them."""

    @property
    def names(self) -> frozenset[str]:
        """Variables that any of its wordings use."""
        return frozenset[str]().union(*(wording.names for wording in self.wordings.values()))

    def speak(self, language: str, variables: Mapping[str, Any]) -> Line:
        """The line in `language`, its variables filled in. Raises WordingError."""
        names = self.wordings[language].names
        if not names:
            return _spoken(self, language, ())
        given = [
            (name, _in_language(variables[name], language)) for name in names if name in variables
        ]
        return _spoken(self, language, tuple(given))


def _in_language(value: object, language: str) -> str:
    """The value as text; the house's own variables (the company) have one for each language."""
    if value.__class__ is str:
        return str(value)
    return str(value[language] if isinstance(value, Mapping) else value)


@lru_cache(maxsize=2048)
def _spoken(line: LineWording, language: str, values: tuple[tuple[str, str], ...]) -> Line:
    """The same words are asked for call after call; rendering them once is enough."""
    text = line.wordings[language].render(dict(values))
    return Line(name=line.name, text=text, language=language, tags=line.tags)


def read_lines(text: str, source: str, reading: Reading) -> dict[str, LineWording]:
    """Every line of the file by name; problems go to `reading`."""
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        reading.half_read.add(("file", LINES_FILE))
        return {}
    lines: dict[str, LineWording] = {}
    for key, node in top.items:
        name = reading.name(key, "a line's name")
        line = _line(name, key.place, node, reading)
        if line is None:
            reading.half_read.add(("line", name))
        else:
            lines[name] = line
    return lines


def _line(name: str, named: Place, node: Node, reading: Reading) -> LineWording | None:
    body = reading.mapping(node, f'the line "{name}"')
    if body is None:
        return None
    reading.keys(body, ("tags", *LANGUAGES), "a line")
    tags = reading.list_of(body.get("tags"), "tags", lambda item: reading.name(item, "a tag"))
    wordings: dict[str, Wording] = {}
    for language in LANGUAGES:
        found = body.get(language)
        if found is None:
            continue  # whether it is ever needed is checked with the flows
        try:
            wordings[language] = Wording(reading.text(found, f"the {language} wording"))
        except WordingError as error:
            reading.half_read.add(("wording", f"{name} {language}"))
            reading.wrong(
                found.place, str(error), "see docs/flow-format.md, variables", rule="bad-wording"
            )
    if not any(body.get(language) for language in LANGUAGES):
        reading.wrong(node.place, f'the line "{name}" has no wording', f"add `{LANGUAGES[0]}: ...`")
        return None
    return LineWording(name, tags, wordings, named, dict(places_of(body)))
