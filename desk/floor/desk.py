"""The desk as its server sees it: snapshots, orders, and who is told of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from calls.clock import Clock
from calls.floor.events import FloorEvent, ShiftNote
from calls.floor.orders import Order
from calls.floor.states import AgentState
from calls.floor.view import CallerFile, PanelView
from calls.floor.wall import WallView
from desk.control.calls import CallControl
from desk.floor.house import FloorHouse
from desk.floor.notes import ShiftNotes
from desk.floor.ordering import Ordering
from desk.floor.panel_view import PanelViews
from desk.floor.standing import HelpDesk, Mutes
from desk.floor.talks import Talks
from desk.floor.telling import Tell, Telling
from desk.floor.wall_sight import WallSight
from desk.roster.nailed_up import NailedLines
from desk.roster.roster import Roster
from desk.supervision.limits import WallLimits
from desk.supervision.queue_fold import QueueFold
from desk.supervision.spoken import SpokenCues
from desk.supervision.spying import Spies
from desk.supervision.wall import Wall

NO_PANEL_S: Final = 30.0
"""An agent who is ready and whose panel is gone so long is offered no more calls: nobody may be
there to see them ring."""

_MUSIC_MEANWHILE: Final = ("dialling", "talking")
UNREACHABLE: Final = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What a desk is made of."""

    house: FloorHouse
    roster: Roster
    talks: Talks
    control: CallControl
    spies: Spies
    cues: SpokenCues
    nailed_up: NailedLines
    queues: QueueFold
    limits: WallLimits
    clock: Clock
    troubles: Callable[[], Sequence[str]]
    """What is wrong just now, the worst first; empty if nothing."""

    past_caller: Callable[[str], CallerFile]
    """Who called with a call that this process never had."""

    history: Sequence[FloorEvent] = ()
    """Today's facts of the floor."""

    notes: Sequence[FloorEvent] = ()
    """Shift notes from before that."""


class HouseDesk:
    """Implements `desk.server.ports.Desk` on the rooms of one process."""

    def __init__(self, rooms: Rooms, *, no_panel_s: float = NO_PANEL_S) -> None:
        self._house, self._roster, self._talks = rooms.house, rooms.roster, rooms.talks
        self._control, self._troubles = rooms.control, rooms.troubles
        self._clock, self._no_panel_s = rooms.clock, no_panel_s
        self._telling = Telling()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._notes = ShiftNotes((*rooms.notes, *rooms.history))
        self._helps = HelpDesk(self.changed, rooms.history)
        self._mutes = Mutes(self.changed)
        self._orders = self._make_orders(rooms)
        self._views = self._make_views(rooms)
        self._wall = self._make_wall(rooms)
        rooms.roster.changed.append(self._roster_changed)
        rooms.roster.has_caller.append(rooms.talks.has_caller)
        rooms.control.on_change.append(self._hold_changed)
        rooms.spies.on_change.append(self.changed)

    def _make_orders(self, rooms: Rooms) -> Ordering:
        return Ordering(
            rooms.house,
            rooms.roster,
            rooms.talks,
            rooms.control,
            rooms.spies,
            rooms.cues,
            nailed_up=rooms.nailed_up,
            helps=self._helps,
            mutes=self._mutes,
            noted=self._noted,
        )

    def _make_views(self, rooms: Rooms) -> PanelViews:
        return PanelViews(
            rooms.house,
            rooms.talks,
            rooms.roster,
            self._notes,
            controlled=rooms.nailed_up.stands,
            consult=rooms.control.consult_of,
            held=rooms.control.held,
            listeners=rooms.spies.listeners,
            muted=self._muted,
            help_asked=lambda agent: self._helps.text(agent) is not None,
            trouble=lambda: next(iter(rooms.troubles()), ""),
            past_caller=rooms.past_caller,
        )

    def _muted(self, agent: str, channel: str) -> bool:
        """By the desk, or by a phone that its panel drives."""
        return self._control.muted(channel) or self._mutes.muted(agent, channel)

    def _make_wall(self, rooms: Rooms) -> Wall:
        sight = WallSight(rooms.house, rooms.roster, rooms.talks, self._helps, rooms.spies)
        return Wall(
            rooms.limits,
            rooms.clock,
            roster=sight,
            coaches=sight,
            queues=rooms.queues,
            company=rooms.house.company,
        )

    # -- for the server --------------------------------------------------------------------------

    def knows(self, agent: str) -> bool:
        return agent in self._house.agents

    def is_supervisor(self, agent: str) -> bool:
        return self.knows(agent) and self._house.agents[agent].supervisor

    def view(self, agent: str, seq: int) -> PanelView:
        return self._views.view(agent, seq)

    def wall(self, seq: int) -> WallView:
        return self._wall.view(seq, troubles=self._troubles())

    async def carry_out(self, agent: str, order: Order) -> str:
        return await self._orders.carry_out(agent, order)

    def on_change(self, agent: str, tell: Tell) -> Callable[[], None]:
        return self._telling.listen(agent, tell)

    def start(self) -> None:
        """Whoever the last desk left on duty has as long as always to come back."""
        for status in self._roster.statuses():
            self.panel_there(status.number, False)

    def panel_there(self, agent: str, there: bool) -> None:
        waiting = self._leaving.pop(agent, None)
        if waiting is not None:
            waiting.cancel()
        if not there:
            loop = asyncio.get_running_loop()
            self._leaving[agent] = loop.call_later(self._no_panel_s, self._left_alone, agent)

    # -- what changes ----------------------------------------------------------------------------

    def changed(self, agent: str) -> None:
        """The agent's snapshot may be another one now; empty: everybody's."""
        self._telling.changed(agent)

    def close(self) -> None:
        """End what runs by itself."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()
        self._telling.close()

    def _left_alone(self, agent: str) -> None:
        """The panel has been away too long. A call at the ear goes on; offers stop after it."""
        self._leaving.pop(agent, None)
        if self._roster.wants_calls(agent):
            self._roster.not_ready(agent, UNREACHABLE)

    def _roster_changed(self, agent: str) -> None:
        if agent:
            self._talks.follow(agent)
            self._hold_changed(agent)
        else:
            self.changed("")

    def _hold_changed(self, agent: str) -> None:
        """The coach's clocks stand while the caller is on hold, however that came about."""
        found = self._talks.of(agent)
        if found is not None and found.coach is not None and not found.over:
            known = self._roster.knows(agent)
            by_phone = known and self._roster.status(agent).state is AgentState.HOLD
            found.coach.hold(on=by_phone or self._control.held(agent))
            consult = self._control.consult_of(agent)
            # While the agent asks a colleague the caller hears music; a hold of the desk's is no
            # consult that a panel shows.
            asking = consult is not None and consult.state in _MUSIC_MEANWHILE
            found.coach.music(on=asking)
        self.changed(agent)

    def _noted(self, agent: str, note: ShiftNote) -> None:
        self._notes.take(FloorEvent(agent, self._clock.utc_now(), note.kind, note.data()))
        self.changed("")
