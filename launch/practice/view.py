"""What the panel shows of a practice call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from calls.call import Call
from calls.floor.states import AgentState
from calls.floor.view import (
    AgentCard,
    CallerFile,
    CallView,
    DayView,
    OfferView,
    PanelView,
    PhoneView,
    StateView,
)
from calls.masking import mask
from launch.practice.stage import NUMBER, Stage
from launch.practice.talk import PracticeTalk

_NO_CALL: Final = (AgentState.NOT_READY, AgentState.READY, AgentState.RINGING)
_CALLER: Final = CallerFile(number=mask(NUMBER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A practice call as it stands."""

    seq: int
    state: AgentState
    for_ms: int
    call: Call | None
    talk: PracticeTalk | None
    talked_ms: int
    """Of a talk that is over."""

    disposition: str


def panel_view(stage: Stage, now: Moment) -> PanelView:
    """The panel's snapshot of a moment."""
    floor, agent = stage.floor, stage.agent
    reason = "training" if now.state is AgentState.NOT_READY else ""
    return PanelView(
        seq=now.seq,
        company=floor.company,
        agent=floor.agents.get(agent) or AgentCard(number=agent, name=""),
        state=StateView(state=now.state, for_ms=now.for_ms, reason=reason),
        phone=PhoneView(registered=True, controlled=True),
        offer=_offer(stage, now),
        call=_call(stage, now),
        today=DayView(),
        destinations=floor.destinations,
        colleagues=floor.colleagues_of(agent),
    )


def _offer(stage: Stage, now: Moment) -> OfferView | None:
    if now.call is None or now.state is not AgentState.RINGING:
        return None
    return OfferView(
        call_id=now.call.id,
        queue=stage.queue,
        caller=_CALLER,
        rung_ms=now.call.elapsed_ms(),
        ring_cycle_ms=stage.floor.ring_cycle_ms,
        rings=stage.floor.rings,
    )


def _call(stage: Stage, now: Moment) -> CallView | None:
    call, talk = now.call, now.talk
    if call is None or talk is None or now.state in _NO_CALL:
        return None
    coach, over = talk.coach, now.state is AgentState.WRAP_UP
    return CallView(
        call_id=call.id,
        queue=stage.queue,
        caller=_CALLER,
        talked_ms=now.talked_ms if over else coach.talked_ms,
        on_hold=talk.on_hold,
        muted=talk.muted,
        recording=bool(call.recording),
        over=over,
        script=None if over else coach.script(),
        hearing=talk.hearing(),
        due=() if over else coach.due(),
        broken=coach.broken(),
        consult=None if over else talk.consult(),
        dispositions=stage.floor.dispositions,
        disposition=now.disposition or coach.disposition,
    )
