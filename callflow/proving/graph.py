"""All calls of one flow as a graph: where a call can stand, and every way on from there."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callflow.engine import Ended
from callflow.proving.exploring import Assumed, ExploringRun
from callflow.proving.liveness import Step_, live_at
from callflow.proving.possible import Possible
from callflow.proving.unknown import Unknown
from callflow.proving.ways import RUNNING, Standing, Way
from callflow.steps import Flow, Position
from calls.actions import Action
from calls.call import EndReason
from calls.events import EndedFact, Fact, Fault, HungUpFact, RecordingStopped
from calls.outcomes import Branched, Got, HungUp, Keyed, Outcome, QueueLeft

MOST_VALUES: Final = 20
"""A variable with more known values than this at one place is taken for unknown."""

MOST_NODES: Final = 200_000
"""A flow with more than this is not explored to the end; the proof says so."""

DONE: Final = -1
"""The target of an edge that ends the call."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One outcome at one point of the call, and where it leads."""

    action: Action
    way: Way
    tail: tuple[Fact, ...]
    """Facts after those of the way: steps entered, the end of the call."""

    target: int
    assumed: Assumed
    """What was taken for so on the way to the next action, of unknown values."""

    position: Position


@dataclass(slots=True)
class CallGraph:
    """Nodes are numbers; node 0 is the call's first action."""

    flow: str
    performer: str
    first: tuple[Fact, ...]
    """Facts before the first action."""

    starts: list[tuple[tuple[Fact, ...], int]] = field(default_factory=list)
    """Steps entered at the beginning, and the node; several where conditions come first."""

    edges: list[list[Edge]] = field(default_factory=list)
    cut_off: bool = False
    """Whether there are more nodes than MOST_NODES."""


class Explorer:
    """Builds the graph of one flow by driving the engine."""

    def __init__(
        self,
        run: ExploringRun,
        flow: Flow,
        performer: str,
        possible: Possible,
        first: Standing,
        computed: frozenset[str],
    ) -> None:
        """`computed` names variables that may take ever new values."""
        self._run = run
        self._flow = flow
        self._performer = performer
        self._possible = possible
        self._standing = first
        self._computed = computed
        self._numbers: dict[Hashable, int] = {}
        self._points: deque[tuple[ExploringRun, Action, Standing]] = deque()
        self._seen: dict[tuple[Hashable, str], set[Any]] = {}
        self._tails: dict[tuple[Fact, ...], tuple[Fact, ...]] = {}
        self._branched: dict[Hashable, list[_Then]] = {}

    def graph(self, first: tuple[Fact, ...]) -> CallGraph:
        """The whole graph; `first` are the facts before the first action."""
        run = self._run.knowing(live_at(self._control()))
        graph = CallGraph(self._flow.name, self._performer, first)
        for then in self._all(run, None):
            graph.starts += self._arrive(then, self._standing)
        while self._points:
            if len(graph.edges) >= MOST_NODES:
                graph.cut_off = True
                break
            graph.edges.append(list(self._edges(*self._points.popleft())))
        return graph

    def _control(self) -> dict[Hashable, list[Step_]]:
        """The points of the call, values aside, and what is done with them in between."""
        control = _Control()
        control.follow(self._run, None)
        while control.waiting:
            run, action = control.waiting.pop()
            ways = control.found[run.place()]
            for outcome in self._outcomes(run, action):
                ways += control.follow(run, outcome)
        return control.found

    def _outcomes(self, run: ExploringRun, action: Action) -> list[Outcome]:
        """Those of an action that the engine can tell apart."""
        standing = Standing(answered=True, down_by="caller" if run.gone else "")
        ways = self._ways(run, action, standing)
        return list({_kind(way.outcome): way.outcome for way in ways}.values())

    def _ways(self, run: ExploringRun, action: Action, standing: Standing) -> list[Way]:
        branches = tuple(run.branches()) if self._performer == "agent" else ()
        return self._possible.ways(action, run.act, standing, branches)

    def _edges(self, run: ExploringRun, action: Action, standing: Standing) -> Iterator[Edge]:
        then: dict[Hashable, list[_Then]] = {}
        for way in self._ways(run, action, standing):
            kind = _kind(way.outcome)
            if kind not in then:
                then[kind] = self._all(run, way.outcome)
            for one in then[kind]:
                for tail, target in self._arrive(one, way.after):
                    yield Edge(action, way, tail, target, one.run.assumed, run.position)

    def _all(self, run: ExploringRun, outcome: Outcome | None) -> list[_Then]:
        if not isinstance(outcome, Branched):
            return self._then(run, outcome)
        key = run.branching(outcome.name)
        if key not in self._branched:
            self._branched[key] = self._then(run, outcome)
        return self._branched[key]

    def _then(self, run: ExploringRun, outcome: Outcome | None) -> list[_Then]:
        return [_Then(then, at, then.take_entered()) for then, at in run.after(outcome)]

    def _arrive(self, then: _Then, standing: Standing) -> Iterator[tuple[tuple[Fact, ...], int]]:
        """The facts up to the next action, and its node; at the end, who was first to hang up."""
        if isinstance(then.at, Ended):
            for by in ("us", "caller"):
                tail = (*then.entered, *_end(then.at, standing, by))
                yield self._tails.setdefault(tail, tail), DONE
                if standing.down_by or then.at.reason is EndReason.FAILED:
                    return
        else:
            tail = self._tails.setdefault(then.entered, then.entered)
            yield tail, self._number(then.run, then.at, standing)

    def _number(self, run: ExploringRun, action: Action, standing: Standing) -> int:
        if self._computed:
            self._widen(run)
        key = (run.key(), standing)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers)
            self._points.append((run, action, standing))
        return number

    def _widen(self, run: ExploringRun) -> None:
        place = run.place()
        for name, value in list(run.counted()):
            if name in self._computed:
                seen = self._seen.setdefault((place, name), set())
                seen.add(value)
                if len(seen) > MOST_VALUES:
                    run.forget(name)


@dataclass(slots=True)
class _Control:
    """The points found so far, values aside, and those that nobody has gone on from."""

    found: dict[Hashable, list[Step_]] = field(default_factory=dict)
    waiting: list[tuple[ExploringRun, Action]] = field(default_factory=list)
    _branched: dict[Hashable, list[Step_]] = field(default_factory=dict)

    def follow(self, run: ExploringRun, outcome: Outcome | None) -> list[Step_]:
        """Where an outcome leads."""
        if not isinstance(outcome, Branched):
            return [self._come(then, at) for then, at in run.after(outcome)]
        key = run.branching(outcome.name)
        if key not in self._branched:
            self._branched[key] = [self._come(then, at) for then, at in run.after(outcome)]
        return self._branched[key]

    def _come(self, run: ExploringRun, at: Action | Ended) -> Step_:
        deeds = tuple(run.deeds)
        if isinstance(at, Ended):
            return deeds, None
        place = run.place()
        if place not in self.found:
            self.found[place] = []
            self.waiting.append((run, at))
        return deeds, place


@dataclass(frozen=True, slots=True)
class _Then:
    """A run after an outcome, its next action, and the steps it entered on the way."""

    run: ExploringRun
    at: Action | Ended
    entered: tuple[Fact, ...]


def _kind(outcome: Outcome) -> Hashable:
    """All that the engine can tell of an outcome."""
    match outcome:
        case Keyed(digits=digits):
            return ("key", digits, isinstance(digits, Unknown))
        case QueueLeft(name=name, key=key):
            return ("queue", name, key)
        case HungUp(by=by, talked_ms=talked_ms):
            return ("hangup", by, talked_ms > 0)
        case Got(name=name, values=values):
            return ("got", name, tuple(values))
        case _:
            return (type(outcome), outcome.name)


def _end(ended: Ended, standing: Standing, first: str) -> Iterator[Fact]:
    """What `conduct` and the channel record when the run is over; `first` hangs up."""
    reason = ended.reason
    recording = standing.recording == RUNNING and not standing.down_by
    if reason is EndReason.FAILED:
        if ended.problem:
            yield Fault(where="flow", problem=ended.problem)
        if recording:
            yield RecordingStopped(recording="recording-1", reason=reason.value)
    elif not standing.down_by:
        by = "agent" if standing.agent_left and first == "us" else first
        if recording:
            yield RecordingStopped(recording="recording-1", reason="call_ended")
        yield HungUpFact(by=by)
        if by == "agent" and reason is EndReason.COMPLETED:
            reason = EndReason.AGENT_HUNG_UP
    yield EndedFact(end_reason=reason.value, disposition=ended.disposition)


def first_values(
    flows: Iterable[Flow], variables: Mapping[str, Any], own: frozenset[str]
) -> dict[str, Any]:
    """What a run begins with: what the house knows, and unknown values for all a call may bring."""
    brought = {"ani", "dnis", "caller_name", "digits"}
    for flow in flows:
        brought.update(name for name in flow.variables if name not in own)
    values: dict[str, Any] = {name: Unknown(f"〈{name}〉") for name in sorted(brought)}
    return {**values, **variables}
