"""The whole floor of a desk on a fake Asterisk: real rooms, a real ledger, no sockets of phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any, cast

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.events import AgentAnswered, CallEvent, Offered, Queued
from calls.floor.events import FloorEvent
from calls.floor.orders import Order
from calls.floor.script_view import Choice
from calls.floor.view import AgentCard, PanelView
from calls.ports import Talk
from desk.ami.client import AmiClient
from desk.ami.message import Message
from desk.coaching.live_events import LiveEvents
from desk.coaching.ports import TapEars
from desk.floor.assembly import Floor, Outside
from desk.floor.house import FloorHouse
from desk.server.tokens import Tokens
from desk.supervision.limits import WallLimits
from launch.settings.site import Settings
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.callers.house import house
from tests.desk.coached import ANI, HandOffice, Sink
from tests.desk.roster.fake_switch import FakeSwitch, Leg, Member

AGENTS = ("801", "802", "803")
DISPOSITIONS = ("served", "transferred", "other")


@dataclass(slots=True)
class FloorSwitch(FakeSwitch):
    """As much of Asterisk as a whole floor asks of it."""

    on_down: list[Callable[[], None]] = field(default_factory=list)
    acted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def start(self) -> None:
        await self.connect()

    async def stop(self) -> None:
        """Nothing is there."""

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        self.acted.append((action, dict(headers)))
        if action == "Getvar" and dict(headers)["Variable"].startswith("CHANNEL(linkedid"):
            return Message("Response: Success\r\nValue: l-1")
        # `FakeSwitch` has slots, too: no `super()` without names in such a dataclass.
        return await FakeSwitch.act(self, action, *headers, timeout_s=timeout_s)

    async def ask(
        self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0
    ) -> list[Message]:
        if action == "CoreShowChannels":
            return []
        return await FakeSwitch.ask(self, action, *headers, timeout_s=timeout_s)


class Kept(Sink):
    """The ledger, and what went into it."""

    def __init__(self, ledger: LedgerWriter) -> None:
        super().__init__()
        self._ledger = ledger

    def append(self, event: CallEvent) -> None:
        super().append(event)
        self._ledger.append(event)


@dataclass(slots=True)
class WholeFloor:
    """A running floor and a test's levers on it."""

    floor: Floor
    switch: FloorSwitch
    live: LiveEvents
    facts: Kept
    """Of calls."""

    reader: LedgerReader
    clock: SystemClock = field(default_factory=SystemClock)

    async def order(self, agent: str, order: Order) -> str:
        """As of the agent's panel."""
        return await self.floor._desk.carry_out(agent, order)

    def view(self, agent: str) -> PanelView:
        return self.floor._desk.view(agent, 1)

    async def settle(self, seconds: float = 0.0) -> None:
        """Let what is ready run, and time pass."""
        for _ in range(20):
            await asyncio.sleep(0)
        await asyncio.sleep(seconds)

    def call(self, *, name: str = "") -> Call:
        """A caller in the queue."""
        call = Call(self.clock, self.live)
        call.record(
            Offered(
                uniqueid="1.1",
                ani=ANI,
                dnis="8000",
                caller_name=name,
                direction="inbound",
                flow="greetings",
                channel="PJSIP/trunk-00000001",
            )
        )
        call.record(Queued(queue="support"))
        return call

    def rings(self, call: Call, agent: str = "801") -> Leg:
        """An agent's phone rings, as both Asterisk and the call's own process tell it."""
        leg = self.switch.dial(agent, call.id)
        self.floor.agents.rings(call, "support", agent, leg.name)
        return leg

    async def picks_up(self, call: Call, leg: Leg, agent: str = "801") -> None:
        """The phone is picked up."""
        self.switch.answer(leg)
        call.record(AgentAnswered(agent=agent, waited_ms=0))
        self.floor.agents.talks(self.talk(call, leg.name, agent))
        await self.settle()

    def talk(self, call: Call, channel: str, agent: str = "801") -> Talk:
        return Talk(
            call=call,
            agent=agent,
            caller_channel="PJSIP/trunk-00000001",
            agent_channel=channel,
            queue="support",
            flow="agent_call",
            variables=cast("Any", {**Settings().house.variables("zh-Hans"), "ani": ANI}),
        )

    async def talks(self, agent: str = "801", *, name: str = "") -> tuple[Call, Leg]:
        """A new call, rung and picked up."""
        call = self.call(name=name)
        leg = self.rings(call, agent)
        await self.picks_up(call, leg, agent)
        return call, leg

    def kinds(self, call: Call) -> list[CallEvent]:
        return [event for event in self.facts.events if event.call_id == call.id]


@asynccontextmanager
async def whole_floor(
    state: Path,
    *,
    history: Sequence[FloorEvent] = (),
    notes: Sequence[FloorEvent] = (),
    off_s: float = 0.05,
    no_panel_s: float = 30,
    zone: tzinfo | None = None,
) -> AsyncIterator[WholeFloor]:
    """A floor of three agents, 803 a supervisor, all with phones; nobody is on duty."""
    clock = SystemClock()
    switch = FloorSwitch(cast("ManualClock", clock))
    for number in AGENTS:
        switch.members[f"PJSIP/{number}"] = [Member("support")]
        switch.phones[f"PJSIP/{number}"] = "NOT_INUSE"
    writer = LedgerWriter(state / "ledger.sqlite")
    facts = Kept(writer)
    live = LiveEvents(facts)
    reader = LedgerReader(state / "ledger.sqlite")
    outside = Outside(
        house=FloorHouse(
            company={"zh": "三声", "en": "Thirdring"},
            zone=zone,
            agents={
                number: AgentCard(
                    number=number, name="", queues=("support",), supervisor=number == "803"
                )
                for number in AGENTS
            },
            destinations=(Choice(name="duty", title={}),),
            dispositions=tuple(Choice(name=name, title={}) for name in DISPOSITIONS),
        ),
        limits=WallLimits(),
        language="zh-Hans",
        state=state,
        flows=house,
        ami=cast("AmiClient", switch),
        ledger=writer,
        memory=reader,
        history=history,
        notes=notes,
        live=live,
        ears=cast("TapEars", None),
        office=HandOffice(),
        customer=lambda _number: None,
        clock=clock,
    )
    floor = Floor(outside, Tokens({}))
    floor.agents._off_s = off_s
    floor._desk._no_panel_s = no_panel_s
    await floor.start("127.0.0.1", 0)
    try:
        yield WholeFloor(floor, switch, live, facts, reader)
    finally:
        await floor.stop()
        reader.close()
        writer.close()


async def until(true: Callable[[], object], *, timeout_s: float = 5.0) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.005)
