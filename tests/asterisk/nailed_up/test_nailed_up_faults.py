"""A line that stands when a desk dies, an agent goes home, or the line itself dies: no caller is
lost, and none hears silence."""

from __future__ import annotations

import asyncio

import pytest

from calls.floor.orders import Answer, HangUp, Ready, SignOut, Transfer
from calls.floor.states import AgentState
from tests.support.desk_panel import desk_panel
from tests.support.hotline import Hotline
from tests.support.line_desk import (
    DeskServer,
    LineDesk,
    goes_home,
    hears_music,
)
from tests.support.pbx import HousePbx
from tests.support.tones import AGENT_HZ, TARGET_HZ, hears, until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NAILED_UP = ("801",)


def line_of(pbx: HousePbx) -> str:
    """The channel on which 801's phone stands."""
    rows = pbx.cli("core show channels concise").splitlines()
    return next(row for row in rows if "!AgentLogin!" in row).partition("!")[0]


async def test_a_desk_that_was_killed_finds_an_idle_line_and_answers_on_it(
    desk: LineDesk, server: DeskServer, hotline: Hotline
) -> None:
    await desk.signs_in()
    await server.dies()
    assert desk.line.phone.on_call
    await server.begins_anew()
    async with desk_panel(hotline.state) as desk.panel:
        # The state is in the ledger, at once; that the line stands has to be asked of Asterisk.
        view = await desk.panel.until(lambda view: view.phone.controlled)
        assert view.state.state is AgentState.READY
        async with desk.talk("13800008001") as caller:
            await desk.orders(HangUp())
            await desk.wraps_up()
            await asyncio.wait_for(caller.hung_up.wait(), 30)
        await desk.state(AgentState.READY)
        assert desk.line.phone.on_call


async def test_a_call_that_rings_on_the_line_while_the_desk_dies_is_answered_by_the_next_one(
    desk: LineDesk, server: DeskServer, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller:
        await caller.invite(number="13800008002")
        await desk.offered()
        await server.dies()
        await server.begins_anew()
        async with desk_panel(hotline.state) as desk.panel:
            await desk.offered()
            await desk.orders(Answer())
            await hears(caller.heard, AGENT_HZ)
            await desk.state(AgentState.ON_CALL)
            await desk.orders(HangUp())
            await desk.wraps_up()
            await asyncio.wait_for(caller.hung_up.wait(), 30)
    _, events = await hotline.call_of("13800008002")
    left = next(each for each in events if each.kind == "left_queue")
    assert (left.data["result"], left.data["agent"]) == ("answered", "801")


async def test_a_line_that_dies_while_a_caller_is_offered_costs_the_caller_only_a_moment_of_music(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as next_one:
        await caller.invite(number="13800008003")
        await desk.offered()
        assert await next_one.order(Ready()) == ""
        desk.pbx.cli(f"channel request hangup {line_of(desk.pbx)}")
        await desk.state(AgentState.NOT_READY, "unreachable")
        await hears_music(caller)
        await desk.phones["802"].pick_up()
        await hears(caller.heard, TARGET_HZ)
        caller.hang_up()
        await goes_home(next_one)
    call, events = await hotline.call_of("13800008003")
    assert [each.data["agent"] for each in events if each.kind == "agent_offered"] == ["801", "802"]
    assert call.agent == "802"
    with hotline.reader() as reader:
        offers = reader.floor_events("801", kind="offer")
    assert [each.data["result"] for each in offers if each.data["call_id"] == call.id] == [
        "unreachable"
    ]
    # The line is free: it can be put up again at once.
    await desk.signs_in()
    async with desk.talk("13800008004"):
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_line_that_dies_under_a_transfer_sends_the_caller_back_to_the_queue(
    desk: LineDesk, hotline: Hotline
) -> None:
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as colleague:
        assert await colleague.order(Ready()) == ""
        await caller.invite(number="13800008006")
        await desk.phones["802"].pick_up()
        await hears(caller.heard, TARGET_HZ)
        await desk.signs_in()
        assert await colleague.order(Transfer(to="801", how="blind")) == ""
        offer = (await desk.offered()).offer
        assert offer is not None
        assert (offer.sent_by, offer.asked) == ("802", False)
        desk.pbx.cli(f"channel request hangup {line_of(desk.pbx)}")
        await desk.state(AgentState.NOT_READY, "unreachable")
        await hears_music(caller)
        await goes_home(colleague)
        await desk.signs_in()
        await desk.offered()
        await desk.orders(Answer())
        await hears(caller.heard, AGENT_HZ)
        caller.hang_up()
        await desk.wraps_up()


async def test_an_agent_who_signs_out_on_a_call_keeps_the_line_until_it_is_wrapped_up(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.talk("13800008007") as caller:
        await desk.orders(SignOut())
        await asyncio.sleep(1)
        await hears(caller.heard, AGENT_HZ)
        caller.hang_up()
        assert desk.line.phone.on_call
        await desk.wraps_up()
    await desk.state(AgentState.SIGNED_OUT)
    await until(lambda: not desk.line.phone.on_call, "the line is hung up")


async def test_an_agent_who_signs_out_while_it_rings_leaves_the_caller_to_the_next_one(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as next_one:
        await caller.invite(number="13800008008")
        await desk.offered()
        assert await next_one.order(Ready()) == ""
        await desk.orders(SignOut())
        await desk.phones["802"].pick_up()
        await hears(caller.heard, TARGET_HZ)
        await desk.state(AgentState.SIGNED_OUT)
        await until(lambda: not desk.line.phone.on_call, "the line is hung up")
        caller.hang_up()
        await goes_home(next_one)
