"""Rules scored by what is known of their steps come to the verdicts of their monitors."""

from __future__ import annotations

import json
from random import Random

import pytest

from callflow.rules import known
from callflow.rules.events import EventPattern, Happened, OneOf, Tagged, Within
from callflow.rules.monitor import Monitor, Rule, RuleSet, Verdict, score
from callflow.rules.patterns import Count, Every
from callflow.rules.state import Status
from calls.events import CallEvent
from tests.callflow.rules.tapes import KINDS, Tape, TapedCall, a_rule
from tests.callflow.traces import Trace


def by_monitors(events: list[CallEvent], rules: RuleSet) -> tuple[Verdict, ...]:
    """Each rule by a monitor of its own, every step taken anew."""
    monitors = [Monitor(rule) for rule in rules]
    for event in events:
        for monitor in monitors:
            monitor.feed(event)
    return tuple(monitor.verdict() for monitor in monitors)


def seen_twice(verdict: Verdict) -> set[int]:
    """Evidence at the moment of other evidence: a monitor cannot tell that time began anew."""
    at = [each.offset_ms for each in verdict.evidence]
    return {ms for ms in at if at.count(ms) > 1}


def same(one: Verdict, two: Verdict) -> bool:
    """Whether they say the same, evidence at one and the same moment aside."""
    skip = seen_twice(one) | seen_twice(two)
    evidence = [[e for e in each.evidence if e.offset_ms not in skip] for each in (one, two)]
    return evidence[0] == evidence[1] and (one.rule, one.status, one.why, one.due) == (
        two.rule,
        two.status,
        two.why,
        two.due,
    )


@pytest.mark.parametrize("seed", range(12))
def test_random_rules_on_random_calls_at_every_moment(seed: int) -> None:
    chance = Random(seed)
    made = [a_rule(kind, Tape(chance.randbytes(160))) for kind in KINDS]
    rules = RuleSet(renamed(rule, at) for at, rule in enumerate(made))
    met: set[Status] = set()
    for number in range(12):
        spoken_of = made[number % len(made)]
        events = list(TapedCall(Tape(chance.randbytes(160)), spoken_of).events(16))
        for length in range(len(events) + 1):
            found, meant = score(events[:length], rules), by_monitors(events[:length], rules)
            assert all(map(same, found, meant)), [
                (one, two) for one, two in zip(found, meant, strict=True) if not same(one, two)
            ]
            met |= {one.status for one in found}
    assert len(met) > 2, "calls of too few sorts were tried"


def renamed(rule: Rule, at: int) -> Rule:
    """The same rule with an id of its own."""
    return Rule(
        id=f"A{at:02}",
        title={},
        patterns=rule.patterns,
        performer=rule.performer,
        direction=rule.direction,
        flows=rule.flows,
    )


def rings(at_most: int) -> RuleSet:
    """One rule: answered within so many rings."""
    few = EventPattern((Happened("answered", (Within("rings", None, at_most),)),))
    return RuleSet(
        [
            Rule(
                id="A01",
                title={},
                patterns=(Every(of=EventPattern((Happened("answered"),)), fulfils=few),),
            )
        ]
    )


def answered(rings: object) -> list[CallEvent]:
    """A call answered on that ring."""
    trace = Trace()
    trace.add("offered", direction="inbound", flow="x")
    trace.add("answered", rings=rings, waited_ms=0)
    trace.add("ended", end_reason="completed", disposition="served")
    return trace.events


def test_values_that_are_equal_and_not_alike_are_told_apart() -> None:
    rules = rings(1)

    statuses = [score(answered(value), rules)[0].status for value in (1, 1.0, "1", 1, None)]

    broken, kept = Status.BROKEN, Status.KEPT
    assert statuses == [kept, broken, broken, kept, broken]


def test_a_call_read_back_from_text_is_scored_as_it_was() -> None:
    rules = RuleSet(
        [
            Rule(
                id="A05",
                title={},
                patterns=(
                    Count(
                        of=EventPattern((Happened("said", (OneOf("line", frozenset({"a"})),)),)),
                        at_most=1,
                    ),
                ),
            )
        ]
    )
    trace = Trace()
    for _ in range(2):
        trace.add("said", line="a", tags=("t", "u"), ended="completed", performer="ivr")
    read = [each._replace(data=json.loads(json.dumps(each.data))) for each in trace.events]

    assert score(read, rules) == score(trace.events, rules)
    assert score(read, rules)[0].status is Status.BROKEN


def test_what_is_known_is_forgotten_before_it_grows_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known, "MOST_SORTS", 8)
    rules = rings(3)
    for ring in range(100):
        verdict = score(answered(ring), rules)[0]
        assert verdict.status is (Status.KEPT if ring <= 3 else Status.BROKEN)
        assert verdict == by_monitors(answered(ring), rules)[0]

    seen = rules.known
    score(answered(100), rules)

    assert not rules.known.full
    assert rules.known is not seen or not seen.full


def said(tags: object) -> list[CallEvent]:
    """A call with one line that carries these tags."""
    trace = Trace()
    trace.add("offered", direction="inbound", flow="x")
    trace.add("said", line="a", tags=tags, ended="completed", performer="ivr", start_ms=0, end_ms=1)
    trace.add("ended", end_reason="completed", disposition="served")
    return trace.events


def test_texts_that_were_met_first_are_not_taken_for_values_that_come_later() -> None:
    of = EventPattern((Happened("said", (Tagged(frozenset({"t"})),)),))
    rules = RuleSet([Rule(id="A01", title={}, patterns=(Count(of=of, at_most=0),))])
    calls = [said(tags) for tags in (("t",), ("u",), ["t"], ("u",), ["u"], (1,), ("t",))]

    statuses = [score(call, rules)[0].status for call in calls]

    broken, kept = Status.BROKEN, Status.KEPT
    assert statuses == [broken, kept, broken, kept, kept, kept, broken]


def test_ways_of_calls_are_forgotten_before_they_grow_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known, "MOST_STANDINGS", 4)
    made = [a_rule(kind, Tape(Random(7).randbytes(160))) for kind in KINDS]
    rules = RuleSet(renamed(rule, at) for at, rule in enumerate(made))
    chance = Random(7)
    met: set[known.Known] = set()
    for number in range(12):
        events = list(TapedCall(Tape(chance.randbytes(160)), made[number % len(made)]).events(16))
        assert all(map(same, score(events, rules), by_monitors(events, rules)))
        met.add(rules.known)

    assert len(met) > 1, "nothing was forgotten"
