"""All agents together: what their lines tell becomes their states, facts and places in queues.

No I/O of its own: events come in, facts go to the ledger, places to the memberships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final

from calls.clock import Clock
from calls.fact import Fact
from calls.floor.events import FloorEvent
from calls.floor.states import AgentState
from desk.ami.actions import Ami
from desk.ami.message import Message
from desk.roster.keeping import AgentFacts, FloorLedger
from desk.roster.lines import Line, Lines
from desk.roster.look import Look
from desk.roster.machine import AgentMachine
from desk.roster.membership import Membership
from desk.roster.rings import (
    ANSWERED,
    CALLER_GONE,
    MISSED,
    REJECTED,
    UNREACHABLE,
    cut_short,
    offer_over,
)
from desk.roster.status import RosterAgent
from desk.roster.waiting import WaitingRoom

STALE: Final = timedelta(hours=16)
"""A shift is no longer than this: whoever's last fact is older is signed out at the start."""


@dataclass(slots=True)
class Seat:
    """One agent with everything that belongs to them."""

    known: RosterAgent
    machine: AgentMachine
    facts: AgentFacts
    membership: Membership
    news: int = 0
    """Grows with every event of the agent's lines: an older look must not undo them."""


class Floor:
    """The agents' seats. Also the `desk.roster.lines.Sink` of their lines."""

    def __init__(
        self,
        agents: Sequence[RosterAgent],
        ami: Ami,
        ledger: FloorLedger,
        clock: Clock,
        *,
        ring_cycle_ms: int,
        rings: int,
        timezone: tzinfo | None,
    ) -> None:
        self.changed: list[Callable[[str], None]] = []
        self.has_caller: list[Callable[[str], None]] = []
        self.members = {one.member: one.number for one in agents}
        self.prefixes = {one.prefix: one.number for one in agents}
        self.devices = {one.device: one.number for one in agents}
        self.seats = {
            one.number: Seat(
                known=one,
                machine=AgentMachine(one.number, clock),
                facts=AgentFacts(one.number, ledger, clock, timezone),
                membership=Membership(ami, one.number, one.member, one.queues, device=one.device),
            )
            for one in agents
        }
        nailed_up = {f"PJSIP/{one.number}": one.number for one in agents if one.nailed_up}
        self.lines = Lines(self.prefixes, self, clock, nailed_up=nailed_up)
        self.waiting = WaitingRoom(clock)
        self._clock, self._cycle_ms, self._rings = clock, ring_cycle_ms, rings
        self._ready: Counter[str] | None = None

    def restore(self, history: Iterable[FloorEvent]) -> None:
        """Take up where the facts of before end."""
        told: dict[str, list[FloorEvent]] = {number: [] for number in self.seats}
        for event in history:
            if event.agent in told:
                told[event.agent].append(event)
        for number, events in told.items():
            seat = self.seats[number]
            seat.facts.restore(events)
            seat.machine.restore(events)
            if events and self._clock.utc_now() - events[-1].at > STALE:
                self.keep(seat, seat.machine.sign_out())

    def keep(self, seat: Seat, facts: Iterable[Fact]) -> None:
        """Keep what came about, tell the queues and whoever watches."""
        for fact in facts:
            seat.facts.keep(fact)
        seat.membership.want(seat.machine.place)
        self.tell(seat.known.number)

    def tell(self, number: str) -> None:
        """Something about the agent has changed; about the waiting callers, if empty."""
        self._ready = None
        for tell in tuple(self.changed):
            tell(number)

    def ready_in(self, queue: str) -> int:
        """How many agents in a queue are ready; counted once between two changes."""
        if self._ready is None:
            self._ready = Counter(
                name
                for seat in self.seats.values()
                if seat.machine.state is AgentState.READY
                for name in seat.membership.queues or seat.known.queues
            )
        return self._ready[queue]

    # -- what the lines tell ---------------------------------------------------------------------

    def take(self, event: Message) -> None:
        """An event of a line."""
        number = self.lines.agent_of(event)
        if number is not None:
            self.seats[number].news += 1
            self.lines.take(event)

    def rings(self, line: Line) -> None:
        seat = self.seats[line.agent]
        self.keep(seat, seat.machine.rings(line.call_id))

    def answered(self, line: Line) -> None:
        seat = self.seats[line.agent]
        talks = seat.machine.answered(line.call_id, asked=line.asked)
        self.keep(seat, [self._offer_over(line, ANSWERED), *talks])

    def unanswered(self, line: Line, result: str) -> None:
        seat = self.seats[line.agent]
        # A line that stands is busy by itself, with a supervisor's listening in: no agent's no.
        busy = result == REJECTED and seat.known.nailed_up
        if result == MISSED and self._cut_short(line):
            result = CALLER_GONE
        facts = [self._offer_over(line, UNREACHABLE if busy else result)]
        if result == UNREACHABLE:
            facts += seat.machine.phone(here=False)
        missed = result in (MISSED, REJECTED) and not busy
        self.keep(seat, facts + seat.machine.rings_no_more(missed=missed))

    def held(self, line: Line, on: bool) -> None:
        seat = self.seats[line.agent]
        self.keep(seat, seat.machine.holds(on))

    def handed_over(self, line: Line) -> None:
        seat = self.seats[line.agent]
        self.keep(seat, seat.machine.has_caller())
        for tell in tuple(self.has_caller):
            tell(line.agent)

    def off(self, line: Line) -> None:
        seat = self.seats[line.agent]
        self.keep(seat, seat.machine.call_over(wraps=not line.asked))

    def _cut_short(self, line: Line) -> bool:
        return cut_short(line.dialled_ms, cycle_ms=self._cycle_ms, rings=self._rings)

    def _offer_over(self, line: Line, result: str) -> Fact:
        return offer_over(
            line.call_id,
            line.rung_ms or 0,
            result,
            cycle_ms=self._cycle_ms,
            rings=self._rings,
            asked=line.asked,
        )

    # -- what a look shows -------------------------------------------------------------------------

    def set_right(self, number: str, seen: Look) -> None:
        """Bring one agent's state in step with what is on the line.

        An offer whose end nobody heard leaves no fact: how long it rang is not known.
        """
        seat = self.seats[number]
        machine = seat.machine
        facts: list[Fact] = []
        if (here := seen.phones.get(seat.known.device)) is not None:
            facts += machine.phone(here)
        live = {line.unique_id: line for line in seen.lines.get(number, ())}
        self._set_lines_right(number, live, seen.states)
        talking, ringing = self.lines.talking(number), self.lines.ringing(number)
        if talking is not None:
            talking.call_id = talking.call_id or machine.talks_on or ""
            facts += machine.named(talking.call_id)
        on = talking.call_id if talking is not None else None
        if machine.talks_on is not None and on != machine.talks_on:
            facts += machine.call_over(wraps=not machine.asked)
        if talking is not None:
            facts += machine.answered(talking.call_id, asked=talking.asked)
            facts += machine.holds(talking.unique_id in seen.held)
        if ringing is not None:
            facts += machine.rings(ringing.call_id)
        elif machine.rings_for is not None:
            facts += machine.rings_no_more()
        seat.membership.look(seen.members)
        if facts or not seat.membership.fits(machine.place):
            self.keep(seat, facts)

    def _set_lines_right(
        self, number: str, live: dict[str, Line], states: Mapping[str, str]
    ) -> None:
        for line in self.lines.of(number):
            now = live.pop(line.unique_id, None)
            if now is not None:
                line.call_id = line.call_id or now.call_id
            # What it runs just now is no matter: for a moment after the answer that is our AGI.
            state = states.get(line.unique_id)
            if state is None:
                self.lines.drop(line)
            else:
                line.up, line.ringing = state == "Up", state == "Ringing"
        for line in live.values():
            line.call_id = line.call_id or self.lines.call_of(line.channel)
            self.lines.adopt(line)
