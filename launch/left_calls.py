"""Calls that outlived the last server: their lines are up in Asterisk, their facts kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog

from agi.reception import Reception
from agi.taking_up import LeftCall
from callflow.acts.queueing import QueueAct
from callflow.house import House
from calls.events import CallEvent
from desk.ami.channels import channel_of
from desk.ami.client import AmiClient, AmiTimes
from desk.ami.errors import AmiError
from desk.roster.lines import CALL_VARIABLE, call_in
from launch.agents_desk import ami_address
from launch.agents_port import OpenedDesk
from launch.settings import Settings
from ledger.reader import LedgerReader

_MOST_WAIT_S: Final = 3.0
"""For Asterisk to answer: beyond it nothing is known of any line, and the calls are given up."""

_AWAY: Final = "queued"
_BACK: Final = frozenset({"left_queue", "ended", "hung_up"})

_log = structlog.get_logger(__name__)


async def left_calls(settings: Settings, state: Path, reader: LedgerReader) -> list[LeftCall]:
    """Calls in a queue or its talk whose channels live; none where Asterisk cannot be asked."""
    open_calls = await asyncio.to_thread(_away, reader)
    address = ami_address(settings, state) if open_calls else None
    if address is None:
        return []
    ami = AmiClient(address, times=AmiTimes(connect_s=_MOST_WAIT_S, first_wait_s=0.2))
    await ami.start()
    try:
        if not await ami.wait_up(_MOST_WAIT_S):
            _log.warning("Asterisk does not answer for calls of the last server")
            return []
        rows = await ami.ask("Status", ("Variables", CALL_VARIABLE))
    except AmiError as error:
        _log.warning("Asterisk cannot be asked for calls of the last server", problem=str(error))
        return []
    finally:
        await ami.stop()
    found = []
    for row in rows:
        if row.event != "Status":
            continue
        channel = channel_of(row)
        call_id = call_in((*row.all("Variable"), *row.all("ChanVariable")))
        events = open_calls.get(call_id)
        if events is not None and events[0].data.get("uniqueid") == channel.unique_id:
            found.append(LeftCall(events=events, channel=channel.name, uniqueid=channel.unique_id))
    return found


@asynccontextmanager
async def taken_up(
    left: Sequence[LeftCall], desk: OpenedDesk, reception: Reception, house: House
) -> AsyncIterator[None]:
    """Carry these calls on beside the block; those not over by its end are left once more."""
    tasks = []
    # All at a time: each may wait for Asterisk.
    await asyncio.gather(*(desk.tell(one.channel, "__CC_BACK", reception.back) for one in left))
    for one in left:
        flow = agent_flow(house, one.events)
        tasks.append(asyncio.create_task(reception.take_up(one, flow)))
    if left:
        _log.info("calls of the last server go on", calls=[one.id for one in left])
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def agent_flow(house: House, events: Sequence[CallEvent]) -> str:
    """The flow that an agent performs, by the step that put the caller into the queue."""
    before: Mapping[str, str] = {}
    found = ""
    for event in events:
        if event.kind == "stepped":
            before = event.data
        elif event.kind == _AWAY:
            flow = house.flows.get(str(before.get("flow")))
            at = None if flow is None else flow.index.get(str(before.get("step")))
            act = None if flow is None or at is None else flow.steps[at].act
            found = act.agent_flow if isinstance(act, QueueAct) else ""
    return found


def _away(reader: LedgerReader) -> dict[str, list[CallEvent]]:
    """Facts of the open calls that the dialplan has, by call."""
    found = {}
    for call in reader.calls(live=True):
        events = reader.events(call.id)
        kinds = [event.kind for event in events]
        if _AWAY in kinds and _BACK.isdisjoint(kinds[_last(kinds, _AWAY) :]):
            found[call.id] = events
    return found


def _last(kinds: Sequence[str], kind: str) -> int:
    return len(kinds) - 1 - kinds[::-1].index(kind)
