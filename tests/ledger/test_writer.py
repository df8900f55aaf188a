from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from calls.call import Call
from calls.clock import ManualClock, SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent, EndedFact, Fault, KeyFact
from ledger.encoding import Row, event_row
from ledger.opening import LedgerBusyError, writer_connection
from ledger.reader import LedgerReader
from ledger.store import Store
from ledger.writer import LedgerWriter
from tests.ledger.house import ListSink, by_hand, kept, offered, place, stored_numbers, usual_call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite"


def test_a_call_is_kept_whole_and_in_order(path: Path) -> None:
    with LedgerWriter(path) as writer:
        call = place(writer)

    with LedgerReader(path) as reader:
        events = reader.events(call.id)
        row = reader.call(call.id)
    assert [event.seq for event in events] == list(range(1, len(usual_call()) + 1))
    assert [event.kind for event in events] == [fact.kind for fact in usual_call()]
    assert events[0].at == call.offered_at
    assert events[3].data["tags"] == ["greeting"]
    assert (row.ani, row.rings, row.end_reason) == ("13800001234", 1, "caller_hung_up")
    assert (row.hung_up_by, row.disposition, row.language) == ("caller", "greeted", "zh-Hans")
    assert (row.recording, row.ended_ms) == ("rec-1", 800)


async def test_durable_returns_only_when_everything_before_it_can_be_read(path: Path) -> None:
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        call = Call(SystemClock(), writer)
        for number in range(1, 30):
            call.record(KeyFact(digits=str(number), at_ms=number))
            await writer.durable()

            assert len(reader.events(call.id)) == number


async def test_events_and_waits_share_commits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    commit = Store.commit

    def counted(self: Store, rows: Sequence[Row], **options: Any) -> None:
        sizes.append(len(rows))
        commit(self, rows, **options)

    monkeypatch.setattr(Store, "commit", counted)

    async def caller(writer: LedgerWriter) -> None:
        call = Call(SystemClock(), writer)
        for fact in usual_call():
            call.record(fact)
            await writer.durable()

    with LedgerWriter(path) as writer:
        await asyncio.gather(*(caller(writer) for _ in range(100)))

    assert sum(sizes) == 100 * len(usual_call())
    assert len(sizes) < sum(sizes) / 5


async def test_an_event_is_written_though_nobody_waits_for_it(path: Path) -> None:
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        call = place(writer)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if len(reader.events(call.id)) == len(usual_call()):
                break

        assert len(reader.events(call.id)) == len(usual_call())


def test_a_closed_ledger_takes_no_more_and_says_so(path: Path) -> None:
    writer = LedgerWriter(path)
    writer.close()
    writer.close()

    with pytest.raises(LedgerError, match="closed"):
        place(writer)


async def test_waiting_on_a_closed_ledger_is_refused(path: Path) -> None:
    writer = LedgerWriter(path)
    writer.close()

    with pytest.raises(LedgerError, match="closed"):
        await writer.durable()


def test_a_second_writer_is_refused_with_the_holder_named(path: Path) -> None:
    with LedgerWriter(path), pytest.raises(LedgerBusyError, match=str(os.getpid())):
        LedgerWriter(path)

    LedgerWriter(path).close()


def test_an_unwritable_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LedgerError, match="--state"):
        LedgerWriter(tmp_path / "file" / "ledger.sqlite")


async def test_an_event_sent_twice_is_kept_once(path: Path) -> None:
    sent = ListSink()
    place(sent)
    events = sent.events
    with LedgerWriter(path) as writer:
        for event in (*events, *events):
            writer.append(event)
        await writer.durable()
        writer.append(events[2])

    assert dict(stored_numbers(path)) == {events[0].call_id: list(range(1, len(events) + 1))}


async def test_more_than_memory_may_hold_is_refused(path: Path) -> None:
    def flood(writer: LedgerWriter) -> None:
        for _ in range(100):
            place(writer)

    with LedgerWriter(path, most_waiting=50) as writer, pytest.raises(LedgerError, match="wait"):
        flood(writer)


@pytest.mark.parametrize(
    "digits", ["\ud800", "\x00null", "'; DROP TABLE calls; --", "x" * 100_000, "😀‮"]
)
def test_any_text_a_caller_brings_is_only_text(path: Path, digits: str) -> None:
    with LedgerWriter(path) as writer:
        call = Call(ManualClock(), writer)
        call.record(offered(ani=digits))
        call.record(KeyFact(digits=digits, at_ms=1))

    with LedgerReader(path) as reader:
        # No text of PostgreSQL's holds NUL: the row has a sign for it, the event has it as it came.
        kept_digits = digits.encode("utf-8", "replace").decode()
        assert reader.call(call.id).ani == kept_digits.replace("\0", "\ufffd")
        assert reader.events(call.id)[1].data["digits"] == kept_digits


def test_odd_values_lose_their_oddness_and_not_the_event(path: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))
    data = {"nan": float("nan"), "path": Path("x"), "set": {1}, "when": at, "deep": {"\ud800": 1}}
    with LedgerWriter(path) as writer:
        writer.append(CallEvent("call-1", 1, at, 0, "odd", data))

    with LedgerReader(path) as reader:
        (event,) = reader.events("call-1")
    assert event.at == at
    assert event.at.tzinfo is UTC
    assert event.data["nan"] is None
    assert event.data["path"] == "x"
    assert event.data["deep"] == {"?": 1}


@pytest.mark.parametrize(
    "event",
    [
        CallEvent("", 1, datetime(2026, 1, 1, tzinfo=UTC), 0, "key", {}),
        CallEvent("a\nb", 1, datetime(2026, 1, 1, tzinfo=UTC), 0, "key", {}),
        CallEvent("call-1", 0, datetime(2026, 1, 1, tzinfo=UTC), 0, "key", {}),
        CallEvent("call-1", "1", datetime(2026, 1, 1, tzinfo=UTC), 0, "key", {}),  # type: ignore[arg-type]
        CallEvent("call-1", 1, datetime(2026, 1, 1), 0, "key", {}),  # noqa: DTZ001
    ],
)
async def test_an_event_without_identity_is_refused_and_stops_nobody(
    path: Path, event: CallEvent
) -> None:
    with LedgerWriter(path) as writer:
        writer.append(event)
        with pytest.raises(LedgerError, match="cannot be stored"):
            await writer.durable()
        call = place(writer)
        await writer.durable()

    assert dict(stored_numbers(path)) == {call.id: list(range(1, len(usual_call()) + 1))}


async def test_a_late_fact_gets_the_next_number_after_the_end(path: Path) -> None:
    clock = ManualClock()
    with LedgerWriter(path, clock=clock) as writer:
        call = place(writer)
        await writer.durable()
        clock.advance_ms(60_000)
        writer.append_late(call.id, kept())
        await writer.durable()

        with LedgerReader(path) as reader:
            last = reader.events(call.id)[-1]
            (recording,) = reader.recordings(call_id=call.id)
    assert (last.seq, last.kind, last.offset_ms) == (
        len(usual_call()) + 1,
        "recording_kept",
        60_000,
    )
    assert (recording.file, recording.duration_ms) == ("recordings/rec-1.wav", 10_000)
    assert recording.paused_ms == 100


async def test_a_late_fact_for_a_live_call_waits_until_the_call_has_ended(path: Path) -> None:
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        call = Call(ManualClock(), writer)
        call.record(offered())
        writer.append_late(call.id, kept())
        call.record(KeyFact(digits="1", at_ms=1))
        await writer.durable()
        live = [event.kind for event in reader.events(call.id)]
        call.record(EndedFact(end_reason="completed", disposition=""))
        await writer.durable()

        over = [event.kind for event in reader.events(call.id)]
    assert live == ["offered", "key"]
    assert over == ["offered", "key", "ended", "recording_kept"]


def test_a_late_fact_of_a_live_call_is_kept_when_the_ledger_closes(path: Path) -> None:
    with LedgerWriter(path) as writer:
        call = Call(ManualClock(), writer)
        call.record(offered())
        writer.append_late(call.id, kept())

    with LedgerReader(path) as reader:
        assert [event.kind for event in reader.events(call.id)] == ["offered", "recording_kept"]


async def test_a_late_fact_for_no_call_is_dropped_and_stops_nobody(path: Path) -> None:
    with LedgerWriter(path) as writer:
        writer.append_late("no-such-call", kept())
        await writer.durable()
        place(writer)

    assert len(dict(stored_numbers(path))) == 1


def test_a_gap_is_kept_as_it_came(path: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with LedgerWriter(path) as writer:
        for seq in (1, 2, 5):
            writer.append(CallEvent("call-1", seq, at, 0, "key", {}))

    assert dict(stored_numbers(path)) == {"call-1": [1, 2, 5]}


def test_the_file_is_set_as_the_design_says(path: Path) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
        connection: sqlite3.Connection = writer._store._connection
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]

    assert settings == ["wal", 2]
    assert by_hand(path, "PRAGMA integrity_check") == [("ok",)]


def test_faults_are_counted(path: Path) -> None:
    with LedgerWriter(path) as writer:
        call = Call(ManualClock(), writer)
        call.record(offered())
        call.record(Fault(where="ears", problem="no audio"))

    with LedgerReader(path) as reader:
        assert reader.call(call.id).faults == 1


async def test_who_waits_for_a_commit_does_not_wait_for_the_tidying_after_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidying, may_end = threading.Event(), threading.Event()

    def tidy(_store: Store) -> None:
        tidying.set()
        may_end.wait(30)

    monkeypatch.setattr(Store, "tidy", tidy)
    with LedgerWriter(path) as writer:
        try:
            place(writer)
            await asyncio.wait_for(writer.durable(), 20)
            await asyncio.to_thread(tidying.wait, 20)

            assert len(list(stored_numbers(path))) == 1
            assert not may_end.is_set()
        finally:
            may_end.set()


def test_the_wal_moves_into_the_database_after_so_many_pages_and_between_commits(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store._CHECKPOINT_PAGES", 3 * 8)
    LedgerWriter(path).close()
    connection = writer_connection(path)
    store = Store(connection, 1000)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    sink = ListSink()
    place(sink)
    told = []
    for event in sink.events[:6]:
        store.commit([event_row(event)])
        committed = len(asked)
        store.tidy()
        told.append(asked[committed:])
    connection.set_trace_callback(None)

    wal = path.with_name(path.name + "-wal")
    moved = path.read_bytes().count(sink.events[5].call_id.encode())
    assert told == [[], [], ["PRAGMA wal_checkpoint(PASSIVE)"]] * 2
    assert moved >= 6
    assert wal.stat().st_size > 0
    store.close()
