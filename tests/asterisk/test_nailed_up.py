"""An agent whose phone stands on a line: the desk answers, holds and hangs up on it, and nobody
touches the phone again."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.floor.orders import (
    Answer,
    Consult,
    HangUp,
    Hold,
    Mute,
    NotReady,
    Order,
    Ready,
    SignOut,
    Spy,
    Transfer,
    WrapUp,
)
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import PanelView
from tests.support.desk_panel import DeskPanel, call_of, desk_panel
from tests.support.floor import VoicedPhone, floor_phones
from tests.support.heard import RATE, frame_levels, tone
from tests.support.hotline import Hotline, start_hotline, stop_hotline
from tests.support.pbx import HousePbx, start_pbx, stop_pbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on
from tests.support.tones import (
    AGENT_HZ,
    CALLER_HZ,
    SUPERVISOR_HZ,
    TARGET_HZ,
    all_hear,
    hears,
    until,
)

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

LOUD_DBOV = -45.0

AGENTS = """\
port = 0
[agents.801]
nailed_up = true
[agents.802]
[agents.803]
supervisor = true
"""


@pytest.fixture(scope="module")
def pbx() -> Iterator[HousePbx]:
    """An Asterisk of its own, where 801 is called once."""
    state = Path(tempfile.mkdtemp(prefix="thirdring-nailed-"))
    house = start_pbx(state, nailed_up=("801",))
    try:
        yield house
    finally:
        stop_pbx(house)
        shutil.rmtree(state)


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One server for all of them."""
    scripts = straight_on(tmp_path_factory.mktemp("house"))
    pbx.ask_own_server()
    more = (f'scripts = "{scripts}"', "prove = false")
    running = start_hotline(pbx, more=more, desk=AGENTS.splitlines())
    yield running
    stop_hotline(running)


@dataclass(slots=True)
class Desk:
    """801 with a phone on its line and a panel; 802 and 803 have phones."""

    pbx: HousePbx
    panel: DeskPanel
    phones: dict[str, VoicedPhone]
    new_caller: NewCaller

    @property
    def line(self) -> VoicedPhone:
        return self.phones["801"]

    async def orders(self, *orders: Order) -> None:
        for order in orders:
            assert await self.panel.order(order) == "", order

    async def state(self, state: AgentState, reason: str = "") -> PanelView:
        return await self.panel.until(
            lambda view: view.state.state is state and view.state.reason == reason
        )

    async def signs_in(self) -> None:
        """Ready, and the phone picked up once by hand."""
        await self.orders(Ready())
        await self.line.pick_up()
        await self.state(AgentState.READY)

    async def offered(self) -> PanelView:
        return await self.panel.until(lambda view: view.offer is not None)

    async def wraps_up(self) -> None:
        over = await self.state(AgentState.WRAP_UP)
        await self.orders(WrapUp(call_id=call_of(over).call_id, disposition="other"))
        await self.panel.until(lambda view: view.call is None)

    @asynccontextmanager
    async def talk(self, number: str) -> AsyncIterator[SipCaller]:
        """A caller, who speaks all the time, is offered, answered by order, and heard."""
        async with self.new_caller() as caller:
            assert await caller.invite(number=number) is None
            await self.offered()
            await self.orders(Answer())
            await self.state(AgentState.ON_CALL)
            speaking = asyncio.create_task(_speak(caller))
            try:
                await all_hear((caller.heard, [AGENT_HZ]), (self.line.ear, [CALLER_HZ]))
                yield caller
            finally:
                speaking.cancel()
                caller.rtp.hush()
                await asyncio.gather(speaking, return_exceptions=True)


async def _goes_home(colleague: DeskPanel) -> None:
    """Wraps up the call that is just over, and signs out."""
    over = await colleague.until(lambda view: view.state.state is AgentState.WRAP_UP)
    done = WrapUp(call_id=call_of(over).call_id, disposition="other")
    assert await colleague.order(done) == ""
    assert await colleague.order(SignOut()) == ""
    await colleague.until(lambda view: view.state.state is AgentState.SIGNED_OUT)


async def _speak(caller: SipCaller) -> None:
    while True:
        await caller.play(tone(500, hz=float(CALLER_HZ), dbov=-20.0))


@pytest.fixture
async def desk(pbx: HousePbx, hotline: Hotline, new_caller: NewCaller) -> AsyncIterator[Desk]:
    voices = {"agent_801": AGENT_HZ, "agent_802": TARGET_HZ, "agent_803": SUPERVISOR_HZ}
    async with floor_phones(pbx, **voices) as phones, desk_panel(hotline.state) as panel:
        desk = Desk(pbx, panel, phones, new_caller)
        try:
            yield desk
        finally:
            view = panel.view
            if view is not None and view.call is not None:
                await panel.order(HangUp())
                await desk.wraps_up()
            await panel.order(SignOut())
            await until(lambda: not desk.line.phone.on_call, "the line is hung up")


async def test_the_phone_is_picked_up_once_and_two_calls_are_taken_and_ended_by_order(
    desk: Desk, hotline: Hotline
) -> None:
    assert desk.panel.view is not None
    assert not desk.panel.view.phone.controlled
    await desk.signs_in()
    assert (await desk.state(AgentState.READY)).phone.controlled
    for number in ("13800005001", "13800005002"):
        async with desk.talk(number) as caller:
            await desk.panel.says("greeting")
            await desk.orders(HangUp())
            await desk.wraps_up()
            await asyncio.wait_for(caller.hung_up.wait(), 30)
        await desk.state(AgentState.READY)
        assert desk.line.phone.on_call
        call, events = await hotline.call_of(number)
        told = {event.kind: event.data for event in events}
        assert told["agent_offered"]["agent"] == told["agent_answered"]["agent"] == "801"
        assert (call.agent, call.end_reason) == ("801", "agent_hung_up")


async def test_the_line_rings_while_a_call_is_offered_and_is_still_otherwise(desk: Desk) -> None:
    await desk.signs_in()

    def loud_since(start: int) -> bool:
        levels = frame_levels(desk.line.ear.samples()[start:])
        return bool((levels > LOUD_DBOV).any())

    before = len(desk.line.ear.samples())
    await asyncio.sleep(1)
    assert not loud_since(before)
    async with desk.new_caller() as caller:
        await caller.invite(number="13800005003")
        await desk.offered()
        await until(lambda: loud_since(before), "a ring")
        caller.hang_up()
        await desk.state(AgentState.READY)
    before = len(desk.line.ear.samples())
    await asyncio.sleep(6)
    assert not loud_since(before)


async def test_hold_by_order_and_by_the_phone_gives_music_and_mute_gives_silence(
    desk: Desk,
) -> None:
    await desk.signs_in()
    async with desk.talk("13800005004") as caller:
        await desk.orders(Hold(on=True))
        assert (await desk.panel.until(lambda view: call_of(view).on_hold)).call is not None
        await _hears_music(caller)
        await hears(desk.line.ear)
        await desk.orders(Hold(on=False))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.line.phone.hold(True)
        await desk.state(AgentState.HOLD)
        await _hears_music(caller)
        await desk.line.phone.hold(False)
        await desk.state(AgentState.ON_CALL)
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.orders(Mute(on=True))
        await all_hear((caller.heard, []), (desk.line.ear, [CALLER_HZ]))
        await desk.orders(Mute(on=False))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))


async def _hears_music(caller: SipCaller) -> None:
    start = len(caller.heard.samples())

    def music() -> bool:
        new = caller.heard.samples()[start + RATE :]
        return len(new) > 2 * RATE and bool((frame_levels(new[-RATE:]) > LOUD_DBOV).any())

    await until(music, "music")


async def test_a_colleague_is_asked_and_the_line_is_free_once_they_have_the_caller(
    desk: Desk, hotline: Hotline
) -> None:
    await desk.signs_in()
    target = desk.phones["802"]
    async with desk.talk("13800005005") as caller, desk_panel(hotline.state, "802") as colleague:
        await desk.orders(Transfer(to="802", how="attended"))
        await target.pick_up()
        await all_hear((desk.line.ear, [TARGET_HZ]), (target.ear, [AGENT_HZ]))
        await desk.orders(Consult(how="cancel"))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.orders(Transfer(to="802", how="attended"))
        await target.pick_up()
        await all_hear((desk.line.ear, [TARGET_HZ]), (target.ear, [AGENT_HZ]))
        await desk.orders(Consult(how="three_way"))
        await all_hear(
            (desk.line.ear, [CALLER_HZ, TARGET_HZ]), (caller.heard, [AGENT_HZ, TARGET_HZ])
        )
        await desk.orders(Consult(how="complete"))
        await all_hear((target.ear, [CALLER_HZ]), (caller.heard, [TARGET_HZ]))
        await desk.wraps_up()
        assert (await desk.state(AgentState.READY)).phone.controlled
        assert desk.line.phone.on_call
        caller.hang_up()
        await _goes_home(colleague)


async def test_a_caller_is_sent_on_at_once_and_sent_to_a_line_that_stands(
    desk: Desk, hotline: Hotline
) -> None:
    await desk.signs_in()
    target = desk.phones["802"]
    async with desk.talk("13800005006") as caller, desk_panel(hotline.state, "802") as colleague:
        await desk.orders(Transfer(to="802", how="blind"))
        await target.pick_up()
        await all_hear((target.ear, [CALLER_HZ]), (caller.heard, [TARGET_HZ]))
        await desk.wraps_up()
        await desk.state(AgentState.READY)

        await colleague.until(lambda view: view.state.state is AgentState.ON_CALL)
        assert await colleague.order(Transfer(to="801", how="blind")) == ""
        await desk.offered()
        await desk.orders(Answer())
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))
        await desk.state(AgentState.ON_CALL)
        await _goes_home(colleague)
        caller.hang_up()
        await desk.wraps_up()


async def test_a_supervisor_listens_whispers_and_barges_and_is_out_with_the_call(
    desk: Desk, hotline: Hotline
) -> None:
    await desk.signs_in()
    supervisor = desk.phones["803"]
    async with desk.talk("13800005007") as caller, desk_panel(hotline.state, "803") as boss:
        order = asyncio.create_task(boss.order(Spy(agent="801", mode=SpyMode.LISTEN)))
        await supervisor.pick_up()
        assert await order == ""
        await all_hear((supervisor.ear, [AGENT_HZ, CALLER_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.WHISPER)) == ""
        await all_hear((desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.BARGE)) == ""
        await all_hear(
            (desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ, SUPERVISOR_HZ])
        )
        await desk.orders(HangUp())
        await until(lambda: not supervisor.phone.on_call, "the supervisor is out")
        await desk.wraps_up()
        assert desk.line.phone.on_call


async def test_three_rings_unanswered_bring_the_call_to_the_next_agent_and_free_the_line(
    desk: Desk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as next_one:
        await caller.invite(number="13800005008")
        await desk.offered()
        assert await next_one.order(Ready()) == ""
        await desk.state(AgentState.NOT_READY, "missed")
        await desk.phones["802"].pick_up()
        await next_one.until(lambda view: view.state.state is AgentState.ON_CALL)
        await hears(caller.heard, TARGET_HZ)
        caller.hang_up()
        await _goes_home(next_one)
    assert desk.panel.view is not None
    assert desk.panel.view.phone.controlled
    await desk.orders(Ready())
    async with desk.talk("13800005009") as caller:
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_line_hung_up_by_the_phone_is_called_again_at_the_next_ready(desk: Desk) -> None:
    await desk.signs_in()
    await desk.line.phone.hang_up()
    gone = await desk.state(AgentState.NOT_READY, "unreachable")
    assert not gone.phone.controlled
    await desk.orders(NotReady(reason="lunch"))
    await asyncio.sleep(1)
    assert not desk.line.phone.ringing
    await desk.signs_in()
    async with desk.talk("13800005010") as caller:
        await desk.line.phone.hang_up()
        await desk.wraps_up()
        await asyncio.wait_for(caller.hung_up.wait(), 30)
