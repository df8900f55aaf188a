"""What each pattern says of small calls written by hand; see also `test_reference`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from callflow.rules.advancing import advance
from callflow.rules.events import EventPattern, Happened, OneOf
from callflow.rules.monitor import Rule, Verdict, score
from callflow.rules.patterns import (
    Between,
    Chain,
    Count,
    Link,
    Pattern,
    Precedence,
    Response,
)
from callflow.rules.state import Due, State, Status, Times
from calls.events import CallEvent
from tests.callflow.traces import Trace


def run(pattern: Pattern, events: Sequence[CallEvent]) -> State:
    state = pattern.start()
    for event in events:
        assert hash(state) == hash(state)
        state = advance(pattern, state, event)
    return state


def said(*lines: str) -> EventPattern:
    return EventPattern((Happened("said", (OneOf("line", frozenset(lines)),)),))


def heard(*sounds: str) -> EventPattern:
    return EventPattern((Happened("heard", (OneOf("what", frozenset(sounds)),)),))


SOON = Response(when=heard("x"), expect=said("a"), times=Times(0, 3000))


def test_a_line_being_spoken_is_not_late_until_its_start_is_known() -> None:
    trace = Trace().hear("x", 0)
    trace.add("saying", 2000, line="a")
    trace.add("key", 3000, digits="1")
    assert run(SOON, trace.events).status is Status.PENDING

    trace.add("said", line="a", tags=[], start_ms=2000, end_ms=5000, ended="key")
    trace.add("ended", end_reason="completed")
    assert run(SOON, trace.events).status is Status.KEPT


def test_a_late_answer_is_broken_as_soon_as_the_time_is_over() -> None:
    trace = Trace().hear("x", 0).add("key", 3001, digits="1")

    state = run(SOON, trace.events)

    assert (state.status, state.why) == (Status.BROKEN, "said a did not come within 3 s")


@pytest.mark.parametrize(
    ("pause_ms", "status"),
    [(1000, Status.BROKEN), (1799, Status.BROKEN), (1800, Status.KEPT), (3200, Status.KEPT),
     (3201, Status.BROKEN)],
)  # fmt: skip
def test_slack_is_forgiven_on_both_ends(pause_ms: int, status: Status) -> None:
    rule = Response(when=heard("x"), expect=said("a"), times=Times(2000, 3000, slack_ms=200))
    trace = Trace().hear("x", 0).say("a", pause_ms=pause_ms)

    assert run(rule, trace.add("ended", end_reason="completed").events).status is status


def test_a_line_that_never_sounded_was_not_said() -> None:
    trace = Trace().say("a", ended="failed").add("ended", end_reason="completed")

    state = run(Count(of=said("a"), at_least=1), trace.events)

    assert state.status is Status.BROKEN


@pytest.mark.parametrize("reason", ["failed", "interrupted"])
def test_a_call_that_a_fault_cut_off_leaves_open_demands_unjudged(reason: str) -> None:
    trace = Trace().hear("x", 0).add("ended", end_reason=reason)

    assert run(SOON, trace.events).status is Status.NOT_APPLICABLE


def test_nothing_changes_after_the_end() -> None:
    trace = Trace().add("ended", end_reason="completed").hear("x")

    assert run(SOON, trace.events).status is Status.NOT_APPLICABLE


def test_what_ends_a_demand_in_peace() -> None:
    rule = Response(when=heard("x"), expect=said("a"), unless=heard("y"), times=Times(0, 9000))
    trace = Trace().hear("x", 0).hear("y", 1000).add("ended", end_reason="completed")

    assert run(rule, trace.events).status is Status.KEPT


def test_what_came_before_a_reset_counts_no_more() -> None:
    rule = Precedence(before=heard("x"), expect=said("a"), reset=said("b"))
    trace = Trace().say("a").say("b").hear("x")

    assert run(rule, trace.events).status is Status.BROKEN


def test_a_later_link_that_comes_too_early_breaks_a_chain() -> None:
    rule = Chain(when=heard("x"), links=(Link(said("a")), Link(heard("y"))))
    trace = Trace().hear("x").hear("y").say("a").hear("y")

    assert run(rule, trace.events).why == "heard y in place of said a"


def test_what_is_due_is_told_with_its_times() -> None:
    chain = Chain(when=heard("x"), links=(Link(said("a")), Link(said("b"), Times(2000, 5000))))
    trace = Trace().hear("x", 1000).say("a", pause_ms=0, for_ms=500)
    hold = Between(first=said("a"), then=said("b"), times=Times(10_000, 13_000))

    assert chain.due(run(chain, trace.events)) == Due("said b", 3500, 6500)
    assert hold.due(run(hold, trace.events)) == Due("said b", 11_500, 14_500)
    assert SOON.due(run(SOON, trace.events)) is None
    assert SOON.due(run(SOON, trace.events[:1])) == Due("said a", None, 4000)


ENDED: dict[str, Any] = {"end_reason": "completed", "disposition": ""}


def test_what_ends_a_stretch_may_begin_the_next() -> None:
    once = Count(of=said("a"), at_most=1, after=heard("x"), until=heard("x"))
    trace = Trace().hear("x").say("a").hear("x").say("a")

    assert run(once, trace.events).status is Status.PENDING
    assert run(once, trace.say("a").events).status is Status.BROKEN


def test_what_is_asked_about_may_be_a_reset_too() -> None:
    each = Precedence(before=said("b"), expect=said("a"), reset=said("b"))
    trace = Trace().say("a").say("b")

    assert run(each, trace.events).status is Status.PENDING
    assert run(each, trace.say("b").events).status is Status.BROKEN


def test_what_ends_a_chain_may_begin_the_next() -> None:
    rule = Chain(when=heard("x", "y"), links=(Link(said("a")),), unless=heard("y"))
    trace = Trace().hear("x").hear("y").add("ended", **ENDED)

    assert run(rule, trace.events).status is Status.BROKEN


def test_a_line_that_excuses_counts_from_its_start() -> None:
    rule = Response(when=heard("x"), expect=said("a"), unless=said("b"), times=Times(0, 3000))
    in_time = Trace().hear("x", 0).say("b", pause_ms=2000, for_ms=4000)
    too_late = Trace().hear("x", 0).say("b", pause_ms=3500, for_ms=500)

    assert run(rule, in_time.add("ended", **ENDED).events).status is Status.KEPT
    assert run(rule, too_late.events).status is Status.BROKEN


def test_an_excuse_that_comes_too_late_during_a_line_leaves_it_to_the_line() -> None:
    rule = Response(when=heard("x"), expect=said("a"), unless=heard("y"), times=Times(0, 3000))
    trace = Trace().hear("x", 0).add("saying", 2900, line="b").hear("y", 1000)
    trace.add("said", line="b", tags=[], start_ms=2900, end_ms=3900, ended="completed")

    assert run(rule, trace.events).status is Status.BROKEN


def test_the_end_of_one_time_may_begin_the_next() -> None:
    rule = Between(first=said("a", "b"), then=said("b"), times=Times(2000))
    trace = Trace().say("a").say("b", pause_ms=2000).say("b", pause_ms=2000)

    assert run(rule, trace.events).status is Status.PENDING
    assert run(rule, trace.say("b", pause_ms=1000).events).status is Status.BROKEN


def rule_of(*patterns: Pattern, performer: str = "") -> Rule:
    return Rule(id="A99", title={}, patterns=patterns, performer=performer)


def verdict(rule: Rule, trace: Trace) -> Verdict:
    return score(trace.events, [rule])[0]


def test_a_rule_broken_shows_nothing_that_came_after_it() -> None:
    rule = rule_of(Count(of=heard("x"), at_most=0), Count(of=said("a"), at_most=5))
    trace = Trace().say("a").hear("x").say("a").add("ended", **ENDED)

    found = verdict(rule, trace)

    assert [item.what for item in found.evidence] == ["said a", "heard x"]


def test_one_demand_that_a_fault_left_unjudged_leaves_the_rule_unjudged() -> None:
    rule = rule_of(Count(of=said("a"), at_most=5), SOON)
    trace = Trace().say("a").hear("x").add("ended", end_reason="failed", disposition="")

    found = verdict(rule, trace)

    assert (found.status, found.why) == (
        Status.NOT_APPLICABLE,
        "a fault of ours cut the call off",
    )


def test_a_rule_about_the_agents_words_does_not_see_the_machines() -> None:
    rule = rule_of(Precedence(before=said("b"), expect=said("a")), performer="agent")
    machine: dict[str, Any] = {
        "performer": "ivr",
        "tags": [],
        "start_ms": 0,
        "end_ms": 0,
        "ended": "completed",
    }
    trace = Trace().add("said", line="b", **machine)

    assert verdict(rule, trace).status is Status.PENDING
    agent = {**machine, "performer": "agent"}
    trace.add("said", line="a", **agent).add("said", line="b", **agent)
    assert verdict(rule, trace.add("ended", **ENDED)).status is Status.KEPT


def test_a_rule_about_the_agents_words_is_not_asked_where_no_agent_spoke() -> None:
    rule = rule_of(Count(of=heard("x"), at_most=0), performer="agent")
    trace = Trace().hear("x")

    assert verdict(rule, trace).status is Status.PENDING
    assert verdict(rule, trace.add("ended", **ENDED)).status is Status.NOT_APPLICABLE
    assert verdict(rule, trace).why == ""


def test_a_rule_about_calls_we_make_is_not_asked_of_calls_that_come_in() -> None:
    rule = replace(rule_of(Count(of=heard("x"), at_most=0)), direction="outbound")
    trace = Trace().ring().hear("x").add("ended", **ENDED)

    assert verdict(rule, trace).status is Status.NOT_APPLICABLE


def test_what_no_trace_can_show_is_told_with_its_reason() -> None:
    rule = Rule(id="A22", title={}, judged_by="audio", reason={"zh": "听", "en": "by ear"})

    found = verdict(rule, Trace().ring())

    assert (found.status, found.why) == (Status.NOT_APPLICABLE, "not decidable here: by ear")
