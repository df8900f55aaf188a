"""One pattern of one rule against all calls of a graph: the shortest call that breaks it, or none.

Breadth first over pairs of node and progress, so the first break found has the fewest outcomes; of
those the likeliest and shortest in time. The monitor is the one that watches live calls. Calls with
all lengths at their least and at their most are enough (`lengths`), except where a pattern asks for
a number in an event: then each action may take either, by itself.

Of two states that differ only in how long a time has run, one is enough: among calls at their least
the shorter time, for what comes too early from there comes too early all the more; among those at
their most the longer. What comes too late among the former is found among the latter, which take
the same ways and more time, and the other way round.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from callflow.proving.folding import FoldedGraph
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
    broken: tuple[Move, ...] | None = None
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

    def path(self) -> tuple[Move, ...]:
        """The path that led here."""
        moves: list[Move] = []
        state: _State | None = self
        while state is not None:
            if state.by is not None:
                moves.append(state.by)
            state = state.before
        return tuple(reversed(moves))


_Place = tuple[int, int]
_BROKEN: Final = -1
"""The progress of a state that is broken, whatever it was."""

_OVER: Final = -2
"""That of one that can come to nothing more."""


class Product:
    """One pattern on one folded graph."""

    def __init__(self, folded: FoldedGraph, rule: Rule, pattern: Pattern) -> None:
        self._folded = folded
        self._graph = folded.graph
        self._classes = folded.starts
        self._rule = replace(rule, patterns=(pattern,))
        self._seeing = Seeing(folded, self._rule, pattern)
        self._progresses: list[Progress] = []
        self._runs: list[tuple[int, int]] = []
        """Of each progress: the number of what it is without its time, and how long that has run;
        the worse, the more."""

        self._timeless: dict[Hashable, int] = {}
        self._numbers: dict[Progress, int] = {}
        self._memo: dict[_Place, int] = {}
        self._paces: tuple[Pace, ...] = ()
        self._moves: dict[int, list[Move]] = {}
        self._applies = False

    def explore(self) -> Found:
        """Look at every call."""
        if self._untouched():
            return Found(len(self._folded.outs), applies=self._applies)
        states = 0
        for paces in self._corners():
            self._paces, self._moves = paces, {}
            self._progresses, self._runs = [], []
            self._numbers, self._timeless, self._memo = {}, {}, {}
            count, broken = self._breadth_first()
            states += count
            if broken is not None:
                return Found(states, broken.path(), broken.start, applies=True)
        return Found(states, applies=self._applies)

    def _untouched(self) -> bool:
        """Whether nothing that can happen on any call moves the pattern before the call ends."""
        if self._seeing.numbers:
            return False
        self._paces = (Pace.MOST,)
        starts = {self._numbered(self._first(tail)) for tail, _ in self._graph.starts}
        if len(starts) != 1 or min(starts) < 0:
            return not starts or starts == {_OVER}
        start = starts.pop()
        rows = self._seeing.all_rows(Pace.MOST)
        return all(self._stepped(start, row) in (start, _OVER) for row in rows)

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
        seen: dict[_Place, int] = {}
        states = 0
        level: dict[_Place, _State] = {}
        for number, (tail, _) in enumerate(self._graph.starts):
            node = self._classes[number]
            progress = self._numbered(self._first(tail))
            state = _State(node, progress, 0, 0, None, None, number)
            if progress == _BROKEN:
                return 1, state
            if node != DONE and progress != _OVER:
                level.setdefault((node, self._runs[progress][0]), state)
        while level:
            states += len(level)
            for place, state in level.items():
                seen[place] = self._runs[state.progress][1]
            following: dict[_Place, _State] = {}
            broken: list[_State] = []
            for state in level.values():
                self._on(state, seen, following, broken)
            if broken:
                return states + 1, min(broken, key=lambda one: (one.odd, one.ms))
            level = following
        return states, None

    def _first(self, tail: tuple[Fact, ...]) -> Progress:
        progress = begin(self._rule)
        for fact in (*self._graph.first, *tail):
            progress = step(self._rule, progress, event_of(fact, 0))
        return progress

    def _on(
        self,
        state: _State,
        seen: dict[_Place, int],
        following: dict[_Place, _State],
        broken: list[_State],
    ) -> None:
        """Put the states that come next into `following`, those that are broken into `broken`."""
        node, number = state.node, state.progress
        moves = self._moves.get(node)
        if moves is None:
            moves = self._moves[node] = self._seeing.moves(node, self._paces)
        memo, runs = self._memo, self._runs
        for move in moves:
            row, target, odd, ms, _, _ = move
            progress = memo.get((number, row))
            if progress is None:
                progress = self._stepped(number, row)
            if progress == _BROKEN:
                broken.append(_next(state, move, progress))
            elif progress != _OVER and target != DONE:
                timeless, ran = runs[progress]
                place = (target, timeless)
                known = seen.get(place)
                if known is not None and ran <= known:
                    continue
                other = following.get(place)
                if other is None or (-ran, state.odd + odd, state.ms + ms) < (
                    -runs[other.progress][1],
                    other.odd,
                    other.ms,
                ):
                    following[place] = _next(state, move, progress)

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
            self._runs.append(self._run_of(progress))
        return number

    def _run_of(self, progress: Progress) -> tuple[int, int]:
        state = progress[0]
        mark_ms = state.mark_ms
        if mark_ms is None or not self._seeing.timed or len(self._paces) > 1:
            return self._timeless.setdefault(progress, len(self._timeless)), 0
        bare = (state.status, state.applies, state.place, state.armed, state.speaking, state.asked)
        ran = mark_ms if self._paces[0] is Pace.LEAST else -mark_ms
        return self._timeless.setdefault(bare, len(self._timeless)), ran


def _next(state: _State, move: Move, progress: int) -> _State:
    _, target, odd, ms, _, _ = move
    return _State(target, progress, state.odd + odd, state.ms + ms, state, move, state.start)


def legs_of(folded: FoldedGraph, found: Found) -> tuple[Leg, ...]:
    """The path that breaks the pattern, through the graph itself."""
    moves = found.broken or ()
    edges = folded.path(found.start, [move[4] for move in moves])
    return tuple((edge, move[5]) for edge, move in zip(edges, moves, strict=True))


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
