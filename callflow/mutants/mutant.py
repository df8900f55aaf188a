"""One damaged house."""

from __future__ import annotations

from dataclasses import dataclass

from callflow.nodes import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one file."""

    operator: str
    """Which kind of mistake: `drop_line`, `wrong_target`, ..."""

    flow: str
    """The flow it is in; empty for the lines."""

    place: Place
    what: str
    """The change in words: `the step "bye" says nothing where it said closing`."""

    source: str
    """The file that is changed, as the house names it."""

    text: str
    """Its new text."""

    @property
    def name(self) -> str:
        """`file:line operator`."""
        return f"{self.place.source}:{self.place.line} {self.operator}"
