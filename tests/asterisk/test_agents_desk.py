"""A whole agent's call: real Asterisk, real server, real desk, a panel on its socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from calls.floor.orders import Branch, FormDone, FormDraft, LineDone, Ready, WrapUp
from calls.floor.states import AgentState
from tests.support.agent_phone import agent_phone, hears
from tests.support.desk_panel import call_of, desk_panel, script_of
from tests.support.hotline import Hotline, new_ledger, start_hotline, stop_hotline, utterance
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on as straight_on_scripts

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]


@pytest.fixture(scope="module")
def straight_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house's scripts with an entry that leads straight to the queue."""
    return straight_on_scripts(tmp_path_factory.mktemp("house"))


def start_desk(pbx: HousePbx, scripts: Path) -> Hotline:
    pbx.ask_own_server()
    more = (f'scripts = "{scripts}"', "prove = false")
    return start_hotline(pbx, more=more, desk=("port = 0",))


@pytest.fixture
def hotline(pbx: HousePbx, straight_on: Path) -> Iterator[Hotline]:
    new_ledger(pbx.state)
    running = start_desk(pbx, straight_on)
    yield running
    stop_hotline(running)


def said(line: str) -> LineDone:
    return LineDone(line=line, how="confirmed")


async def test_an_agent_is_coached_through_a_call_from_its_ring_to_its_wrap_up(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    number = "13800004001"
    async with (
        agent_phone(pbx, "801") as phone,
        desk_panel(hotline.state) as panel,
        new_caller() as caller,
    ):
        assert await panel.order(Ready()) == ""
        await panel.until(lambda view: view.state.state is AgentState.READY)
        assert await caller.invite(number=number) is None
        ringing = await panel.until(lambda view: view.offer is not None)
        assert ringing.offer is not None
        assert ringing.offer.caller.number == "138****4001"

        talk = await phone.pick_up()
        greeting = await panel.says("greeting")
        assert "您好" in (greeting.line.text if greeting.line else "")
        assert await panel.order(said("hello")) == "late"
        assert "801号" in (greeting.line.text if greeting.line else "")
        assert await panel.order(said("greeting")) == ""
        await panel.says("how_may_i_help")
        assert await panel.order(said("how_may_i_help")) == ""
        window = await panel.until(lambda view: bool(script_of(view).clock))
        assert window.state.state is AgentState.ON_CALL
        await caller.play(utterance("hello"))
        await panel.until(lambda view: script_of(view).form is not None)
        record = {"phone": number, "matter": "水压低", "handled": ""}
        assert await panel.order(FormDone(form="call_record", values=record)) == "unfit"
        assert await panel.order(Branch(name="wrong_number")) == ""
        await panel.says("wrong_number")
        assert await panel.order(said("wrong_number")) == ""
        ended = await panel.until(lambda view: script_of(view).over)
        assert call_of(ended).disposition == "wrong_number"
        await talk.hangup()
        over = await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
        call_id = call_of(over).call_id
        assert (
            await panel.order(WrapUp(call_id=call_id, disposition="wrong_number", note="谢谢"))
            == ""
        )
        await panel.until(lambda view: view.state.state is AgentState.READY and not view.call)
        await caller.listen(10)

    call, events = await hotline.call_of(number)
    kinds = [event.kind for event in events]
    agents = [event.data for event in events if event.kind == "said"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {
        "agent_offered",
        "agent_answered",
        "left_queue",
        "disposed",
        "branched",
    } <= set(kinds)
    greeted = next(one for one in agents if one["line"] == "greeting")
    assert (greeted["performer"], greeted["noted"]) == ("agent", "confirmed")
    assert (call.agent, call.disposition) == ("801", "wrong_number")


@pytest.mark.parametrize(("end", "number"), [("kill", "13800004002"), ("terminate", "13800004003")])
async def test_a_talk_outlives_its_server_and_the_coach_goes_on_at_the_same_step(
    new_caller: NewCaller,
    hotline: Hotline,
    straight_on: Path,
    pbx: HousePbx,
    end: str,
    number: str,
) -> None:
    async with agent_phone(pbx, "801") as phone, new_caller() as caller:
        async with desk_panel(hotline.state) as panel:
            await panel.order(Ready())
            await caller.invite(number=number)
            talk = await phone.pick_up()
            await panel.says("greeting")
            await panel.order(said("greeting"))
            await panel.says("how_may_i_help")
            await panel.order(said("how_may_i_help"))
            await panel.until(lambda view: script_of(view).clock is not None)
            await caller.play(utterance("hello"))
            await panel.until(lambda view: script_of(view).form is not None)
            draft = {"phone": number, "matter": "停水"}
            assert await panel.order(FormDraft(form="call_record", values=draft)) == ""
            getattr(hotline.process, end)()
            await asyncio.to_thread(hotline.process.wait, 30)
        await caller.listen(0.5)
        assert not caller.hung_up.is_set()

        again = start_desk(pbx, straight_on)
        try:
            async with desk_panel(again.state) as panel:
                view = await panel.until(
                    lambda view: view.call is not None and script_of(view).form is not None
                )
                form = script_of(view).form
                assert view.state.state is AgentState.ON_CALL
                assert form is not None
                assert {field.name: field.value for field in form.fields}["matter"] == "停水"
                assert call_of(view).talked_ms > 1000
                await hears(caller, talk)
                await talk.hangup()
                over = await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
                done = WrapUp(call_id=call_of(over).call_id, disposition="other")
                assert await panel.order(done) == ""
                await caller.listen(10)
                assert caller.hung_up.is_set()
            call, events = await again.call_of(number)
        finally:
            stop_hotline(again)
    kinds = [event.kind for event in events]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (kinds.count("offered"), kinds.count("ended")) == (1, 1)
    assert (call.end_reason, call.disposition) == ("agent_hung_up", "other")
