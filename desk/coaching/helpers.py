"""What others do for a coached flow: the back office, the recorder, whoever moves the caller."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from calls.actions import OfficeAction, Queue, Record, Transfer
from calls.call import Call
from calls.events import Fault, LeftQueue, Queued, Transferred, Transferring
from calls.outcomes import Failed, HungUp, Outcome, QueueLeft, TransferLeft
from calls.ports import Office
from desk.coaching.ports import MovePort, RecordPort

MOVED_WITHIN_S: Final = 1.0
"""A transfer that took the caller away may still say so when the agent's line is down."""


@dataclass(slots=True, kw_only=True)
class Helpers:
    """Everybody but the agent who performs a part of one call's flow."""

    call: Call
    agent: str
    office: Office | None = None
    recorder: RecordPort | None = None
    mover: MovePort | None = None
    fallen: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the talk is over."""

    async def perform(self, action: Record | Transfer | Queue | OfficeAction) -> Outcome:
        """Have it done, to its outcome."""
        match action:
            case Record(command=command):
                if self.recorder is None:
                    return Failed(reason="nobody records")
                return await self.recorder.record(self.call, command)
            case Transfer() | Queue():
                return await self._move(action)
            case _:
                if self.office is None:
                    return Failed(reason="there is no back office")
                return await self.office.perform(self.call, action)

    async def _move(self, action: Transfer | Queue) -> Outcome:
        """Hand the caller on; a line that goes down meanwhile ends it soon."""
        moving = asyncio.ensure_future(moved(self.call, self.agent, self.mover, action))
        falling = asyncio.ensure_future(self.fallen.wait())
        try:
            await asyncio.wait((moving, falling), return_when=asyncio.FIRST_COMPLETED)
            if not moving.done():
                await asyncio.wait((moving,), timeout=MOVED_WITHIN_S)
            return moving.result() if moving.done() else HungUp(by="caller")
        finally:
            moving.cancel()
            falling.cancel()


async def moved(
    call: Call, agent: str, mover: MovePort | None, action: Transfer | Queue
) -> Outcome:
    """Hand the caller on and record both ends of it."""
    if mover is None:
        return _failed(call, "nobody can move the caller")
    if isinstance(action, Transfer):
        call.record(Transferring(to=action.to))
        return _noted(call, action, await mover.transfer(call, agent, action))
    call.record(Queued(queue=action.name))
    return _noted(call, action, await mover.queue(call, agent, action))


def _noted(call: Call, action: Transfer | Queue, outcome: Outcome) -> Outcome:
    """Record how it ended; what has begun is ended also where nothing came of it."""
    if isinstance(outcome, HungUp):
        return outcome
    result, waited_ms, talked_ms, agent = "failed", 0, 0, ""
    if isinstance(outcome, TransferLeft | QueueLeft):
        result, waited_ms, talked_ms = outcome.name, outcome.waited_ms, outcome.talked_ms
        agent = outcome.agent if isinstance(outcome, QueueLeft) else ""
    if isinstance(action, Transfer):
        call.record(
            Transferred(to=action.to, result=result, waited_ms=waited_ms, talked_ms=talked_ms)
        )
    else:
        call.record(
            LeftQueue(
                queue=action.name,
                result=result,
                waited_ms=waited_ms,
                talked_ms=talked_ms,
                agent=agent,
            )
        )
    return _failed(call, outcome.reason) if isinstance(outcome, Failed) else outcome


def _failed(call: Call, reason: str) -> Failed:
    call.record(Fault(where="coach", problem=reason))
    return Failed(reason=reason)
