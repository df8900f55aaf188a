"""A run by the table goes exactly as the engine would: same actions, steps, branches, values."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from callflow import tables
from callflow.engine import FlowRun
from callflow.frames import Ended
from callflow.house import House
from callflow.tables import TableRun
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Listen,
    Lookup,
    Promise,
    Queue,
    Record,
    Ring,
    Say,
    Ticket,
    Transfer,
    Wait,
)
from calls.outcomes import (
    Answered,
    Branched,
    Done,
    Failed,
    Got,
    Heard,
    HungUp,
    Keyed,
    Outcome,
    QueueLeft,
    SaidEnd,
    Sound,
    Spoken,
    TransferLeft,
)
from calls.values import Value
from tests.callers.house import house as shipped
from tests.callflow.small_house import heard, house

COMPANY = {"zh-Hans": "三声", "zh-Hant": "三聲", "en": "Thirdring"}
NUMBERS = {"ani": "13912345678", "dnis": "1", "caller_name": ""}
BROUGHT = {"company": COMPANY, "agent_no": "1", **NUMBERS}
CALLS_A_FLOW = 300

COUNTING = """
flow: main
title: {zh: 数, en: Count}
variables: {tries: 0, vip: ""}
always: {noise: end noise, faint: end faint}
steps:
  ring:
    ring: 1
  count:
    set: {tries: {is: "tries + 1"}}
  ask:
    listen: 2s
    on: {speech: count, silence: done, key: by_key}
  by_key:
    choose:
      - {if: "digits == '7'", go: ask}
      - {else: done}
  done:
    say: goodbye
    end: over
"""

LEAVING = """
flow: main
title: {zh: 等, en: Wait}
steps:
  ring:
    ring: 1
  hold:
    say: greeting
    queue: {name: support, wait: 30s, keys: {"1": one, "2": two}}
    on: {answered: one, no_answer: one, failed: one}
  one: {say: goodbye, end: one}
  two: {say: goodbye, end: two}
"""

ANSWERED = Answered(rings=1, waited_ms=0)


def answer(chance: Random, action: Action, branches: list[str]) -> Outcome:
    """Some outcome that a channel may come back with."""
    if chance.random() < 0.04:
        by = chance.choice(["caller", "us", "agent", "network"])
        values = chance.choice([{}, {"disposition": "told"}, {"name": "王"}])
        return HungUp(by=by, talked_ms=chance.choice([0, 900]), values=values)
    if branches and chance.random() < 0.15:
        return Branched(name=chance.choice(branches))
    if chance.random() < 0.05:
        return Failed(reason="no reason")
    return _answer(chance, action)


def _answer(chance: Random, action: Action) -> Outcome:
    now_ms = chance.randrange(10_000)
    match action:
        case Ring():
            return Answered(rings=1, waited_ms=now_ms)
        case Say():
            ended = chance.choice([*[SaidEnd.COMPLETED] * 9, SaidEnd.FAILED, SaidEnd.SKIPPED])
            return Spoken(start_ms=now_ms, end_ms=now_ms + 1, ended=ended)
        case Listen(wanted=wanted):
            return _heard(chance, wanted, now_ms)
        case Queue(keys=keys):
            values = chance.choice([{}, {"name": "李", "disposition": "served"}])
            name = chance.choice(["answered", "no_answer", "failed", *["key"] * bool(keys)])
            key = chance.choice(keys) if name == "key" else ""
            left = QueueLeft(name=name, waited_ms=1, talked_ms=now_ms, agent="a", key=key)
            return replace(left, values=values)
        case Transfer():
            name = chance.choice(["answered", "busy", "no_answer", "failed"])
            return TransferLeft(name=name, waited_ms=now_ms, talked_ms=0)
        case Record() | Wait():
            return Done()
        case _:
            return _got(chance, action)


def _heard(chance: Random, wanted: frozenset[str], now_ms: int) -> Outcome:
    what = chance.choice([*sorted(wanted), "silence"])
    if what == "key":
        digits = chance.choice(["1", "2", "0", "*", "13912345678", "7", ""])
        return Keyed(digits=digits, at_ms=now_ms)
    if what not in set(Sound):
        what = "silence"
    return Heard(what=Sound(what), from_ms=0, to_ms=now_ms, level_dbov=-30.0, reason="r")


def _got(chance: Random, action: Lookup | Fetch | Do | Promise | Ticket | Form) -> Outcome:
    names = {Lookup: ["found", "not_found"], Form: ["ok", "cancelled"], Promise: ["ok"]}
    name = chance.choice(names.get(type(action), ["ok", "timeout"]))
    if isinstance(action, Form):
        return Got(name=name, values={f.name: chance.choice(["x", "y"]) for f in action.fields})
    stored = getattr(action, "store", ())
    stored = (stored,) if isinstance(stored, str) else stored
    values: list[Value] = ["王", "1", 1, True, ""]
    given = {each: chance.choice(values) for each in stored if each}
    return Got(name=name, values=given if name in ("ok", "found") else {})


def same_way(plain: FlowRun, tabled: TableRun, chance: Random, most: int = 700) -> int:
    """Go both ways with the same outcomes up to the end; how many actions that took."""
    plain.taken, tabled.taken = [], []
    assert tabled.position == plain.position
    at, by_table = plain.begin(), tabled.begin()
    for count in range(most):
        assert by_table == at
        assert tabled.take_entered() == plain.take_entered()
        assert tabled.position == plain.position
        assert typed(tabled.variables) == typed(plain.variables)
        assert tabled.taken == plain.taken
        if isinstance(at, Ended):
            return count
        branches = list(plain.branches()) if plain.variables["performer"] == "agent" else []
        outcome = answer(chance, at, branches)
        at, by_table = plain.resume(outcome), tabled.resume(outcome)
    return most


def typed(values: Any) -> dict[str, tuple[type, Any]]:
    return {name: (type(value), value) for name, value in values.items()}


def both(by: House, flow: str, *begin: Any) -> tuple[FlowRun, TableRun]:
    return by.start(flow, *begin), by.start_again(flow, *begin)


@pytest.mark.parametrize("flow", sorted(shipped().flows))
def test_random_calls_of_every_shipped_flow_go_as_the_engine_goes(flow: str) -> None:
    chance = Random(flow)
    acted = 0
    for performer in shipped().flows[flow].performers():
        for _ in range(CALLS_A_FLOW):
            language = chance.choice(["zh-Hans", "zh-Hant", "en"])
            drawn = {"name": chance.choice(["王", ""]), "recorded": chance.random() < 0.5}
            begin = ({**BROUGHT, **drawn}, language, performer)
            acted += same_way(*both(shipped(), flow, *begin), chance)

    assert acted > 0


def test_a_table_that_grows_too_large_is_begun_anew_under_the_calls_that_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MOST_MOVES", 10)
    by, chance = house(main=COUNTING), Random(3)

    for _ in range(200):
        same_way(*both(by, "main", {}, "en"), chance)
        assert by.table.moves <= 10


def test_calls_of_one_opening_go_as_any_call_also_when_the_table_is_begun_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MOST_MOVES", 10)
    by, chance, brought = house(main=COUNTING), Random(3), {"vip": "yes"}
    opening = by.opening("main", brought, "en")
    brought["vip"] = "no"

    for _ in range(200):
        run = opening.start()
        assert run.variables["vip"] == "yes"
        same_way(by.start("main", {"vip": "yes"}, "en"), run, chance)
        assert by.table.moves <= 10
    assert by.table.age > 0, "nothing was forgotten"


def test_a_call_over_the_most_steps_fails_at_the_same_step() -> None:
    plain, tabled = both(house(main=COUNTING), "main", {}, "en")
    plain.begin()
    tabled.begin()
    at, by_table = plain.resume(ANSWERED), tabled.resume(ANSWERED)
    while not isinstance(at, Ended):
        assert at == by_table
        at, by_table = plain.resume(heard("speech")), tabled.resume(heard("speech"))

    assert "over 500 steps" in at.problem
    assert by_table == at
    assert tabled.take_entered() == plain.take_entered()


def test_a_loop_without_a_caller_fails_at_the_same_step() -> None:
    loop = COUNTING[: COUNTING.index("  ask:")] + "  on:\n    set: {vip: a}\n    on: {ok: count}\n"
    plain, tabled = both(house(main=loop), "main", {}, "en")

    assert same_way(plain, tabled, Random(1)) == 1


@pytest.mark.parametrize("vip", [1, True, 1.0, "1", 0.0, -0.0, {"en": "x"}, {"en": "y"}])
def test_values_that_only_look_equal_are_told_apart(vip: Any) -> None:
    by = house(main=COUNTING)
    for other in (1, True, 1.0, "1", 0.0, -0.0, {"en": "x"}):
        by.start_again("main", {"vip": other}, "en").begin()
    run = by.start_again("main", {"vip": vip}, "en")
    run.begin()

    assert repr(run.variables["vip"]) == repr(vip)


def test_values_without_a_hash_are_taken_as_the_engine_takes_them() -> None:
    by = house(main=COUNTING)
    for brought in ({}, {"tries": [1]}):
        plain, tabled = both(by, "main", brought, "en")
        plain.begin()
        tabled.begin()
        got = Got(name="answered", values={"who": ["a"]})  # type: ignore[dict-item]

        assert tabled.resume(got) == plain.resume(got)
        assert tabled.variables == plain.variables


def test_what_an_earlier_call_did_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    by = house(main=COUNTING)
    for earlier in (True, False):
        run = by.start_again("main", {"vip": "1"}, "en")
        assert isinstance(run.begin(), Ring)
        assert isinstance(run.resume(ANSWERED), Listen)
        assert [getattr(one, "step", "") for one in run.take_entered()] == ["ring", "count", "ask"]
        if earlier:
            monkeypatch.delattr(FlowRun, "resume")
            monkeypatch.delattr(FlowRun, "begin")


def test_a_caller_who_left_a_queue_by_key_goes_where_the_key_leads() -> None:
    by, spoken = house(main=LEAVING), Spoken(start_ms=0, end_ms=9, ended=SaidEnd.COMPLETED)
    ends = []
    for key in ("1", "2", "1"):
        run = by.start_again("main", {}, "en")
        run.begin()
        run.resume(ANSWERED)
        run.resume(spoken)
        run.resume(QueueLeft(name="key", waited_ms=1, talked_ms=0, agent="", key=key))
        ends.append(run.resume(spoken))

    assert [end.disposition for end in ends if isinstance(end, Ended)] == ["one", "two", "one"]
