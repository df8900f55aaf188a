"""What the checks know, where things stand, and where they write down what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from callflow.checks.catalogue import CATALOGUE
from callflow.forms import FormText
from callflow.lines import LineWording
from callflow.loader import HARMLESS
from callflow.nodes import Place
from callflow.reading import Reading
from callflow.steps import Flow, Step
from calls.errors import Problem

BUILT_IN: Final = frozenset(
    {"language", "performer", "digits", "ani", "dnis", "caller_name", "disposition", "place"}
)
"""Variables a run may have beside the house's own and those a flow sets."""

BROUGHT: Final = BUILT_IN - {"digits", "disposition", "place"}
"""Those that every run has from its first step on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is known of the world around the folder."""

    variables: frozenset[str] = frozenset({"company", "agent_no"})
    """The house's own variables."""

    directories: Mapping[str, frozenset[str]] | None = None
    """Files of rows that `lookup` finds, each with its columns; None where nobody knows."""

    services: frozenset[str] | None = None
    """HTTP services that `fetch` may ask; None where nobody knows."""

    plugins: frozenset[str] | None = None
    """Plug-ins that `do` may run; None where nobody knows."""

    destinations: frozenset[str] | None = None
    """Where `transfer` may lead; None where nobody knows."""

    has_sound: Callable[[LineWording, str], bool] | None = None
    """Whether a line can be heard in a language; None where nobody knows."""

    most_silence_ms: int = 8000
    """So long a caller may hear nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What could be read of a house."""

    flows: Mapping[str, Flow]
    lines: Mapping[str, LineWording]
    forms: Mapping[str, FormText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The notebook of one check of a house."""

    parts: Parts
    outside: Outside
    reading: Reading
    said: set[tuple[str, ...]] = field(default_factory=set)

    def note(
        self,
        rule: str,
        place: Place,
        what: str,
        hint: str,
        *,
        word: str = "",
        trail: tuple[str, ...] = (),
    ) -> None:
        """Write a problem of the catalogue down."""
        self.reading.problems.append(
            Problem(
                source=place.source,
                line=place.line,
                column=place.column,
                what=what,
                hint=hint,
                severity=CATALOGUE[rule].severity,
                rule=rule,
                word=word,
                trail=trail,
            )
        )

    def first(self, *key: str) -> bool:
        """Whether this is the first time that `key` is asked about; said once is enough."""
        if key in self.said:
            return False
        self.said.add(key)
        return True

    def half_read(self, kind: str, name: str) -> bool:
        """Whether `name` is there in a file, but could not be read."""
        return (kind, name) in self.reading.half_read

    def unsound(self) -> frozenset[str]:
        """Flows with a mistake that hides how their steps hang together."""
        wrong = {
            problem.source
            for problem in self.reading.problems
            if problem.severity == "error" and problem.rule not in _HARMLESS
        }
        return frozenset(
            name for name, flow in self.parts.flows.items() if flow.place.source in wrong
        )


_HARMLESS: Final = HARMLESS | {
    "unknown-line",
    "unknown-form",
    "unknown-variable",
    "unknown-directory",
    "unknown-column",
    "missing-wording",
    "type-mismatch",
    "useless-barge-in",
    "useless-repeat",
    "answered-without-ring",
}


def place_of(flow: Flow, step: Step, *paths: str) -> Place:
    """Where the first of `paths` that was written stands, in the step or in `always:`; else the
    step's name."""
    for path in paths:
        found = step.places.get(path)
        if found is None and path.startswith("on."):
            found = flow.places.get(f"always.{path[3:]}")
        if found is not None:
            return found
    return step.place
