"""Strongly connected components (Tarjan 1972), without recursion, so that no flow is too long."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


def components(edges: Mapping[T, Collection[T]]) -> list[list[T]]:
    """The nodes of `edges` in groups that lead to each other, those led to first."""
    search = _Search(edges)
    for root in edges:
        if root not in search.order:
            search.walk(root)
    return search.groups


class _Search(Generic[T]):
    def __init__(self, edges: Mapping[T, Collection[T]]) -> None:
        self._edges = edges
        self.order: dict[T, int] = {}
        self.groups: list[list[T]] = []
        self._low: dict[T, int] = {}
        self._stack: list[T] = []
        self._held: set[T] = set()

    def walk(self, root: T) -> None:
        work = [self._entered(root)]
        while work:
            node, further = work[-1]
            for other in further:
                if other not in self.order:
                    work.append(self._entered(other))
                    break
                if other in self._held:
                    self._low[node] = min(self._low[node], self.order[other])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    self._low[above] = min(self._low[above], self._low[node])
                if self._low[node] == self.order[node]:
                    self.groups.append(_taken_from(self._stack, self._held, node))

    def _entered(self, node: T) -> tuple[T, Iterator[T]]:
        self.order[node] = self._low[node] = len(self.order)
        self._stack.append(node)
        self._held.add(node)
        return node, iter(self._edges[node])


def _taken_from(stack: list[T], held: set[T], node: T) -> list[T]:
    group: list[T] = []
    while True:
        last = stack.pop()
        held.discard(last)
        group.append(last)
        if last == node:
            return group[::-1]


def a_cycle(group: Collection[T], edges: Mapping[T, Collection[T]]) -> list[T]:
    """A shortest way round within `group`, its first node again at the end; empty for none."""
    inside = set(group)
    best: list[T] = []
    for start in group:
        found = _round(start, inside, edges)
        if found and (not best or len(found) < len(best)):
            best = found
        if len(best) == 2:
            break
    return best


def _round(start: T, inside: set[T], edges: Mapping[T, Collection[T]]) -> list[T]:
    came: dict[T, T] = {}
    waiting = [start]
    for at in waiting:
        node = at
        for other in edges.get(node, ()):
            if other == start:
                back = []
                while node != start:
                    back.append(node)
                    node = came[node]
                return [start, *reversed(back), start]
            if other in inside and other not in came:
                came[other] = node
                waiting.append(other)
    return []
