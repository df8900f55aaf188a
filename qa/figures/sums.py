"""Numerators and denominators of every figure, added up by group."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.figures.catalogue import OF_CALLS
from qa.figures.columns import Columns, Floats
from qa.figures.figure import Figure, Value
from qa.figures.percentile import percentile
from qa.figures.rows import CallFacts
from qa.figures.terms import Terms

G = TypeVar("G", bound=Hashable)

TAIL: Final = 0.9
_PLACE: Final = {figure.id: place for place, figure in enumerate(OF_CALLS)}
_TAILS: Final = tuple(place for place, figure in enumerate(OF_CALLS) if figure.tail)


class Sums:
    """The sums of some calls; adding never loses any."""

    __slots__ = ("calls", "over", "tails", "totals")

    def __init__(self) -> None:
        self.calls = 0
        self.totals: Floats = np.zeros(len(OF_CALLS))
        self.over: Floats = np.zeros(len(OF_CALLS))
        self.tails: dict[int, list[Floats]] = {}
        """Place of a figure -> every call's value of it, in parts."""

    def plus(self, others: Iterable[Sums]) -> Sums:
        """These and the others together, as a new one."""
        whole = Sums()
        for one in (self, *others):
            whole.calls += one.calls
            whole.totals += one.totals
            whole.over += one.over
            for place, values in one.tails.items():
                whole.tails.setdefault(place, []).extend(values)
        return whole

    def value(self, name: str) -> Value:
        """What the figure of this id came to. KeyError for one that is not a sum over calls."""
        place = _PLACE[name]
        tails = self.tails.get(place)
        p90 = percentile(np.concatenate(tails), TAIL) if tails else None
        return Value(OF_CALLS[place], float(self.totals[place]), float(self.over[place]), p90)


def parts_of(figure: Figure, calls: Columns, terms: Terms) -> tuple[Floats, Floats]:
    """What each call adds to numerator and denominator; 0 and 0 where it is not counted.

    ValueError for a figure that is not made of calls.
    """
    if figure.of is None:
        raise ValueError(f"{figure.id} is not made of calls")
    total, over = figure.of(calls, terms)
    counted = over.astype(np.float64)
    return np.where(counted != 0, total, 0.0), counted


class Reckoned:
    """Every figure of every call of a part: one row a figure, one column a call."""

    __slots__ = ("over", "totals")

    def __init__(self, rows: Sequence[CallFacts], terms: Terms) -> None:
        calls = Columns(rows)
        parts = [parts_of(figure, calls, terms) for figure in OF_CALLS]
        self.totals = np.stack([total for total, _ in parts])
        self.over = np.stack([over for _, over in parts])


class Grouping(Generic[G]):
    """Adds up reckoned calls by the group each is in."""

    def __init__(self) -> None:
        self._codes: dict[G, int] = {}
        self._found: list[Sums] = []

    def take(self, calls: Reckoned, groups: Sequence[G]) -> None:
        """Add these calls; `groups` names the group of each, in the same order."""
        codes = np.array([self._code(group) for group in groups], dtype=np.intp)
        if not len(codes):
            return
        order = np.argsort(codes, kind="stable")
        here, starts = np.unique(codes[order], return_index=True)
        totals = np.add.reduceat(calls.totals[:, order], starts, axis=1)
        over = np.add.reduceat(calls.over[:, order], starts, axis=1)
        ends = np.append(starts[1:], len(codes))
        for place, code in enumerate(here):
            sums = self._found[code]
            sums.calls += int(ends[place] - starts[place])
            sums.totals += totals[:, place]
            sums.over += over[:, place]
            self._take_tails(sums, calls, order[starts[place] : ends[place]])

    def sums(self) -> dict[G, Sums]:
        """Group -> its sums."""
        return {group: self._found[code] for group, code in self._codes.items()}

    def _code(self, group: G) -> int:
        code = self._codes.get(group)
        if code is None:
            code = self._codes[group] = len(self._found)
            self._found.append(Sums())
        return code

    @staticmethod
    def _take_tails(sums: Sums, calls: Reckoned, places: NDArray[np.intp]) -> None:
        for tail in _TAILS:
            values = calls.totals[tail][places][calls.over[tail][places] != 0]
            if len(values):
                sums.tails.setdefault(tail, []).append(values)
