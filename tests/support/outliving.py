"""A real server that dies while the dialplan has its caller, and the next one on its folder."""

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

from launch.pbx.render import SOURCE
from tests.support.agent_phone import AgentPhone, agent_phone, hears, talks_to
from tests.support.heard import read_wav
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    new_ledger,
    shipped_line,
    start_hotline,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

_NUMBERS = (f"138000051{place:02}" for place in itertools.count(1))
"""Of one caller each: what is told of a number is told of one call."""

_GRACE_S = 60
"""Longer than a stop may take: whom the dialplan has is not waited for."""

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
    procs: int = 1

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
        start = partial(
            start_hotline,
            self.pbx,
            more=self.more,
            desk=(self.desk,),
            procs=self.procs,
            stop_grace_s=_GRACE_S,
        )
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
    """What the ledger tells of a call that is over."""

    first: dict[str, Any]
    """How the first stay ended."""

    end: str
    kinds: list[str]


@asynccontextmanager
async def server_on(
    pbx: HousePbx, folder: Path, away: str = TRANSFER, *, desk: str = "port = 0", procs: int = 1
) -> AsyncIterator[Server]:
    """A server whose flow comes to `away` after one line."""
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
    start = partial(start_hotline, pbx, more=more, desk=(desk,), procs=procs, stop_grace_s=_GRACE_S)
    server = Server(pbx, more, desk, await asyncio.to_thread(start), procs)
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

    async def goes_on_and_is_served(self, talk: Any) -> Told:
        """They still talk, as the ledger knows; 801 hangs up, and no apology meets the caller."""
        await self.hears(talk)
        assert self.server.is_live(self.number)
        since_ms = self.caller.now_ms()
        await talk.hangup()
        await self.caller.listen(10)
        told = await self.told()
        assert self.caller.hung_up.is_set()
        assert self.caller.heard.find(SORRY, since_ms=since_ms) == []
        assert told.first["result"] == "answered"
        assert told.end.endswith(" served")
        assert "fault" not in told.kinds
        return told

    async def told(self) -> Told:
        return await self.server.told(self.number)


def new_stage(server: Server, phone: AgentPhone, caller: SipCaller) -> Stage:
    """With a caller whose number nobody had before."""
    return Stage(server, phone, caller, next(_NUMBERS))


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
        yield new_stage(server, phone, caller)
