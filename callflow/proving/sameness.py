"""Whether two versions of a flow can be told apart by anything that happens on a call.

Two graphs are the same when they are bisimilar (Park, "Concurrency and automata on infinite
sequences", 1981): from their beginnings every way one can go the other can go too, with the same
facts at the same times, for ever. Steps and digests are the author's names and count for nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from callflow.proving.graph import DONE, CallGraph, Edge
from callflow.proving.lengths import Pace
from calls.events import Fact, Stepped

_OVER: Final = "over"
_Label = Hashable


def same(one: CallGraph, two: CallGraph) -> bool:
    """Whether nobody on the line or at the ledger can tell the two apart."""
    if one.cut_off or two.cut_off:
        return False
    colors = _refined([one, two])
    return _beginning(one, colors[0]) == _beginning(two, colors[1])


def _beginning(graph: CallGraph, colors: list[int]) -> frozenset[tuple[_Label, int]]:
    return frozenset(
        (_facts(tail), DONE if node == DONE else colors[node]) for tail, node in graph.starts
    )


def _refined(graphs: list[CallGraph]) -> list[list[int]]:
    """A color for each node of each graph: equal where all that can follow is the same."""
    labels: dict[_Label, int] = {}
    moves = [
        [[(_number(_label(edge), labels), edge.target) for edge in edges] for edges in graph.edges]
        for graph in graphs
    ]
    colors = [[0] * len(graph.edges) for graph in graphs]
    count = 1
    while True:
        seen: dict[_Label, int] = {}
        colors = [
            [_number(_signature(node, own), seen) for node in nodes]
            for nodes, own in zip(moves, colors, strict=True)
        ]
        if len(seen) == count:
            return colors
        count = len(seen)


def _signature(moves: list[tuple[int, int]], colors: list[int]) -> _Label:
    return frozenset((label, DONE if target == DONE else colors[target]) for label, target in moves)


def _number(value: _Label, known: dict[_Label, int]) -> int:
    return known.setdefault(value, len(known))


def _label(edge: Edge) -> _Label:
    """All that is to be seen of one way on."""
    told = tuple(
        (event.kind, event.offset_ms, _plain(event.data))
        for pace in (Pace.LEAST, Pace.MOST)
        for event in edge.way.events(pace)[0]
    )
    lengths = tuple(edge.way.events(pace)[1] for pace in (Pace.LEAST, Pace.MOST))
    return (told, lengths, _facts(edge.tail), tuple(edge.assumed))


def _facts(facts: Iterable[Fact]) -> _Label:
    seen = (fact for fact in facts if not isinstance(fact, Stepped))
    return tuple((fact.kind, _plain(fact.data())) for fact in seen) or (_OVER,)


def _plain(data: Mapping[str, object]) -> str:
    """The data but for what went wrong of ours, which is told in an author's own names."""
    return repr(sorted((name, value) for name, value in data.items() if name != "problem"))
