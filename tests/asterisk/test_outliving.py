"""The real server dies while the dialplan has a caller; the next one takes the call up."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from calls.floor.orders import Ready, WrapUp
from calls.floor.states import AgentState
from launch.pbx.render import SOURCE
from tests.support.agent_phone import AgentPhone, agent_phone, hears, talks_to
from tests.support.desk_panel import call_of, desk_panel
from tests.support.heard import read_wav
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    new_ledger,
    shipped_line,
    start_hotline,
    starts_to_hear,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

_NUMBERS = (f"138000051{place:02}" for place in itertools.count(1))
"""Of one caller each: what is told of a number is told of one call."""

SORRY = read_wav(SOURCE / "sounds/cc-sorry.wav")
FLOW = """
flow: greetings
title: {en: Somebody to talk to}
steps:
  ringing:
    ring: 1
  busy:
    say: agents_busy
  connect:
    {away}
  thanks:
    say: closing
    end: served
"""
TRANSFER = """\
    transfer: {to: technician, wait: 15s}
    on: {answered: thanks, busy: thanks, no_answer: thanks, failed: end closed}
"""
QUEUE = """\
    queue: {name: support, wait: 15s}
    on: {answered: thanks, no_answer: thanks, failed: end closed, error: end closed}
"""


@dataclass
class Server:
    """The server of one state folder, which dies and is started anew."""

    pbx: HousePbx
    more: tuple[str, ...]
    desk: str
    now: Hotline

    async def dies(self) -> None:
        """Killed, as by the kernel for want of memory."""
        self.now.process.kill()
        await asyncio.to_thread(self.now.process.wait, 30)
        (self.pbx.state / "serve.json").unlink(missing_ok=True)

    async def is_stopped(self) -> None:
        """In order, as by the service manager."""
        self.now.process.terminate()
        await asyncio.to_thread(self.now.process.wait, 30)

    async def starts(self) -> None:
        """Anew, on what is left."""
        start = partial(start_hotline, self.pbx, more=self.more, desk=(self.desk,))
        self.now = await asyncio.to_thread(start)

    async def told(self, number: str) -> Told:
        """The call when it is over."""
        call, events = await self.now.call_of(number)
        kinds = [event.kind for event in events]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert (kinds.count("offered"), kinds.count("ended")) == (1, 1)
        stays = [event.data for event in events if event.kind in ("transferred", "left_queue")]
        return Told(dict(stays[0]), f"{call.end_reason} {call.disposition}", kinds)

    def is_live(self, number: str) -> bool:
        """The ledger holds the call for one that goes on."""
        with self.now.reader() as reader:
            return [call.ani for call in reader.calls(live=True)] == [number]


@dataclass
class Told:
    first: dict[str, Any]
    """How the first stay ended."""

    end: str
    kinds: list[str]


@asynccontextmanager
async def server_on(
    pbx: HousePbx, folder: Path, away: str = TRANSFER, *, desk: str = "port = 0"
) -> AsyncIterator[Server]:
    folder.mkdir()
    lines = "\n".join(shipped_line(name) for name in ("agents_busy", "closing"))
    (folder / "lines.yaml").write_text(lines, encoding="utf-8")
    flow = FLOW.replace("    {away}\n", away)
    (folder / "greetings.yaml").write_text(flow, encoding="utf-8")
    more = (
        f"scripts = {json.dumps(str(folder))}",
        "prove = false",
        'destinations = {technician = "PJSIP/801"}',
    )
    pbx.ask_own_server()
    new_ledger(pbx.state)
    first = await asyncio.to_thread(partial(start_hotline, pbx, more=more, desk=(desk,)))
    server = Server(pbx, more, desk, first)
    try:
        yield server
    finally:
        await asyncio.to_thread(stop_hotline, server.now)


@dataclass
class Stage:
    """A caller for whom 801's phone rings, or soon will."""

    server: Server
    phone: AgentPhone
    caller: SipCaller
    number: str

    async def calls(self) -> None:
        assert await self.caller.invite(number=self.number) is None

    async def talks(self) -> Any:
        """801 picks up; the phone's call."""
        return await talks_to(self.caller, self.phone)

    async def hears(self, talk: Any) -> None:
        await hears(self.caller, talk)

    async def rings(self) -> None:
        """801's phone rings, and can be picked up."""
        call = await self.phone.incoming.get()
        self.phone.incoming.put_nowait(call)

    async def rings_in_vain(self) -> None:
        """It rings, and is not picked up before it rings once more."""
        await self.phone.incoming.get()

    async def hangs_up_and_is_thanked(self, talk: Any) -> None:
        """801 hangs up, and the caller hears the end of the flow."""
        hung_up_ms = self.caller.now_ms()
        await talk.hangup()
        await has_heard(self.caller, line_sound("closing"), after_ms=hung_up_ms - 200)
        await self.caller.listen(5)

    async def told(self) -> Told:
        return await self.server.told(self.number)


@asynccontextmanager
async def on_stage(
    new_caller: NewCaller, pbx: HousePbx, folder: Path, *flow: str, desk: str = "port = 0"
) -> AsyncIterator[Stage]:
    """The server with its flow, 801's phone, and a caller who has not called yet."""
    async with (
        server_on(pbx, folder / "scripts", *flow, desk=desk) as server,
        agent_phone(pbx, "801") as phone,
        new_caller() as caller,
    ):
        yield Stage(server, phone, caller, next(_NUMBERS))


@pytest.mark.parametrize("desk", ["port = 0", "on = false"])
async def test_a_talk_outlives_a_killed_server_and_its_end_is_known_to_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path, desk: str
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, desk=desk) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.dies()
        await stage.hears(talk)
        await stage.server.starts()
        await stage.hears(talk)
        assert stage.server.is_live(stage.number)
        since_ms = stage.caller.now_ms()
        await talk.hangup()
        await stage.caller.listen(10)
        told = await stage.told()

    assert stage.caller.hung_up.is_set()
    assert stage.caller.heard.find(SORRY, since_ms=since_ms) == []
    assert told.first["result"] == "answered"
    assert told.first["talked_ms"] >= 4500
    assert told.first["waited_ms"] < 8000
    assert told.end == "completed served"
    assert "fault" not in told.kinds


async def test_a_caller_who_hangs_up_on_a_talk_that_outlived_a_stopped_server_was_served(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.is_stopped()
        assert stage.server.is_live(stage.number)
        await stage.server.starts()
        await stage.hears(talk)
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert told.first["talked_ms"] >= 3000
    assert told.end == "caller_hung_up served"
    assert "fault" not in told.kinds


async def test_a_phone_picked_up_while_no_server_is_there_is_a_talk_to_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings()
        await stage.server.dies()
        talk = await stage.phone.pick_up()
        taken_ms = stage.caller.now_ms()
        await stage.hears(talk)
        await stage.server.starts()
        await stage.hears(talk)
        talked_ms = stage.caller.now_ms() - taken_ms
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert told.first["talked_ms"] == pytest.approx(talked_ms, abs=700)
    assert told.end == "caller_hung_up served"


async def test_a_phone_that_rang_for_a_server_that_died_is_picked_up_for_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings()
        await stage.server.dies()
        await stage.server.starts()
        await stage.talks()
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert 1000 <= told.first["talked_ms"] < 4000
    assert told.end == "caller_hung_up served"


async def test_a_caller_whom_nobody_answered_hears_the_flow_of_the_next_server_and_goes_on_in_it(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings_in_vain()
        await stage.server.dies()
        await stage.server.starts()
        assert stage.server.is_live(stage.number)
        # The flow anew, then the transfer once more, which this server begins itself.
        await has_heard(stage.caller, line_sound("agents_busy"), after_ms=stage.caller.now_ms())
        talk = await stage.talks()
        await stage.hangs_up_and_is_thanked(talk)
        told = await stage.told()

    assert (told.first["result"], told.first["talked_ms"]) == ("no_answer", 0)
    assert 14_000 <= told.first["waited_ms"] < 20_000
    assert told.kinds.count("transferred") == 2
    assert told.end == "completed served"
    assert "fault" not in told.kinds


async def test_without_a_server_in_time_the_caller_hears_the_apology_and_the_next_one_says_so(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.dies()
        hung_up_ms = stage.caller.now_ms()
        await talk.hangup()
        await starts_to_hear(stage.caller, SORRY, after_ms=hung_up_ms - 200)
        # The line is up yet, and the server comes too late for it.
        await stage.server.starts()
        call, _ = await stage.server.now.call_of(stage.number)
        await stage.caller.listen(20)

    assert stage.caller.hung_up.is_set()
    assert call.end_reason == "interrupted"


# -- the queue ---------------------------------------------------------------------------------


async def test_a_caller_whom_no_agent_took_queues_once_more_in_the_flow_of_the_next_server(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, QUEUE, desk="on = false") as stage:
        await stage.calls()
        await stage.rings_in_vain()
        await stage.server.dies()
        await stage.server.starts()
        await has_heard(stage.caller, line_sound("agents_busy"), after_ms=stage.caller.now_ms())
        talk = await stage.talks()
        await stage.hangs_up_and_is_thanked(talk)
        told = await stage.told()

    assert told.first["result"] == "no_answer"
    assert told.end == "completed served"
    assert "fault" not in told.kinds


async def test_an_agent_who_picked_up_while_no_desk_was_there_is_coached_by_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, QUEUE) as stage:
        async with desk_panel(pbx.state) as panel:
            assert await panel.order(Ready()) == ""
            await stage.calls()
            await stage.rings()
            await panel.until(lambda view: view.offer is not None)
            await stage.server.dies()
        talk = await stage.talks()
        await stage.server.starts()
        async with desk_panel(pbx.state) as panel:
            view = await panel.until(
                lambda view: (
                    view.call is not None and view.call.caller.number.endswith(stage.number[-4:])
                )
            )
            assert view.state.state is AgentState.ON_CALL
            await stage.hears(talk)
            await talk.hangup()
            view = await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
            order = WrapUp(call_id=call_of(view).call_id, disposition="other")
            assert await panel.order(order) == ""
            await stage.caller.listen(10)
            told = await stage.told()

    assert (told.first["result"], told.first["agent"]) == ("answered", "801")
    assert told.kinds.count("agent_answered") == 1
    assert told.end.startswith("agent_hung_up")
