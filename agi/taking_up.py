"""Callers whose server died while the dialplan had them: their queue and talk went on.

A new process finds their channels in Asterisk and their facts in the ledger, and waits for the
news of their stay as the old one did. What the old process alone knew is lost: the flow's own
place. So a caller whose agent hangs up is done; one whom nobody took begins the flow anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from agi.away import LONGEST_TALK_S, news
from agi.channel import AgiChannel, Equipment
from agi.environment import Environment
from agi.phone_line import PhoneLine
from agi.queueing import Agents, Waiting
from agi.session import AbsentSession
from callflow.conduct import conduct
from callflow.engine import FlowRun
from calls.actions import Queue
from calls.call import Call, EndReason
from calls.events import CallEvent, EndedFact, Fault
from calls.outcomes import HungUp, Outcome, QueueLeft

_log = structlog.get_logger("agi.taking_up")

Start = Callable[[str, Mapping[str, Any]], FlowRun]
"""A new run of a flow by name, with the call's variables. KeyError for an unknown flow."""

_END_BY = {"agent": EndReason.AGENT_HUNG_UP, "network": EndReason.NETWORK}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftCall:
    """A call that is in Asterisk's queue, or in a talk out of it, and has no server."""

    events: Sequence[CallEvent]
    """Its facts so far, in order, `offered` first and `queued` among them."""

    channel: str
    uniqueid: str

    @property
    def id(self) -> str:
        """The call's id."""
        return self.events[0].call_id

    def last(self, kind: str) -> CallEvent | None:
        """Its last fact of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind), None)


async def take_up(
    left: LeftCall, agent_flow: str, call: Call, equipment: Equipment, start: Start
) -> None:
    """Carry a left call from here to its end. Never raises but CancelledError.

    `agent_flow` is what an agent performs who picks up from now on.
    """
    back = equipment.desk
    away = back.expect(call.id, left.uniqueid)
    channel = AgiChannel(call, AbsentSession(_environment(left)), equipment)
    line = channel.line
    try:
        stay = _stay(left, agent_flow, line, equipment)
        most_wait_s = stay.action.most_wait_ms / 1000
        outcome = await news(line, stay, away, most_wait_s, LONGEST_TALK_S)
        await _go_on(left, outcome, channel, start)
    except asyncio.CancelledError:
        if equipment.agents is not None:
            equipment.agents.leave(call)
        raise
    except Exception as error:  # noqa: BLE001  the dialplan's fallback takes this caller
        _log.error("a call taken up failed", call=call.id, error=type(error).__name__)
        call.record(Fault(where="server", problem=type(error).__name__))
        call.record(EndedFact(end_reason=EndReason.FAILED.value, disposition=""))
    finally:
        back.forget(call.id)
        if equipment.agents is not None:
            equipment.agents.over(call)
        channel.close()


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


def _stay(left: LeftCall, agent_flow: str, line: PhoneLine, equipment: Equipment) -> Waiting:
    queued, answered = left.last("queued"), left.last("agent_answered")
    offered: Mapping[str, Any] = left.events[0].data
    desk = equipment.agents
    known = {name: str(offered.get(name, "")) for name in ("ani", "dnis", "caller_name")}
    began_ms = queued.offset_ms if queued else 0
    queue = str(queued.data["queue"]) if queued else ""
    stay = Waiting(
        line=line,
        action=Queue(name=queue, most_wait_ms=3_600_000, agent_flow=agent_flow),
        agents=None if desk is None else Agents(desk=desk, variables=known),
        places=equipment.desk.places,
        beside=None,
        began_ms=began_ms,
    )
    if answered is not None and answered.offset_ms >= began_ms:
        stay.agent = str(answered.data["agent"])
        stay.answered_ms = next(
            event.offset_ms
            for event in left.events
            if event.kind == "agent_answered" and event.offset_ms >= began_ms
        )
        if desk is not None:
            desk.found(line.call, left.events)
    else:
        equipment.desk.places.join(queue, line.call.id, 0)
    return stay


async def _go_on(left: LeftCall, outcome: Outcome, channel: AgiChannel, start: Start) -> None:
    call = channel.call
    if isinstance(outcome, HungUp):
        reason = _END_BY.get(outcome.by, EndReason.CALLER_HUNG_UP)
        disposition = str(outcome.values.get("disposition", ""))
        disposition = disposition or ("served" if outcome.talked_ms else "abandoned")
    elif isinstance(outcome, QueueLeft) and outcome.name == "answered":
        await channel.hang_up()
        reason = EndReason.AGENT_HUNG_UP
        disposition = str(outcome.values.get("disposition", "")) or "served"
    else:
        offered = left.events[0].data
        known = {name: str(offered.get(name, "")) for name in ("ani", "dnis", "caller_name")}
        run = start(str(offered["flow"]), known)
        channel.knows = lambda: run.variables
        await conduct(call, run, channel)
        return
    call.record(EndedFact(end_reason=reason.value, disposition=disposition))
