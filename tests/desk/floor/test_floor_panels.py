"""What a panel orders when it cannot be done, and what becomes of an agent whose panel is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.events import EndedFact, Queued
from calls.floor import orders
from calls.floor.events import FloorEvent
from calls.floor.orders import Order
from calls.floor.states import AgentState, SpyMode
from ledger.writer import LedgerWriter
from tests.desk.floor.whole_floor import WholeFloor, until, whole_floor
from tests.ledger.house import offered

UNREACHABLE = (AgentState.NOT_READY, "unreachable")


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[WholeFloor]:
    async with whole_floor(tmp_path, no_panel_s=0.05) as running:
        yield running


def state(floor: WholeFloor, agent: str = "801") -> tuple[AgentState, str]:
    view = floor.view(agent).state
    return view.state, view.reason


@pytest.mark.parametrize(
    ("order", "word"),
    [
        (orders.Hold(on=True), "call_gone"),
        (orders.Mute(on=True), "call_gone"),
        (orders.HangUp(), "call_gone"),
        (orders.SendKeys(digits="1"), "call_gone"),
        (orders.Transfer(to="802", how="blind"), "call_gone"),
        (orders.Transfer(to="801", how="blind"), "bad_target"),
        (orders.Transfer(to="nowhere", how="attended"), "bad_target"),
        (orders.Consult(how="complete"), "call_gone"),
        (orders.Answer(), "no_call"),
        (orders.LineDone(line="greeting", how="confirmed"), "no_call"),
        (orders.Branch(name="upset"), "no_call"),
        (orders.NotReady(reason="missed"), "no_such_reason"),
        (orders.WrapUp(call_id="x", disposition=""), "no_such_disposition"),
        (orders.WrapUp(call_id="x", disposition="nonsense"), "no_such_disposition"),
        (orders.WrapUp(call_id="x", disposition="served"), "no_such_call"),
        (orders.AddNote(text=" \n"), "empty"),
        (orders.Spy(agent="802", mode=SpyMode.LISTEN), "not_supervisor"),
        (orders.AnswerHelp(agent="802"), "not_supervisor"),
        (orders.Cue(agent="802", text="x"), "not_supervisor"),
    ],
)
async def test_an_order_that_cannot_be_done_is_answered_by_a_word(
    floor: WholeFloor, order: Order, word: str
) -> None:
    assert await floor.order("801", order) == word


async def test_a_broken_order_is_answered_and_the_next_one_is_done(
    floor: WholeFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(floor.floor._roster, "ready", breaks)
        assert await floor.order("801", orders.Ready()) == "failed"

    assert await floor.order("801", orders.Ready()) == ""


async def test_orders_of_a_call_that_ended_a_moment_ago_say_so(floor: WholeFloor) -> None:
    await floor.order("801", orders.Ready())
    call, _leg = await floor.talks()
    floor.floor.agents.over(call)

    # The phone's own hang-up is not told yet: only that can still be done.
    assert await floor.order("801", orders.Hold(on=True)) == "call_gone"
    assert await floor.order("801", orders.HangUp()) == ""
    assert floor.switch.acted[-1][0] == "Hangup"


async def test_a_ready_agent_without_a_panel_is_offered_no_more_calls(floor: WholeFloor) -> None:
    desk = floor.floor._desk
    await floor.order("801", orders.Ready())
    desk.panel_there("801", True)
    desk.panel_there("801", False)
    assert state(floor) == (AgentState.READY, "")
    await until(lambda: state(floor) == UNREACHABLE)

    desk.panel_there("801", True)
    await floor.settle(0.1)
    assert state(floor) == UNREACHABLE
    assert await floor.order("801", orders.Ready()) == ""
    assert state(floor) == (AgentState.READY, "")


async def test_a_panel_that_is_back_in_time_changes_nothing(floor: WholeFloor) -> None:
    desk = floor.floor._desk
    await floor.order("801", orders.Ready())
    desk.panel_there("801", False)
    desk.panel_there("801", True)
    await floor.settle(0.15)

    assert state(floor) == (AgentState.READY, "")


@pytest.mark.parametrize("order", [orders.NotReady(reason="lunch"), orders.SignOut()])
async def test_who_is_at_lunch_or_off_duty_stays_so_without_a_panel(
    floor: WholeFloor, order: Order
) -> None:
    await floor.order("801", orders.Ready())
    await floor.order("801", order)
    before = state(floor)
    floor.floor._desk.panel_there("801", False)
    await floor.settle(0.15)

    assert state(floor) == before


async def test_a_talk_goes_on_without_a_panel_and_is_the_last(floor: WholeFloor) -> None:
    await floor.order("801", orders.Ready())
    await floor.talks()
    floor.floor._desk.panel_there("801", False)
    await until(lambda: floor.view("801").state.after_call == "unreachable")

    assert state(floor) == (AgentState.ON_CALL, "")


async def test_who_was_ready_under_the_last_desk_and_does_not_come_back_is_offered_no_calls(
    tmp_path: Path,
) -> None:
    at = SystemClock().utc_now() - timedelta(minutes=1)
    data = {"state": "ready", "reason": "", "call_id": "", "before": "signed_out", "lasted_ms": 1}
    history = [FloorEvent("801", at, "state", data)]
    async with whole_floor(tmp_path, history=history, no_panel_s=0.2) as floor:
        assert state(floor) == (AgentState.READY, "")
        await until(lambda: state(floor) == UNREACHABLE)
        assert state(floor, "802")[0] is AgentState.SIGNED_OUT


async def test_a_day_begins_by_the_houses_clock_and_not_by_the_machines(tmp_path: Path) -> None:
    now = SystemClock().utc_now()
    minutes = now.hour * 60 + now.minute
    elsewhere = timezone(timedelta(minutes=2 - minutes))  # where midnight was two minutes ago
    before, since = now - timedelta(minutes=4), now - timedelta(minutes=1)
    data = {"call_id": "c", "rings": 1, "rung_ms": 900, "result": "answered", "late": False}
    history = [FloorEvent("801", at, "offer", data) for at in (before, since)]
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        for at in (before, since):
            call = Call(ManualClock(at), writer)
            call.record(offered())
            call.record(Queued(queue="support"))
            call.record(EndedFact(end_reason="caller_hung_up", disposition=""))
        await writer.durable()

    async with whole_floor(tmp_path, history=history, zone=elsewhere) as floor:
        assert floor.view("801").today.answered == 1
        wall = floor.floor._desk.wall
        await until(lambda: wall(1).queues[0].offered)
        assert wall(1).queues[0].offered == 1


async def test_notes_of_before_the_last_day_stand_below_those_of_today_and_sign_nobody_out(
    tmp_path: Path,
) -> None:
    now = SystemClock().utc_now()
    old, new = (
        FloorEvent("801", now - back, "shift_note", {"text": text})
        for back, text in ((timedelta(days=3), "周末停水"), (timedelta(hours=1), "水来了"))
    )
    async with whole_floor(tmp_path, history=[new], notes=[old]) as floor:
        assert [note.text for note in floor.view("802").notes] == ["水来了", "周末停水"]


async def test_a_note_and_a_request_for_help_reach_the_others_and_nobody_is_told_after_leaving(
    floor: WholeFloor,
) -> None:
    told: list[str] = []
    desk = floor.floor._desk

    def tells(agent: str) -> Callable[[bool], None]:
        return lambda own: told.append(agent)

    leave = desk.on_change("802", tells("802"))
    desk.on_change("", tells("wall"))
    assert await floor.order("801", orders.AddNote(text="停水 [b]x[/b]\x1b[2J")) == ""
    await until(lambda: set(told) == {"802", "wall"})
    assert floor.view("802").notes[0].text == "停水 [b]x[/b][2J"
    leave()
    told.clear()
    assert await floor.order("801", orders.AskHelp(on=True, text="来一下")) == ""
    await until(lambda: set(told) == {"wall"})
    assert [each.help_text for each in desk.wall(1).agents] == ["来一下", None, None]
    assert await floor.order("803", orders.AnswerHelp(agent="801")) == ""
    assert await floor.order("803", orders.AnswerHelp(agent="801")) == "nobody_asks"
