"""The sums of all figures over calls, by day, half hour, queue and agent, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any, Final, NamedTuple, TypeVar

from qa.figures.catalogue import CATALOGUE, OF_CALLS
from qa.figures.figure import Figure, Value
from qa.figures.percentile import percentile
from qa.figures.rows import CallFacts
from qa.figures.slots import Slots
from qa.figures.terms import Terms

K = TypeVar("K", bound=Any)

_PLACE: Final = {figure.id: place for place, figure in enumerate(OF_CALLS)}
_COUNTS: Final = tuple(
    (place, figure.of, figure.tail)
    for place, figure in enumerate(OF_CALLS)
    if figure.of is not None
)
TAIL: Final = 0.9


class Sums:
    """Numerators and denominators of every figure over some calls; adding never loses any."""

    __slots__ = ("calls", "over", "tails", "totals")

    def __init__(self) -> None:
        self.calls = 0
        self.totals: list[float] = [0] * len(OF_CALLS)
        self.over: list[float] = [0] * len(OF_CALLS)
        self.tails: dict[int, list[float]] = {}

    def take(self, row: CallFacts, terms: Terms) -> None:
        """Count one call."""
        self.calls += 1
        totals, over = self.totals, self.over
        for place, of, tail in _COUNTS:
            part = of(row, terms)
            if part is not None:
                totals[place] += part[0]
                over[place] += part[1]
                if tail:
                    self.tails.setdefault(place, []).append(part[0])

    def plus(self, others: Iterable[Sums]) -> Sums:
        """These and the others together, as a new one."""
        whole = Sums()
        for one in (self, *others):
            whole.calls += one.calls
            whole.totals = [a + b for a, b in zip(whole.totals, one.totals, strict=True)]
            whole.over = [a + b for a, b in zip(whole.over, one.over, strict=True)]
            for place, values in one.tails.items():
                whole.tails.setdefault(place, []).extend(values)
        return whole

    def value(self, name: str) -> Value:
        """What the figure of this id came to. KeyError for one that is not a sum over calls."""
        place = _PLACE[name]
        figure: Figure = OF_CALLS[place]
        p90 = percentile(self.tails.get(place, ()), TAIL) if figure.tail else None
        return Value(figure, self.totals[place], self.over[place], p90)


class Cell(NamedTuple):
    """Where a call counts."""

    day: date
    half: int
    queue: str


@dataclass(slots=True)
class Folded:
    """The calls of a stretch of days, summed up."""

    terms: Terms
    cells: dict[Cell, Sums] = field(default_factory=dict)
    agents: dict[str, Sums] = field(default_factory=dict)
    """By agent who took the call; calls that no agent took are in none."""

    apart: dict[str, Sums] = field(default_factory=dict)
    """Calls with a tag: `mystery`, `test`, `practice`. They are in none of the others (Q07)."""

    kept: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    breaches: dict[str, list[str]] = field(default_factory=dict)
    """Rule -> ids of the first calls that broke it."""

    agent_breaches: dict[str, Counter[str]] = field(default_factory=dict)
    """Agent -> rule -> how often."""

    dispositions: Counter[str] = field(default_factory=Counter)
    waits: dict[str, Counter[int]] = field(default_factory=dict)
    """How the wait ended -> whole seconds, rounded up -> calls."""

    open_calls: int = 0
    """On the line still: counted once they are over."""

    def total(self) -> Sums:
        """All calls of callers."""
        return Sums().plus(self.cells.values())

    def by_day(self) -> dict[date, Sums]:
        """Day -> its calls, in order."""
        return self._by(lambda cell: cell.day)

    def by_hour(self) -> dict[int, Sums]:
        """Hour of the day, 0 to 23 -> calls of all days."""
        return self._by(lambda cell: cell.half // 2)

    def by_weekday_hour(self) -> dict[tuple[int, int], Sums]:
        """(Weekday, Monday 0; hour) -> calls."""
        return self._by(lambda cell: (cell.day.weekday(), cell.half // 2))

    def by_day_hour(self) -> dict[tuple[date, int], Sums]:
        """(Day, hour) -> calls."""
        return self._by(lambda cell: (cell.day, cell.half // 2))

    def by_day_half(self) -> dict[tuple[date, int], Sums]:
        """(Day, half hour from 0 to 47) -> calls."""
        return self._by(lambda cell: (cell.day, cell.half))

    def by_queue(self) -> dict[str, Sums]:
        """Queue -> calls; the empty name is those that came to none."""
        return self._by(lambda cell: cell.queue)

    def _by(self, key: Callable[[Cell], K]) -> dict[K, Sums]:
        groups: dict[K, list[Sums]] = {}
        for cell, sums in self.cells.items():
            groups.setdefault(key(cell), []).append(sums)
        return {name: Sums().plus(groups[name]) for name in sorted(groups)}


def fold(
    rows: Iterable[CallFacts], terms: Terms, zone: tzinfo | None, *, most_ids: int = 20
) -> Folded:
    """Sum up the calls, in any order. `most_ids`: calls named for each broken rule."""
    folded, slots = Folded(terms), Slots(zone)
    for row in rows:
        if row.ended_ms is None:
            folded.open_calls += 1
            continue
        if row.tag:
            _at(folded.apart, row.tag).take(row, terms)
            continue
        day, half = slots.of(row.offered_at)
        _at(folded.cells, Cell(day, half, row.queue)).take(row, terms)
        if row.agent:
            _at(folded.agents, row.agent).take(row, terms)
        _count(folded, row, most_ids)
    return folded


def _at(sums: dict[K, Sums], key: K) -> Sums:
    found = sums.get(key)
    if found is None:
        found = sums[key] = Sums()
    return found


def _count(folded: Folded, row: CallFacts, most_ids: int) -> None:
    folded.dispositions[row.disposition or ""] += 1
    folded.kept.update(row.kept)
    for rule in row.broken:
        folded.broken[rule] += 1
        ids = folded.breaches.setdefault(rule, [])
        if len(ids) < most_ids:
            ids.append(row.id)
        if row.agent:
            folded.agent_breaches.setdefault(row.agent, Counter())[rule] += 1
    if row.queue:
        seconds = -(-(row.queue_waited_ms or 0) // 1000)
        folded.waits.setdefault(row.queue_result or "failed", Counter())[seconds] += 1


def rule_rates(folded: Folded) -> dict[str, Value]:
    """Rule -> how often it was kept of the calls it applied to (RULE.1 by rule)."""
    figure = CATALOGUE["RULE.1"]
    return {
        rule: Value(figure, folded.kept[rule], folded.kept[rule] + folded.broken[rule])
        for rule in sorted(folded.kept.keys() | folded.broken.keys())
    }
