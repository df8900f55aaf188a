"""Every pattern against a slow and obvious reading of the whole trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callflow.rules.events import NOTHING, EventPattern, Happened, OneOf, Tagged, span
from callflow.rules.patterns import (
    Between,
    Chain,
    Count,
    Every,
    Link,
    Pattern,
    Precedence,
    Response,
    advance,
)
from callflow.rules.state import Due, State, Status, Times
from calls.events import CallEvent
from tests.callflow.traces import Trace

Events = Sequence[CallEvent]
LINES, SOUNDS, TAGS = ("a", "b"), ("x", "y"), ("t",)


def run(pattern: Pattern, events: Events) -> State:
    state = pattern.start()
    for event in events:
        assert hash(state) == hash(state)
        state = advance(pattern, state, event)
    return state


# Random traces and patterns.

_spoken = st.tuples(
    st.sampled_from(LINES), st.sets(st.sampled_from(TAGS)), st.integers(0, 3), st.integers(1, 3)
)
_heard = st.tuples(st.sampled_from(SOUNDS), st.integers(0, 4))


@st.composite
def traces(draw: st.DrawFn) -> list[CallEvent]:
    trace = Trace()
    for item in draw(st.lists(st.one_of(_spoken, _heard), min_size=1, max_size=12)):
        if len(item) == 4:
            line, tags, pause, length = item
            trace.add("saying", pause * 1000, line=line)
            trace.say(line, *sorted(tags), pause_ms=0, for_ms=length * 1000)
        else:
            trace.hear(item[0], item[1] * 1000)
    trace.add("ended", end_reason="completed", disposition="")
    return trace.events


def _one(kind: str, field: str, value: str) -> EventPattern:
    return EventPattern((Happened(kind, (OneOf(field, frozenset({value})),)),))


_lines = st.sampled_from(LINES).map(lambda line: _one("said", "line", line))
_sounds = st.one_of(
    st.sampled_from(SOUNDS).map(lambda sound: _one("heard", "what", sound)),
    st.just(EventPattern((Happened("heard"),))),
)
_untagged = st.just(EventPattern((Happened("said", (), (Tagged(frozenset({"t"})),)),)))
_simple = st.one_of(_lines, _sounds, _untagged)
patterns = st.one_of(
    _simple,
    st.tuples(_simple, _simple).map(lambda two: EventPattern(two[0].choices + two[1].choices)),
)
maybe = st.one_of(st.just(NOTHING), patterns)
_low = st.integers(0, 3).map(lambda s: s * 1000)
times = st.tuples(_low, st.one_of(st.none(), _low)).map(
    lambda pair: Times(pair[0], None if pair[1] is None else pair[0] + pair[1])
)


def fits_time(limits: Times, first: CallEvent, then: CallEvent) -> bool:
    lapse_ms = span(then).start_ms - span(first).end_ms
    if limits.at_least_ms and lapse_ms < limits.at_least_ms:
        return False
    return limits.at_most_ms is None or lapse_ms <= limits.at_most_ms


def verdict(*, applies: bool, broken: bool) -> Status:
    if broken:
        return Status.BROKEN
    return Status.KEPT if applies else Status.NOT_APPLICABLE


def agrees(pattern: Any, events: list[CallEvent], slow: Callable[[Any, Events], Status]) -> None:
    facts = [event for event in events if event.kind != "saying"]
    assert run(pattern, events).status is slow(pattern, facts)


def slow_count(p: Count, events: Events) -> Status:
    stretches: list[tuple[Events, bool]] = []
    begin: int | None = 0
    if p.after:
        begin = next((i + 1 for i, e in enumerate(events) if p.after.fits(e)), None)
    while begin is not None:
        rest = events[begin:]
        stops = [i for i, e in enumerate(rest) if p.until.fits(e) or p.unless.fits(e)]
        stop = stops[0] if stops else len(rest)
        voided = bool(stops) and not p.until.fits(rest[stop])
        stretches.append((rest[:stop], voided))
        later = [i for i, e in enumerate(rest) if i > stop and p.after.fits(e)]
        begin = begin + later[0] + 1 if later else None
    counts = [(sum(p.of.fits(e) for e in stretch), voided) for stretch, voided in stretches]
    broken = any(
        (p.at_most is not None and n > p.at_most) or (n < p.at_least and not voided)
        for n, voided in counts
    )
    return verdict(applies=bool(stretches), broken=broken)


@given(traces(), patterns, st.integers(0, 2), st.sampled_from([None, 0, 1]), maybe, maybe, maybe)
@settings(max_examples=120, deadline=None)
def test_counting_agrees_with_the_slow_reading(
    events: list[CallEvent],
    of: EventPattern,
    low: int,
    more: int | None,
    after: EventPattern,
    until: EventPattern,
    unless: EventPattern,
) -> None:
    high = None if more is None else low + more
    pattern = Count(of=of, at_least=low, at_most=high, after=after, until=until, unless=unless)
    agrees(pattern, events, slow_count)


def slow_every(p: Every, events: Events) -> Status:
    asked = [e for e in events if p.of.fits(e)]
    return verdict(applies=bool(asked), broken=not all(p.fulfils.fits(e) for e in asked))


@given(traces(), patterns, patterns)
@settings(max_examples=80, deadline=None)
def test_every_agrees_with_the_slow_reading(
    events: list[CallEvent], of: EventPattern, fulfils: EventPattern
) -> None:
    agrees(Every(of=of, fulfils=fulfils), events, slow_every)


def slow_precedence(p: Precedence, events: Events) -> Status:
    asked = [i for i, e in enumerate(events) if p.before.fits(e)]

    def allowed(i: int) -> bool:
        told = [
            e for e in events[:i] if not p.before.fits(e) and (p.expect.fits(e) or p.reset.fits(e))
        ]
        return bool(told) and p.expect.fits(told[-1])

    return verdict(applies=bool(asked), broken=not all(map(allowed, asked)))


@given(traces(), patterns, patterns, maybe)
@settings(max_examples=120, deadline=None)
def test_precedence_agrees_with_the_slow_reading(
    events: list[CallEvent], before: EventPattern, expect: EventPattern, reset: EventPattern
) -> None:
    agrees(Precedence(before=before, expect=expect, reset=reset), events, slow_precedence)


def slow_response(p: Response, events: Events) -> Status:
    asked = [i for i, e in enumerate(events) if p.when.fits(e)]

    def answered(i: int) -> bool:
        later = [e for e in events[i + 1 :] if p.expect.fits(e) or p.unless.fits(e)]
        return bool(later) and fits_time(p.times, events[i], later[0])

    return verdict(applies=bool(asked), broken=not all(map(answered, asked)))


# No lines for `unless`: they would end a demand at their end, but answer one at their start.
@given(
    traces(), patterns, patterns, st.one_of(st.just(NOTHING), _sounds), st.one_of(st.none(), _low)
)
@settings(max_examples=150, deadline=None)
def test_response_agrees_with_the_slow_reading(
    events: list[CallEvent],
    when: EventPattern,
    expect: EventPattern,
    unless: EventPattern,
    within_ms: int | None,
) -> None:
    pattern = Response(when=when, expect=expect, unless=unless, times=Times(0, within_ms))
    agrees(pattern, events, slow_response)


def slow_chain(p: Chain, events: Events) -> Status:
    kinds = {kind for link in p.links for kind in link.event.kinds}

    def triggers(i: int) -> bool:
        if not p.when.fits(events[i]):
            return False
        told = [e for e in events[:i] if e.kind in p.after.kinds]
        return not p.after or (bool(told) and p.after.fits(told[-1]))

    begun = [i for i in range(len(events)) if triggers(i)]
    applies = bool(begun)
    while begun:
        trigger = begun[0]
        later = [
            i
            for i in range(trigger + 1, len(events))
            if events[i].kind in kinds or p.unless.fits(events[i])
        ]
        end = chain_end(p, events, [trigger, *later])
        if end is None:
            return Status.BROKEN
        begun = [i for i in begun if i > end]
    return verdict(applies=applies, broken=False)


def chain_end(p: Chain, events: Events, told: list[int]) -> int | None:
    """Where a chain came to its end in peace; None when it did not."""
    for n, link in enumerate(p.links, 1):
        if n >= len(told):
            return None
        event = events[told[n]]
        if not link.event.fits(event):
            return told[n] if p.unless.fits(event) else None
        if not fits_time(link.pause, events[told[n - 1]], event):
            return None
    return told[len(p.links)]


@given(
    traces(),
    patterns,
    st.lists(st.builds(Link, patterns, times), min_size=1, max_size=3),
    maybe,
    maybe,
)
@settings(max_examples=200, deadline=None)
def test_chain_agrees_with_the_slow_reading(
    events: list[CallEvent],
    when: EventPattern,
    links: list[Link],
    after: EventPattern,
    unless: EventPattern,
) -> None:
    pattern = Chain(when=when, links=tuple(links), after=after, unless=unless)
    agrees(pattern, events, slow_chain)


def slow_between(p: Between, events: Events) -> Status:
    asked = [i for i, e in enumerate(events) if p.then.fits(e)]

    def allowed(i: int) -> bool:
        told = [e for e in events[:i] if p.then.fits(e) or p.first.fits(e) or p.unless.fits(e)]
        if not told or p.then.fits(told[-1]) or not p.first.fits(told[-1]):
            return False
        return fits_time(p.times, told[-1], events[i])

    applies = any(p.first.fits(e) and not p.then.fits(e) for e in events)
    return verdict(applies=applies, broken=not all(map(allowed, asked)))


@given(traces(), patterns, patterns, times, maybe)
@settings(max_examples=120, deadline=None)
def test_between_agrees_with_the_slow_reading(
    events: list[CallEvent],
    first: EventPattern,
    then: EventPattern,
    limits: Times,
    unless: EventPattern,
) -> None:
    agrees(Between(first=first, then=then, times=limits, unless=unless), events, slow_between)


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
