"""The calls behind a figure: which of them count for it, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa.figures.columns import Columns
from qa.figures.figure import Better, Figure, Unit
from qa.figures.rows import CallFacts, set_apart
from qa.figures.sums import parts_of
from qa.figures.terms import Terms


@dataclass(frozen=True, slots=True)
class Behind:
    """One call and what it adds to the figure."""

    row: CallFacts
    total: float
    over: float

    @property
    def amount(self) -> float:
        """The call's own value of the figure."""
        return self.total / self.over


def calls_behind(
    rows: Iterable[CallFacts], figure: Figure, terms: Terms, *, most: int
) -> list[Behind]:
    """The calls that this figure counts, those to look at first at the top, at most `most`.

    A share: those that missed it first, newest first. A time or a mean: the largest first.
    Nothing for a figure that is not made of calls. Calls still on the line and calls kept apart
    are not in it, as in the figure itself.
    """
    if figure.of is None:
        return []
    own = [row for row in rows if row.ended_ms is not None and not set_apart(row)]
    totals, counted = parts_of(figure, Columns(own), terms)
    found = [
        Behind(row, float(total), float(over))
        for row, total, over in zip(own, totals, counted, strict=True)
        if over
    ]
    found.sort(key=lambda one: one.row.offered_at, reverse=True)
    if figure.unit is Unit.SHARE:
        found.sort(key=lambda one: one.amount, reverse=figure.better is Better.LOW)
    elif figure.unit is not Unit.COUNT:
        found.sort(key=lambda one: -one.amount)
    return found[:most]
