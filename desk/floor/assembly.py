"""The rooms of the desk put together, started and stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from callflow.house import House
from calls.call import Call
from calls.clock import Clock
from calls.floor.events import FloorEvent
from calls.floor.states import AgentState
from calls.ports import Office
from desk.ami.client import AmiClient
from desk.caller_files import CallerFiles, Customer, Past
from desk.coaching.live_events import LiveEvents
from desk.coaching.means import Means
from desk.coaching.ports import TapEars
from desk.control.calls import CallControl
from desk.control.live import LiveCall
from desk.floor.desk import HouseDesk, Rooms
from desk.floor.house import FloorHouse
from desk.floor.lost_phones import LostPhones
from desk.floor.reaching import LineMover, LineRecorder, LineTapper
from desk.floor.talks import Talks
from desk.roster.keeping import FloorLedger
from desk.roster.nailed_up import NailedLines
from desk.roster.roster import Roster
from desk.roster.status import RosterAgent
from desk.server.server import DeskServer
from desk.server.tokens import Tokens
from desk.supervision.asides import Asides
from desk.supervision.cue import Cues
from desk.supervision.ledger_feed import QueueFeed, keep_up
from desk.supervision.limits import WallLimits
from desk.supervision.queue_fold import QueueFold
from desk.supervision.spoken import Speak, SpokenCues
from desk.supervision.spying import Spies


class Placed(Protocol):
    """Something kept in one place."""

    @property
    def place(self) -> Path | str:
        """File or address."""


class Memory(Past, Placed, Protocol):
    """The ledger, read; `LedgerReader` is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a desk is given."""

    house: FloorHouse
    limits: WallLimits
    language: str
    """A call begins in it."""

    state: Path
    flows: Callable[[], House]
    """Those of now."""

    ami: AmiClient
    ledger: FloorLedger
    memory: Memory
    history: Sequence[FloorEvent]
    """Facts of the floor of the last day, of all agents, in their order."""

    notes: Sequence[FloorEvent]
    """Shift notes from before that."""

    live: LiveEvents
    """The sink of all calls of this process."""

    ears: TapEars
    office: Office
    customer: Customer
    clock: Clock
    speak: Speak | None = None
    """The house's voice for cues into an agent's ear; None: it has none."""

    troubles: Callable[[], Sequence[str]] = tuple
    """What else is wrong on this machine, in the wallboard's words, the worst first; empty words
    are nothing."""


class Floor:
    """One running desk."""

    def __init__(self, outside: Outside, tokens: Tokens) -> None:
        self._outside = outside
        self._clock = outside.clock
        self._control = CallControl(outside.ami, clock=outside.clock)
        self._roster = self._make_roster()
        files = CallerFiles(outside.memory, outside.customer)
        self.agents = Talks(
            self._means,
            files,
            self._roster,
            lambda agent: self._desk.changed(agent),
            lambda agent: card.name if (card := outside.house.agents.get(agent)) else "",
        )
        """Told of rings and talks by whoever holds the calls."""

        self._nailed_up = NailedLines(
            outside.ami,
            self._roster,
            outside.house.nailed_up,
            lambda agent: self._desk.changed(agent),
        )
        self._lost_phones = self._make_lost_phones()
        self._spies = self._make_spies()
        self._whisperer = Cues(outside.ami)
        self._cues = self._make_cues()
        self._queues = QueueFold(outside.limits, outside.clock, outside.house.zone)
        rooms = Rooms(
            house=outside.house,
            roster=self._roster,
            talks=self.agents,
            control=self._control,
            spies=self._spies,
            cues=self._cues,
            nailed_up=self._nailed_up,
            queues=self._queues,
            limits=outside.limits,
            clock=outside.clock,
            troubles=self._troubles,
            past_caller=files.of_call,
            history=outside.history,
            notes=outside.notes,
        )
        self._desk = HouseDesk(rooms)
        self._server = DeskServer(self._desk, tokens)
        self._feeding: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Let panels in; gives the address. OSError when it is taken."""
        outside = self._outside
        self._desk.start()
        address = await self._server.start(host, port)
        outside.ami.on_up.append(self._up)
        outside.ami.on_down.append(self._down)
        await self._whisperer.start()
        await self._roster.start()
        self._nailed_up.start()
        self._lost_phones.start()
        await outside.ami.start()
        feed = QueueFeed(outside.memory.place, self._clock, outside.house.zone)
        self._feeding = asyncio.create_task(keep_up(feed, self._queues), name="queues")
        return address

    async def stop(self) -> None:
        """Send panels away; talks go on in Asterisk."""
        await self._server.stop()
        if self._feeding is not None:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)
        await self._lost_phones.close()
        await self.agents.close()
        self._desk.close()
        await self._nailed_up.close()
        await self._roster.stop()
        self._spies.close()
        self._cues.close()
        await self._whisperer.close()
        self._control.close()
        await self._outside.ami.stop()

    def _troubles(self) -> tuple[str, ...]:
        found = ("" if self._outside.ami.up else "pbx", *self._outside.troubles())
        return tuple(filter(None, found))

    async def _up(self) -> None:
        asyncio.get_running_loop().call_soon(self._desk.changed, "")

    def _down(self) -> None:
        self._desk.changed("")

    def _make_roster(self) -> Roster:
        outside, house = self._outside, self._outside.house
        agents = [
            RosterAgent(
                number=card.number,
                name=card.name,
                queues=card.queues,
                nailed_up=card.number in house.nailed_up,
            )
            for card in house.agents.values()
        ]
        return Roster(
            agents,
            outside.ami,
            outside.ledger,
            outside.clock,
            ring_cycle_ms=house.ring_cycle_ms,
            rings=house.rings,
            history=outside.history,
            timezone=outside.house.zone,
        )

    def _make_spies(self) -> Spies:
        outside = self._outside
        return Spies(
            outside.ami,
            outside.ledger,
            call_of=self._call_of,
            is_supervisor=self._is_supervisor,
            shown=outside.house.spies_shown,
            asides=Asides(self._whole_call, outside.state)
            if outside.house.spies_recorded
            else None,
            clock=outside.clock,
            phone_of=self._nailed_up.phone_of,
        )

    def _make_lost_phones(self) -> LostPhones:
        house = self._outside.house
        return LostPhones(
            self._outside.ami,
            self._control,
            self.agents.live,
            self._nailed_up.lines,
            house.agents.keys(),
            lambda agent: self._roster.status(agent).state is AgentState.HOLD,
            self._clock,
        )

    def _make_cues(self) -> SpokenCues:
        outside = self._outside
        return SpokenCues(
            self._whisperer,
            outside.speak,
            outside.ledger,
            call_of=self._call_of,
            is_supervisor=self._is_supervisor,
            language=outside.language,
            clock=outside.clock,
        )

    def _call_of(self, agent: str) -> LiveCall | None:
        found = self.agents.of(agent)
        return None if found is None else found.live

    def _whole_call(self, call_id: str) -> Call | None:
        found = self.agents.by_id(call_id)
        return None if found is None else found.call

    def _is_supervisor(self, agent: str) -> bool:
        card = self._outside.house.agents.get(agent)
        return card is not None and card.supervisor

    def _live_of(self, call: Call) -> LiveCall | None:
        found = self.agents.by_id(call.id)
        return None if found is None else found.live

    def _means(self) -> Means:
        outside = self._outside
        return Means(
            house=outside.flows(),
            live=outside.live,
            language=outside.language,
            ears=outside.ears,
            tapper=LineTapper(outside.ami),
            office=outside.office,
            recorder=LineRecorder(self._control, self._live_of),
            mover=LineMover(self._control, self._live_of),
            state=outside.state,
        )
