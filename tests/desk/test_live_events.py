"""The facts of live calls, for whoever joins one in its middle."""

from __future__ import annotations

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import AgentAnswered, CallEvent, EndedFact, Held, Offered
from desk.coaching import live_events
from desk.coaching.live_events import LiveEvents
from tests.desk.coached import Sink

OFFERED = Offered(
    uniqueid="1.1", ani="", dnis="", caller_name="", direction="inbound", flow="f", channel="c"
)
ENDED = EndedFact(end_reason="completed", disposition="served")


def test_a_call_is_remembered_until_it_ends_and_everything_goes_on_to_the_ledger() -> None:
    sink = Sink()
    live = LiveEvents(sink)
    call = Call(ManualClock(), live)
    call.record(OFFERED)
    call.record(Held(on=True))
    assert [event.kind for event in live.past(call.id)] == ["offered", "held"]

    call.record(ENDED)
    call.record(Held(on=False))

    assert live.past(call.id) == ()
    assert [event.seq for event in sink.events] == [1, 2, 3, 4]


def test_whoever_watches_is_told_of_that_call_only_until_they_leave() -> None:
    live = LiveEvents(Sink())
    one, other = Call(ManualClock(), live), Call(ManualClock(), live)
    seen: list[CallEvent] = []
    leave = live.watch(one.id, seen.append)
    one.record(OFFERED)
    other.record(OFFERED)
    leave()
    leave()
    one.record(Held(on=True))

    assert [(event.call_id, event.kind) for event in seen] == [(one.id, "offered")]


def test_a_watcher_that_breaks_takes_no_fact_from_anybody() -> None:
    sink = Sink()
    live = LiveEvents(sink)
    call = Call(ManualClock(), live)
    seen: list[CallEvent] = []

    def broken(_event: CallEvent) -> None:
        raise RuntimeError("a panel's fault")

    live.watch(call.id, broken)
    live.watch(call.id, seen.append)
    call.record(OFFERED)

    assert len(sink.events) == len(seen) == 1


def test_what_the_ledger_holds_of_a_call_is_taken_over() -> None:
    before, live = Sink(), LiveEvents(Sink())
    call = Call(ManualClock(), before)
    call.record(OFFERED)
    live.remember(before.events)
    call.sink = live
    call.record(AgentAnswered(agent="801", waited_ms=1))

    assert [event.kind for event in live.past(call.id)] == ["offered", "agent_answered"]


def test_calls_that_never_end_are_forgotten_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_events, "MOST_CALLS", 2)
    live = LiveEvents(Sink())
    calls = [Call(ManualClock(), live) for _ in range(3)]
    for call in calls:
        call.record(OFFERED)

    assert [bool(live.past(call.id)) for call in calls] == [False, True, True]
