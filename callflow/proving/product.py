"""One pattern of one rule against all calls of a graph: the shortest call that breaks it, or none.

Breadth first over pairs of node and progress, so the first break found has the fewest outcomes.
The monitor is the one that watches live calls. Calls with all lengths at their least and at their
most are enough (`lengths`), except where a pattern asks for a number in an event: then each action
may take either, by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from callflow.proving.graph import DONE, CallGraph, Edge
from callflow.proving.lengths import Pace
from callflow.proving.ways import Way
from callflow.rules.events import WATCHED, EventPattern, Within
from callflow.rules.monitor import Progress, Rule, begin, status_of, step
from callflow.rules.patterns import Chain, Pattern, Response
from callflow.rules.rebasing import longest_ms, rebased
from callflow.rules.state import Status
from calls.events import CallEvent, Fact

AT: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_SPEECH: Final = frozenset({"saying", "said"})

Leg = tuple[Edge, Pace]
"""One outcome of a path, and which of its lengths it took."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one pattern: how many states there are, and a path that breaks it."""

    states: int
    broken: tuple[Leg, ...] | None = None
    start: int = 0
    """Which of the graph's starts the path begins at."""

    applies: bool = False
    """Whether any call keeps it by doing something it speaks of."""


@dataclass(frozen=True, slots=True)
class _Move:
    """An edge as one pattern sees it."""

    letters: int
    """Number of what the pattern sees on it."""

    target: int
    edge: Edge
    pace: Pace
    cost: tuple[int, int]
    """How unlikely, then how long."""


def events_of_pattern(pattern: Pattern) -> list[EventPattern]:
    """The events a pattern speaks of."""
    found = [getattr(pattern, each.name) for each in fields(pattern)]
    found += [link.event for link in pattern.links] if isinstance(pattern, Chain) else []
    return [each for each in found if isinstance(each, EventPattern) and each]


def asks_for_numbers(pattern: Pattern) -> bool:
    """Whether a pattern compares a number inside an event."""
    return any(
        isinstance(test, Within)
        for each in events_of_pattern(pattern)
        for choice in each.choices
        for test in (*choice.tests, *choice.unless)
    )


class Product:
    """One pattern on one graph."""

    def __init__(self, graph: CallGraph, rule: Rule, pattern: Pattern) -> None:
        self._graph = graph
        self._rule = Rule(
            id=rule.id,
            title=rule.title,
            patterns=(pattern,),
            direction=rule.direction,
            flows=rule.flows,
            performer=rule.performer,
        )
        self._events = events_of_pattern(pattern)
        self._kinds = frozenset(kind for each in self._events for kind in each.kinds)
        self._timed = longest_ms(pattern) is not None
        self._times_all = self._timed and isinstance(pattern, Response)
        self._numbers = asks_for_numbers(pattern)
        self._rows: dict[Hashable, int] = {}
        self._samples: list[tuple[tuple[CallEvent, ...], int]] = []
        self._seen_ways: dict[tuple[Way, Pace], tuple[tuple[Hashable, CallEvent], ...]] = {}
        self._seen_tails: dict[tuple[int, int], tuple[tuple[Hashable, CallEvent], ...]] = {}
        self._moves: dict[tuple[int, tuple[Pace, ...]], list[_Move]] = {}
        self._memo: dict[tuple[Progress, int], Progress] = {}
        self.applies = False

    def explore(self) -> Found:
        """Look at every call."""
        states = 0
        for paces in self._corners():
            found = self._breadth_first(paces)
            states += found.states
            if found.broken is not None:
                return Found(states, found.broken, found.start, self.applies)
        return Found(states, applies=self.applies)

    def _corners(self) -> Iterator[tuple[Pace, ...]]:
        if self._numbers:
            yield (Pace.LEAST, Pace.MOST)
        elif self._timed:
            yield (Pace.LEAST,)
            yield (Pace.MOST,)
        else:
            yield (Pace.USUAL,)

    def _breadth_first(self, paces: tuple[Pace, ...]) -> Found:
        came: dict[tuple[int, Progress], tuple[tuple[int, Progress] | None, _Move | None, int]] = {}
        level: dict[tuple[int, Progress], tuple[int, int]] = {}
        for number, (tail, node) in enumerate(self._graph.starts):
            progress = self._first(tail)
            if status_of(progress) is Status.BROKEN:
                return Found(1, (), number)
            if node != DONE and (node, progress) not in came:
                came[node, progress] = (None, None, number)
                level[node, progress] = (0, 0)
        while level:
            best: tuple[tuple[int, int], tuple[int, Progress], _Move] | None = None
            following: dict[tuple[int, Progress], tuple[int, int]] = {}
            for state, (odd, ms) in level.items():
                node, progress = state
                for move in self._moves_of(node, paces):
                    after = self._step(progress, move.letters)
                    status = status_of(after)
                    cost = (odd + move.cost[0], ms + move.cost[1])
                    if status is Status.BROKEN:
                        if best is None or cost < best[0]:
                            best = (cost, state, move)
                        continue
                    if move.target == DONE:
                        self.applies |= status is Status.KEPT
                        continue
                    arrived = (move.target, after)
                    if arrived not in came or (arrived in following and cost < following[arrived]):
                        came[arrived] = (state, move, came[state][2])
                        following[arrived] = cost
            if best is not None:
                legs, start = self._path(came, best[1], best[2])
                return Found(len(came) + 1, legs, start)
            level = following
        return Found(len(came))

    @staticmethod
    def _path(
        came: dict[tuple[int, Progress], tuple[tuple[int, Progress] | None, _Move | None, int]],
        last: tuple[int, Progress],
        move: _Move,
    ) -> tuple[tuple[Leg, ...], int]:
        legs: list[Leg] = [(move.edge, move.pace)]
        at: tuple[int, Progress] | None = last
        start = 0
        while at is not None:
            before, by, start = came[at]
            if by is not None:
                legs.append((by.edge, by.pace))
            at = before
        return tuple(reversed(legs)), start

    def _first(self, tail: tuple[Fact, ...]) -> Progress:
        progress = begin(self._rule)
        for fact in (*self._graph.first, *tail):
            progress = step(self._rule, progress, _event(fact, 0))
        return progress

    def _step(self, progress: Progress, letters: int) -> Progress:
        key = (progress, letters)
        found = self._memo.get(key)
        if found is None:
            events, length_ms = self._samples[letters]
            found = progress
            for event in events:
                found = step(self._rule, found, event)
            if status_of(found) is Status.PENDING:
                found = rebased(self._rule, found, length_ms)
            self._memo[key] = found
        return found

    def _moves_of(self, node: int, paces: tuple[Pace, ...]) -> list[_Move]:
        """The edges of a node, those that look alike to the pattern once."""
        key = (node, paces)
        moves = self._moves.get(key)
        if moves is None:
            alike: dict[tuple[int, int], _Move] = {}
            for edge in self._graph.edges[node]:
                for pace in paces:
                    move = self._move(edge, pace)
                    same = (move.letters, move.target)
                    if same not in alike or move.cost < alike[same].cost:
                        alike[same] = move
            moves = self._moves[key] = list(alike.values())
        return moves

    def _move(self, edge: Edge, pace: Pace) -> _Move:
        moments = edge.way.moments(pace)
        length_ms = moments[-1]
        seen = self._way(edge.way, pace, moments) + self._tail(edge.tail, length_ms)
        row: Hashable = tuple(letter for letter, _ in seen)
        if self._timed:
            row = (row, length_ms)
        number = self._rows.get(row)
        if number is None:
            number = self._rows[row] = len(self._samples)
            self._samples.append((tuple(event for _, event in seen), length_ms))
        usual_ms = edge.way.moments(Pace.USUAL)[-1]
        return _Move(number, edge.target, edge, pace, (edge.way.odd, usual_ms))

    def _way(
        self, way: Way, pace: Pace, moments: Sequence[int]
    ) -> tuple[tuple[Hashable, CallEvent], ...]:
        found = self._seen_ways.get((way, pace))
        if found is None:
            events = (_event(tell(moments), moments[after]) for after, tell in way.facts)
            found = self._seen_ways[way, pace] = tuple(self._seen(events))
        return found

    def _tail(self, tail: tuple[Fact, ...], at_ms: int) -> tuple[tuple[Hashable, CallEvent], ...]:
        key = (id(tail), at_ms)
        found = self._seen_tails.get(key)
        if found is None:
            events = (_event(fact, at_ms) for fact in tail)
            found = self._seen_tails[key] = tuple(self._seen(events))
        return found

    def _seen(self, events: Iterator[CallEvent]) -> Iterator[tuple[Hashable, CallEvent]]:
        """The events that mean anything to the pattern, each with what of it does."""
        for event in events:
            letter = self._letter(event)
            if letter is None:
                continue
            if self._timed:
                start = event.data.get("start_ms", 0) if event.kind == "said" else 0
                letter = (letter, start, event.offset_ms)
            yield letter, event

    def _letter(self, event: CallEvent) -> Hashable:
        fits = tuple(each.fits(event) for each in self._events)
        kept = event.kind in self._kinds or event.kind == "ended"
        if not kept and not self._times_all and not (self._rule.performer and event.kind == "said"):
            return None
        in_kinds = tuple(event.kind in each.kinds for each in self._events)
        extra: Hashable = None
        if event.kind in _SPEECH:
            extra = (event.data.get("ended"), event.data.get("performer"))
        elif event.kind == "ended":
            extra = event.data.get("end_reason")
        watched = event.kind in WATCHED
        return (fits, in_kinds, extra, event.kind if kept or not watched else "watched")


def _event(fact: Fact, at_ms: int) -> CallEvent:
    return CallEvent("", 0, AT, at_ms, fact.kind, fact.data())


def told(graph: CallGraph, start: int, legs: Sequence[Leg]) -> list[CallEvent]:
    """A path as the facts of one call, times counted from its offer."""
    facts: list[tuple[int, Fact]] = [(0, fact) for fact in graph.first]
    facts += [(0, fact) for fact in graph.starts[start][0]]
    now_ms = 0
    for edge, pace in legs:
        moments = edge.way.moments(pace, now_ms)
        facts += [(moments[after], tell(moments)) for after, tell in edge.way.facts]
        now_ms = moments[-1]
        facts += [(now_ms, fact) for fact in edge.tail]
    return [
        CallEvent("proof", seq, AT, at_ms, fact.kind, fact.data())
        for seq, (at_ms, fact) in enumerate(facts, 1)
    ]
