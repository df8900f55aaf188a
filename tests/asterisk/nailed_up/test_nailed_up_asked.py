"""A caller whom a colleague hands to an agent on a line that stands: whose call it is follows from
who is on the line, however soon somebody hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from calls.events import CallEvent
from calls.floor.orders import Answer, Consult, HangUp, NotReady, Ready, Transfer
from calls.floor.states import AgentState
from tests.support.desk_panel import DeskPanel, desk_panel
from tests.support.hotline import Hotline
from tests.support.line_desk import LineDesk, goes_home
from tests.support.sip_caller import SipCaller
from tests.support.tones import AGENT_HZ, TARGET_HZ, all_hear, hears

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NAILED_UP = ("801",)


@pytest.fixture(autouse=True)
async def at_lunch(desk: LineDesk) -> None:
    """801's phone is picked up, and nobody is offered to it."""
    await desk.signs_in()
    await desk.orders(NotReady(reason="lunch"))


@asynccontextmanager
async def colleague_talks(
    desk: LineDesk, hotline: Hotline, number: str
) -> AsyncIterator[tuple[DeskPanel, SipCaller]]:
    """802 has a caller."""
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as colleague:
        assert await colleague.order(Ready()) == ""
        await caller.invite(number=number)
        await desk.phones["802"].pick_up()
        await hears(caller.heard, TARGET_HZ)
        yield colleague, caller


async def asked(desk: LineDesk, colleague: DeskPanel) -> None:
    """802 asks 801, and both talk."""
    assert await colleague.order(Transfer(to="801", how="attended")) == ""
    await desk.offered()
    await desk.orders(Answer())
    await all_hear((desk.line.ear, [TARGET_HZ]), (desk.phones["802"].ear, [AGENT_HZ]))


@pytest.mark.parametrize("way", ["by_order", "by_phone", "by_the_colleagues_phone", "three_way"])
async def test_an_agent_who_hangs_up_right_after_the_caller_was_handed_over_wraps_up(
    desk: LineDesk, hotline: Hotline, way: str
) -> None:
    number = f"1380000601{len(way)}"
    async with colleague_talks(desk, hotline, number) as (colleague, caller):
        await asked(desk, colleague)
        if way == "three_way":
            assert await colleague.order(Consult(how="three_way")) == ""
            await asyncio.sleep(1)
        if way == "by_the_colleagues_phone":
            await desk.phones["802"].phone.hang_up()
            await asyncio.sleep(0.2)
        else:
            assert await colleague.order(Consult(how="complete")) == ""
        await asyncio.sleep(0.1)
        if way == "by_phone":
            await desk.line.phone.hang_up()
        else:
            await desk.orders(HangUp())
        await desk.wraps_up()
        await goes_home(colleague)
        await asyncio.wait_for(caller.hung_up.wait(), 30)
    call, events = await hotline.call_of(number)
    answered = [event.data["agent"] for event in events if event.kind == "agent_answered"]
    assert answered == ["802", "801"]
    assert said_by(events) == {"801", "802"}
    assert call.agent == "801"


async def test_an_agent_who_was_only_asked_has_nothing_to_wrap_up(
    desk: LineDesk, hotline: Hotline
) -> None:
    async with colleague_talks(desk, hotline, "13800006021") as (colleague, caller):
        await asked(desk, colleague)
        await desk.orders(HangUp())
        await desk.state(AgentState.NOT_READY, "lunch")
        caller.hang_up()
        await goes_home(colleague)


@pytest.mark.parametrize("by_phone", [False, True])
async def test_an_agent_who_hangs_up_a_sent_caller_at_once_wraps_up(
    desk: LineDesk, hotline: Hotline, by_phone: bool
) -> None:
    number = f"1380000603{by_phone:d}"
    async with colleague_talks(desk, hotline, number) as (colleague, caller):
        assert await colleague.order(Transfer(to="801", how="blind")) == ""
        await desk.offered()
        await desk.orders(Answer())
        if by_phone:
            await asyncio.sleep(0.2)
            await desk.line.phone.hang_up()
        else:
            await desk.state(AgentState.ON_CALL)
            await desk.orders(HangUp())
        await desk.wraps_up()
        await goes_home(colleague)
        await asyncio.wait_for(caller.hung_up.wait(), 30)
    call, events = await hotline.call_of(number)
    assert said_by(events) == {"801", "802"}
    assert call.agent == "801"


async def test_a_colleague_who_hangs_up_while_the_line_rings_has_sent_the_caller_there(
    desk: LineDesk, hotline: Hotline
) -> None:
    number = "13800006041"
    async with colleague_talks(desk, hotline, number) as (colleague, caller):
        assert await colleague.order(Transfer(to="801", how="attended")) == ""
        await desk.offered()
        await desk.phones["802"].phone.hang_up()
        await asyncio.sleep(0.5)
        await desk.orders(Answer())
        await desk.state(AgentState.ON_CALL)
        await hears(caller.heard, AGENT_HZ)
        await desk.orders(HangUp())
        await desk.wraps_up()
        await goes_home(colleague)
        await asyncio.wait_for(caller.hung_up.wait(), 30)
    call, events = await hotline.call_of(number)
    assert said_by(events) == {"801", "802"}
    assert call.agent == "801"


def said_by(events: list[CallEvent]) -> set[str]:
    """Whose dispositions the call has."""
    return {str(event.data["agent"]) for event in events if event.kind == "disposed"}
