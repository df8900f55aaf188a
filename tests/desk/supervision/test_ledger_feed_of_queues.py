"""Queues kept up with a ledger that others write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from calls.call import Call
from calls.clock import ManualClock
from calls.events import AgentAnswered, EndedFact, LeftQueue, Queued
from desk.supervision.ledger_feed import QueueFeed, keep_up
from desk.supervision.limits import WallLimits
from desk.supervision.queue_fold import QueueFold
from ledger.writer import LedgerWriter
from tests.ledger.house import offered

EVENING = datetime(2026, 3, 1, 23, 50, tzinfo=UTC)


def comes(writer: LedgerWriter, clock: ManualClock) -> Call:
    call = Call(clock, writer)
    call.record(offered())
    call.record(Queued(queue="support"))
    return call


def goes(call: Call, result: str, waited_ms: int) -> None:
    call.record(
        LeftQueue(queue="support", result=result, waited_ms=waited_ms, talked_ms=0, agent="")
    )
    call.record(EndedFact(end_reason="completed", disposition=""))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_desk_knows_what_was_before_it_and_then_what_comes(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock()
    fold = QueueFold(WallLimits(), clock, UTC)
    with LedgerWriter(path) as writer:
        goes(comes(writer, clock), "abandoned", 3_000)
        waits = comes(writer, clock)
        await writer.durable()
        clock.advance_ms(12_000)
        following = asyncio.create_task(keep_up(QueueFeed(path, clock, UTC), fold, every_s=0.01))
        await until(lambda: len(fold.waiting()) == 1)
        assert fold.waiting()[0].waited_ms == 12_000

        waits.record(AgentAnswered(agent="801", waited_ms=12_000))
        comes(writer, clock)
        await writer.durable()
        await until(lambda: fold.figures()[0].offered == 3)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    (support,) = fold.figures()
    assert (support.answered, support.abandoned, support.waiting) == (1, 1, 1)


async def test_a_ledger_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock()
    fold = QueueFold(WallLimits(), clock, UTC)
    following = asyncio.create_task(keep_up(QueueFeed(path, clock, UTC), fold, every_s=0.01))
    await asyncio.sleep(0.05)

    with LedgerWriter(path) as writer:
        comes(writer, clock)
        await writer.durable()
        await until(lambda: bool(fold.waiting()))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_who_came_before_midnight_waits_but_does_not_count_today(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock(EVENING)
    with LedgerWriter(path) as writer:
        goes(comes(writer, clock), "answered", 5_000)
        comes(writer, clock)
        clock.advance_ms(15 * 60_000)
        comes(writer, clock)
        await writer.durable()
    fold = QueueFold(WallLimits(), clock, UTC)
    feed = QueueFeed(path, clock, UTC)

    for event in feed.read():
        fold.take(event)
    feed.close()

    (support,) = fold.figures()
    assert (support.offered, support.waiting) == (1, 2)
    assert support.longest_ms == 15 * 60_000
