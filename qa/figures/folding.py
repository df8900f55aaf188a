"""The sums of all figures over calls, by day, half hour, queue and agent, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from qa.figures.catalogue import CATALOGUE
from qa.figures.figure import Value
from qa.figures.rows import CallFacts, set_apart
from qa.figures.slots import Slots
from qa.figures.sums import Grouping, Reckoned, Sums
from qa.figures.terms import Terms

K = TypeVar("K", bound=Any)

AT_ONCE: Final = 20_000
"""Calls reckoned side by side: some 20 MB of arrays."""


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
    """Calls with a tag, `mystery`, `test`, `practice` (Q07), and those that the house placed:
    `outbound`. They are in none of the others."""

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
    folded, slots, left = Folded(terms), Slots(zone), iter(rows)
    cells, agents, apart = Grouping[Cell](), Grouping[str](), Grouping[str]()
    while part := list(islice(left, AT_ONCE)):
        over = [row for row in part if row.ended_ms is not None]
        folded.open_calls += len(part) - len(over)
        own = [row for row in over if not set_apart(row)]
        calls = Reckoned(own, terms)
        cells.take(calls, [Cell(*slots.of(row.offered_at), row.queue) for row in own])
        agents.take(calls, [row.agent for row in own])
        others = [row for row in over if set_apart(row)]
        apart.take(Reckoned(others, terms), [set_apart(row) for row in others])
        # Calls that kept the same rules are many: each set of rules is looked at once.
        for rules, count in Counter(row.kept for row in own).items():
            folded.kept.update(dict.fromkeys(rules, count))
        _count(folded, own, most_ids)
    folded.cells, folded.agents, folded.apart = cells.sums(), agents.sums(), apart.sums()
    folded.agents.pop("", None)
    return folded


def fold_whole(rows: Iterable[CallFacts], terms: Terms) -> Sums:
    """The sums of all calls together, for a comparison."""
    found, left = Grouping[str](), iter(rows)
    while part := list(islice(left, AT_ONCE)):
        own = [row for row in part if row.ended_ms is not None and not set_apart(row)]
        found.take(Reckoned(own, terms), [""] * len(own))
    return found.sums().get("") or Sums()


def _count(folded: Folded, rows: Sequence[CallFacts], most_ids: int) -> None:
    folded.dispositions.update(row.disposition or "" for row in rows)
    for row in rows:
        for rule in row.broken:
            _breach(folded, rule, row, most_ids)
    stays = Counter((row.queue_result, row.queue_waited_ms) for row in rows if row.queue)
    for (told, waited_ms), count in stays.items():
        result = "failed" if waited_ms is None else told or "failed"
        folded.waits.setdefault(result, Counter())[-(-(waited_ms or 0) // 1000)] += count


def _breach(folded: Folded, rule: str, row: CallFacts, most_ids: int) -> None:
    folded.broken[rule] += 1
    ids = folded.breaches.setdefault(rule, [])
    if len(ids) < most_ids:
        ids.append(row.id)
    if row.agent:
        folded.agent_breaches.setdefault(row.agent, Counter())[rule] += 1


def rule_rates(folded: Folded) -> dict[str, Value]:
    """Rule -> how often it was kept of the calls it applied to (RULE.1 by rule)."""
    figure = CATALOGUE["RULE.1"]
    return {
        rule: Value(figure, folded.kept[rule], folded.kept[rule] + folded.broken[rule])
        for rule in sorted(folded.kept.keys() | folded.broken.keys())
    }
