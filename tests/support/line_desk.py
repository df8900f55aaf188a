"""An agent with a phone on a line that stands: a real desk, a real panel without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from calls.floor.orders import Answer, HangUp, Order, Ready, SignOut, WrapUp
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from tests.support.desk_panel import DeskPanel, call_of, desk_panel
from tests.support.floor import VoicedPhone, floor_phones
from tests.support.heard import RATE, frame_levels, tone
from tests.support.hotline import Hotline, start_hotline
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.tones import (
    AGENT_HZ,
    CALLER_HZ,
    SUPERVISOR_HZ,
    TARGET_HZ,
    all_hear,
    until,
)

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
BOSS_TOO = AGENTS + "nailed_up = true\n"
"""The supervisor's phone stands on a line as well."""


class DeskServer:
    """The server of one state folder, which may die and is begun anew; its flow is the queue."""

    def __init__(self, pbx: HousePbx, scripts: Path, agents: str = AGENTS) -> None:
        self.pbx = pbx
        self._scripts = scripts
        self._agents = agents
        pbx.ask_own_server()
        self.now = self._begun()

    async def dies(self) -> None:
        """As by the machine: nothing is put in order."""
        self.now.process.kill()
        await asyncio.to_thread(self.now.process.wait, 30)

    async def begins_anew(self) -> None:
        """On what the dead one left; ports may be others, the state folder is the same."""
        self.now.process = (await asyncio.to_thread(self._begun)).process

    def _begun(self) -> Hotline:
        more = (f'scripts = "{self._scripts}"', "prove = false")
        return start_hotline(self.pbx, more=more, desk=self._agents.splitlines())


@dataclass(slots=True)
class LineDesk:
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
        await self.panel.until(lambda view: view.phone.controlled)
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


@asynccontextmanager
async def line_desk(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> AsyncIterator[LineDesk]:
    """Phones and a panel; at the end whatever is left of a call is over, and 801's line is down."""
    voices = {"agent_801": AGENT_HZ, "agent_802": TARGET_HZ, "agent_803": SUPERVISOR_HZ}
    async with floor_phones(pbx, **voices) as phones, desk_panel(hotline.state) as panel:
        desk = LineDesk(pbx, panel, phones, new_caller)
        try:
            yield desk
        finally:
            async with desk_panel(hotline.state) as desk.panel:
                if desk.panel.view is not None and desk.panel.view.call is not None:
                    await desk.panel.order(HangUp())
                    await desk.wraps_up()
                await desk.panel.order(SignOut())
                await until(lambda: not desk.line.phone.on_call, "the line is hung up")


async def goes_home(colleague: DeskPanel) -> None:
    """Wraps up the call that is just over, and signs out."""
    over = await colleague.until(lambda view: view.state.state is AgentState.WRAP_UP)
    done = WrapUp(call_id=call_of(over).call_id, disposition="other")
    assert await colleague.order(done) == ""
    assert await colleague.order(SignOut()) == ""
    await colleague.until(lambda view: view.state.state is AgentState.SIGNED_OUT)


async def _speak(caller: SipCaller) -> None:
    while True:
        await caller.play(tone(500, hz=float(CALLER_HZ), dbov=-20.0))


async def hears_music(caller: SipCaller) -> None:
    """Sound that lasts, from now on."""
    start = len(caller.heard.samples())

    def music() -> bool:
        new = caller.heard.samples()[start + RATE :]
        return len(new) > 2 * RATE and bool((frame_levels(new[-RATE:]) > LOUD_DBOV).any())

    await until(music, "music")
