"""The desk in trouble in the middle of talks: its manager connection cut, a panel killed."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from pathlib import Path
from typing import Any

import pytest

from calls.floor.orders import FormDraft, LineDone, Mute, Ready, WrapUp
from calls.floor.states import AgentState
from calls.floor.view import CallView
from tests.support.agent_phone import AgentPhone, agent_phone, agent_phones, hears
from tests.support.cut_line import cut_line
from tests.support.desk_panel import DeskPanel, call_of, desk_panel, script_of
from tests.support.hotline import (
    THIRDRING,
    Hotline,
    new_ledger,
    start_hotline,
    stop_hotline,
    utterance,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CUT_S = 10.0
AGENTS = ("801", "802", "803")
NUMBERS = ("13800004101", "13800004102", "13800004103", "13800004104")

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]


@asynccontextmanager
async def desk_on(pbx: HousePbx, scripts: Path, *more: str) -> AsyncIterator[Hotline]:
    """The server, started and ended beside the loop."""
    pbx.ask_own_server()
    new_ledger(pbx.state)

    def start() -> Hotline:
        first = (f'scripts = "{scripts}"', "prove = false")
        return start_hotline(pbx, more=first, desk=("port = 0", *more))

    running = await asyncio.to_thread(start)
    try:
        yield running
    finally:
        await asyncio.to_thread(stop_hotline, running)


async def test_a_manager_connection_cut_for_ten_seconds_ends_no_talk_and_leaves_no_agent_stuck(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    """801 talks all the while; 802 rings when it begins and picks up in it; 803's talk ends in it,
    and a caller who comes in it is there for 803 afterwards."""
    async with AsyncExitStack() as kept:
        line = await kept.enter_async_context(cut_line(pbx.options.ami_port))
        place = f'ami = "127.0.0.1:{line.port}"'
        hotline = await kept.enter_async_context(desk_on(pbx, straight_on(tmp_path), place))
        found = await kept.enter_async_context(agent_phones(pbx, *AGENTS))
        phones = dict(zip(AGENTS, found, strict=True))
        panels = {
            number: await kept.enter_async_context(desk_panel(hotline.state, number))
            for number in AGENTS
        }
        callers = [await kept.enter_async_context(new_caller()) for _ in NUMBERS]

        talk = await talk_with(panels["801"], phones["801"], callers[0], NUMBERS[0])
        ending = await talk_with(panels["803"], phones["803"], callers[1], NUMBERS[1])
        await ready(panels["802"])
        assert await callers[2].invite(number=NUMBERS[2]) is None
        await panels["802"].until(lambda view: view.offer is not None)

        await line.cut()
        cut_at = asyncio.get_running_loop().time()
        for panel in panels.values():
            await panel.until(lambda view: view.trouble == "pbx")
        assert await panels["801"].order(Mute(on=True)) == "pbx_away"
        taken = await phones["802"].pick_up()
        await ending.hangup()
        assert await callers[3].invite(number=NUMBERS[3]) is None
        await hears(callers[0], talk)
        await asyncio.sleep(CUT_S - (asyncio.get_running_loop().time() - cut_at))
        assert line.carried == 1
        await line.mend()

        for panel in panels.values():
            await panel.until(lambda view: view.trouble == "")
        through = await in_state(panels["801"], AgentState.ON_CALL, NUMBERS[0])
        await in_state(panels["802"], AgentState.ON_CALL, NUMBERS[2])
        await in_state(panels["803"], AgentState.WRAP_UP, NUMBERS[1])
        assert through.talked_ms >= CUT_S * 1000
        await hears(callers[0], talk)
        await hears(callers[2], taken)
        await wrapped_up(panels["803"], NUMBERS[1], then=AgentState.RINGING)
        last = await phones["803"].pick_up()
        await in_state(panels["803"], AgentState.ON_CALL, NUMBERS[3])
        for agent, call, number in (
            ("801", talk, NUMBERS[0]),
            ("802", taken, NUMBERS[2]),
            ("803", last, NUMBERS[3]),
        ):
            await call.hangup()
            await wrapped_up(panels[agent], number)
        await nobody_is_paused(pbx)

    for number in NUMBERS:
        call, events = await hotline.call_of(number)
        kinds = [event.kind for event in events]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert (kinds.count("agent_answered"), kinds.count("ended")) == (1, 1)
        assert call.disposition == "other"


async def test_a_panel_killed_in_a_call_ends_nothing_and_the_next_one_picks_the_call_up(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    number = "13800004105"
    async with (
        desk_on(pbx, straight_on(tmp_path)) as hotline,
        agent_phone(pbx, "801") as phone,
        new_caller() as caller,
    ):
        async with desk_panel(hotline.state) as panel:
            talk = await talk_with(panel, phone, caller, number)
            for line in ("greeting", "how_may_i_help"):
                await panel.says(line)
                assert await panel.order(LineDone(line=line, how="confirmed")) == ""
            await panel.until(lambda view: script_of(view).clock is not None)
            await caller.play(utterance("hello"))
            await panel.until(lambda view: script_of(view).form is not None)
            draft = {"phone": number, "matter": "停水"}
            assert await panel.order(FormDraft(form="call_record", values=draft)) == ""
            with real_panel(hotline.state) as process:
                # A real panel throws this one out, and is killed in its place.
                await asyncio.wait_for(panel._socket.wait_closed(), 30)
                process.kill()
                await asyncio.to_thread(process.wait)
        await hears(caller, talk)

        async with desk_panel(hotline.state) as panel:
            view = await panel.until(lambda view: view.call is not None)
            assert view.state.state is AgentState.ON_CALL
            form = script_of(view).form
            assert form is not None
            assert {one.name: one.value for one in form.fields}["matter"] == "停水"
            await hears(caller, talk)
            await talk.hangup()
            await wrapped_up(panel, number)
    call, events = await hotline.call_of(number)
    assert (call.end_reason, call.disposition) == ("agent_hung_up", "other")
    assert [event.kind for event in events].count("agent_answered") == 1


# -- what people do ----------------------------------------------------------------------------


async def ready(panel: DeskPanel) -> None:
    assert await panel.order(Ready()) == ""
    await panel.until(lambda view: view.state.state is AgentState.READY)


async def talk_with(panel: DeskPanel, phone: AgentPhone, caller: SipCaller, number: str) -> Any:
    """The only agent who is ready has this caller on the phone; the phone's call."""
    await ready(panel)
    assert await caller.invite(number=number) is None
    talk = await phone.pick_up()
    await panel.until(lambda view: view.call is not None and not view.call.over)
    return talk


async def in_state(panel: DeskPanel, state: AgentState, number: str) -> CallView:
    """The panel shows this caller's call in this state."""
    digits = number[-4:]
    return call_of(
        await panel.until(
            lambda view: (
                view.state.state is state
                and view.call is not None
                and view.call.caller.number.endswith(digits)
            )
        )
    )


async def wrapped_up(panel: DeskPanel, number: str, *, then: AgentState = AgentState.READY) -> None:
    """The call's disposition is given, and the agent is offered calls again."""
    call = await in_state(panel, AgentState.WRAP_UP, number)
    assert await panel.order(WrapUp(call_id=call.call_id, disposition="other")) == ""
    await panel.until(lambda view: view.state.state is then and not view.call)


async def nobody_is_paused(pbx: HousePbx) -> None:
    async with asyncio.timeout(10):
        while "paused" in pbx.cli("queue show support"):
            await asyncio.sleep(0.1)


@contextmanager
def real_panel(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`thirdring panel --agent 801` on a terminal of its own; killed at the end."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*THIRDRING, "panel", "--agent", "801", "--state", str(state)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
    )
    os.close(slave)
    loop = asyncio.get_running_loop()

    def draw() -> None:
        # What it draws is read, or it would stand still.
        try:
            os.read(master, 65_536)
        except OSError:
            loop.remove_reader(master)

    loop.add_reader(master, draw)
    try:
        yield process
    finally:
        loop.remove_reader(master)
        process.kill()
        process.wait()
        os.close(master)
