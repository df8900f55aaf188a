"""One agent's snapshot, from the rooms that know its parts. Pure but for what they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from calls.floor.script_view import Choice, ScriptView
from calls.floor.states import TALKING, AgentState
from calls.floor.view import (
    CallerFile,
    CallView,
    ConsultView,
    DayView,
    OfferView,
    PanelView,
    PhoneView,
    QueueView,
    StateView,
)
from desk.floor.agent_call import AgentCall
from desk.floor.house import FloorHouse
from desk.floor.notes import ShiftNotes
from desk.floor.talks import Talks
from desk.roster.roster import Roster
from desk.roster.status import AgentStatus
from ledger.floor_day import AgentDay

_WITH_A_CALL: Final = TALKING | {AgentState.WRAP_UP}


class PanelViews:
    """Builds the snapshots of all panels."""

    def __init__(
        self,
        house: FloorHouse,
        talks: Talks,
        roster: Roster,
        notes: ShiftNotes,
        *,
        controlled: Callable[[str], bool],
        consult: Callable[[str], ConsultView | None],
        held: Callable[[str], bool],
        listeners: Callable[[str], tuple[str, ...]],
        muted: Callable[[str, str], bool],
        help_asked: Callable[[str], bool],
        trouble: Callable[[], str],
        past_caller: Callable[[str], CallerFile],
    ) -> None:
        """The functions answer for an agent's number; `muted` for a channel of the agent's too."""
        self._house, self._talks, self._roster, self._notes = house, talks, roster, notes
        self._controlled, self._consult, self._held = controlled, consult, held
        self._listeners, self._muted = listeners, muted
        self._help_asked, self._trouble = help_asked, trouble
        self._past_caller = past_caller
        self._colleagues = {agent: house.colleagues_of(agent) for agent in house.agents}

    def view(self, agent: str, seq: int) -> PanelView:
        """The snapshot of now."""
        house, status = self._house, self._roster.status(agent)
        return PanelView(
            seq=seq,
            company=house.company,
            agent=house.agents[agent],
            state=StateView(
                state=status.state,
                for_ms=status.for_ms,
                reason=status.reason,
                after_call=status.after_call,
            ),
            phone=PhoneView(
                registered=status.phone_here,
                controlled=self._controlled(agent),
                nailed_up=agent in house.nailed_up,
            ),
            offer=self._offer(agent, status),
            call=self._call(agent, status),
            queues=self._queues(house.agents[agent].queues),
            today=_day(self._roster.today(agent)),
            notes=tuple(self._notes.latest()),
            destinations=house.destinations,
            colleagues=self._colleagues[agent],
            help_asked=self._help_asked(agent),
            trouble=self._trouble(),
        )

    def _offer(self, agent: str, status: AgentStatus) -> OfferView | None:
        rings = self._roster.offer(agent)
        if rings is None:
            return None
        known = self._talks.offer_to(agent, rings.call_id)
        sender = _sender(known, agent)
        sent = self._talks.sent_on(known.call) if known and sender else None
        if known is None:
            waited_ms = max(0, rings.waited_ms - rings.rung_ms)
        elif sent is not None:
            waited_ms = max(0, known.call.elapsed_ms() - sent.offset_ms - rings.rung_ms)
        else:
            # What the caller waited for the colleague is no wait for this agent.
            waited_ms = 0 if sender else known.waited_ms
        return OfferView(
            call_id=rings.call_id,
            queue=known.queue if known else rings.queue,
            caller=known.file if known else self._talks.stranger(rings.number, rings.name),
            rung_ms=rings.rung_ms,
            ring_cycle_ms=self._house.ring_cycle_ms,
            rings=self._house.rings,
            waited_ms=waited_ms,
            sent_by=sender,
            asked=rings.asked,
            cut_off=sent is not None and sent.cut_off,
        )

    def _queues(self, names: tuple[str, ...]) -> tuple[QueueView, ...]:
        waiting = self._roster.waiting()
        return tuple(
            QueueView(
                name=name,
                waiting=sum(one.queue == name for one, _ in waiting),
                longest_ms=max((ms for one, ms in waiting if one.queue == name), default=0),
                ready=self._roster.ready_in(name),
            )
            for name in names
        )

    def _call(self, agent: str, status: AgentStatus) -> CallView | None:
        found = self._talks.of(agent)
        if found is None or found.coach is None or (found.over and not _is_about(status, found)):
            return self._bare(agent, status)
        coach = found.coach
        view = CallView(
            call_id=found.call.id,
            queue=found.queue,
            caller=found.file,
            talked_ms=found.talked_ms if found.over else coach.talked_ms,
            held_ms=status.held_ms,
            over=found.over,
            broken=coach.broken(),
            dispositions=self._dispositions(found),
            disposition=found.disposition,
        )
        if found.over:
            return view
        return view.model_copy(
            update={
                "on_hold": status.state is AgentState.HOLD or self._held(agent),
                "muted": self._muted(agent, found.channel),
                "recording": bool(found.call.recording),
                "script": self._script(found),
                "hearing": coach.hearing(),
                "due": coach.due(),
                "consult": self._consult(agent),
                "listeners": self._listeners(agent),
            }
        )

    def _bare(self, agent: str, status: AgentStatus) -> CallView | None:
        """A call that nobody is coached through: a colleague asks about it, it came straight to the
        phone, or it is to be wrapped up behind another one."""
        if status.state not in _WITH_A_CALL:
            return None
        known = self._talks.by_id(status.call_id)
        asker = known.agent if known and status.asked and known.agent != agent else ""
        consult = self._consult(asker) if asker else None
        return CallView(
            call_id=status.call_id,
            asked_by=asker,
            joined=consult is not None and consult.state == "three_way",
            queue=known.queue if known else "",
            caller=known.file if known else self._past_caller(status.call_id),
            talked_ms=status.talked_ms,
            held_ms=status.held_ms,
            on_hold=status.state is AgentState.HOLD,
            muted=bool(status.channel) and self._muted(agent, status.channel),
            over=status.state is AgentState.WRAP_UP,
            dispositions=self._house.dispositions,
        )

    def _script(self, found: AgentCall) -> ScriptView | None:
        return None if found.coach is None else found.coach.script()

    def _dispositions(self, found: AgentCall) -> tuple[Choice, ...]:
        known = self._house.dispositions
        own = found.disposition
        if not own or any(one.name == own for one in known):
            return known
        return (Choice(name=own, title={"zh": own, "en": own.replace("_", " ")}), *known)


def _sender(known: AgentCall | None, agent: str) -> str:
    """Whose call rings at `agent`, maybe their own, come back; empty for a queue's."""
    if known is None:
        return ""
    return known.agent if known.agent != agent else known.sent_by


def _is_about(status: AgentStatus, found: AgentCall) -> bool:
    return status.state in _WITH_A_CALL and status.call_id == found.call.id


def _day(day: AgentDay) -> DayView:
    return DayView(
        answered=day.answered,
        handled=day.handled,
        consults=day.consults,
        missed=day.missed,
        within_three_rings=day.within_three_rings,
        promises=day.promises,
        rules_broken=day.rules_broken,
        talk_ms=day.in_state(AgentState.ON_CALL),
        consult_ms=day.in_state(AgentState.CONSULT),
        hold_ms=day.in_state(AgentState.HOLD),
        wrap_up_ms=day.in_state(AgentState.WRAP_UP),
        ready_ms=day.in_state(AgentState.READY),
        not_ready_ms=day.in_state(AgentState.NOT_READY),
    )
