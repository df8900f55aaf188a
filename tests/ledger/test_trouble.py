"""The database refuses: locked, full, failing. Nothing acknowledged may be lost."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from ledger.encoding import Row, event_row, late_row
from ledger.floor import FloorRow
from ledger.journal import Journal, JournalFullError
from ledger.verify import verify
from ledger.writer import LedgerWriter
from tests.ledger.house import ListSink, by_hand, kept, place, stored_numbers, usual_call

WHOLE = list(range(1, len(usual_call()) + 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def no_file_may_grow_past(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def in_the_ledger(path: Path, calls: int) -> None:
    for _ in range(1000):
        if len(dict(stored_numbers(path))) == calls:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(dict(stored_numbers(path)))} of {calls} calls arrived")


async def test_while_another_program_holds_the_lock_calls_go_on_and_nothing_is_lost(
    path: Path,
) -> None:
    with LedgerWriter(path) as writer:
        before = place(writer)
        await writer.durable()
        with locked(path):
            during = [place(writer) for _ in range(5)]
            await writer.durable()
            assert dict(stored_numbers(path)).keys() == {before.id}
        await in_the_ledger(path, 6)
        after = place(writer)

    expected = {call.id: WHOLE for call in (before, *during, after)}
    assert dict(stored_numbers(path)) == expected
    assert not verify(path).findings


async def test_what_waits_in_the_journal_at_a_crash_is_in_the_ledger_after_the_next_start(
    path: Path,
) -> None:
    writer = LedgerWriter(path)
    with locked(path):
        call = place(writer)
        await writer.durable()
        writer.close()
    assert dict(stored_numbers(path)) == {}

    LedgerWriter(path).close()

    assert dict(stored_numbers(path)) == {call.id: WHOLE}
    assert not verify(path).findings


async def test_a_late_fact_in_the_journal_is_numbered_once(path: Path) -> None:
    writer = LedgerWriter(path)
    call = place(writer)
    await writer.durable()
    with locked(path):
        writer.append_late(call.id, kept())
        await writer.durable()
        writer.close()
    waiting = Journal(path).read()

    LedgerWriter(path).close()
    journal = Journal(path)
    journal.append(waiting)
    journal.close()
    LedgerWriter(path).close()

    assert dict(stored_numbers(path)) == {call.id: [*WHOLE, len(WHOLE) + 1]}


async def write_until_refused(writer: LedgerWriter) -> tuple[list[Call], Call]:
    """The calls that were acknowledged, and the one that was not."""
    acknowledged: list[Call] = []
    for _ in range(400):
        call = place(writer)
        try:
            await writer.durable()
        except LedgerError:
            return acknowledged, call
        acknowledged.append(call)
    raise AssertionError("the disk never was full")


async def test_a_full_disk_is_told_and_what_was_acknowledged_is_kept(path: Path) -> None:
    with LedgerWriter(path, reserve_bytes=64 * 1024) as writer:
        with no_file_may_grow_past(160 * 1024):
            acknowledged, refused = await write_until_refused(writer)
            with pytest.raises(LedgerError, match="journal is full"):
                await writer.durable()
        await in_the_ledger(path, len(acknowledged) + 1)
        again = place(writer)
        await writer.durable()

    assert acknowledged
    assert dict(stored_numbers(path)) == {
        call.id: WHOLE for call in (*acknowledged, refused, again)
    }
    assert not verify(path).findings


async def test_a_disk_that_stays_full_loses_only_what_was_never_acknowledged(path: Path) -> None:
    writer = LedgerWriter(path, reserve_bytes=64 * 1024)
    with no_file_may_grow_past(160 * 1024):
        acknowledged, _ = await write_until_refused(writer)
        with pytest.raises(LedgerError, match="could not be kept"):
            writer.close()

    LedgerWriter(path).close()

    stored = dict(stored_numbers(path))
    assert all(stored[call.id] == WHOLE for call in acknowledged)
    assert by_hand(path, "PRAGMA integrity_check") == [("ok",)]


async def test_the_journal_is_used_until_the_database_can_be_written(path: Path) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
        await writer.durable()
        by_hand(path, "ALTER TABLE calls RENAME TO gone")
        call = place(writer)
        await writer.durable()
        by_hand(path, "ALTER TABLE gone RENAME TO calls")
        await in_the_ledger(path, 2)

    assert dict(stored_numbers(path))[call.id] == WHOLE


def rows(count: int) -> list[Row]:
    taken = ListSink()
    for _ in range(count):
        place(taken)
    return [event_row(event) for event in taken.events]


def test_a_journal_gives_back_what_it_was_given(path: Path) -> None:
    given = rows(3)
    late = late_row("call-9", ManualClock().utc_now(), "recording_kept", kept().data())
    journal = Journal(path)
    journal.append(given[:10])
    journal.append([*given[10:], late])
    journal.close()

    found = Journal(path).read()

    assert [_stored(row) for row in found] == [_stored(row) for row in (*given, late)]


def _stored(row: Row | FloorRow) -> tuple[object, ...]:
    """All but the values that the text of `data` tells again."""
    return row if isinstance(row, FloorRow) else tuple(row._replace(facts={}))


@pytest.mark.parametrize("keep", [1, 7, 8, 9, 200, 2000])
def test_a_torn_record_ends_the_journal_and_harms_nothing_before_it(path: Path, keep: int) -> None:
    journal = Journal(path)
    journal.append(rows(1))
    end = journal._end
    journal.append(rows(4))
    second = journal._end - end
    journal.close()
    with journal.path.open("r+b") as file:
        file.seek(end + min(keep, second - 1))
        file.write(b"\0" * (second + 64))

    found = Journal(path)

    assert len(found.read()) == len(WHOLE)


def test_a_damaged_journal_is_set_aside_for_a_person(path: Path) -> None:
    journal = Journal(path)
    for _ in range(3):
        journal.append(rows(1))
    middle = journal._end // 2
    journal.close()
    with journal.path.open("r+b") as file:
        file.seek(middle)
        file.write(b"!")

    LedgerWriter(path).close()

    assert len(dict(stored_numbers(path))) == 2
    assert list(path.parent.glob("*.damaged-1"))


def test_a_journal_writes_no_further_than_its_reserve(path: Path) -> None:
    journal = Journal(path, reserve_bytes=8192)
    journal.append(rows(1))
    with pytest.raises(JournalFullError):
        journal.append(rows(20))

    assert journal.path.stat().st_size == 8192
    assert journal.read()


def test_a_journal_that_was_emptied_forgets_old_records(path: Path) -> None:
    journal = Journal(path)
    for _ in range(3):
        journal.append(rows(1))
    journal.clear()
    journal.append(rows(1))
    journal.close()

    assert len(Journal(path).read()) == len(WHOLE)
