"""Reading while others write."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import CallEvent
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.ledger.house import kept, offered, place, usual_call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_calls_come_oldest_first_and_a_limit_takes_the_latest(path: Path) -> None:
    clock = ManualClock()
    with LedgerWriter(path) as writer:
        ids = []
        for _ in range(5):
            ids.append(place(writer, clock=clock).id)
            clock.advance_ms(1000)

    with LedgerReader(path) as reader:
        assert [call.id for call in reader.calls()] == ids
        assert [call.id for call in reader.calls(limit=2)] == ids[-2:]


def test_calls_are_found_by_when_they_were_offered(path: Path) -> None:
    clock = ManualClock()
    began = clock.utc_now()
    with LedgerWriter(path) as writer:
        ids = []
        for _ in range(3):
            ids.append(place(writer, clock=clock).id)
            clock.advance_ms(60_000)

    with LedgerReader(path) as reader:
        minute = timedelta(minutes=1)
        found = reader.calls(since=began + minute, until=began + 2 * minute)
    assert [call.id for call in found] == [ids[1]]


def test_live_calls_are_told_from_those_that_are_over(path: Path) -> None:
    with LedgerWriter(path) as writer:
        over = place(writer)
        live = Call(ManualClock(), writer)
        live.record(offered())

    with LedgerReader(path) as reader:
        assert [call.id for call in reader.calls(live=True)] == [live.id]
        assert [call.id for call in reader.calls(live=False)] == [over.id]


def test_a_call_is_found_by_how_its_id_begins(path: Path) -> None:
    with LedgerWriter(path) as writer:
        for call_id in ("20260105-090000-aaaa", "20260105-090000-aabb", "20260105-090000-aa"):
            Call(ManualClock(), writer, id=call_id).record(offered())

    with LedgerReader(path) as reader:
        assert reader.call("20260105-090000-aab").id == "20260105-090000-aabb"
        assert reader.call("20260105-090000-aa").id == "20260105-090000-aa"
        with pytest.raises(LedgerError, match="several"):
            reader.call("2026")
        for nothing in ("x", "", "%", "20260105_"):
            with pytest.raises(LedgerError, match="no call"):
                reader.call(nothing)


def test_recordings_are_told_with_their_call(path: Path) -> None:
    with LedgerWriter(path) as writer:
        call = place(writer)
        other = Call(ManualClock(), writer)
        other.record(offered())
        writer.append_late(call.id, kept())

    with LedgerReader(path) as reader:
        (recording,) = reader.recordings()
        assert reader.recordings(call_id=other.id) == []
    assert (recording.id, recording.call_id) == ("rec-1", call.id)
    assert recording.started_at == call.offered_at + timedelta(milliseconds=200)
    assert recording.kept_at is not None
    assert recording.problem == ""


def test_following_gives_every_event_once_in_pieces(path: Path) -> None:
    with LedgerWriter(path) as writer:
        for _ in range(3):
            place(writer)

    got: list[CallEvent] = []
    cursor = 0
    with LedgerReader(path) as reader:
        while True:
            events, cursor = reader.events_after(cursor, limit=4)
            assert len(events) <= 4
            if not events:
                break
            got += events
        assert reader.cursor() == cursor == len(got)
        assert reader.events_after(cursor) == ([], cursor)
    assert len({(event.call_id, event.seq) for event in got}) == 3 * len(usual_call())


def test_the_events_of_several_calls_come_call_by_call_in_order(path: Path) -> None:
    with LedgerWriter(path) as writer:
        calls = [place(writer) for _ in range(3)]

    with LedgerReader(path) as reader:
        found = reader.events_of_calls([calls[2].id, calls[0].id, "nobody"])

        assert list(found) == [calls[2].id, calls[0].id, "nobody"]
        assert found["nobody"] == []
        for call in (calls[0], calls[2]):
            assert found[call.id] == reader.events(call.id)
            assert len(found[call.id]) == len(usual_call())


def test_a_follower_sees_everything_once_while_it_is_written(path: Path) -> None:
    calls = 400
    seen: list[CallEvent] = []
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:

        def follow() -> None:
            cursor = 0
            while len(seen) < calls * len(usual_call()):
                events, cursor = reader.events_after(cursor, limit=300)
                seen.extend(events)

        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        ids = [place(writer).id for _ in range(calls)]
        follower.join(60)

    for call_id in ids:
        numbers = [event.seq for event in seen if event.call_id == call_id]
        assert numbers == list(range(1, len(usual_call()) + 1))


def test_a_reader_sees_one_moment_even_while_calls_end(path: Path) -> None:
    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        for _ in range(200):
            call = place(writer)
            for row in reader.calls(limit=1):
                events = reader.events(row.id)
                assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert call.id


def test_a_numbers_calls_are_found_by_an_index_with_what_they_were_about(path: Path) -> None:
    clock = ManualClock()
    ids = []
    with LedgerWriter(path) as writer:
        for _ in range(4):
            ids.append(place(writer, clock=clock).id)
            clock.advance_ms(1000)

    with LedgerReader(path) as reader:
        number = reader.call(ids[0]).ani
        assert [call.id for call in reader.calls_of(number, 3)] == ids[1:]
        assert reader.calls_of(number[:-1], 3) == []
        told = reader.events_of(ids[:2], ("offered", "ended"))
        assert [(one.call_id, one.kind) for one in told] == [
            (call_id, kind) for call_id in sorted(ids[:2]) for kind in ("offered", "ended")
        ]
    query = "select * from calls where ani = '1' order by offered_at desc limit 3"
    with closing(sqlite3.connect(path)) as connection:
        plan = str(connection.execute(f"explain query plan {query}").fetchall())
    assert "USING INDEX ix_calls_ani" in plan
    assert "TEMP B-TREE" not in plan


def test_whoever_follows_hears_only_of_the_kinds_asked_for_and_of_no_more_than_there_was(
    path: Path,
) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
    with LedgerReader(path) as reader:
        everything, newest = reader.events_after(0)
        with LedgerWriter(path) as writer:
            place(writer)
        asked = reader.events_between(1, newest, {"said", "ended"})
        none = reader.events_between(0, newest, ())
        unknown = reader.events_of_calls(["20260101-000000-nobodyxx"])

    assert asked == [event for event in everything if event.kind in {"said", "ended"}]
    assert none == []
    assert unknown == {"20260101-000000-nobodyxx": []}
    assert reader.cursor() > newest


def test_a_follower_of_a_ledger_that_was_taken_away_is_told_what_to_do(path: Path) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
    with LedgerReader(path) as reader:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("ALTER TABLE call_events RENAME TO call_events_gone")
        with pytest.raises(LedgerError, match=r"no such table: call_events; see that"):
            reader.cursor()
