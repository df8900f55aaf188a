"""Ways through a flow that go on for ever by themselves: no outcome in them is anybody's doing."""

from __future__ import annotations

from callflow.proving.graph import DONE, CallGraph, Edge
from callflow.steps import Position
from calls.actions import Listen


def idle_loops(graph: CallGraph) -> tuple[tuple[Position, ...], ...]:
    """The steps of each loop in which nobody does anything: no key, no word, no answer.

    A window that ends in silence counts as nothing done. Such a call ends only when it has entered
    as many steps as a call may, and then in the fallback.
    """
    found: dict[tuple[Position, ...], None] = {}
    state: dict[int, int] = {}
    for root in range(len(graph.edges)):
        if root not in state:
            _search(graph, root, state, found)
    return tuple(found)


def _search(
    graph: CallGraph,
    root: int,
    state: dict[int, int],
    found: dict[tuple[Position, ...], None],
) -> None:
    """Depth first; `state` is 1 for a node on the path, 2 for one that is done."""
    path: list[tuple[int, list[Edge]]] = [(root, _idle(graph, root))]
    state[root] = 1
    while path:
        node, edges = path[-1]
        if not edges:
            state[node] = 2
            path.pop()
            continue
        edge = edges.pop()
        if state.get(edge.target) == 1:
            nodes = [each for each, _ in path]
            loop = nodes[nodes.index(edge.target) :]
            steps = {graph.edges[each][0].position: None for each in loop}
            found[tuple(steps)] = None
        elif edge.target not in state:
            state[edge.target] = 1
            path.append((edge.target, _idle(graph, edge.target)))


def _idle(graph: CallGraph, node: int) -> list[Edge]:
    """Edges by which a call goes on although nobody does anything."""
    return [edge for edge in graph.edges[node] if edge.target != DONE and _nobody_acts(edge)]


def _nobody_acts(edge: Edge) -> bool:
    name = edge.way.outcome.name
    if edge.way.ours or edge.way.cut:
        return False
    return name == "silence" if isinstance(edge.action, Listen) else name == "ok"
