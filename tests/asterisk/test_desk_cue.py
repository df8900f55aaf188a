"""A cue written at the wallboard: the agent hears it spoken, the caller hears nothing of it.

PANEL_PICTURES=docs/pictures writes the pictures of `docs/wallboard.md` there.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from calls.floor.orders import Ready
from calls.floor.states import AgentState
from launch.desk_place import desk_place
from softphone_panel.agent.desk_link import DeskWatch
from softphone_panel.wall.app import WallApp
from tests.support.agent_phone import agent_phone
from tests.support.desk_panel import call_of, desk_panel
from tests.support.g711 import Samples
from tests.support.heard import frame_levels
from tests.support.hotline import Hotline, new_ledger, start_hotline, stop_hotline
from tests.support.on_screen import screen_text, typed_beside_a_call
from tests.support.pbx import HousePbx
from tests.support.pictures import picture
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on
from tests.support.tones import until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

NUMBER = "13800004101"
TITLE = "thirdring wallboard"
SPEECH_DBOV = -40.0
SILENCE_DBOV = -60.0


class Ear:
    """What the agent's phone was sent."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._heard = bytearray()

    async def listen(self) -> None:
        while True:
            self._heard += self._call.audio.read(16_000)
            await asyncio.sleep(0.02)

    def samples(self) -> Samples:
        return np.frombuffer(bytes(self._heard[: len(self._heard) // 2 * 2]), np.int16)

    def loud_frames(self) -> int:
        """Frames of 20 ms with speech so far."""
        return int(np.sum(frame_levels(self.samples()) > SPEECH_DBOV))


@asynccontextmanager
async def ear_of(call: Any) -> AsyncIterator[Ear]:
    ear = Ear(call)
    listening = asyncio.create_task(ear.listen())
    try:
        yield ear
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def seen(pilot: Pilot[None], text: str) -> None:
    """Wait until the wallboard shows it."""
    async with asyncio.timeout(30):
        while text not in screen_text(pilot.app):
            await asyncio.sleep(0.1)


@pytest.mark.skipif(shutil.which("flite") is None, reason="no engine speaks English here")
async def test_a_cue_from_the_wallboard_is_heard_by_the_agent_alone(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    pbx.ask_own_server()
    more = (f'scripts = "{straight_on(tmp_path)}"', "prove = false")
    new_ledger(pbx.state)
    hotline = start_hotline(pbx, more=more, desk=("port = 0",))
    try:
        with typed_beside_a_call():
            await _whisper(new_caller, pbx, hotline)
    finally:
        stop_hotline(hotline)


async def _whisper(new_caller: NewCaller, pbx: HousePbx, hotline: Hotline) -> None:
    wallboard = WallApp(DeskWatch("803", desk_place(hotline.state, "803")), me="803")
    async with (
        agent_phone(pbx, "801") as phone,
        desk_panel(hotline.state) as panel,
        new_caller() as caller,
        wallboard.run_test(size=(120, 36)) as pilot,
    ):
        await panel.order(Ready())
        await panel.until(lambda view: view.state.state is AgentState.READY)
        assert await caller.invite(number=NUMBER) is None
        talk = await phone.pick_up()
        on = await panel.until(lambda view: view.state.state is AgentState.ON_CALL)
        await seen(pilot, "138****4101")
        await caller.listen(1.0)
        quiet_from = caller.heard.samples().size
        async with ear_of(talk) as ear:
            await caller.listen(1.0)
            assert ear.loud_frames() == 0

            picture(wallboard, "wallboard", TITLE)
            await pilot.press("c")
            await pilot.pause(0.2)
            await pilot.press(*"offer a callback")
            picture(wallboard, "wallboard-cue", TITLE)
            await pilot.press("enter")
            # The notice goes after a while, maybe before a busy machine has heard the speech.
            await asyncio.gather(
                seen(pilot, "好了：耳边提示"),
                until(lambda: ear.loud_frames() > 20, "the agent hears speech"),
            )
            await caller.listen(1.0)
        caller_heard = frame_levels(caller.heard.samples()[quiet_from:])

        await talk.hangup()
        await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
        await seen(pilot, "话后")  # the wallboard's own snapshot comes when it comes
        await pilot.press("c")
        await seen(pilot, "现在没有通话")
        await caller.listen(10)
    assert caller_heard.size > 100
    assert caller_heard.max() < SILENCE_DBOV
    with hotline.reader() as reader:
        cues = [one for one in reader.floor_events(agent="801") if one.kind == "cue_spoken"]
    said = {"by": "803", "call_id": call_of(on).call_id, "text": "offer a callback"}
    assert [one.data for one in cues] == [said]
