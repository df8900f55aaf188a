"""Transfers on a practice call: to a stand-in, with the words of a real desk."""

from __future__ import annotations

import asyncio

import pytest

from calls.floor import orders
from calls.floor.states import AgentState
from calls.floor.view import ConsultView, PanelView
from tests.support.trainee import Trainee


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launch.practice.session.BEFORE_RING_S", 0.01)
    monkeypatch.setattr("launch.practice.transfer.WAIT_MS", 40)


async def in_talk() -> Trainee:
    trainee = Trainee("water_off", times=1)
    await trainee.take()
    return trainee


def consult(view: PanelView) -> ConsultView | None:
    return view.call.consult if view.call else None


async def asking(trainee: Trainee, to: str = "802") -> None:
    """A colleague is asked, and picks up."""
    ask = orders.Transfer(to=to, how="attended")
    assert await trainee.floor.carry_out(ask) == ""
    shown = consult(trainee.floor.view())
    assert shown is not None
    assert (shown.to, shown.state) == (to, "dialling")
    await trainee.until(lambda view: bool((now := consult(view)) and now.state == "talking"))


def transferred(trainee: Trainee) -> list[tuple[str, str]]:
    events = trainee.floor.trace.events
    return [(e.data["to"], e.data["result"]) for e in events if e.kind == "transferred"]


async def give(trainee: Trainee, order: orders.Order) -> str:
    return await trainee.floor.carry_out(order)


async def test_a_blind_transfer_is_the_end_of_the_call_and_of_the_goodbye_that_was_due() -> None:
    trainee = await in_talk()
    line = orders.LineDone(line="greeting", how="confirmed")
    await trainee.until(lambda view: bool(view.call and view.call.script and view.call.script.line))
    assert await give(trainee, line) == ""
    assert await give(trainee, orders.Transfer(to="duty", how="blind")) == ""
    view = trainee.floor.view()
    await trainee.floor.close()

    assert view.state.state is AgentState.WRAP_UP
    assert view.call is not None
    assert view.call.disposition == "transferred"
    assert transferred(trainee) == [("duty", "answered")]
    assert "A05" not in {one.rule for one in trainee.floor.score().broken}


async def test_a_colleague_is_asked_first_and_then_has_the_caller() -> None:
    trainee = await in_talk()
    await asking(trainee)
    assert await give(trainee, orders.Consult(how="complete")) == ""
    await trainee.floor.close()

    assert transferred(trainee) == [("802", "answered")]
    assert trainee.floor.view().state.state is AgentState.WRAP_UP


async def test_while_a_colleague_is_asked_the_caller_hears_music_and_comes_back() -> None:
    trainee = await in_talk()
    talk = trainee.floor._talk
    assert talk is not None
    await asking(trainee)
    assert talk.caller.held
    assert await give(trainee, orders.Hold(on=True)) == "consult_under_way"
    assert await give(trainee, orders.Consult(how="cancel")) == ""
    held, state = talk.caller.held, trainee.floor.view().state.state
    await trainee.floor.close()

    assert (held, state) == (False, AgentState.ON_CALL)
    assert transferred(trainee) == [("802", "failed")]


async def test_of_three_the_agent_may_leave_and_the_caller_stays_with_the_colleague() -> None:
    trainee = await in_talk()
    talk = trainee.floor._talk
    assert talk is not None
    await asking(trainee)
    assert await give(trainee, orders.Consult(how="three_way")) == ""
    shown = consult(trainee.floor.view())
    assert shown is not None
    assert (shown.state, talk.caller.held) == ("three_way", False)
    assert await give(trainee, orders.HangUp()) == ""
    await trainee.floor.close()

    assert transferred(trainee) == [("802", "answered")]
    ended = trainee.floor.trace.events[-1]
    assert ended.data["end_reason"] == "caller_hung_up"


async def test_orders_that_a_real_desk_refuses_are_refused_with_its_words() -> None:
    trainee = await in_talk()
    assert await give(trainee, orders.Transfer(to="nobody", how="blind")) == "bad_target"
    assert await give(trainee, orders.Transfer(to="801", how="blind")) == "bad_target"
    assert await give(trainee, orders.Consult(how="complete")) == "no_consult"
    assert await give(trainee, orders.Hold(on=True)) == ""
    assert await give(trainee, orders.Transfer(to="802", how="blind")) == "consult_under_way"
    assert await give(trainee, orders.Hold(on=False)) == ""
    assert await give(trainee, orders.Transfer(to="802", how="attended")) == ""
    assert await give(trainee, orders.Consult(how="complete")) == "not_talking_yet"
    assert await give(trainee, orders.Transfer(to="803", how="attended")) == "consult_under_way"
    assert await give(trainee, orders.HangUp()) == ""
    await trainee.floor.close()

    assert transferred(trainee) == []
    await asyncio.sleep(0.06)
    assert trainee.floor.view().state.state is AgentState.WRAP_UP


async def test_the_panel_is_told_whom_a_call_can_go_to() -> None:
    trainee = await in_talk()
    view = trainee.floor.view()
    await trainee.floor.close()

    assert [one.name for one in view.colleagues] == ["802", "803"]
    assert [one.name for one in view.destinations] == ["duty"]
