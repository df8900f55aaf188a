"""One pattern of one rule against all calls of a graph: the shortest call that breaks it, or none.

Breadth first over pairs of node and progress, so the first break found has the fewest outcomes; of
those the likeliest and shortest in time. The monitor is the one that watches live calls. Calls with
all lengths at their least and at their most are enough (`lengths`), except where a pattern asks for
a number in an event: then each action may take either, by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from callflow.proving.graph import DONE, CallGraph, Edge
from callflow.proving.lengths import Pace
from callflow.proving.seeing import Move, Seeing
from callflow.proving.ways import event_of
from callflow.rules.monitor import Progress, Rule, begin, status_of, step
from callflow.rules.patterns import Pattern
from callflow.rules.rebasing import rebased
from callflow.rules.state import Status
from calls.events import CallEvent, Fact

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
    """Whether some call keeps it by doing something it speaks of."""


class _State(NamedTuple):
    """A point of a call together with the pattern's progress, and the best way there."""

    node: int
    progress: int
    """Its number."""

    odd: int
    ms: int
    before: _State | None
    by: Move | None
    start: int

    def legs(self) -> tuple[Leg, ...]:
        """The path that led here."""
        legs: list[Leg] = []
        state: _State | None = self
        while state is not None:
            if state.by is not None:
                legs.append((state.by.edge, state.by.pace))
            state = state.before
        return tuple(reversed(legs))


_Place = tuple[int, int]
_BROKEN: Final = -1
"""The progress of a state that is broken, whatever it was."""

_OVER: Final = -2
"""That of one that can come to nothing more."""


class Product:
    """One pattern on one graph."""

    def __init__(self, graph: CallGraph, rule: Rule, pattern: Pattern) -> None:
        self._graph = graph
        self._rule = replace(rule, patterns=(pattern,))
        self._seeing = Seeing(graph, self._rule, pattern)
        self._progresses: list[Progress] = []
        self._numbers: dict[Progress, int] = {}
        self._memo: dict[_Place, int] = {}
        self._paces: tuple[Pace, ...] = ()
        self._moves: dict[int, list[Move]] = {}
        self._applies = False

    def explore(self) -> Found:
        """Look at every call."""
        states = 0
        for paces in self._corners():
            self._paces, self._moves = paces, {}
            count, broken = self._breadth_first()
            states += count
            if broken is not None:
                return Found(states, broken.legs(), broken.start, applies=True)
        return Found(states, applies=self._applies)

    def _corners(self) -> Iterator[tuple[Pace, ...]]:
        if self._seeing.numbers:
            yield (Pace.LEAST, Pace.MOST)
        elif self._seeing.timed:
            yield (Pace.LEAST,)
            yield (Pace.MOST,)
        else:
            yield (Pace.USUAL,)

    def _breadth_first(self) -> tuple[int, _State | None]:
        """How many states there are, and the best of the nearest ones that are broken."""
        seen: set[_Place] = set()
        level: dict[_Place, _State] = {}
        for number, (tail, node) in enumerate(self._graph.starts):
            progress = self._numbered(self._first(tail))
            state = _State(node, progress, 0, 0, None, None, number)
            if progress == _BROKEN:
                return 1, state
            if node != DONE and progress != _OVER:
                level.setdefault((node, progress), state)
        while level:
            seen.update(level)
            following: dict[_Place, _State] = {}
            broken: list[_State] = []
            for state in level.values():
                self._on(state, seen, following, broken)
            if broken:
                return len(seen) + 1, min(broken, key=lambda one: (one.odd, one.ms))
            level = following
        return len(seen), None

    def _first(self, tail: tuple[Fact, ...]) -> Progress:
        progress = begin(self._rule)
        for fact in (*self._graph.first, *tail):
            progress = step(self._rule, progress, event_of(fact, 0))
        return progress

    def _on(
        self,
        state: _State,
        seen: set[_Place],
        following: dict[_Place, _State],
        broken: list[_State],
    ) -> None:
        """Put the states that come next into `following`, those that are broken into `broken`."""
        node, number = state.node, state.progress
        moves = self._moves.get(node)
        if moves is None:
            moves = self._moves[node] = self._seeing.moves(node, self._paces)
        for move in moves:
            progress = self._memo.get((number, move.row))
            if progress is None:
                progress = self._stepped(number, move.row)
            arrived = (move.target, progress)
            if arrived in seen or progress == _OVER:
                continue
            odd, ms = state.odd + move.odd, state.ms + move.ms
            if progress == _BROKEN:
                broken.append(_State(*arrived, odd, ms, state, move, state.start))
            elif move.target != DONE:
                other = following.get(arrived)
                if other is None or (odd, ms) < (other.odd, other.ms):
                    following[arrived] = _State(*arrived, odd, ms, state, move, state.start)

    def _stepped(self, number: int, row: int) -> int:
        """The number of the progress after a row of events."""
        progress = self._progresses[number]
        events, length_ms = self._seeing.rows[row]
        for event in events:
            progress = step(self._rule, progress, event)
        if status_of(progress) is Status.PENDING:
            progress = rebased(self._rule, progress, length_ms)
        found = self._memo[number, row] = self._numbered(progress)
        return found

    def _numbered(self, progress: Progress) -> int:
        status = status_of(progress)
        if status is Status.BROKEN:
            return _BROKEN
        if status is not Status.PENDING:
            self._applies |= status is Status.KEPT
            return _OVER
        number = self._numbers.setdefault(progress, len(self._progresses))
        if number == len(self._progresses):
            self._progresses.append(progress)
        return number


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
    return [event_of(fact, at_ms, seq) for seq, (at_ms, fact) in enumerate(facts, 1)]
