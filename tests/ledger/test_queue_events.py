"""What the wallboard reads of a ledger, and that the ledger's age costs it nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite as dialect

from calls.call import Call
from calls.clock import ManualClock
from calls.events import EndedFact, Queued
from ledger.reader import LedgerReader, queue_events_query
from ledger.writer import LedgerWriter
from tests.ledger.house import offered, place

KINDS = ("offered", "queued", "ended")


def queued_call(writer: LedgerWriter, clock: ManualClock) -> Call:
    call = Call(clock, writer)
    call.record(offered())
    call.record(Queued(queue="support"))
    call.record(EndedFact(end_reason="completed", disposition=""))
    return call


def test_the_facts_of_queued_calls_come_call_by_call_since_a_moment(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock()
    with LedgerWriter(path) as writer:
        queued_call(writer, clock)
        clock.advance_ms(60_000)
        since = clock.utc_now()
        place(writer)  # never in a queue
        wanted = queued_call(writer, clock)

    with LedgerReader(path) as reader:
        found = reader.queue_events(KINDS, since=since)
        newest = reader.cursor()

    assert [(event.call_id, event.kind) for _, event in found] == [
        (wanted.id, kind) for kind in KINDS
    ]
    assert max(cursor for cursor, _ in found) == newest


async def test_what_is_new_comes_once_whatever_kinds_are_asked_for(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock()
    with LedgerWriter(path) as writer:
        queued_call(writer, clock)
        await writer.durable()
        with LedgerReader(path) as reader:
            before = reader.cursor()
            new = queued_call(writer, clock)
            await writer.durable()
            newest = reader.cursor()
            found = reader.events_between(before, newest, ("queued",))
            nothing = reader.events_between(newest, reader.cursor(), KINDS)

    assert [event.call_id for event in found] == [new.id]
    assert nothing == []


@pytest.mark.parametrize("past_calls", [0, 3000])
def test_todays_calls_are_found_by_indexes_alone(tmp_path: Path, past_calls: int) -> None:
    path, clock = tmp_path / "ledger.sqlite", ManualClock()
    with LedgerWriter(path) as writer:
        for _ in range(past_calls):
            queued_call(writer, clock)

    query = queue_events_query(KINDS, clock.utc_now() - timedelta(hours=1))
    text = query.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True})
    with closing(sqlite3.connect(path)) as connection:
        plan: list[Any] = connection.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()

    steps = [row[3] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert any("ix_calls_offered_at" in step for step in steps)
    assert any("call_id=?" in step for step in steps)
