"""From the floor as it is to what wants a supervisor."""

from __future__ import annotations

from typing import Any

import pytest

from calls.floor.states import AgentState
from calls.floor.view import RuleView
from calls.floor.wall import FloorAgent, QueueFigures
from desk.supervision.alarms import AlarmBoard, Cause, causes
from desk.supervision.limits import WallLimits

BROKEN = RuleView(id="A11", title={"zh": "无声电话", "en": "Silent call"}, what="")


def queue(**known: Any) -> QueueFigures:
    usual: dict[str, Any] = {
        "name": "support",
        "waiting": 0,
        "longest_ms": 0,
        "offered": 0,
        "answered": 0,
        "abandoned": 0,
        "within_target": 0,
        "service_level": None,
        "formula": {},
        "serving": 1,
    }
    return QueueFigures(**(usual | known))


def agent(state: AgentState = AgentState.READY, **known: Any) -> FloorAgent:
    usual: dict[str, Any] = {"number": "801", "name": "李", "for_ms": 0, "state": state}
    return FloorAgent(**(usual | known))


@pytest.mark.parametrize(
    ("of", "kinds"),
    [
        (queue(waiting=4, longest_ms=60_000), []),
        (queue(waiting=1, longest_ms=60_001), ["longest_wait"]),
        (queue(waiting=5), ["rush"]),
        (queue(waiting=1, serving=0), ["nobody_ready"]),
        (queue(waiting=0, serving=0), []),
        (queue(judged=9, service_level=0.1), []),
        (queue(judged=10, service_level=0.79), ["service_level"]),
        (queue(judged=10, service_level=0.8), []),
    ],
)
def test_a_queue_raises_an_alarm_just_past_its_limit(of: QueueFigures, kinds: list[str]) -> None:
    found = list(causes([of], [], WallLimits()))

    assert [cause.kind for cause in found] == kinds
    assert all(cause.subject == "support" for cause in found)


@pytest.mark.parametrize(
    ("of", "kinds"),
    [
        (agent(AgentState.RINGING, for_ms=15_000), []),
        (agent(AgentState.RINGING, for_ms=15_001), ["late_answer"]),
        (agent(AgentState.NOT_READY, reason="missed"), ["late_answer"]),
        (agent(AgentState.NOT_READY, reason="lunch", for_ms=9_999_999), []),
        (agent(AgentState.ON_CALL, help_text=""), ["help"]),
        (agent(AgentState.ON_CALL, broken=(BROKEN,)), ["rule_broken"]),
        (agent(AgentState.WRAP_UP, for_ms=180_001), ["long_wrap_up"]),
    ],
)
def test_an_agent_raises_an_alarm_when_a_supervisor_is_wanted(
    of: FloorAgent, kinds: list[str]
) -> None:
    assert [cause.kind for cause in causes([], [of], WallLimits())] == kinds


def test_wrap_up_may_take_as_long_as_it_likes_where_the_site_says_so() -> None:
    endless = agent(AgentState.WRAP_UP, for_ms=10**9)

    assert not list(causes([], [endless], WallLimits(wrap_up_s=0)))


def test_an_alarm_tells_how_long_it_has_stood_and_begins_anew_when_it_comes_back() -> None:
    board = AlarmBoard()
    rush = Cause("rush", "support")

    assert [one.for_ms for one in board.show([rush], 1_000)] == [0]
    assert [one.for_ms for one in board.show([rush], 8_000)] == [7_000]
    assert board.show([], 9_000) == ()
    assert [one.for_ms for one in board.show([rush], 9_500)] == [0]


def test_a_wait_over_its_limit_counts_from_the_limit_even_when_seen_late() -> None:
    board = AlarmBoard()

    first = board.show([Cause("longest_wait", "support", 30_000)], 100_000)
    longest_left = board.show([Cause("longest_wait", "support", 500)], 101_000)

    assert [one.for_ms for one in first] == [30_000]
    assert [one.for_ms for one in longest_left] == [31_000], "the alarm itself still stands"


def test_the_most_urgent_alarm_comes_first() -> None:
    found = causes(
        [queue(waiting=9, longest_ms=90_000, serving=0, judged=20, service_level=0.2)],
        [agent(AgentState.ON_CALL, broken=(BROKEN,), help_text="?")],
        WallLimits(),
        troubles=("pbx",),
    )

    assert [one.kind for one in AlarmBoard().show(found, 0)] == [
        "trouble",
        "help",
        "nobody_ready",
        "longest_wait",
        "rush",
        "rule_broken",
        "service_level",
    ]
