"""One agent's machine: whatever happens in whatever order, the state follows from what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.clock import ManualClock
from calls.fact import Fact
from calls.floor.events import AfterCall, FloorEvent, StateEntered, WrappedUp
from calls.floor.states import BUSY, AgentState
from desk.roster.machine import AgentMachine, Place
from ledger.floor_day import agent_day
from tests.support.examples import examples

S = AgentState


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def agent(clock: ManualClock) -> AgentMachine:
    return AgentMachine("801", clock)


def states(facts: Sequence[Fact]) -> list[str]:
    return [fact.state for fact in facts if isinstance(fact, StateEntered)]


def test_a_whole_call_from_ready_to_ready(agent: AgentMachine, clock: ManualClock) -> None:
    facts = agent.ready()
    clock.advance_ms(5_000)
    facts += agent.rings("c1")
    clock.advance_ms(5_430)
    facts += agent.answered("c1")
    clock.advance_ms(30_000)
    facts += agent.holds(True)
    clock.advance_ms(4_000)
    facts += agent.holds(False)
    clock.advance_ms(1_000)
    facts += agent.call_over()
    spent = agent.spent_ms(S.ON_CALL), agent.spent_ms(S.HOLD)
    clock.advance_ms(9_000)
    facts += agent.wraps_up("c1", "inquiry", "漏水") or []

    assert states(facts) == [
        *("ready", "ringing", "on_call", "hold", "on_call", "wrap_up", "ready"),
    ]
    assert [fact.lasted_ms for fact in facts if isinstance(fact, StateEntered)] == [
        *(0, 5_000, 5_430, 30_000, 4_000, 1_000, 9_000),
    ]
    assert spent == (31_000, 4_000)
    assert WrappedUp(call_id="c1", disposition="inquiry", note="漏水") in facts


def test_who_asked_for_lunch_during_a_call_has_it_after_the_wrap_up(agent: AgentMachine) -> None:
    agent.ready()
    agent.rings("c1")
    agent.answered("c1")
    asked = agent.not_ready("lunch")
    after = agent.after_call
    agent.call_over()
    still = agent.state
    agent.wraps_up("c1", "inquiry", "")

    assert asked == [AfterCall(state="not_ready", reason="lunch")]
    assert (after, still) == ("lunch", S.WRAP_UP)
    assert (agent.state, agent.reason, agent.after_call) == (S.NOT_READY, "lunch", "")


def test_lunch_asked_for_may_be_taken_back(agent: AgentMachine) -> None:
    agent.ready()
    agent.rings("c1")
    agent.not_ready("lunch")
    agent.ready()
    agent.rings_no_more()

    assert (agent.state, agent.after_call) == (S.READY, "")


def test_who_misses_a_call_is_not_ready_until_the_agent_says_so(agent: AgentMachine) -> None:
    agent.ready()
    agent.rings("c1")
    agent.rings_no_more(missed=True)
    missed = agent.state, agent.reason
    agent.ready()

    assert missed == (S.NOT_READY, "missed")
    assert agent.state is S.READY


def test_who_is_at_lunch_and_misses_a_transfer_is_at_lunch_still(agent: AgentMachine) -> None:
    agent.not_ready("lunch")
    agent.rings("c1")
    ringing = agent.state
    agent.rings_no_more(missed=True)

    assert ringing is S.RINGING
    assert (agent.state, agent.reason) == (S.NOT_READY, "lunch")


def test_a_wrap_up_given_during_the_call_leaves_none_after_it(agent: AgentMachine) -> None:
    agent.ready()
    agent.answered("c1")
    agent.wraps_up("c1", "inquiry", "")
    agent.call_over()

    assert agent.state is S.READY


def test_a_wrap_up_of_a_call_that_is_not_ones_own_is_refused(agent: AgentMachine) -> None:
    agent.ready()
    agent.answered("c1")
    agent.call_over()

    assert agent.wraps_up("c2", "inquiry", "") is None
    assert agent.wraps_up("", "inquiry", "") is None
    assert agent.state is S.WRAP_UP


def test_two_calls_to_wrap_up_are_both_asked_for(agent: AgentMachine) -> None:
    agent.ready()
    for call in ("c1", "c2"):
        agent.answered(call)
        agent.call_over()
    first = agent.call_id
    agent.wraps_up("c1", "inquiry", "")
    second = agent.state, agent.call_id
    agent.wraps_up("c2", "inquiry", "")

    assert (first, second) == ("c1", (S.WRAP_UP, "c2"))
    assert agent.state is S.READY


def test_a_call_that_is_none_of_ours_needs_no_wrap_up(agent: AgentMachine) -> None:
    agent.ready()
    agent.rings("")
    agent.answered("")
    agent.call_over()

    assert agent.state is S.READY


def test_a_call_whose_name_comes_late_is_wrapped_up_by_it(agent: AgentMachine) -> None:
    agent.ready()
    agent.rings("")
    agent.answered("")
    agent.named("c1")
    agent.call_over()

    assert (agent.state, agent.call_id) == (S.WRAP_UP, "c1")


def test_without_a_phone_a_ready_agent_is_unreachable_and_ready_again_with_it(
    agent: AgentMachine,
) -> None:
    agent.ready()
    agent.phone(here=False)
    lost = agent.state, agent.reason, agent.wish
    agent.phone(here=True)

    assert lost == (S.NOT_READY, "unreachable", S.READY)
    assert agent.state is S.READY


def test_signing_out_in_a_call_takes_effect_after_its_wrap_up(agent: AgentMachine) -> None:
    agent.ready()
    agent.answered("c1")
    agent.sign_out()
    agent.call_over()
    wrapping = agent.state, agent.after_call
    agent.wraps_up("c1", "inquiry", "")

    assert wrapping == (S.WRAP_UP, "signed_out")
    assert agent.state is S.SIGNED_OUT


@pytest.mark.parametrize(
    ("bring", "place"),
    [
        (lambda one: None, Place(True, "signed_out", True)),
        (lambda one: one.ready(), Place(False, "", False)),
        (lambda one: one.not_ready("lunch"), Place(True, "lunch", True)),
        (lambda one: one.ready() + one.rings("c"), Place(True, "ringing", False)),
        (lambda one: one.ready() + one.answered("c"), Place(True, "on_call", False)),
        (
            lambda one: one.ready() + one.answered("c") + one.call_over(),
            Place(True, "wrap_up", False),
        ),
        (
            lambda one: one.ready() + one.answered("c") + one.not_ready("lunch"),
            Place(True, "on_call", True),
        ),
        (lambda one: one.ready() + one.phone(here=False), Place(True, "unreachable", True)),
    ],
)
def test_calls_are_offered_to_the_ready_alone_and_callers_wait_for_who_comes_back(
    agent: AgentMachine, bring: Callable[[AgentMachine], object], place: Place
) -> None:
    bring(agent)

    assert agent.place == place


_CALLS = st.sampled_from(["c1", "c2", ""])
_INPUTS: st.SearchStrategy[Callable[[AgentMachine], list[Fact] | None]] = st.one_of(
    st.just(lambda one: one.ready()),
    st.sampled_from(["lunch", "break", "unreachable"]).map(
        lambda why: lambda one: one.not_ready(why)
    ),
    st.just(lambda one: one.sign_out()),
    st.booleans().map(lambda here: lambda one: one.phone(here)),
    _CALLS.map(lambda call: lambda one: one.rings(call)),
    st.booleans().map(lambda missed: lambda one: one.rings_no_more(missed=missed)),
    _CALLS.map(lambda call: lambda one: one.answered(call)),
    st.booleans().map(lambda on: lambda one: one.holds(on)),
    st.just(lambda one: one.call_over()),
    _CALLS.map(lambda call: lambda one: one.wraps_up(call, "inquiry", "")),
)


@given(steps=st.lists(st.tuples(st.integers(0, 100_000), _INPUTS), max_size=40))
def test_whatever_happens_the_facts_are_one_unbroken_line_that_adds_up_to_the_clock(
    steps: list[tuple[int, Callable[[AgentMachine], list[Fact] | None]]],
) -> None:
    clock = ManualClock()
    agent, began = AgentMachine("801", clock), clock.utc_now()
    events: list[FloorEvent] = []
    before = S.SIGNED_OUT.value
    for wait_ms, bring in steps:
        clock.advance_ms(wait_ms)
        for fact in bring(agent) or ():
            events.append(FloorEvent("801", clock.utc_now(), fact.kind, fact.data()))
            if isinstance(fact, StateEntered):
                assert fact.before == before
                before = fact.state
                assert bool(fact.reason) == (fact.state == S.NOT_READY)
        assert before == agent.state
        assert agent.place.paused == (agent.state is not S.READY)
        assert (agent.state in BUSY) == (agent.talks_on is not None or agent.rings_for is not None)

    day = agent_day("801", events, began, clock.utc_now() + timedelta(milliseconds=1))
    lasted = sum(event.data.get("lasted_ms", 0) for event in events)
    assert sum(day.state_ms.values()) == clock.monotonic_ms() + 1
    assert lasted + agent.for_ms == clock.monotonic_ms()


@given(steps=st.lists(st.tuples(st.integers(0, 100_000), _INPUTS), max_size=40))
@settings(max_examples=examples(400))
def test_who_is_restored_from_the_facts_is_where_the_agent_was(
    steps: list[tuple[int, Callable[[AgentMachine], list[Fact] | None]]],
) -> None:
    clock = ManualClock()
    agent = AgentMachine("801", clock)
    events: list[FloorEvent] = []
    for wait_ms, bring in steps:
        clock.advance_ms(wait_ms)
        for fact in bring(agent) or ():
            events.append(FloorEvent("801", clock.utc_now(), fact.kind, fact.data()))
    clock.advance_ms(7_000)

    again = AgentMachine("801", clock)
    again.restore(events)

    assert (again.state, again.reason, again.call_id) == (
        agent.state,
        agent.reason,
        agent.call_id,
    )
    if events:
        assert again.for_ms == agent.for_ms
    if agent.wish is not S.SIGNED_OUT:
        assert (again.wish, again.wish_reason) == (agent.wish, agent.wish_reason)
    for one in (S.ON_CALL, S.HOLD):
        if agent.state in (S.ON_CALL, S.HOLD):
            assert again.spent_ms(one) == agent.spent_ms(one)
