"""Drives one run on one channel to its end and records the steps and the end."""

from __future__ import annotations

from callflow.engine import Ended, FlowRun
from calls.call import Call, EndReason
from calls.events import EndedFact, Fault, Stepped
from calls.ports import Channel


async def conduct(call: Call, run: FlowRun, channel: Channel) -> Ended:
    """Perform `run` on `channel` until it ended; the channel records what it performs.

    On FAILED the line is left up: the channel's owner hands the caller to the fallback.
    """
    at = run.begin()
    while True:
        for entered in run.take_entered():
            call.record(Stepped(flow=entered.flow, step=entered.step, digest=entered.digest))
        if isinstance(at, Ended):
            break
        at = run.resume(await channel.perform(at))
    if at.reason is EndReason.FAILED:
        call.record(Fault(where="flow", problem=at.problem))
    else:
        await channel.hang_up()
    call.record(EndedFact(end_reason=at.reason.value, disposition=at.disposition))
    return at
