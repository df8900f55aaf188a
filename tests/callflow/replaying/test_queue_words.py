"""Calls that waited with words at the ear, once more: told the same, left by the same key."""

from __future__ import annotations

import pytest

from callers.queue_plan import QueuePlan
from callflow.house import House
from tests.callflow.replaying.past import LINES, WANTS_A_PERSON, compared, house, past, side

QUEUE = "queue: {name: support, wait: 20s}"
TOLD = "queue: {name: support, wait: 20s, tell: [place, hold], every: 5s, keys: {'5': info}}"
LEAVES = 'answers: [{say: inquiry}, {press: "0"}, {press: "5"}]'
AGENT = QueuePlan(agent="a1", answers_after_ms=9000, talks_ms=10_000)
WITH_PLACE = LINES + 'place: {zh-Hans: "第{place}位。", en: "Number {place}."}\n'


def told(queue: str = TOLD) -> House:
    return house((QUEUE, queue), lines=WITH_PLACE)


@pytest.mark.parametrize("plan", [AGENT, QueuePlan(), QueuePlan(off_duty=True)])
@pytest.mark.parametrize("caller", [LEAVES, WANTS_A_PERSON])
def test_the_same_flow_gives_the_same_call(plan: QueuePlan, caller: str) -> None:
    found = compared(past(caller, by=told(), queue=plan), told())

    assert found.same, found.first
    assert found.undecided is None


def test_a_key_of_then_leads_where_it_leads_now() -> None:
    events = past(LEAVES, by=told())

    found = compared(events, told(TOLD.replace("info", "silent")))

    assert [event.data["result"] for event in side(found, now=True, kind="left_queue")] == ["key"]
    assert side(found, now=True, kind="said")[-1].data["line"] == "sorry"


def test_where_the_key_leads_nowhere_now_the_record_no_longer_decides() -> None:
    found = compared(past(LEAVES, by=told()), told(TOLD.replace("'5'", "'6'")))

    assert found.undecided is not None
    assert "key 5 leaves the queue no more" in str(found.undecided)
