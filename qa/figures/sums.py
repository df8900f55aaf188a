"""Numerators and denominators of every figure, added up by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.figures.catalogue import OF_CALLS
from qa.figures.columns import Columns, Floats, Mask
from qa.figures.figure import Figure, Value
from qa.figures.percentile import percentile
from qa.figures.rows import CallFacts
from qa.figures.terms import Terms

G = TypeVar("G", bound=Any)
K = TypeVar("K", bound=Any)

Codes = NDArray[np.intp]

TAIL: Final = 0.9
_PLACE: Final = {figure.id: place for place, figure in enumerate(OF_CALLS)}
_NOBODY: Final = np.zeros(0, dtype=np.intp)
_TAILS: Final = tuple(place for place, figure in enumerate(OF_CALLS) if figure.tail)


class Sums:
    """The sums of some calls; adding never loses any."""

    __slots__ = ("calls", "over", "tails", "totals")

    def __init__(
        self, calls: int = 0, totals: Floats | None = None, over: Floats | None = None
    ) -> None:
        self.calls = calls
        self.totals: Floats = np.zeros(len(OF_CALLS)) if totals is None else totals
        self.over: Floats = np.zeros(len(OF_CALLS)) if over is None else over
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
    """Every figure of every call of a part: one array a figure, one element a call."""

    __slots__ = ("over", "totals")

    def __init__(self, calls: CallFacts, terms: Terms) -> None:
        columns = Columns(calls)
        parts = [parts_of(figure, columns, terms) for figure in OF_CALLS]
        self.totals = [total for total, _ in parts]
        self.over = [over for _, over in parts]


class Groups(Generic[G]):
    """Adds up reckoned calls by the group that each is in.

    Exact in any order: all that is added is whole, and a sum stays far below 2^53.
    """

    def __init__(self) -> None:
        self._places: dict[G, int] = {}
        self._sums: Floats = np.zeros((1 + 2 * len(OF_CALLS), 0))
        """One column a group: its calls, the numerators, the denominators."""

        self._tails: dict[int, list[tuple[Codes, Floats]]] = {tail: [] for tail in _TAILS}
        """Place of a figure -> group and value of every call, in parts."""

    def take(self, calls: Reckoned, groups: Sequence[G], codes: Codes, counted: Mask) -> None:
        """Add the calls that are `counted`; `codes`: the place of each call's group in `groups`."""
        picked = np.flatnonzero(counted)
        if not len(picked):
            return
        here, inverse = np.unique(codes[picked], return_inverse=True)
        for code in here:
            self._places.setdefault(groups[code], len(self._places))
        places = np.array([self._places[groups[code]] for code in here])[inverse]
        rows = (np.ones(len(counted)), *calls.totals, *calls.over)
        wide = ((0, 0), (0, len(self._places) - self._sums.shape[1]))
        self._sums = np.pad(self._sums, wide) + _added(
            (row[picked] for row in rows), places, len(self._places)
        )
        for tail, parts in self._tails.items():
            has = calls.over[tail][picked] != 0
            parts.append((places[has], calls.totals[tail][picked][has]))

    def by(self, key: Callable[[G], K]) -> dict[K, Sums]:
        """The groups whose keys are the same together, by key in order."""
        keys = [key(group) for group in self._places]
        names = sorted(set(keys))
        place_of = {name: place for place, name in enumerate(names)}
        places = np.array([place_of[one] for one in keys], dtype=np.intp)
        sums = _added(self._sums, places, len(names))
        found = {name: Sums(*_split(sums[:, place])) for name, place in place_of.items()}
        for tail, parts in self._tails.items():
            for place, values in self._values(parts, places):
                found[names[place]].tails[tail] = [values]
        return found

    def sums(self) -> dict[G, Sums]:
        """Each group by itself, in order."""
        return self.by(lambda group: group)

    def total(self) -> Sums:
        """All groups together."""
        return self.by(lambda _: 0).get(0) or Sums()

    @staticmethod
    def _values(
        parts: Sequence[tuple[Codes, Floats]], places: Codes
    ) -> Iterator[tuple[int, Floats]]:
        """Every value, by the new place of its group."""
        codes = places[np.concatenate([_NOBODY, *(groups for groups, _ in parts)])]
        if not len(codes):
            return
        few = len(places) <= np.iinfo(np.uint16).max
        # So short a number is sorted by counting.
        order = np.argsort(codes.astype(np.uint16) if few else codes, kind="stable")
        values = np.concatenate([values for _, values in parts])[order]
        here, starts = np.unique(codes[order], return_index=True)
        yield from zip(here.tolist(), np.split(values, starts[1:]), strict=True)


def _added(rows: Iterable[Floats], places: Codes, count: int) -> Floats:
    """Each row added up by place: one row each, `count` columns."""
    return np.stack([np.bincount(places, weights=row, minlength=count) for row in rows])


def _split(column: Floats) -> tuple[int, Floats, Floats]:
    calls, totals, over = np.split(column, [1, 1 + len(OF_CALLS)])
    return int(calls[0]), totals, over
