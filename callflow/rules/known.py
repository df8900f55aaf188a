"""Steps of house rules that were taken once and need not be worked out again.

While no time of a rule runs, where it comes to after an event depends on where it stands and on the
event's sort (`sorts`), on nothing else: the step is taken once, on the sort's model event. While a
time runs, every step is taken anew. What an event does to all rules at once is known of the ways
that calls have gone (`Standing`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from callflow.rules.events import span
from callflow.rules.patterns import Response
from callflow.rules.rebasing import longest_ms
from callflow.rules.rule import Progress, Rule, begin, moved, step
from callflow.rules.sorts import Sort, Sorts
from callflow.rules.verdict import Verdict, told
from calls.events import CallEvent

MOST_SORTS: Final = 4096
"""Sorts of event known of one set of rules; with more, all is forgotten and begun anew."""

MOST_STANDINGS: Final = 4096
"""Likewise; one takes some 2 KB."""


@dataclass(slots=True, eq=False)
class Point:
    """Where a rule stands while no time of it runs."""

    progress: Progress
    verdict: Verdict
    """What the rule came to if the call ends here, without its evidence."""

    moves: dict[Sort, Move] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Begun:
    """Where a rule stands once an event of a sort made a time of it run."""

    progress: Progress
    """As after the model event."""

    timed: tuple[bool, ...]
    """Which patterns look at times."""

    def by(self, event: CallEvent) -> Progress:
        """The same after that very event: what runs has run since its end."""
        end_ms = span(event).end_ms
        pairs = zip(self.progress, self.timed, strict=True)
        return tuple(
            [
                state._replace(mark_ms=end_ms) if timed and state.mark_ms is not None else state
                for state, timed in pairs
            ]
        )


Move = tuple[Point | Begun, bool]
"""Where an event leads from a point, and whether it brought the rule further."""


@dataclass(slots=True, eq=False)
class Standing:
    """Where all rules of a set stand."""

    points: tuple[Point | None, ...]
    """By the rules' places; None for one of which a time runs."""

    verdicts: tuple[Verdict | None, ...] = field(init=False)
    """What the rules came to if the call ends here, without evidence; None as of `points`."""

    turns: dict[Sort, Turn] = field(default_factory=dict)
    rested: dict[tuple[int, Point], Standing] = field(default_factory=dict)
    """Where they stand once a rule, by its place, has come to rest at a point."""

    def __post_init__(self) -> None:
        self.verdicts = tuple(None if one is None else one.verdict for one in self.points)


@dataclass(slots=True, eq=False)
class Turn:
    """What an event of a sort does to all rules of which no time runs."""

    to: Standing
    further: tuple[int, ...]
    """Places of the rules that it brought further."""

    begun: tuple[tuple[int, Begun], ...]
    """Places of the rules of which a time runs now."""


class Known:
    """What is known of the steps of one set of rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = rules = tuple(rules)
        self._sorts = Sorts(rules)
        self.sort_of = self._sorts.of
        """The sort of an event; None for a kind that no rule speaks of."""

        self._timed = [
            tuple(longest_ms(each) is not None for each in rule.patterns) for rule in rules
        ]
        self._points: list[dict[Progress, Point]] = [{} for _ in rules]
        self._standings: dict[tuple[Point | None, ...], Standing] = {}
        begun = [self.at_rest(at, begin(rule)) for at, rule in enumerate(rules)]
        self.start = self._standing(begun)
        """Where the rules stand before the first event."""

    @property
    def full(self) -> bool:
        """Whether so much is known that it is better forgotten."""
        return self._sorts.count >= MOST_SORTS or len(self._standings) >= MOST_STANDINGS

    def turn(self, standing: Standing, sort: Sort) -> Turn:
        """Work out what an event of a sort does where it has not come before."""
        points, further = list(standing.points), []
        begun: list[tuple[int, Begun]] = []
        for at in sort.heeded_by:
            point = points[at]
            if point is None:
                continue
            to, brought = point.moves.get(sort) or self._learn_move(at, point, sort)
            if brought:
                further.append(at)
            if isinstance(to, Begun):
                begun.append((at, to))
            points[at] = to if isinstance(to, Point) else None
        turn = Turn(self._standing(points), tuple(further), tuple(begun))
        return standing.turns.setdefault(sort, turn)

    def rest(self, standing: Standing, at: int, point: Point) -> Standing:
        """Where the rules stand once the time of the one at place `at` runs no more."""
        found = standing.rested.get((at, point))
        if found is None:
            points = list(standing.points)
            points[at] = point
            found = standing.rested[at, point] = self._standing(points)
        return found

    def at_rest(self, at: int, progress: Progress) -> Point | None:
        """The point of all calls in which the rule stands so; None while a time runs."""
        for timed, state in zip(self._timed[at], progress, strict=True):
            if timed and state.mark_ms is not None:
                return None
        stands = tuple(
            [state._replace(mark_ms=0) if state.mark_ms else state for state in progress]
        )
        points = self._points[at]
        found = points.get(stands)
        if found is None:
            found = points.setdefault(stands, Point(stands, told(self.rules[at], stands)))
        return found

    def _standing(self, points: Iterable[Point | None]) -> Standing:
        """The standing of all calls in which the rules stand so."""
        stand = tuple(points)
        return self._standings.get(stand) or self._standings.setdefault(stand, Standing(stand))

    def _learn_move(self, at: int, point: Point, sort: Sort) -> Move:
        after = step(self.rules[at], point.progress, sort.model)
        further = any(map(moved, point.progress, after))
        to = self.at_rest(at, after) or Begun(after, self._timed[at])
        move = point.moves[sort] = (to, further)
        return move


def runs_out_ms(rule: Rule, progress: Progress) -> float:
    """The moment of the call after which any event may break the rule; inf for none."""
    waits = (
        state.mark_ms + pattern.times.at_most_ms + pattern.times.slack_ms
        for pattern, state in zip(rule.patterns, progress, strict=True)
        if isinstance(pattern, Response)
        and state.mark_ms is not None
        and pattern.times.at_most_ms is not None
    )
    return min(waits, default=math.inf)
