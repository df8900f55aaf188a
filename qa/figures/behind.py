"""The calls behind a figure: which of them count for it, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa.figures.figure import Figure, Part, Unit
from qa.figures.rows import CallFacts
from qa.figures.terms import Terms


@dataclass(frozen=True, slots=True)
class Behind:
    """One call and what it adds to the figure."""

    row: CallFacts
    part: Part

    @property
    def amount(self) -> float:
        """The call's own value of the figure."""
        return self.part[0] / self.part[1] if self.part[1] else 0.0


def calls_behind(
    rows: Iterable[CallFacts], figure: Figure, terms: Terms, *, most: int
) -> list[Behind]:
    """The calls that this figure counts, those to look at first at the top, at most `most`.

    A share: those that missed it first, newest first. A time or a mean: the largest first.
    Nothing for a figure that is not made of calls. Calls still on the line and calls kept apart
    are not in it, as in the figure itself.
    """
    of = figure.of
    if of is None:
        return []
    found = [
        Behind(row, part)
        for row in rows
        if row.ended_ms is not None and not row.tag and (part := of(row, terms)) is not None
    ]
    found.sort(key=lambda one: one.row.offered_at, reverse=True)
    if figure.unit is Unit.SHARE:
        found.sort(key=lambda one: one.amount, reverse=figure.better.value == "low")
    elif figure.unit is not Unit.COUNT:
        found.sort(key=lambda one: -one.amount)
    return found[:most]
