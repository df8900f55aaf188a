"""The sums of all figures over calls, by day, half hour, queue and agent, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Final, NamedTuple

import numpy as np

from qa.figures.catalogue import CATALOGUE
from qa.figures.columns import Mask, own_calls, where
from qa.figures.counting import broken_by, first_to_break, how_often, waits
from qa.figures.figure import Value
from qa.figures.rows import CallFacts
from qa.figures.slots import QUARTER_US, Slots
from qa.figures.sums import Codes, Groups, Reckoned, Sums
from qa.figures.terms import Terms

OUTBOUND: Final = "outbound"


class Cell(NamedTuple):
    """Where a call counts."""

    day: date
    half: int
    queue: str


@dataclass(slots=True)
class Folded:
    """The calls of a stretch of days, summed up."""

    terms: Terms
    cells: Groups[Cell] = field(default_factory=Groups)
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
        return self.cells.total()

    def by_day(self) -> dict[date, Sums]:
        """Day -> its calls, in order."""
        return self.cells.by(lambda cell: cell.day)

    def by_hour(self) -> dict[int, Sums]:
        """Hour of the day, 0 to 23 -> calls of all days."""
        return self.cells.by(lambda cell: cell.half // 2)

    def by_weekday_hour(self) -> dict[tuple[int, int], Sums]:
        """(Weekday, Monday 0; hour) -> calls."""
        return self.cells.by(lambda cell: (cell.day.weekday(), cell.half // 2))

    def by_day_hour(self) -> dict[tuple[date, int], Sums]:
        """(Day, hour) -> calls."""
        return self.cells.by(lambda cell: (cell.day, cell.half // 2))

    def by_day_half(self) -> dict[tuple[date, int], Sums]:
        """(Day, half hour from 0 to 47) -> calls."""
        return self.cells.by(lambda cell: (cell.day, cell.half))

    def by_queue(self) -> dict[str, Sums]:
        """Queue -> calls; the empty name is those that came to none."""
        return self.cells.by(lambda cell: cell.queue)


def fold(
    parts: Iterable[CallFacts], terms: Terms, zone: tzinfo | None, *, most_ids: int = 20
) -> Folded:
    """Sum up the calls, part by part. `most_ids`: calls named for each broken rule."""
    folded, slots = Folded(terms), Slots(zone)
    agents, apart = Groups[str](), Groups[str]()
    for calls in parts:
        own = own_calls(calls)
        reckoned = Reckoned(calls, terms)
        folded.cells.take(reckoned, *_cells(calls, slots), own)
        agents.take(reckoned, calls.agent.names, calls.agent.codes, own & where(calls.agent, bool))
        why_apart = [tag or OUTBOUND for tag in calls.tag.names]
        apart.take(reckoned, why_apart, calls.tag.codes, calls.ended & ~own)
        folded.open_calls += int(np.count_nonzero(~calls.ended))
        _count(folded, calls, own)
        _count_broken(folded, calls, own, most_ids)
    folded.agents, folded.apart = agents.sums(), apart.sums()
    return folded


def fold_whole(parts: Iterable[CallFacts], terms: Terms) -> Sums:
    """The sums of all calls together, for a comparison."""
    found = Groups[str]()
    for calls in parts:
        own = own_calls(calls)
        found.take(Reckoned(calls, terms), ("",), np.zeros(len(own), dtype=np.intp), own)
    return found.total()


def _cells(calls: CallFacts, slots: Slots) -> tuple[list[Cell], Codes]:
    """The cells of these calls, and the place of each call's."""
    quarters, which = np.unique(calls.offered_at_us // QUARTER_US, return_inverse=True)
    queues = calls.queue.names
    pairs, codes = np.unique(which * len(queues) + calls.queue.codes, return_inverse=True)
    found = [slots.of_quarter(quarter) for quarter in quarters.tolist()]
    cells = []
    for pair in pairs.tolist():
        quarter, queue = divmod(pair, len(queues))
        cells.append(Cell(found[quarter].day, found[quarter].half, queues[queue]))
    return cells, codes


def _count(folded: Folded, calls: CallFacts, own: Mask) -> None:
    for disposition, count in how_often(calls.disposition, own):
        folded.dispositions[disposition] += count
    for rules, count in how_often(calls.kept, own):
        folded.kept.update(dict.fromkeys(rules.split(), count))
    for result, seconds in waits(calls, own):
        folded.waits.setdefault(result, Counter()).update(seconds)


def _count_broken(folded: Folded, calls: CallFacts, own: Mask, most_ids: int) -> None:
    for agent, rules, count in broken_by(calls, own):
        for rule in rules.split():
            folded.broken[rule] += count
            if agent:
                folded.agent_breaches.setdefault(agent, Counter())[rule] += count
    for rule in folded.broken:
        ids = folded.breaches.setdefault(rule, [])
        if len(ids) < most_ids:
            ids += first_to_break(calls, own, rule, most_ids - len(ids))


def rule_rates(folded: Folded) -> dict[str, Value]:
    """Rule -> how often it was kept of the calls it applied to (RULE.1 by rule)."""
    figure = CATALOGUE["RULE.1"]
    return {
        rule: Value(figure, folded.kept[rule], folded.kept[rule] + folded.broken[rule])
        for rule in sorted(folded.kept.keys() | folded.broken.keys())
    }
