"""A graph with points that no rule can tell apart taken together, before any rule is tried on it.

Two points are alike when every way on from one is a way on from the other, with the same facts of
the kinds that rules speak of, to points that are alike: the coarsest bisimulation, found by
refining a partition (Kanellakis and Smolka, "CCS expressions, finite state processes, and three
problems of equivalence", 1990).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from callflow.proving.graph import DONE, CallGraph, Edge
from callflow.proving.lengths import Pace
from callflow.proving.ways import Way
from callflow.rules.events import WATCHED
from calls.events import CallEvent, Fact


class Out(NamedTuple):
    """One way on from a class of points."""

    way: int
    tail: int
    """Numbers of the way, and of what rules see of the facts after it."""

    target: int
    """A class, or DONE."""

    odd: int
    ms: int
    """How unlikely it is and how long it usually takes."""

    pair: int
    """The number of `way` and `tail` together."""


@dataclass(frozen=True, slots=True)
class FoldedGraph:
    """Classes of points, by number."""

    graph: CallGraph
    outs: tuple[tuple[Out, ...], ...]
    """Of each class."""

    starts: tuple[int, ...]
    """The class of each of the graph's starts, or DONE."""

    classes: tuple[int, ...]
    """Of each point."""

    ways: tuple[Way, ...]
    tails: tuple[tuple[Fact, ...], ...]
    """By number; of the facts only those of kinds that rules speak of."""

    pairs: tuple[tuple[int, int], ...]
    """A way and a tail that some edge has together, by number."""

    of_edge: dict[int, tuple[int, int]]
    """By the id of an edge: the numbers of its way and of its tail."""

    def path(self, start: int, outs: Sequence[Out]) -> list[Edge]:
        """The same way through the graph itself."""
        node = self.graph.starts[start][1]
        edges = []
        for out in outs:
            edge = next(edge for edge in self.graph.edges[node] if self._like(edge, out))
            edges.append(edge)
            node = edge.target
        return edges

    def _like(self, edge: Edge, out: Out) -> bool:
        there = DONE if edge.target == DONE else self.classes[edge.target]
        return there == out.target and self.of_edge[id(edge)] == (out.way, out.tail)


class _Numbering:
    """Ways and tails by number."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self._ways: dict[int, int] = {}
        self._alike: dict[Hashable, int] = {}
        self.ways: list[Way] = []
        """One of each number."""

        self._tails: dict[int, int] = {}
        self.tails: dict[tuple[Fact, ...], int] = {}

    def of(self, edge: Edge) -> tuple[int, int]:
        """The numbers of an edge's way and tail."""
        way = self._ways.get(edge.way.number)
        if way is None:
            way = self._ways[edge.way.number] = self._number(edge.way)
        tail = self._tails.get(id(edge.tail))
        if tail is None:
            seen = tuple(fact for fact in edge.tail if fact.kind in self._kinds)
            tail = self._tails[id(edge.tail)] = self.tails.setdefault(seen, len(self.tails))
        return way, tail

    def _number(self, way: Way) -> int:
        """That of all ways with the same facts, as far as rules see them, at the same times."""
        told = tuple(
            (tuple(map(_told, filter(self._sees, events))), length_ms)
            for events, length_ms in map(way.events, Pace)
        )
        number = self._alike.setdefault(told, len(self.ways))
        if number == len(self.ways):
            self.ways.append(way)
        return number

    def _sees(self, event: CallEvent) -> bool:
        return event.kind in self._kinds


def _told(event: CallEvent) -> Hashable:
    return (event.kind, event.offset_ms, repr(event.data))


def fold(graph: CallGraph, kinds: frozenset[str]) -> FoldedGraph:
    """The folded graph; `kinds` are those of the facts that any rule speaks of."""
    kinds |= WATCHED  # whether a line is being spoken decides what a time-out means
    numbering = _Numbering(kinds)
    labelled = [[(numbering.of(edge), edge) for edge in edges] for edges in graph.edges]
    classes = _partition([[(label, edge.target) for label, edge in each] for each in labelled])
    pairs: dict[tuple[int, int], int] = {}
    outs: dict[int, dict[Out, None]] = {}
    for node, each in enumerate(labelled):
        if classes[node] not in outs:
            outs[classes[node]] = dict.fromkeys(_out(*one, classes, pairs) for one in each)
    return FoldedGraph(
        graph=graph,
        outs=tuple(tuple(outs[number]) for number in range(len(outs))),
        starts=tuple(DONE if node == DONE else classes[node] for _, node in graph.starts),
        classes=tuple(classes),
        ways=tuple(numbering.ways),
        tails=tuple(numbering.tails),
        pairs=tuple(pairs),
        of_edge={id(edge): label for each in labelled for label, edge in each},
    )


def _out(
    label: tuple[int, int], edge: Edge, classes: Sequence[int], pairs: dict[tuple[int, int], int]
) -> Out:
    target = DONE if edge.target == DONE else classes[edge.target]
    pair = pairs.setdefault(label, len(pairs))
    return Out(*label, target, edge.way.odd, edge.way.events(Pace.USUAL)[1], pair)


def _partition(edges: Sequence[Sequence[tuple[tuple[int, int], int]]]) -> list[int]:
    """The class of each point."""
    classes, count = [0] * len(edges), 1
    while True:
        found: dict[frozenset[tuple[tuple[int, int], int]], int] = {}
        refined = [
            found.setdefault(
                frozenset((label, classes[to] if to != DONE else DONE) for label, to in each),
                len(found),
            )
            for each in edges
        ]
        if len(found) == count or not edges:
            return refined
        classes, count = refined, len(found)
