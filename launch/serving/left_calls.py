"""Calls that outlived the last server: their lines are up in Asterisk, their facts kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from agi.reception import Reception
from agi.taking_up import LeftCall, Standing, stay_begun
from callflow.acts.queueing import QueueAct
from callflow.house import House
from calls.events import CallEvent
from launch.serving.left_lines import LeftLine, lines_now, news_of
from launch.settings.site import Settings
from ledger.reader import LedgerReader

_log = structlog.get_logger(__name__)

TakeUp = Callable[[Sequence[LeftCall]], Awaitable[None]]


async def left_calls(
    settings: Settings, state: Path, reader: LedgerReader, among: Collection[str] | None = None
) -> list[LeftCall]:
    """Calls whose callers the dialplan has in a queue, a transfer or a talk out of it.

    None are known where Asterisk cannot be asked. `among` are the calls of one process that died.
    """
    open_calls = await asyncio.to_thread(_away, reader, among)
    lines = await lines_now(settings, state, open_calls) if open_calls else []
    found = []
    for line in lines:
        events = open_calls[line.call_id]
        began = stay_begun(events, line.where)
        if began is not None and _is_callers(events, line):
            channel = line.channel
            found.append(
                LeftCall(
                    events=events, began=began, channel=channel.name, uniqueid=channel.unique_id
                )
            )
    return found


@asynccontextmanager
async def taking_up(
    left: Sequence[LeftCall],
    settings: Settings,
    state: Path,
    reception: Reception,
    house: Callable[[], House],
) -> AsyncIterator[TakeUp]:
    """Carry `left` on beside the block, and what is given in it; who is not done then, is left."""
    tasks: set[asyncio.Task[None]] = set()

    async def take_up(left: Sequence[LeftCall]) -> None:
        # Before Asterisk is told where the news go: they may come at once.
        expected = [(one, reception.expect(one)) for one in left]
        standing = await _standing(settings, state, left, reception.back)
        for one, away in expected:
            flow = agent_flow(house(), one.events)
            task = asyncio.create_task(
                reception.take_up(one, away, standing.get(one.id, Standing()), flow)
            )
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if left:
            _log.info("calls of a server that died go on", calls=[one.id for one in left])

    try:
        await take_up(left)
        yield take_up
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
        elif event.kind == "queued":
            flow = house.flows.get(str(before.get("flow")))
            at = None if flow is None else flow.index.get(str(before.get("step")))
            act = None if flow is None or at is None else flow.steps[at].act
            found = act.agent_flow if isinstance(act, QueueAct) else ""
    return found


def _away(reader: LedgerReader, among: Collection[str] | None) -> dict[str, list[CallEvent]]:
    """Facts of the open calls that the dialplan may have, by call."""
    found = {}
    for call in reader.calls(live=True):
        if among is not None and call.id not in among:
            continue
        events = reader.events(call.id)
        if stay_begun(events, "queue") or stay_begun(events, "transfer"):
            found[call.id] = events
    return found


async def _standing(
    settings: Settings, state: Path, left: Sequence[LeftCall], back: str
) -> dict[str, Standing]:
    """How Asterisk has each call once all news of it come to `back`; empty if it does not say."""
    if not left:
        return {}
    lines = await news_of(settings, state, {one.id for one in left}, back)
    if lines is None:
        return {}
    return {
        one.id: _stands(one, [line for line in lines if line.call_id == one.id]) for one in left
    }


def _stands(left: LeftCall, lines: Sequence[LeftLine]) -> Standing:
    away = any(line.where and _is_callers(left.events, line) for line in lines)
    taken = [line for line in lines if line.taken_at is not None and line.channel.state == "Up"]
    if not taken:
        return Standing(away=away)
    return Standing(away=away, taken_by=taken[-1].channel.name, taken_at=taken[-1].taken_at)


def _is_callers(events: Sequence[CallEvent], line: LeftLine) -> bool:
    return bool(events[0].data.get("uniqueid") == line.channel.unique_id)
