"""A layered drawing, the first half: who stands in which row, and in which order.

After Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System Structures"
(1981): arrows that lead back are turned, vertices get ranks by their longest way from the top,
long arrows are cut into pieces of one rank, rows are ordered by barycenters so that few arrows
cross. An arrow's label is a vertex of its own, so nothing can cover it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

_SWEEPS: Final = 24


@dataclass(slots=True)
class Vertex:
    """A box, a label, or a bend of a long arrow."""

    left: float
    """Pixels from its middle to its left end, and so on."""

    right: float
    height: float
    bend: bool = False
    """Not a box: an arrow runs through it."""

    rank: int = 0
    x: float = 0.0
    y: float = 0.0
    """Its middle, and its upper end."""

    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """An arrow of the layout: from box to box, with room for its label."""

    start: int
    end: int
    width: float
    height: float
    back: bool = False
    chain: list[int] = field(default_factory=list)
    """The bends it runs through, from start to end."""

    label: int = -1
    """The one of them that is its label."""


class Layers:
    """Vertices in rows. Box `i` of the input is vertex `i`."""

    def __init__(self, boxes: Sequence[Vertex], links: Sequence[Link]) -> None:
        """Links from a box to itself are not given here."""
        self.vertices = list(boxes)
        self.links = links
        _turn_back(len(boxes), links)
        _rank(self.vertices, links)
        for link in links:
            self._cut(link)
        self.rows = self._first_order()
        self._uncross()

    def _cut(self, link: Link) -> None:
        upper, lower = (link.end, link.start) if link.back else (link.start, link.end)
        ranks = range(self.vertices[upper].rank + 1, self.vertices[lower].rank)
        chain = []
        at_label = len(ranks) - 1 if link.back else 0
        for at, rank in enumerate(ranks):
            half, height = (link.width / 2, link.height) if at == at_label else (3.0, 0.0)
            self.vertices.append(Vertex(half, half, height, bend=True, rank=rank))
            chain.append(len(self.vertices) - 1)
        link.label = chain[at_label]
        for above, below in zip([upper, *chain], [*chain, lower], strict=True):
            self.vertices[above].down.append(below)
            self.vertices[below].up.append(above)
        link.chain = chain[::-1] if link.back else chain

    def _first_order(self) -> list[list[int]]:
        """Rows in the order of a walk from the top, so that the author's order shows."""
        rows: list[list[int]] = [[] for _ in range(1 + max(v.rank for v in self.vertices))]
        seen: set[int] = set()
        starts = sorted(range(len(self.vertices)), key=lambda at: self.vertices[at].rank)
        for start in starts:
            waiting = [start]
            while waiting:
                at = waiting.pop()
                if at not in seen:
                    seen.add(at)
                    rows[self.vertices[at].rank].append(at)
                    waiting += reversed(self.vertices[at].down)
        return rows

    def _uncross(self) -> None:
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            for row in self.rows[1:] if downwards else self.rows[-2::-1]:
                self._sort(row, upwards=downwards)
            self._swap()
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self.rows], crossings
        self.rows = best

    def _places(self) -> dict[int, int]:
        return {at: place for row in self.rows for place, at in enumerate(row)}

    def _sort(self, row: list[int], *, upwards: bool) -> None:
        places = self._places()

        def middle(at: int) -> float:
            vertex = self.vertices[at]
            near = vertex.up if upwards else vertex.down
            return sum(places[each] for each in near) / len(near) if near else places[at]

        row.sort(key=middle)

    def _swap(self) -> None:
        """Exchange neighbours wherever that saves a crossing."""
        for row in self.rows:
            for at in range(len(row) - 1):
                before = self._crossings_at(row)
                row[at], row[at + 1] = row[at + 1], row[at]
                if before and self._crossings_at(row) < before:
                    continue
                row[at], row[at + 1] = row[at + 1], row[at]

    def _crossings_at(self, row: list[int]) -> int:
        rank = self.vertices[row[0]].rank
        around = range(max(rank - 1, 0), min(rank + 1, len(self.rows) - 1))
        return sum(self._between(self.rows[at], self.rows[at + 1]) for at in around)

    def _crossings(self) -> int:
        return sum(self._between(upper, lower) for upper, lower in pairwise(self.rows))

    def _between(self, upper: list[int], lower: list[int]) -> int:
        places = {at: place for place, at in enumerate(lower)}
        passed: list[int] = []
        crossings = 0
        for at in upper:
            ends = sorted(places[below] for below in self.vertices[at].down)
            crossings += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
        return crossings


def _turn_back(boxes: int, links: Sequence[Link]) -> None:
    """Mark the links that close a circle, walking from the first box in the order written."""
    out: list[list[Link]] = [[] for _ in range(boxes)]
    for link in links:
        out[link.start].append(link)
    state = [0] * boxes  # 0 new, 1 on the way, 2 done
    for root in range(boxes):
        if state[root]:
            continue
        state[root] = 1
        way = [(root, iter(out[root]))]
        while way:
            at, rest = way[-1]
            step = next(rest, None)
            if step is None:
                state[at] = 2
                way.pop()
            elif state[step.end] == 1:
                step.back = True
            elif not state[step.end]:
                state[step.end] = 1
                way.append((step.end, iter(out[step.end])))


def _rank(vertices: list[Vertex], links: Sequence[Link]) -> None:
    """Even ranks for boxes; the odd ones between them are for labels."""
    pairs = [(link.end, link.start) if link.back else (link.start, link.end) for link in links]
    waits = [0] * len(vertices)
    down: list[list[int]] = [[] for _ in vertices]
    for upper, lower in pairs:
        waits[lower] += 1
        down[upper].append(lower)
    ready = [at for at, count in enumerate(waits) if not count]
    while ready:
        at = ready.pop()
        for lower in down[at]:
            vertices[lower].rank = max(vertices[lower].rank, vertices[at].rank + 2)
            waits[lower] -= 1
            if not waits[lower]:
                ready.append(lower)
