"""Following a real ledger file while it is written."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from ledger.writer import LedgerWriter
from softphone_panel.watch import ledger_feed
from softphone_panel.watch.feed import FeedState
from softphone_panel.watch.floor import Floor
from softphone_panel.watch.ledger_feed import LedgerFeed
from tests.softphone_panel.story import GREETING, START, Floorful


def drain(feed: LedgerFeed, model: Floor) -> FeedState:
    """Take until the feed has no more; everything goes into the model."""
    while True:
        batch = feed.take()
        for past in batch.past:
            model.count_past(past.offered_at, past.rings, past.end_reason)
        for event in batch.events:
            model.apply(event)
        if batch.state is not FeedState.READING:
            return batch.state


async def write(writer: LedgerWriter, floor: Floorful) -> None:
    for event in floor.events:
        writer.append(event)
    await writer.durable()
    floor.events.clear()


def feed_of(state: Path, floor: Floorful) -> LedgerFeed:
    return LedgerFeed(state, is_served=lambda: True, clock=floor.clock)


def test_a_missing_ledger_is_a_state_and_no_error(tmp_path: Path) -> None:
    batch = feed_of(tmp_path, Floorful()).take()

    assert batch.state is FeedState.NO_LEDGER
    assert not batch.problem


def test_a_file_that_is_no_ledger_is_told_and_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database at all" * 100)
    feed = feed_of(tmp_path, Floorful())

    assert "ledger.sqlite" in feed.take().problem
    (tmp_path / "ledger.sqlite").unlink()
    assert feed.take().state is FeedState.NO_LEDGER


async def test_it_reads_the_past_and_then_follows(tmp_path: Path) -> None:
    floor, model = Floorful(), Floor(UTC)
    writer = LedgerWriter(tmp_path / "ledger.sqlite", clock=floor.clock)
    try:
        story = floor.call().greeted()
        await write(writer, floor)
        feed = feed_of(tmp_path, floor)

        assert drain(feed, model) is FeedState.LIVE
        assert [call.caller for call in model.live()] == ["138****1234"]

        story.says("greeting", GREETING).ends("served")
        await write(writer, floor)
        drain(feed, model)
        feed.close()
    finally:
        writer.close()

    assert model.live() == []
    assert model.ended()[0].disposition == "served"
    assert model.totals(START).completed == 1


async def test_more_calls_than_are_shown_are_still_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_feed, "KEPT_ENDED", 3)
    floor, model = Floorful(), Floor(UTC)
    writer = LedgerWriter(tmp_path / "ledger.sqlite", clock=floor.clock)
    try:
        for number in range(8):
            floor.call(number).greeted().ends("served")
        floor.call(9).greeted()
        await write(writer, floor)
        feed = feed_of(tmp_path, floor)
        drain(feed, model)
        feed.close()
    finally:
        writer.close()
    totals = model.totals(START)

    assert (totals.offered, totals.answered, totals.within_three) == (9, 9, 9)
    assert totals.completed == 8
    assert len(model.ended()) == 3
    assert len(model.live()) == 1


async def test_today_begins_at_the_houses_midnight(tmp_path: Path) -> None:
    floor = Floorful()
    writer = LedgerWriter(tmp_path / "ledger.sqlite", clock=floor.clock)
    try:
        floor.call().greeted().ends("served")
        await write(writer, floor)
    finally:
        writer.close()
    # The call came at 01:30 UTC; now it is 20:30 UTC, and four hours further east the next day.
    floor.clock.advance_ms(19 * 3_600_000)
    for hours, calls in ((0, 1), (4, 0)):
        zone = timezone(timedelta(hours=hours))
        feed = LedgerFeed(tmp_path, is_served=lambda: True, clock=floor.clock, timezone=zone)
        assert len({event.call_id for event in feed.take().events}) == calls
        feed.close()


async def test_a_call_left_open_yesterday_is_still_shown(tmp_path: Path) -> None:
    floor, model = Floorful(), Floor(UTC)
    writer = LedgerWriter(tmp_path / "ledger.sqlite", clock=floor.clock)
    try:
        floor.call().greeted()
        await write(writer, floor)
        floor.clock.advance_ms(30 * 3_600_000)
        feed = feed_of(tmp_path, floor)
        drain(feed, model)
        feed.close()
    finally:
        writer.close()

    assert len(model.live()) == 1
    assert model.totals(START + timedelta(hours=30)).offered == 0
