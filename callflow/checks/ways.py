"""The steps of a house as a graph: every way from a step to a step, through sub-flows too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callflow.acts.deciding import CallAct, ChooseAct, LeaveAct
from callflow.acts.queueing import QueueAct
from callflow.acts.surveying import VerdictAct
from callflow.acts.talking import MenuAct
from callflow.checks.components import components
from callflow.steps import Flow, Step
from callflow.targets import Again, CallFlow, End, GoTo, Next, Return, Target

BRANCH = -1
"""The start of an arrow that an agent's branch takes, from whatever step."""


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome of a step as written."""

    word: str
    """The outcome; a menu's key; the text of a condition, or `else`."""

    path: str
    """Where it stands: `on.speech`, `menu.keys.1`, `choose.0.go`."""

    target: Target


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way on, sub-flows passed through."""

    start: int
    way: Way
    through: tuple[tuple[str, str], ...]
    """Sub-flows performed on the way, each with what it returned."""

    end: int | None
    """The step it leads to; None when it leaves the flow."""

    leaves: Return | End | None = None
    bounded: bool = False
    """Whether `repeat` ends it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A sub-flow entered on the way from a step."""

    start: int
    way: Way
    through: tuple[tuple[str, str], ...]
    """Sub-flows that were performed before on the same way."""

    flow: str


@dataclass(slots=True)
class FlowGraph:
    """The ways of one flow."""

    flow: Flow
    arrows: list[list[Arrow]]
    """By the step they start from."""

    branches: list[Arrow] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    reached: frozenset[int] = frozenset()
    returned: frozenset[str] = frozenset()
    """Outcomes that a call can come back with."""

    def all(self) -> Iterator[Arrow]:
        """Every arrow from a step that a call can reach."""
        for at in sorted(self.reached):
            yield from self.arrows[at]

    def leaving(self) -> Iterator[Arrow]:
        """Arrows, branches too, that go back to the calling flow."""
        for arrow in (*self.all(), *self.branches):
            if isinstance(arrow.leaves, Return):
                yield arrow


def ways_of(step: Step) -> Iterator[Way]:
    """Every outcome of a step, those of its act too."""
    for word, target in step.on.items():
        yield Way(word, f"on.{word}", target)
    for at, (word, target) in enumerate(step.act.targets()):
        match step.act:
            case ChooseAct(cases=cases):
                path = f"choose.{at}.{'go' if at < len(cases) else 'else'}"
            case VerdictAct():
                path = f"{step.act.word}.answers.{word}"
            case MenuAct() | QueueAct():
                path = f"{step.act.word}.keys.{word}"
            case LeaveAct(word=act):
                path = act
            case _:
                path = step.act.word
        yield Way(word, path, target)


def written_in(way: Way) -> Iterator[tuple[str, Target]]:
    """The targets of a way, those behind a sub-flow's returns too, each with where it stands."""
    waiting = [(way.path, way.target)]
    while waiting:
        path, target = waiting.pop()
        yield path, target
        if isinstance(target, CallFlow):
            waiting += [(f"{path}.{word}", inner) for word, inner in target.routes.items()]


def call_order(flows: Mapping[str, Flow]) -> list[list[str]]:
    """The flows, those called before those that call; more than one together call in a ring."""
    calls = {name: sorted(flows.keys() & set(flow.called())) for name, flow in flows.items()}
    return components(calls)


def graphs_of(flows: Mapping[str, Flow], unsound: frozenset[str]) -> dict[str, FlowGraph]:
    """The graph of every flow, those called before those that call.

    Flows of `unsound` are taken to return whatever they declare.
    """
    graphs: dict[str, FlowGraph] = {}
    for name in (name for group in call_order(flows) for name in group):
        flow = flows[name]
        graph = _Builder(flow, flows, graphs).graph()
        if name in unsound:
            graph.returned = frozenset(flow.returns)
        graphs[name] = graph
    return graphs


class _Builder:
    def __init__(
        self, flow: Flow, flows: Mapping[str, Flow], graphs: Mapping[str, FlowGraph]
    ) -> None:
        self._flow = flow
        self._flows = flows
        self._graphs = graphs
        self._calls: list[Call] = []

    def graph(self) -> FlowGraph:
        flow = self._flow
        graph = FlowGraph(flow, [list(self._from(at, step)) for at, step in enumerate(flow.steps)])
        for word, target in flow.anytime.items():
            way = Way(word, f"anytime.{word}", target)
            graph.branches += self._arrows(target, BRANCH, way, ())
        graph.calls = self._calls
        graph.reached = _reached(graph)
        graph.returned = frozenset(
            arrow.leaves.outcome for arrow in graph.leaving() if isinstance(arrow.leaves, Return)
        )
        return graph

    def _returned(self, name: str) -> frozenset[str] | None:
        """What a sub-flow can come back with; None when it could not be read."""
        if name in self._graphs:
            return self._graphs[name].returned
        return frozenset(self._flows[name].returns) if name in self._flows else None

    def _from(self, at: int, step: Step) -> Iterator[Arrow]:
        act = step.act
        declared: tuple[str, ...] = ()
        if isinstance(act, CallAct):
            self._calls.append(Call(at, Way("", "call", Next()), (), act.flow))
            called = self._flows.get(act.flow)
            declared = called.returns if called else tuple(step.on)
        for way in ways_of(step):
            if not (isinstance(act, CallAct) and way.word in declared):
                yield from self._arrows(way.target, at, way, ())
                continue
            returned = self._returned(act.flow)
            if returned is None or way.word in returned:
                yield from self._arrows(way.target, at, way, ((act.flow, way.word),))

    def _arrows(
        self, target: Target, at: int, way: Way, through: tuple[tuple[str, str], ...]
    ) -> Iterator[Arrow]:
        match target:
            case GoTo(name) if name in self._flow.index:
                yield Arrow(at, way, through, self._flow.index[name])
            case Next():
                yield from self._next(at, way, through)
            case Again() if at != BRANCH:
                yield Arrow(at, way, through, at)
            case CallFlow():
                yield from self._called(target, at, way, through)
            case Return() | End():
                yield Arrow(at, way, through, None, target)

    def _called(
        self, target: CallFlow, at: int, way: Way, through: tuple[tuple[str, str], ...]
    ) -> Iterator[Arrow]:
        self._calls.append(Call(at, way, through, target.flow))
        returned = self._returned(target.flow)
        for word, inner in target.routes.items():
            if returned is None or word in returned:
                yield from self._arrows(inner, at, way, (*through, (target.flow, word)))

    def _next(self, at: int, way: Way, through: tuple[tuple[str, str], ...]) -> Iterator[Arrow]:
        if at == BRANCH:
            return
        if self._flow.steps[at].repeat > 1:
            yield Arrow(at, way, through, at, bounded=True)
        if at + 1 < len(self._flow.steps):
            yield Arrow(at, way, through, at + 1)


def _reached(graph: FlowGraph) -> frozenset[int]:
    seen: set[int] = set()
    waiting = [0, *(arrow.end for arrow in graph.branches if arrow.end is not None)]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting += [arrow.end for arrow in graph.arrows[at] if arrow.end is not None]
    return frozenset(seen)
