"""A supervisor whose phone stands on a line listens in over that line, which is at rest after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from calls.floor.events import FloorEvent
from calls.floor.orders import Answer, HangUp, NotReady, Ready, SignOut, Spy, WrapUp
from calls.floor.states import AgentState, SpyMode
from tests.support.desk_panel import DeskPanel, call_of, desk_panel
from tests.support.hotline import Hotline
from tests.support.line_desk import (
    BOSS_TOO,
    DeskServer,
    LineDesk,
    hears_music,
)
from tests.support.pbx import HousePbx
from tests.support.tones import AGENT_HZ, CALLER_HZ, SUPERVISOR_HZ, all_hear, hears, until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NAILED_UP = ("801", "803")
AGENTS = BOSS_TOO


@pytest.fixture
async def boss(desk: LineDesk, hotline: Hotline) -> AsyncIterator[DeskPanel]:
    """803 at work, the phone picked up once; who is not ready is offered nobody."""
    await desk.signs_in()
    async with desk_panel(hotline.state, "803") as panel:
        assert await panel.order(NotReady(reason="other")) == ""
        await desk.phones["803"].pick_up()
        await panel.until(lambda view: view.phone.controlled)
        yield panel
    async with desk_panel(hotline.state, "803") as panel:
        await panel.order(SignOut())
        await until(lambda: not desk.phones["803"].phone.on_call, "the line is hung up")


async def test_a_supervisor_listens_whispers_and_barges_over_the_line_that_stands(
    desk: LineDesk, boss: DeskPanel, hotline: Hotline
) -> None:
    supervisor = desk.phones["803"]
    async with desk.talk("13800007001") as caller:
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
        await all_hear((supervisor.ear, [AGENT_HZ, CALLER_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.WHISPER)) == ""
        await all_hear((desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.BARGE)) == ""
        await all_hear(
            (desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ, SUPERVISOR_HZ])
        )
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
        await all_hear((desk.line.ear, [CALLER_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=None)) == ""
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
        await hears(supervisor.ear, AGENT_HZ, CALLER_HZ)
        assert await boss.order(Spy(agent="801", mode=None)) == ""
        await hears(supervisor.ear)
        await all_hear((desk.line.ear, [CALLER_HZ]), (caller.heard, [AGENT_HZ]))
        await at_rest(desk.pbx)
        # Again, and out with the call.
        assert await boss.order(Spy(agent="801", mode=SpyMode.WHISPER)) == ""
        await all_hear((desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ]))
        await desk.orders(HangUp())
        await hears(supervisor.ear)
        await desk.wraps_up()
        await at_rest(desk.pbx)
    view = await boss.until(lambda view: view.phone.controlled)
    assert (view.state.state, view.state.reason) == (AgentState.NOT_READY, "other")
    assert supervisor.phone.on_call
    call, _ = await hotline.call_of("13800007001")
    told = [(each.kind, each.data.get("mode", "")) for each in spied(hotline, call.id)]
    assert told == [
        ("spy_began", "listen"),
        ("spy_moved", "whisper"),
        ("spy_moved", "barge"),
        ("spy_moved", "listen"),
        ("spy_ended", ""),
        ("spy_began", "listen"),
        ("spy_ended", ""),
        ("spy_began", "whisper"),
        ("spy_ended", ""),
    ]


async def test_a_supervisor_who_supervises_is_offered_nobody_and_has_callers_again_after(
    desk: LineDesk, boss: DeskPanel
) -> None:
    supervisor = desk.phones["803"]
    async with desk.talk("13800007002"), desk.new_caller() as second:
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
        assert await boss.order(Ready()) == ""
        await second.invite(number="13800007003")
        await hears_music(second)
        assert boss.view is not None
        assert boss.view.offer is None
        assert await boss.order(Spy(agent="801", mode=None)) == ""
        await boss.until(lambda view: view.offer is not None)
        assert await boss.order(Answer()) == ""
        await hears(second.heard, SUPERVISOR_HZ)
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == "own_call"
        assert await boss.order(HangUp()) == ""
        await boss.until(lambda view: view.state.state is AgentState.WRAP_UP)
        view = await boss.until(lambda view: view.call is not None and view.call.over)
        done = WrapUp(call_id=call_of(view).call_id, disposition="other")
        assert await boss.order(done) == ""
        await at_rest(desk.pbx)
        assert supervisor.phone.on_call
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_desk_that_dies_under_a_supervisor_leaves_nobody_listening_and_the_line_at_rest(
    desk: LineDesk, boss: DeskPanel, server: DeskServer, hotline: Hotline
) -> None:
    supervisor = desk.phones["803"]
    async with desk.talk("13800007004") as caller:
        assert await boss.order(Spy(agent="801", mode=SpyMode.BARGE)) == ""
        await hears(caller.heard, AGENT_HZ, SUPERVISOR_HZ)
        await server.dies()
        await server.begins_anew()
        async with desk_panel(hotline.state) as desk.panel:
            await all_hear((desk.line.ear, [CALLER_HZ]), (caller.heard, [AGENT_HZ]))
            await at_rest(desk.pbx)
            assert supervisor.phone.on_call
            async with desk_panel(hotline.state, "803") as anew:
                assert await anew.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
                await hears(supervisor.ear, AGENT_HZ, CALLER_HZ)
                assert await anew.order(Spy(agent="801", mode=None)) == ""
                await desk.orders(HangUp())
                await desk.wraps_up()
                assert await anew.order(SignOut()) == ""
    call, _ = await hotline.call_of("13800007004")
    assert [each.kind for each in spied(hotline, call.id)] == ["spy_began", "spy_ended"] * 2


async def test_a_line_that_was_picked_up_a_moment_ago_takes_its_supervisor_there(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.talk("13800007006"), desk_panel(hotline.state, "803") as boss:
        assert await boss.order(NotReady(reason="other")) == ""
        await desk.phones["803"].pick_up()
        await boss.until(lambda view: view.phone.controlled)
        assert await boss.order(Spy(agent="801", mode=SpyMode.LISTEN)) == ""
        await hears(desk.phones["803"].ear, AGENT_HZ, CALLER_HZ)
        assert await boss.order(Spy(agent="801", mode=None)) == ""
        await at_rest(desk.pbx)
        await boss.order(SignOut())
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_supervisor_whose_phone_stands_on_no_line_is_rung_as_any_other(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    supervisor = desk.phones["803"]
    async with desk.talk("13800007005"), desk_panel(hotline.state, "803") as boss:
        order = asyncio.create_task(boss.order(Spy(agent="801", mode=SpyMode.LISTEN)))
        await supervisor.pick_up()
        assert await order == ""
        await hears(supervisor.ear, AGENT_HZ, CALLER_HZ)
        assert await boss.order(Spy(agent="801", mode=None)) == ""
        await until(lambda: not supervisor.phone.on_call, "the supervisor is out")
        await desk.orders(HangUp())
        await desk.wraps_up()


async def at_rest(pbx: HousePbx) -> None:
    """803's line stands, and is free."""

    def free() -> bool:
        rows = pbx.cli("agent show all").splitlines()
        return any(row.startswith("803 ") and " NOT_INUSE " in row for row in rows)

    await until(free, "803's line is at rest")


def spied(hotline: Hotline, call_id: str) -> list[FloorEvent]:
    """What the floor's ledger says of listening in on a call."""
    with hotline.reader() as reader:
        facts = reader.floor_events()
    return [one for one in facts if "spy" in one.kind and one.data.get("call_id") == call_id]
