"""Drives one run on one channel to its end and records the steps and the end."""

from __future__ import annotations

from dataclasses import replace

from callflow.engine import Ended, FlowRun
from calls.call import Call, EndReason
from calls.events import EndedFact, Fault, RecordingStopped, Stepped
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
        _note_failure(call, at)
    else:
        await channel.hang_up()
        if at.reason is EndReason.COMPLETED and call.hung_up_by == "agent":
            at = replace(at, reason=EndReason.AGENT_HUNG_UP)
    call.record(EndedFact(end_reason=at.reason.value, disposition=at.disposition))
    return at


def _note_failure(call: Call, ended: Ended) -> None:
    if ended.problem:
        call.record(Fault(where="flow", problem=ended.problem))
    if call.recording:
        call.record(RecordingStopped(recording=call.recording, reason=ended.reason.value))
        call.recording = ""
