"""The calls behind a figure: which of them count for it, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from qa.figures.columns import Columns, Floats, own_calls
from qa.figures.figure import Better, Figure, Unit
from qa.figures.rows import CallFacts, Texts
from qa.figures.slots import moment
from qa.figures.sums import parts_of
from qa.figures.terms import Terms

N = TypeVar("N", float, Floats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """One call and what it adds to the figure."""

    id: str
    offered_at: datetime
    """Aware UTC."""

    queue: str
    agent: str
    queue_result: str
    waited_ms: int | None
    broken: Sequence[str]
    total: float
    over: float

    @property
    def amount(self) -> float:
        """The call's own value of the figure."""
        return self.total / self.over


def calls_behind(
    parts: Iterable[CallFacts], figure: Figure, terms: Terms, *, most: int
) -> list[Behind]:
    """The calls that this figure counts, those to look at first at the top, at most `most`.

    A share: those that missed it first, newest first. A time or a mean: the largest first.
    Nothing for a figure that is not made of calls. Calls still on the line and calls kept apart
    are not in it, as in the figure itself.
    """
    if figure.of is None:
        return []
    found = [one for calls in parts for one in _first(calls, figure, terms, most)]
    found.sort(key=lambda one: one.offered_at, reverse=True)
    if figure.unit is not Unit.COUNT:
        found.sort(key=lambda one: _rank(figure, one.amount))
    return found[:most]


def _first(calls: CallFacts, figure: Figure, terms: Terms, most: int) -> Iterator[Behind]:
    """Those of one part that may be among the first `most` of all."""
    totals, counted = parts_of(figure, Columns(calls), terms)
    places = np.flatnonzero((counted != 0) & own_calls(calls))
    newest = -calls.offered_at_us[places]
    amounts = totals[places] / counted[places]
    ranks = np.zeros(len(places)) if figure.unit is Unit.COUNT else _rank(figure, amounts)
    for place in places[np.lexsort((newest, ranks))][:most].tolist():
        waited_ms = calls.queue_waited_ms[place]
        yield Behind(
            id=calls.ids[place],
            offered_at=moment(int(calls.offered_at_us[place])),
            queue=_text(calls.queue, place),
            agent=_text(calls.agent, place),
            queue_result=_text(calls.queue_result, place),
            waited_ms=None if np.isnan(waited_ms) else int(waited_ms),
            broken=_text(calls.broken, place).split(),
            total=float(totals[place]),
            over=float(counted[place]),
        )


def _rank(figure: Figure, amount: N) -> N:
    """What stands first is lowest."""
    low_first = figure.unit is Unit.SHARE and figure.better is not Better.LOW
    return amount if low_first else -amount


def _text(texts: Texts, place: int) -> str:
    return texts.names[int(texts.codes[place])]
