"""The agent's real panel with its built-in phone, on the real desk, on a real Asterisk.

PANEL_PICTURES=docs/pictures writes the moments of `docs/panel.md` there.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from launch.desk_place import desk_place
from softphone_panel.agent.app import LATE_KEYS_MS, AgentApp
from softphone_panel.agent.desk_link import DeskLink
from softphone_panel.phone.built_in import BuiltInPhone, built_in_phone
from tests.support.floor import phone_of
from tests.support.heard import frame_levels, tone
from tests.support.hotline import Hotline, new_ledger, start_hotline, stop_hotline, utterance
from tests.support.on_screen import screen_text, typed_beside_a_call
from tests.support.pbx import HousePbx
from tests.support.pictures import picture
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on
from tests.support.tones import until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

SOUND_DBOV = -45.0
NARROW, WIDE = (80, 24), (120, 36)
_SPENT = re.compile(r"静默 (\d+\.\d) / ")


class Seat:
    """801 at the panel: keys in, the screen out."""

    def __init__(self, app: AgentApp, pilot: Pilot[None], phone: BuiltInPhone) -> None:
        self.app, self.pilot, self.phone = app, pilot, phone

    @property
    def screen(self) -> str:
        return screen_text(self.app)

    async def press(self, *keys: str) -> None:
        await self.pilot.pause(0.2)  # what is seen is there; who takes the next key may not be
        await self.pilot.press(*keys)

    async def sees(self, *texts: str, timeout_s: float = 60.0) -> str:
        """Wait until all of it stands on the screen; the screen then."""
        deadline = time.monotonic() + timeout_s
        while not all(text in (seen := self.screen) for text in texts):
            assert time.monotonic() < deadline, f"{texts} not shown:\n{seen}"
            await asyncio.sleep(0.1)
        return seen

    def spent(self) -> float:
        """Seconds on the silence clock now; -1 without one."""
        found = _SPENT.search(self.screen)
        return float(found[1]) if found else -1.0

    def picture(self, name: str) -> None:
        """For the documentation."""
        picture(self.app, f"panel-{name}", "thirdring panel --agent 801")


@asynccontextmanager
async def seat(pbx: HousePbx, hotline: Hotline, size: tuple[int, int]) -> AsyncIterator[Seat]:
    """The panel and its phone on one loop, both there."""
    async with built_in_phone(phone_of(pbx, "801")) as phone:
        app = AgentApp(DeskLink("801", desk_place(hotline.state, "801")), phone=phone)
        with typed_beside_a_call():
            async with app.run_test(size=size) as pilot:
                sits = Seat(app, pilot, phone)
                await sits.sees("坐席台在线", "话机已注册")
                yield sits


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return straight_on(tmp_path_factory.mktemp("house"))


def serve(pbx: HousePbx, scripts: Path) -> Hotline:
    pbx.ask_own_server()
    more = (f'scripts = "{scripts}"', "prove = false")
    return start_hotline(pbx, more=more, desk=("port = 0",))


@pytest.fixture
def hotline(pbx: HousePbx, scripts: Path) -> Iterator[Hotline]:
    new_ledger(pbx.state)
    running = serve(pbx, scripts)
    yield running
    stop_hotline(running)


async def greeted(agent: Seat, caller: SipCaller, number: str) -> None:
    """Ready, rung, answered, the greeting said."""
    await agent.press("r")
    await agent.sees("空闲 0:")
    assert await caller.invite(number=number) is None
    await agent.sees("振铃 ", f"138****{number[-4:]}", "按 a 接听")
    agent.picture("ringing")
    await agent.press("a")
    await agent.sees("通话 0:", "801号")
    agent.picture("greeting")
    assert agent.phone.on_call
    await agent.press("space")
    await agent.sees("请问有什么可以帮到您")
    await agent.press("space")
    await until(lambda: agent.spent() > 0.5, "the silence clock runs")


def sounds_since(caller: SipCaller, since_ms: float) -> float:
    """Seconds of sound that the caller has heard since then."""
    heard = caller.heard.samples()[round(since_ms * 8) :]
    return float(np.sum(frame_levels(heard) > SOUND_DBOV)) * 0.02


async def wrapped_up(agent: Seat) -> None:
    """The talk is over; a result is chosen, and the agent is offered calls again."""
    await agent.sees("话后处理")
    assert not agent.phone.on_call
    await agent.press("2")
    await agent.sees("◉ 2")
    agent.picture("wrap-up")
    await agent.press("ctrl+s")
    await agent.sees("空闲 0:", "等待来电")


async def test_an_agent_works_a_whole_call_by_keys(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    number = "13800004201"
    async with new_caller() as caller, seat(pbx, hotline, WIDE) as agent:
        await greeted(agent, caller, number)
        await agent.press("h")
        await agent.sees("保持 0:", "客户在听音乐", "保持中，计时停")
        held_ms, spent = caller.now_ms(), agent.spent()
        await until(lambda: sounds_since(caller, held_ms) > 1.0, "music, where nobody speaks")
        assert agent.spent() == spent, "nobody is silent who hears music"
        await agent.press("h")
        await until(lambda: agent.spent() > spent, "the clock runs on")
        await agent.sees("(1/2)")
        await agent.press("space")
        await until(lambda: agent.spent() > 2.0, "您好 was said, the caller is silent still")
        agent.picture("silent")
        await caller.play(utterance("hello"))
        await agent.sees("来电登记")
        await agent.press("alt+u")
        await agent.sees("我非常理解您的心情")
        agent.picture("upset")
        await agent.press("space")
        await agent.sees("请您告诉我具体是什么问题")
        await agent.press("x")
        await wrapped_up(agent)
        await caller.listen(10)
        assert caller.hung_up.is_set()

    call, events = await hotline.call_of(number)
    said = [event.data for event in events if event.kind == "said"]
    lines = [one["line"] for one in said if one["performer"] == "agent"]
    assert (call.agent, call.end_reason) == ("801", "agent_hung_up")
    assert lines[:3] == ["greeting", "how_may_i_help", "hello"]
    assert "calming" in lines


def told(text: str) -> None:
    """For those who run it with -s."""
    sys.stdout.write(f"{text}\n")


async def live_again(agent: Seat, state: Path) -> float:
    """Seconds from the new desk's announcement to the panel being live on it."""
    announced = 0.0
    while not agent.app.scene().live:
        if not announced and (state / "serve.json").exists():
            announced = time.monotonic()
        await asyncio.sleep(0.01)
    return time.monotonic() - announced if announced else 0.0


async def test_a_killed_desk_costs_the_agent_neither_the_step_nor_a_typed_word(
    new_caller: NewCaller, hotline: Hotline, scripts: Path, pbx: HousePbx
) -> None:
    number = "13800004202"
    async with new_caller() as caller, seat(pbx, hotline, NARROW) as agent:
        await greeted(agent, caller, number)
        await caller.play(utterance("hello"))
        await agent.sees("来电登记", "联系电话")
        await agent.press(*number, "tab", *"张三", "tab", "tab", *"三号楼停水")
        await agent.sees(number, "张三", "三号楼停水")
        agent.picture("form")

        hotline.process.kill()
        await asyncio.to_thread(hotline.process.wait, 30)
        await agent.sees("坐席台断开")
        await agent.press(*"急")
        seen = await agent.sees("三号楼停水急", "通话 0:")
        assert "来电登记" in seen
        agent.picture("desk-away")
        word = tone(500, hz=1000.0)
        agent.phone.speak(word.tobytes())
        await until(lambda: bool(caller.heard.find(word)), "the talk goes on")

        (pbx.state / "serve.json").unlink(missing_ok=True)
        back = asyncio.create_task(live_again(agent, pbx.state))
        again = await asyncio.to_thread(serve, pbx, scripts)
        try:
            told(f"panel live {await back:.2f} s after the desk was there")
            await agent.sees("坐席台在线", "三号楼停水急", "张三", "通话 ")
            assert "来电登记" in agent.screen
            await agent.press("tab", *"已派人", "ctrl+s")
            await until(lambda: "来电登记" not in agent.screen, "the form is taken")
            await asyncio.sleep(LATE_KEYS_MS / 1000)
            await agent.press("x")
            await wrapped_up(agent)
            await caller.listen(10)
            call, events = await again.call_of(number)
        finally:
            stop_hotline(again)
    kinds = [event.kind for event in events]
    once = [kinds.count(kind) for kind in ("offered", "agent_answered", "ended")]
    assert once == [1, 1, 1]
    assert (call.agent, call.end_reason) == ("801", "agent_hung_up")
