"""Counting times from now instead of from the offer changes no verdict."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from callflow.rules.loader import load_rules
from callflow.rules.monitor import Progress, Rule, begin, status_of, step
from callflow.rules.rebasing import longest_ms, rebased
from callflow.rules.state import Status
from calls.events import CallEvent
from tests.support.examples import examples

RULES = """
tolerance: 100ms
A01:
  title: {zh: 题, en: Title}
  response: {when: {said: a}, expect: {said: b}, unless: {said: c}, within: 2s, at_least: 500ms}
A02:
  title: {zh: 题, en: Title}
  between: {first: {said: a}, then: {said: b}, at_least: 1s, at_most: 3s, unless: {said: c}}
A03:
  title: {zh: 题, en: Title}
  chain: {when: {said: a}, expect: [{said: b, pause: {at_least: 1s, at_most: 2s}}, {said: c}]}
A04:
  title: {zh: 题, en: Title}
  all:
    - count: {of: {said: b}, at_most: 2, after: {said: a}, until: {said: c}}
    - precedence: {before: {said: b}, expect: {said: a}, reset: {said: c}}
"""
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_rules = list(load_rules(RULES, "house_rules.yaml"))
_steps = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "heard"]),
        st.sampled_from([0, 300, 500, 900, 1000, 1900, 2000, 2100, 2900, 3100, 5000, 60_000]),
        st.sampled_from([0, 200, 1000]),
    ),
    max_size=8,
)


def event(kind: str, at_ms: int, length_ms: int) -> CallEvent:
    if kind == "heard":
        return CallEvent("c", 1, AT, at_ms, "heard", {"what": "silence"})
    data = {
        "line": kind, "tags": (), "start_ms": at_ms - length_ms, "end_ms": at_ms,
        "ended": "completed", "performer": "ivr",
    }  # fmt: skip
    return CallEvent("c", 1, AT, at_ms, "said", data)


def ended(at_ms: int) -> CallEvent:
    return CallEvent("c", 1, AT, at_ms, "ended", {"end_reason": "completed", "disposition": "x"})


@settings(max_examples=examples(300), deadline=None)
@given(rule=st.sampled_from(_rules), steps=_steps)
def test_rebased_progress_comes_to_the_same_verdict_after_every_event(
    rule: Rule, steps: list[tuple[str, int, int]]
) -> None:
    whole: Progress = begin(rule)
    from_now: Progress = begin(rule)
    now_ms = 0
    for kind, pause_ms, length_ms in steps:
        lasts_ms = pause_ms + (0 if kind == "heard" else length_ms)
        now_ms += lasts_ms
        whole = step(rule, whole, event(kind, now_ms, length_ms))
        from_now = step(rule, from_now, event(kind, lasts_ms, length_ms))
        assert status_of(whole) is status_of(from_now)
        if status_of(whole) is Status.BROKEN:
            return
        from_now = rebased(rule, from_now, lasts_ms)

    at_end = status_of(step(rule, whole, ended(now_ms)))
    assert status_of(step(rule, from_now, ended(0))) is at_end


@given(rule=st.sampled_from(_rules), waits=st.lists(st.integers(0, 5000), min_size=1, max_size=40))
def test_however_long_nothing_happens_there_are_few_progresses(
    rule: Rule, waits: list[int]
) -> None:
    progress = step(rule, begin(rule), event("a", 0, 0))
    progress = rebased(rule, progress, 10 * max(waits) + 100_000)
    for wait_ms in waits:
        assert rebased(rule, progress, wait_ms) == progress


def test_a_pattern_without_times_has_no_longest_lapse() -> None:
    lengths = {rule.id: [longest_ms(pattern) for pattern in rule.patterns] for rule in _rules}

    assert lengths == {"A01": [2101], "A02": [3101], "A03": [2101], "A04": [None, None]}
