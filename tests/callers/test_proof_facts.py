"""The facts the prover reckons with are those that a call leaves, checked on virtual calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from callers.flowtests.suite import load_tests, play
from callers.loader import find_persona, names
from callers.queue_plan import QueuePlan
from callers.virtual import simulate, spoken_ms
from callers.virtual_call import VirtualCall
from callers.virtual_channel import VirtualChannel
from callers.virtual_stretch import Stretches
from callflow.acts.base import Act
from callflow.proving.lengths import Pace, line_length
from callflow.proving.possible import Possible
from callflow.proving.ways import Standing, Way
from callflow.tables import TableRun
from calls.actions import Action, Line, Listen, Say
from calls.events import CallEvent
from calls.outcomes import Outcome
from tests.callers.house import SCRIPTS, hotline, house

_ONLY_THE_CALL_KNOWS = frozenset(
    {
        "start_ms", "end_ms", "from_ms", "to_ms", "at_ms", "waited_ms", "talked_ms", "took_ms",
        "level_dbov", "reason", "recording", "caller_file", "house_file", "agent", "digits",
        "promise", "ticket", "due_at", "values", "problem",
    }
)  # fmt: skip
"""Times and names of a call's own; what rules test in events is none of them."""


@dataclass
class Performed:
    """One action of a call, what came of it, and the facts it left."""

    action: Action
    act: Act
    outcome: Outcome
    began_ms: int
    events: Sequence[CallEvent]


@dataclass
class Notes:
    """What a channel performed."""

    performed: list[Performed] = field(default_factory=list)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    """Every action of every virtual call from here on."""
    kept = Notes()
    perform = VirtualChannel.perform
    go_on = TableRun.go_on

    def noted(channel: VirtualChannel, action: Action) -> Outcome:
        call: VirtualCall = channel.call
        before, began_ms = len(call.events()), call.time.now_ms
        outcome = perform(channel, action)
        events = call.events()[before:]
        kept.performed.append(Performed(action, _NO_ACT, outcome, began_ms, events))
        return outcome

    def gone_on(run: TableRun, outcome: Outcome | None) -> Any:
        if outcome is not None:
            at = run.position
            flow = house().flows[at.flow]
            kept.performed[-1].act = flow.steps[flow.index[at.step]].act
        return go_on(run, outcome)

    monkeypatch.setattr(VirtualChannel, "passes", lambda *_: False)  # action by action
    monkeypatch.setattr(Stretches, "learn", lambda *_: None)
    monkeypatch.setattr(VirtualChannel, "perform", noted)
    monkeypatch.setattr(TableRun, "go_on", gone_on)
    return kept


class _None(Act):
    word = "none"


_NO_ACT = _None()


def follow(performed: Sequence[Performed]) -> int:
    """Find every performance among the ways of the prover; how many were found."""
    possible, count = Possible("ivr", by_key=True), 0
    standing = Standing(answered=False)
    for one in performed:
        ways = possible.ways(one.action, one.act, standing)
        like = [way for way in ways if is_like(way, one)]
        assert like, f"{one.action} came to {one.outcome}, which no way of {len(ways)} does"
        standing = like[0].after
        count += 1
    return count


def is_like(way: Way, one: Performed) -> bool:
    """The same outcome, and the same facts in the same order at times that the way allows."""
    if type(way.outcome) is not type(one.outcome) or way.outcome.name != one.outcome.name:
        return False
    facts = [event for event in one.events if event.kind != "hearing"]
    ends = [way.events(pace)[0] for pace in (Pace.LEAST, Pace.MOST)]
    if [event.kind for event in facts] != [event.kind for event in ends[0]]:
        return False
    return all(map(_fits, facts, *ends, [one.began_ms] * len(facts)))


def _fits(event: CallEvent, least: CallEvent, most: CallEvent, began_ms: int) -> bool:
    # A bare act answers in the same millisecond; lines are given the guess of both sides.
    at_ms = event.offset_ms - began_ms
    return least.offset_ms <= at_ms <= most.offset_ms and seen(event) == seen(least)


def _at_place_one(name: str, value: Any) -> Any:
    """A place in line is told as the first: the proof takes it for that."""
    return re.sub(r"第\d+位", "第1位", value) if name == "text" else value


def seen(event: CallEvent) -> dict[str, Any]:
    """What a rule can test in it."""
    return {
        name: list(value) if isinstance(value, list | tuple) else _at_place_one(name, value)
        for name, value in event.data.items()
        if name not in _ONLY_THE_CALL_KNOWS
    }


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("agent", ["", "a1"])
def test_every_fact_of_every_persona_is_among_those_the_prover_makes(
    notes: Notes, name: str, agent: str
) -> None:
    simulate(hotline(), find_persona(name), queue=QueuePlan(agent=agent))

    assert follow(notes.performed) == len(notes.performed) > 0


def test_every_fact_of_every_flow_test_by_the_ivr_is_among_those_the_prover_makes(
    notes: Notes,
) -> None:
    variables = {"company": "三声", "agent_no": "1000"}
    found = 0
    for test in load_tests(house(), SCRIPTS):
        if test.given.agent is None and not test.given.fails:
            notes.performed.clear()
            play(house(), test, variables)
            found += follow(notes.performed)

    assert found > 300


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_prover_guesses_the_length_of_a_line_as_virtual_calls_do(language: str) -> None:
    line = Line(name="a", text="请问有什么可以帮到您？", language=language)

    assert line_length(line).usual_ms == spoken_ms(line)


def test_every_outcome_of_a_window_that_a_persona_can_bring_about_is_tried() -> None:
    listen = Listen(window_ms=4000, wanted=frozenset({"speech", "noise", "faint"}))
    ways = Possible("ivr", by_key=False).ways(listen, _NO_ACT, Standing(answered=True))

    assert {way.outcome.name for way in ways} == {
        "speech", "silence", "noise", "faint", "hangup", "error",
    }  # fmt: skip


def test_nothing_more_is_heard_of_a_caller_who_has_hung_up() -> None:
    line = Line(name="a", text="再见", language="zh-Hans")
    ways = Possible("ivr", by_key=False).ways(
        Say(line=line), _NO_ACT, Standing(answered=True, down_by="caller")
    )

    assert [(way.outcome.name, way.facts) for way in ways] == [("hangup", ())]
