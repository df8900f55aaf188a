"""Proved means that no call breaks it: calls drawn at random, at any pace, against the prover."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest

from callflow.house import House
from callflow.proving.folding import fold
from callflow.proving.graph import DONE, CallGraph
from callflow.proving.lengths import Pace
from callflow.proving.product import Leg, Product, told
from callflow.proving.proof import Proved, graph_of, prove
from callflow.proving.seeing import kinds_of
from callflow.rules.monitor import score
from callflow.rules.state import Status
from tests.callflow.proving.proving_house import house as small_house

SCRIPTS = Path(__file__).parents[3] / "scripts"
CALLS = 250
MOST_OUTCOMES = 60


@lru_cache(maxsize=1)
def house() -> House:
    return House.load(SCRIPTS)


def drawn(graph: CallGraph, chance: random.Random) -> tuple[int, list[Leg]]:
    """One call, its outcomes and their lengths by chance."""
    start = chance.randrange(len(graph.starts))
    node, legs = graph.starts[start][1], list[Leg]()
    while node != DONE and len(legs) < MOST_OUTCOMES:
        edge = chance.choice([one for one in graph.edges[node] if not one.way.ours or one.way.odd])
        legs.append((edge, chance.choice(list(Pace))))
        node = edge.target
    return start, legs


@pytest.mark.parametrize(("flow", "performer"), [("greetings", "ivr"), ("callback", "agent")])
def test_no_call_drawn_at_random_breaks_a_rule_that_is_proved(flow: str, performer: str) -> None:
    results = prove(house(), flows=[flow]).results
    proved = [
        result.rule
        for result in results
        if result.status is Proved.PROVED and result.performer == performer
    ]
    graph = graph_of(house(), house().flows[flow], performer, {})
    chance = random.Random(20261122)
    seen: set[Status] = set()

    for _ in range(CALLS):
        start, legs = drawn(graph, chance)
        for verdict in score(told(graph, start, legs), proved):
            assert verdict.status is not Status.BROKEN, (verdict.rule.id, verdict.why)
            seen.add(verdict.status)

    assert proved
    assert Status.KEPT in seen


TIMED = """
always: {noise: bye, faint: bye}
steps:
  ring: {ring: 1}
  ask:
    repeat: 2
    say: question
    listen: 3s
    on: {speech: bye, silence: next}
  more: {say: hello}
  bye: {say: goodbye, end: done}
"""


@pytest.mark.parametrize("least_ms", range(1000, 9001, 500))
@pytest.mark.parametrize("pattern", ["between", "response"])
def test_a_time_is_proved_just_as_long_as_no_call_drawn_at_random_breaks_it(
    pattern: str, least_ms: int
) -> None:
    rule = {
        "between": "between: {{first: {{said: question}}, then: {{said: hello}}, at_least: {0}ms}}",
        "response": "response: {{when: {{heard: silence}}, expect: {{said: goodbye}}, "
        "unless: hung_up, within: {0}ms}}",
    }[pattern].format(least_ms)
    made = small_house(TIMED, rule)
    result = prove(made).results[0]
    graph = graph_of(made, made.flows["main"], "ivr", {})
    chance = random.Random(least_ms)

    broken = any(
        score(told(graph, *drawn(graph, chance)), [result.rule])[0].status is Status.BROKEN
        for _ in range(CALLS)
    )

    if broken:
        assert result.status is Proved.BROKEN
    if result.status is Proved.PROVED:
        assert not broken


def test_a_folded_graph_leads_the_same_ways_as_the_graph() -> None:
    graph = graph_of(house(), house().flows["callback"], "ivr", {})
    rules = [rule for rule in house().rules if rule.decidable]
    folded = fold(graph, kinds_of(rules))

    assert len(folded.outs) < len(graph.edges)
    for node, edges in enumerate(graph.edges):
        outs = folded.outs[folded.classes[node]]
        there = {
            (
                *folded.of_edge[id(edge)],
                DONE if edge.target == DONE else folded.classes[edge.target],
            )
            for edge in edges
        }
        assert {(out.way, out.tail, out.target) for out in outs} == there


def test_a_pattern_that_nothing_moves_has_as_many_states_as_there_are_points() -> None:
    made = small_house(TIMED, "never: {of: queued}")
    graph = graph_of(made, made.flows["main"], "ivr", {})
    folded = fold(graph, kinds_of(made.rules))
    rule = made.rules["X01"]

    assert Product(folded, rule, rule.patterns[0]).explore().states == len(folded.outs)
