"""The roster: every agent's state, from Asterisk's events and the agents' own wishes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Final, Protocol

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import LedgerError
from calls.events import Disposed
from calls.fact import Fact
from calls.floor.events import FloorEvent
from calls.floor.states import TALKING, AgentState
from desk.ami.actions import Ami as Acting
from desk.ami.channels import member_of
from desk.ami.errors import AmiError
from desk.ami.message import Message
from desk.roster import lines as on_lines
from desk.roster import waiting as in_queues
from desk.roster.floor import Floor
from desk.roster.keeping import FloorLedger
from desk.roster.look import NO_PHONE, look
from desk.roster.status import AgentStatus, Offer, RosterAgent
from desk.roster.waiting import Waiting
from ledger.floor_day import AgentDay

log = structlog.get_logger("desk.roster")

LOOK_EVERY_S: Final = 15.0
_LOOKS: Final = 3
"""Looks in a row while agents' lines move under them."""

_ON_MEMBERS: Final = ("QueueMemberPause", "QueueMemberPenalty", "QueueMemberStatus")


class Ami(Acting, Protocol):
    """As much of `AmiClient` as a roster needs."""

    up: bool
    on_up: list[Callable[[], Awaitable[None]]]

    def on_event(
        self, names: Collection[str], take: Callable[[Message], None]
    ) -> Callable[[], None]:
        """Give `take` every event of these names; the returned function ends that."""


class Roster:
    """All agents of one Asterisk, on one event loop; no question to it waits for Asterisk."""

    def __init__(
        self,
        agents: Sequence[RosterAgent],
        ami: Ami,
        ledger: FloorLedger,
        clock: Clock | None = None,
        *,
        ring_cycle_ms: int = 5000,
        rings: int = 3,
        history: Iterable[FloorEvent] = (),
        timezone: tzinfo | None = None,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """`history`: the floor's facts of the last day or so, of all agents, in their order."""
        self._ami, self._ledger = ami, ledger
        self._clock = clock or SystemClock()
        self._look_every_s = look_every_s
        self._floor = Floor(
            agents,
            ami,
            ledger,
            self._clock,
            ring_cycle_ms=ring_cycle_ms,
            rings=rings,
            timezone=timezone,
        )
        self._seats = self._floor.seats
        self.changed = self._floor.changed
        """Told the number of an agent whose state changed; empty: the waiting callers did."""

        self.has_caller = self._floor.has_caller
        """Told the number of an agent whom a colleague asked, and who has the caller now."""

        self._looking = asyncio.Lock()
        self._looked = asyncio.Event()
        self._unsubscribe: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._floor.restore(history)

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Follow Asterisk's events; begin before the client does, so that nothing is missed."""
        hear = self._ami.on_event
        self._unsubscribe = [
            hear(on_lines.EVENTS, self._floor.take),
            hear(in_queues.EVENTS, self._on_queue),
            hear(("DeviceStateChange",), self._on_device),
            hear(_ON_MEMBERS, self._on_member),
        ]
        self._ami.on_up.append(self.reconcile)
        self._task = asyncio.create_task(self._look_again(), name="roster")

    async def stop(self, *, release: bool = True) -> None:
        """Stop following. With `release` agents on duty are left to the queues, unpaused."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        if self.reconcile in self._ami.on_up:
            self._ami.on_up.remove(self.reconcile)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.settled()
        if release:
            for seat in self._seats.values():
                if not seat.machine.place.away:
                    await seat.membership.release()

    async def settled(self) -> None:
        """Return once the queues have been told everything."""
        for seat in self._seats.values():
            await seat.membership.settled()

    async def reconcile(self) -> None:
        """Set every agent right by what is on the line; AmiError when Asterisk cannot be asked."""
        async with self._looking:
            due = set(self._seats)
            for _ in range(_LOOKS):
                before = {number: self._seats[number].news for number in due}
                seen = await look(
                    self._ami, self._floor.prefixes, self._clock, devices=self._floor.devices
                )
                self._floor.waiting.replace(seen.entries, seen.calls)
                # Whose lines moved while we looked is looked at once more.
                still = {number for number in due if self._seats[number].news == before[number]}
                for number in still:
                    self._floor.set_right(number, seen)
                due -= still
                if not due:
                    break
        self._looked.set()
        self._floor.tell("")

    async def looked(self) -> None:
        """Return once every agent was set right by what is on the line, now or before."""
        await self._looked.wait()

    async def _look_again(self) -> None:
        """Events are enough; should one ever be lost or misread, this mends it."""
        while True:
            if self._ami.up:
                try:
                    await self.reconcile()
                except AmiError as error:
                    log.warning("roster.no_look", problem=str(error))
            await asyncio.sleep(self._look_every_s)

    # -- what is known -------------------------------------------------------------------------

    def knows(self, number: str) -> bool:
        """Whether there is such an agent."""
        return number in self._seats

    def status(self, number: str) -> AgentStatus:
        """The agent at this moment; KeyError for none of ours."""
        seat = self._seats[number]
        machine, line = seat.machine, self._floor.lines.talking(number)
        held_ms = machine.spent_ms(AgentState.HOLD)
        return AgentStatus(
            number=number,
            name=seat.known.name,
            queues=seat.membership.queues or seat.known.queues,
            state=machine.state,
            for_ms=machine.for_ms,
            reason=machine.reason,
            call_id=machine.call_id,
            after_call=machine.after_call,
            phone_here=machine.phone_here,
            channel=line.channel if line else "",
            caller_channel=line.caller_channel if line else "",
            asked=line.asked if line else False,
            talked_ms=sum(map(machine.spent_ms, TALKING)),
            held_ms=held_ms,
            to_wrap=tuple(machine.to_wrap),
        )

    def wants_calls(self, number: str) -> bool:
        """Whether the agent is to be offered calls, now or after the one at the ear."""
        return self._seats[number].machine.wish is AgentState.READY

    def statuses(self) -> list[AgentStatus]:
        """All agents of the house, on duty or not."""
        return [self.status(number) for number in self._seats]

    def ready_in(self, queue: str) -> int:
        """How many agents in a queue are ready."""
        return self._floor.ready_in(queue)

    def offer(self, number: str) -> Offer | None:
        """The call that rings at the agent now."""
        line = self._floor.lines.ringing(number)
        if line is None or self._seats[number].machine.state is not AgentState.RINGING:
            return None
        room = self._floor.waiting
        waiting = room.of(line.caller_channel)
        return Offer(
            call_id=line.call_id,
            queue=waiting.queue if waiting else "",
            rung_ms=max(0, self._clock.monotonic_ms() - line.began_ms),
            waited_ms=room.waited_ms(waiting) if waiting else 0,
            asked=line.asked and not line.sent,
            channel=line.channel,
            caller_channel=line.caller_channel,
            number=waiting.number if waiting else "",
            name=waiting.name if waiting else "",
        )

    def today(self, number: str) -> AgentDay:
        """The agent's figures since local midnight; KeyError for none of ours."""
        return self._seats[number].facts.today()

    def waiting(self) -> list[tuple[Waiting, int]]:
        """Callers in the queues by queue and place, each with the wait in milliseconds."""
        room = self._floor.waiting
        return [(one, room.waited_ms(one)) for one in room.all()]

    # -- what agents wish; KeyError for none of ours ----------------------------------------------

    def ready(self, number: str) -> None:
        """Offer the agent calls, after the one at the ear; signs in."""
        self._wish(number, self._seats[number].machine.ready)

    def not_ready(self, number: str, reason: str) -> None:
        """Offer none, after the one at the ear; signs in."""
        self._wish(number, lambda: self._seats[number].machine.not_ready(reason))

    def sign_in(self, number: str, reason: str = "other") -> None:
        """On duty, but not ready; nothing for one who is on duty already."""
        if self._seats[number].machine.wish is AgentState.SIGNED_OUT:
            self.not_ready(number, reason)

    def sign_out(self, number: str) -> None:
        """The shift is over, after the call at the ear and its wrap-up."""
        self._wish(number, self._seats[number].machine.sign_out)

    async def wrap_up(self, number: str, call_id: str, disposition: str, note: str) -> str:
        """Keep a call's disposition, on floor and call; done once it is on disk.

        Gives a word why not: `no_such_call` (nothing of the agent's to wrap up), `ledger` (it could
        not be made durable; the agent goes on all the same). Empty when all is well.
        """
        seat = self._seats[number]
        facts = seat.machine.wraps_up(call_id, disposition, note)
        if facts is None:
            return "no_such_call"
        problem = ""
        for fact in facts:
            seat.facts.keep(fact)
        try:
            disposed = Disposed(agent=number, disposition=disposition, note=note)
            self._ledger.append_late(call_id, disposed)
            await self._ledger.durable()
        except LedgerError as error:
            log.error("roster.wrap_up_not_kept", call_id=call_id, problem=str(error))
            problem = "ledger"
        self._floor.keep(seat, ())
        return problem

    def keep(self, number: str, fact: Fact) -> None:
        """Keep another fact of the agent: a shift note, a request for help, a spy."""
        self._floor.keep(self._seats[number], (fact,))

    def named(self, channel: str, call_id: str) -> None:
        """The call of an agent's or a caller's channel, from the process that holds the call."""
        self._floor.waiting.named(channel, call_id)
        line = self._floor.lines.name(channel, call_id)
        if line is not None:
            seat = self._seats[line.agent]
            self._floor.keep(seat, [*seat.machine.named(call_id), *seat.machine.has_caller()])

    def _wish(self, number: str, wish: Callable[[], list[Fact]]) -> None:
        seat = self._seats[number]
        if seat.machine.state is AgentState.SIGNED_OUT:
            seat.facts.anchor()
        self._floor.keep(seat, wish())

    # -- what Asterisk tells -----------------------------------------------------------------------

    def _on_queue(self, event: Message) -> None:
        self._floor.waiting.take(event)
        self._floor.tell("")

    def _on_device(self, event: Message) -> None:
        number = self._floor.devices.get(event.get("Device"))
        if number is not None:
            seat = self._seats[number]
            here, before = event.get("State") not in NO_PHONE, seat.machine.phone_here
            if here != before:
                self._floor.keep(seat, seat.machine.phone(here))

    def _on_member(self, event: Message) -> None:
        member = member_of(event)
        number = self._floor.members.get(member.interface)
        if number is not None:
            self._seats[number].membership.heard(member)
