"""The desk's process: the real desk of `thirdring serve`, told of calls as the server tells it.

`python -m bench.desk.screens.desk CONFIG STATE`; prints the panels' address as JSON, serves until
its input ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from agi.ears.service import EarsService
from agi.ears.vad import SileroVad
from callflow.house import House
from calls.call import Call
from calls.clock import SystemClock
from calls.events import AgentAnswered, AnsweredFact, Offered, Queued
from calls.ports import AgentDesk, Talk
from desk.ami.client import AmiClient
from desk.ami.message import Message
from desk.coaching.live_events import LiveEvents
from launch.serving.agents_desk import Ledgers, agents_desk, ami_address
from launch.serving.agents_port import Shared
from launch.serving.back_office import make_office
from launch.settings.site import Settings, load_settings
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

EVENTS = ("DialState", "DialEnd", "Hangup")


class Server:
    """What `agi/` does: it learns of rings and talks, and tells the desk."""

    def __init__(self, agents: AgentDesk, live: LiveEvents, settings: Settings) -> None:
        self._agents, self._live = agents, live
        self._variables = settings.house.variables(settings.house.language)
        self._calls: dict[str, Call] = {}

    def take(self, event: Message) -> None:
        """One of `EVENTS`."""
        caller, channel = event.get("Channel"), event.get("DestChannel")
        agent = channel.removeprefix("PJSIP/").partition("-")[0]
        if event.event == "Hangup":
            call = self._calls.pop(caller, None)
            if call is not None:
                call.hung_up_by = "agent"
                self._agents.over(call)
        elif event.event == "DialState":
            call = self._calls[caller] = self._new_call(event.get("CallerIDNum"), caller)
            self._agents.rings(call, "support", agent, channel)
        else:
            self._talks(self._calls[caller], agent, caller, channel)

    def _new_call(self, number: str, channel: str) -> Call:
        call = Call(SystemClock(), self._live)
        call.record(
            Offered(
                uniqueid="1.1",
                ani=number,
                dnis="1000",
                caller_name="",
                direction="inbound",
                flow="greetings",
                channel=channel,
            )
        )
        call.record(AnsweredFact(rings=1, waited_ms=0))
        call.record(Queued(queue="support"))
        return call

    def _talks(self, call: Call, agent: str, caller: str, channel: str) -> None:
        call.record(AgentAnswered(agent=agent, waited_ms=0))
        self._agents.talks(
            Talk(
                call=call,
                agent=agent,
                caller_channel=caller,
                agent_channel=channel,
                queue="support",
                flow="agent_call",
                variables=self._variables,
            )
        )


async def run(config: Path, state: Path) -> None:
    """Until the input ends."""
    settings = load_settings(config)
    house = House.load(settings.scripts)
    writer = LedgerWriter(state / "ledger.sqlite")
    ears = EarsService(SileroVad())
    await ears.start("127.0.0.1", 0)
    office = make_office(settings, state)
    with LedgerReader(writer.path) as reader:
        live = LiveEvents(writer)
        ledgers = Ledgers(writer=writer, reader=reader, live=live)
        shared = Shared(ears=ears, flows=lambda: house, office=office, speak=_silence)
        async with agents_desk(settings, state, ledgers, shared) as opened:
            assert opened.agents is not None  # noqa: S101
            assert opened.address is not None  # noqa: S101
            server = Server(opened.agents, live, settings)
            address = ami_address(settings, state)
            assert address is not None  # noqa: S101
            ami = AmiClient(address)
            ami.on_event(EVENTS, server.take)
            await ami.start()
            await ami.wait_up(10)
            print(json.dumps(opened.address), flush=True)
            await asyncio.to_thread(sys.stdin.read)
            await ami.stop()
    await office.close()
    await ears.stop()
    await asyncio.to_thread(writer.close)


async def _silence(_text: str, _language: str) -> bytes:
    return b""


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2])))
