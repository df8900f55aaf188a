"""Proves house rules on flows: each rule on every call of every entry flow, by IVR and by agent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from callflow.house import House
from callflow.proving.exploring import ExploringRun, asks_digits, computed_variables, own_variables
from callflow.proving.folding import FoldedGraph, fold
from callflow.proving.graph import CallGraph, Explorer, first_values
from callflow.proving.lengths import Pace
from callflow.proving.loops import idle_loops
from callflow.proving.possible import Possible
from callflow.proving.product import Found, Leg, Product, legs_of, told
from callflow.proving.results import Counterexample, FlowProof, Proof, Proved, Result
from callflow.proving.seeing import asks_which_key, kinds_of
from callflow.proving.ways import Standing
from callflow.rules.monitor import Rule, score
from callflow.rules.patterns import Between, Chain, Count, Every, Pattern, Precedence, Response
from callflow.rules.state import Status
from callflow.steps import Flow
from calls.events import AnsweredFact, Fact, Offered

__all__ = [
    "Counterexample", "FlowProof", "Proof", "Proved", "Result", "entries", "graph_of", "prove",
    "prove_each", "prove_flow",
]  # fmt: skip

MAKEABLE: Final = frozenset(
    {
        "offered", "answered", "stepped", "said", "heard", "key", "queued", "agent_offered",
        "agent_answered", "left_queue", "transferring", "transferred", "branched", "form_filled",
        "looked_up", "fetched", "plugin_done", "promised", "ticket_opened", "recording_started",
        "recording_paused", "recording_resumed", "recording_stopped", "fault", "hung_up", "ended",
        "surveyed",
    }
)  # fmt: skip
"""Kinds of fact that come of performing a flow."""

ANI: Final = "13800001234"
DNIS: Final = "1000"
"""Numbers that a counterexample is told with; the proof knows neither."""

_MOST_LATELY: Final = 64
_LATELY: Final[dict[Hashable, FlowProof]] = {}
"""Proofs by what they rest on, the latest last."""

_PICKED_UP: Final = frozenset({"offered", "answered"})


def prove(
    house: House,
    rules: Iterable[str] | None = None,
    flows: Iterable[str] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Proof:
    """Prove rules (by id; None: all) on entry flows (by name; None: all).

    `variables` are the house's own (company, agent_no); without them placeholders are spoken.
    """
    return Proof(tuple(prove_each(house, rules, flows, variables)))


def entries(house: House, flows: Iterable[str] | None = None) -> list[tuple[Flow, str]]:
    """Entry flows and who performs each."""
    names = None if flows is None else frozenset(flows)
    return [
        (flow, performer)
        for flow in house.flows.values()
        if flow.is_entry and (names is None or flow.name in names)
        for performer in flow.performers()
    ]


def prove_each(
    house: House,
    rules: Iterable[str] | None = None,
    flows: Iterable[str] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Iterator[FlowProof]:
    """The same, flow by flow as each is done."""
    names = None if rules is None else frozenset(rules)
    chosen = [rule for rule in house.rules if names is None or rule.id in names]
    for flow, performer in entries(house, flows):
        yield prove_flow(house, flow, performer, chosen, variables or {})


def prove_flow(
    house: House,
    flow: Flow,
    performer: str,
    rules: Iterable[Rule],
    variables: Mapping[str, Any],
) -> FlowProof:
    """Prove rules on one flow as one performer performs it.

    What was proved lately is not proved again while nothing that it rests on has changed.
    """
    rules = tuple(rules)
    key = (performer, _rests_on(house, flow, rules, variables))
    proof = _LATELY.pop(key, None)
    if proof is None:
        proof = _prove_flow(house, flow, performer, rules, variables)
    _LATELY[key] = proof
    while len(_LATELY) > _MOST_LATELY:
        _LATELY.pop(next(iter(_LATELY)))
    return proof


def _rests_on(
    house: House, flow: Flow, rules: tuple[Rule, ...], variables: Mapping[str, Any]
) -> Hashable:
    """All that a proof depends on; a flow's digest stands for its text, the lines and the forms."""
    return (
        flow.name,
        frozenset((each.name, each.digest) for each in reached_from(house, flow)),
        own_variables(house.flows.values()),
        tuple(
            (rule.id, rule.patterns, rule.must, rule.direction, rule.flows, rule.performer)
            for rule in rules
        ),
        repr(sorted(variables.items(), key=lambda item: item[0])),
    )


def _prove_flow(
    house: House,
    flow: Flow,
    performer: str,
    rules: tuple[Rule, ...],
    variables: Mapping[str, Any],
) -> FlowProof:
    graph = graph_of(house, flow, performer, variables, by_key=any(map(asks_which_key, rules)))
    folded = fold(graph, kinds_of(rules))
    return FlowProof(
        flow=flow.name,
        performer=performer,
        nodes=len(graph.edges),
        edges=sum(map(len, graph.edges)),
        loops=idle_loops(graph),
        results=tuple(_result(folded, rule) for rule in rules),
    )


def graph_of(
    house: House,
    flow: Flow,
    performer: str,
    variables: Mapping[str, Any],
    *,
    by_key: bool = False,
) -> CallGraph:
    """All calls of one flow; with `by_key` every key of a menu is pressed, not one a target."""
    reached = reached_from(house, flow)
    own = {"company": "〈company〉", "agent_no": "〈agent_no〉", **variables}
    values = first_values(reached, own, own_variables(house.flows.values()))
    run = ExploringRun(house, flow, values, performer)
    languages = tuple(dict.fromkeys(each for flow in reached for each in flow.languages))
    possible = Possible(
        performer,
        by_key=by_key or asks_digits(reached),
        lines=house.lines,
        languages=languages,
    )
    first, standing = _before(flow, performer)
    return Explorer(run, flow, performer, possible, standing, computed_variables(reached)).graph(
        first
    )


def reached_from(house: House, flow: Flow) -> tuple[Flow, ...]:
    """The flow and all flows that a call that begins in it can come to."""
    found = {flow.name: flow}
    waiting = [flow]
    while waiting:
        for name in waiting.pop().called():
            if name not in found:
                found[name] = house.flows[name]
                waiting.append(house.flows[name])
    return tuple(found.values())


def _before(flow: Flow, performer: str) -> tuple[tuple[Fact, ...], Standing]:
    """The facts before a flow's first action: for an agent, the queue's offer was the ring."""
    offered = Offered(
        uniqueid="",
        ani=ANI,
        dnis=DNIS,
        caller_name="",
        direction=flow.direction,
        flow=flow.name,
        channel="",
    )
    if performer != "agent":
        return (offered,), Standing()
    return (offered, AnsweredFact(rings=1, waited_ms=0)), Standing(answered=True)


def _result(folded: FoldedGraph, rule: Rule) -> Result:
    graph = folded.graph
    reason = _why_not(graph, rule)
    if reason:
        return Result(
            rule=rule,
            flow=graph.flow,
            performer=graph.performer,
            status=Proved.UNDECIDABLE,
            reason=reason,
        )
    states, applies = 0, False
    for pattern in rule.patterns:
        found = Product(folded, rule, pattern).explore()
        states += found.states
        applies |= found.applies
        if found.broken is not None:
            return Result(
                rule=rule,
                flow=graph.flow,
                performer=graph.performer,
                status=Proved.BROKEN,
                states=states,
                applies=True,
                counterexample=_counterexample(folded, rule, found),
            )
    return Result(
        rule=rule,
        flow=graph.flow,
        performer=graph.performer,
        status=Proved.PROVED,
        states=states,
        applies=applies,
    )


def _why_not(graph: CallGraph, rule: Rule) -> str:
    if not rule.decidable:
        return rule.reason.get("en", "") or f"judged by {rule.judged_by}"
    if graph.cut_off:
        return f"the flow has more than {len(graph.edges)} points"
    asked = [demanded(pattern) for pattern in rule.patterns]
    for kinds in asked:
        if kinds.isdisjoint(MAKEABLE):
            return f"no flow makes {', '.join(sorted(kinds))}; scored on the recorded call"
    if graph.performer == "agent" and all(kinds <= _PICKED_UP for kinds in asked):
        return "the agent answers by hand; scored on the recorded call"
    return ""


def demanded(pattern: Pattern) -> frozenset[str]:
    """Kinds of the events that a pattern forbids or asks for."""
    match pattern:
        case Count() | Every():
            return pattern.of.kinds
        case Precedence():
            return pattern.before.kinds
        case Response():
            return pattern.expect.kinds
        case Chain():
            return frozenset[str]().union(*(link.event.kinds for link in pattern.links))
        case Between():
            return pattern.then.kinds


def _counterexample(folded: FoldedGraph, rule: Rule, found: Found) -> Counterexample:
    """The path as a call, at the usual lengths where those break the rule too."""
    legs = legs_of(folded, found)
    usual = tuple((edge, Pace.USUAL) for edge, _ in legs)
    for tried in (usual, legs):
        events = told(folded.graph, found.start, tried)
        verdict = score(events, (rule,))[0]
        if verdict.status is Status.BROKEN:
            return Counterexample(tried, tuple(events), verdict.why, _assumed(tried))
    raise AssertionError(f"{rule.id}: a path that breaks nothing was taken for a break")


def _assumed(legs: Iterable[Leg]) -> tuple[tuple[str, bool], ...]:
    taken = {(one.text, answer): None for edge, _ in legs for one, answer in edge.assumed}
    return tuple(taken)
