"""Callers whose server died while the dialplan had them: their queue, transfer and talk went on.

A new process finds their channels in Asterisk and their facts in the ledger, and waits for the
news of their stay as the old one did. What the old process alone knew is lost: the flow's own
place. So a caller who talked is done when that is over; one whom nobody took begins the flow anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from agi.away import ANSWERED, LONGEST_TALK_S, AwayCall, Request, Stay, news
from agi.channel import AgiChannel, Equipment
from agi.environment import Environment
from agi.phone_line import PhoneLine
from agi.queueing import Agents, Waiting, agent_name
from agi.session import AbsentSession
from agi.transferring import Transferral
from callflow.conduct import conduct
from callflow.engine import FlowRun
from calls.actions import Queue
from calls.call import Call, EndReason
from calls.events import CallEvent, EndedFact
from calls.outcomes import HungUp, Outcome, QueueLeft, TransferLeft

_log = structlog.get_logger("agi.taking_up")

Start = Callable[[str, Mapping[str, Any]], FlowRun]
"""A new run of a flow by name, with the call's variables. KeyError for an unknown flow."""

_END_BY = {"agent": EndReason.AGENT_HUNG_UP, "network": EndReason.NETWORK}
_BEGINS: Final = {"queue": "queued", "transfer": "transferring"}
"""By the dialplan's own word for a stay: the fact with which it begins."""

_ENDS: Final = {"left_queue": "queued", "transferred": "transferring"}
SERVER_STOPPED: Final = "the server was stopped"
"""The problem of a call whose time to finish was over."""

_LATE_S: Final = 2.0
"""News of a line that is gone may be under way yet."""

_MOST_WAIT_MS: Final = 3_600_000


def stay_begun(events: Sequence[CallEvent], where: str) -> CallEvent | None:
    """The fact with which the caller's stay in a `queue` or `transfer` began; None if in none.

    An agent who hands the caller on begins and ends others in it: the first that is open counts.
    """
    begun: list[CallEvent] = []
    for event in events:
        if event.kind in _ENDS.values():
            begun.append(event)
        elif event.kind in _ENDS:
            same = [one for one in begun if one.kind == _ENDS[event.kind]]
            if same:
                begun.remove(same[-1])
        elif event.kind in ("hung_up", "ended"):
            return None
    return next((one for one in begun if one.kind == _BEGINS.get(where)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftCall:
    """A call in Asterisk's queue or transfer, or in a talk out of it, that has no server."""

    events: Sequence[CallEvent]
    """Its facts so far, in order, `offered` first."""

    began: CallEvent
    """The one with which its stay began (`stay_begun`)."""

    channel: str
    uniqueid: str

    @property
    def id(self) -> str:
        """The call's id."""
        return self.events[0].call_id

    def last(self, kind: str) -> CallEvent | None:
        """Its last fact of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind), None)

    def first_ms(self, kind: str, *, after: CallEvent) -> int | None:
        """When the first fact of a kind came about after another; None if none did."""
        later = (one for one in self.events if one.kind == kind and one.seq > after.seq)
        return next((one.offset_ms for one in later), None)

    @property
    def known(self) -> dict[str, str]:
        """What its flow began with."""
        offered = self.events[0].data
        return {name: str(offered.get(name, "")) for name in ("ani", "dnis", "caller_name")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How Asterisk has a left call by the time that its news come here."""

    away: bool = True
    """The dialplan has the caller and will tell what becomes of them."""

    taken_by: str = ""
    """The channel of who talks with the caller."""

    taken_at: datetime | None = None


def at_the_desk(left: LeftCall, call: Call, equipment: Equipment, back: str) -> AgiChannel:
    """The call's channel until the caller is back: a line of which only news come."""
    return AgiChannel(call, AbsentSession(_environment(left)), equipment, back)


async def take_up(
    left: LeftCall,
    away: AwayCall,
    standing: Standing,
    agent_flow: str,
    channel: AgiChannel,
    equipment: Equipment,
    start: Start,
) -> None:
    """Carry a left call from here to its end. Never raises but CancelledError.

    `agent_flow` is what an agent performs who picks up from now on.
    """
    call, line = channel.call, channel.line
    try:
        if standing.away or await _told(away):
            stay = _stay(left, standing, agent_flow, line, equipment)
            outcome = await news(line, stay, away, _MOST_WAIT_MS / 1000, LONGEST_TALK_S)
            await _go_on(left, outcome, channel, start)
        else:
            call.recording_over(EndReason.INTERRUPTED.value)
            _over(call, EndReason.INTERRUPTED, "")
    except asyncio.CancelledError:
        if equipment.agents is not None:
            equipment.agents.leave(call)
        if not line.left:
            call.broken_off(EndReason.INTERRUPTED, SERVER_STOPPED)
        raise
    except Exception as error:  # noqa: BLE001  the dialplan's fallback takes this caller
        _log.error("a call taken up failed", call=call.id, error=type(error).__name__)
        call.broken_off(EndReason.FAILED, type(error).__name__)
    finally:
        equipment.desk.forget(call.id)
        equipment.desk.places.leave(call.id)
        if equipment.agents is not None:
            equipment.agents.over(call)
        channel.close()


async def _told(away: AwayCall) -> bool:
    """Whether news of a caller whom the dialplan has no more came in time to be heard."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _LATE_S
    while away.requests.empty() and loop.time() < until:
        await asyncio.sleep(0.05)
    return not away.requests.empty()


def _over(call: Call, reason: EndReason, disposition: str) -> None:
    call.record(EndedFact(end_reason=reason.value, disposition=disposition))


def _environment(left: LeftCall) -> Environment:
    """As much of the channel's block as the ledger tells."""
    offered = left.events[0].data
    return Environment(
        network_script=str(offered["flow"]),
        agi_uniqueid=left.uniqueid,
        agi_channel=left.channel,
        callerid=str(offered.get("ani", "")) or "unknown",
        calleridname=str(offered.get("caller_name", "")) or "unknown",
        dnid=str(offered.get("dnis", "")),
        extension="s",
        context="cc-call",
        priority="1",
        arguments=(),
    )


def _stay(
    left: LeftCall, standing: Standing, agent_flow: str, line: PhoneLine, equipment: Equipment
) -> Stay:
    if left.began.kind == "queued":
        return _waiting(left, standing, agent_flow, line, equipment)
    stay = Transferral(line=line, to=str(left.began.data["to"]), began_ms=left.began.offset_ms)
    if standing.taken_at is not None:
        since_ms = (standing.taken_at - line.call.offered_at) // timedelta(milliseconds=1)
        # By Asterisk's clock, which may be another one.
        stay.answered_ms = min(max(since_ms, stay.began_ms), line.call.elapsed_ms())
    return stay


def _waiting(
    left: LeftCall, standing: Standing, agent_flow: str, line: PhoneLine, equipment: Equipment
) -> Waiting:
    answered = left.last("agent_answered")
    desk = equipment.agents
    began_ms = left.began.offset_ms
    queue = str(left.began.data["queue"])
    stay = Waiting(
        line=line,
        action=Queue(name=queue, most_wait_ms=_MOST_WAIT_MS, agent_flow=agent_flow),
        agents=None if desk is None else Agents(desk=desk, variables=left.known),
        places=equipment.desk.places,
        beside=None,
        began_ms=began_ms,
    )
    if answered is not None and answered.offset_ms >= began_ms:
        stay.agent = str(answered.data["agent"])
        stay.answered_ms = left.first_ms("agent_answered", after=left.began)
        stay.again_ms = left.first_ms("agent_offered", after=answered)
        if desk is not None:
            desk.found(line.call, left.events)
    elif not standing.taken_by:
        equipment.desk.places.join(queue, line.call.id, 0)
    if standing.taken_by and agent_name(standing.taken_by) != stay.agent:
        # Picked up while there was no server to be told, perhaps by whom the last agent sent it to.
        stay.note(Request(ANSWERED, standing.taken_by))
    else:
        stay.talks_on = standing.taken_by
    return stay


async def _go_on(left: LeftCall, outcome: Outcome, channel: AgiChannel, start: Start) -> None:
    queued = left.began.kind == "queued"
    if isinstance(outcome, HungUp):
        reason = _END_BY.get(outcome.by, EndReason.CALLER_HUNG_UP)
        untaken = "abandoned" if queued else "hung_up"
        done = "served" if outcome.talked_ms else untaken
        _over(channel.call, reason, str(outcome.values.get("disposition", "")) or done)
    elif isinstance(outcome, QueueLeft) and outcome.name == "answered":
        await channel.hang_up()
        said = str(outcome.values.get("disposition", "")) or "served"
        _over(channel.call, EndReason.AGENT_HUNG_UP, said)
    elif isinstance(outcome, TransferLeft) and outcome.name == "answered":
        await channel.hang_up()
        _over(channel.call, EndReason.COMPLETED, "served")
    else:
        run = start(str(left.events[0].data["flow"]), left.known)
        channel.knows = lambda: run.variables
        await conduct(channel.call, run, channel)
