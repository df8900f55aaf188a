"""The `queue` act: what is said while the caller waits, keys that leave it, priority."""

from __future__ import annotations

import pytest

from callflow.engine import Ended, FlowRun
from callflow.house import House
from calls.actions import Queue
from calls.call import EndReason
from calls.outcomes import Answered, QueueLeft

LINES = """
place: {zh-Hans: "第{place}位", zh-Hant: "第{place}位", en: "Number {place}"}
greeting: {zh-Hans: "{name}您好", zh-Hant: "{name}您好", en: "Hello {name}"}
"""
FLOW = """
flow: main
performer: ivr
always: {noise: end noise, faint: end faint}
variables: {name: 王, tier: "3"}
steps:
  ring: {ring: 1}
  hold:
    queue:
      name: support
      wait: 1min
      tell: [place, greeting]
      every: 20s
      keys: {"1": promise, "*": out}
      priority: PRIORITY
    on: {answered: end served, no_answer: end unserved, failed: end closed}
  promise: {end: promised}
  out: {choose: [{if: digits == "*", go: star}, {else: promise}]}
  star: {end: star}
"""


def waiting(priority: str = "0", **variables: str | int | bool) -> FlowRun:
    """A run whose caller waits."""
    house = House.of_texts({"lines.yaml": LINES, "main.yaml": FLOW.replace("PRIORITY", priority)})
    run = house.start("main", variables, "zh-Hans")
    run.taken = []
    run.begin()
    return run


def hold(priority: str = "0", **variables: str | int | bool) -> Queue:
    """What the run asks for then."""
    action = waiting(priority, **variables).resume(Answered(rings=1, waited_ms=0))
    assert isinstance(action, Queue)
    return action


def test_the_lines_have_what_the_call_knows_and_the_place_of_the_moment() -> None:
    action = hold(name="李")

    assert (action.name, action.most_wait_ms, action.keys) == ("support", 60_000, "1*")
    assert action.tell is not None
    assert action.tell.every_ms == 20_000
    assert [line.text for line in action.tell.at(1)] == ["第1位", "李您好"]
    assert [line.text for line in action.tell.at(12)] == ["第12位", "李您好"]
    assert [line.name for line in action.tell.at(2)] == ["place", "greeting"]


@pytest.mark.parametrize(
    ("priority", "tier", "counts"),
    [
        ("0", "1", 0),
        ("7", "1", 7),
        ("3 - tier|int(3)", "1", 2),
        ("3 - tier|int(3)", "3", 0),
        ("3 - tier|int(3)", "", 0),
        ("3 - tier|int(3)", "9", 0),
        ("tier", "4", 4),
        ("tier", "400", 9),
        ("tier", "gold", 0),
        ("tier|int - name|int", "5", 5),
        ("tier == '1'", "1", 0),
    ],
)
def test_the_priority_is_a_number_from_0_to_9_or_nothing(
    priority: str, tier: str, counts: int
) -> None:
    assert hold(priority, tier=tier).priority == counts


@pytest.mark.parametrize(("key", "disposition"), [("1", "promised"), ("*", "star")])
def test_a_key_leads_where_the_act_says_and_is_known_as_digits(key: str, disposition: str) -> None:
    run = waiting()
    run.resume(Answered(rings=1, waited_ms=0))
    ended = run.resume(QueueLeft(name="key", waited_ms=0, talked_ms=0, agent="", key=key))

    assert ended == Ended(EndReason.COMPLETED, disposition)
    assert run.taken is not None
    assert [taken.branch for taken in run.taken][1] == key
