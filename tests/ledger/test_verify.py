"""Each kind of tampering is found and named, and an untouched ledger has no findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from ledger.opening import LedgerBusyError, LedgerMissingError, reader_engine
from ledger.reader import LedgerReader
from ledger.tables import HEAD
from ledger.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand, offered, place, usual_call
from tests.ledger.old_ledgers import old_ledger

LAST = len(usual_call())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def calls(path: Path) -> list[str]:
    with LedgerWriter(path) as writer:
        return [place(writer).id for _ in range(3)]


def test_an_untouched_ledger_has_no_findings(path: Path, calls: list[str]) -> None:
    report = verify(path)

    assert report.findings == ()
    assert (report.calls, report.events) == (len(calls), len(calls) * LAST)
    assert len(report.head) == 64


def test_an_empty_ledger_has_no_findings(path: Path) -> None:
    LedgerWriter(path).close()

    assert (verify(path).findings, verify(path).head) == ((), "")


def test_a_live_call_is_no_finding(path: Path) -> None:
    with LedgerWriter(path) as writer:
        Call(ManualClock(), writer).record(offered())

    assert verify(path).findings == ()


@pytest.mark.parametrize(
    "change",
    [
        "data = json_set(data, '$.text', '再见')",
        "data = 'no json'",
        "data = '[]'",
        "kind = 'heard'",
        "at = at - 1",
        "offset_ms = offset_ms + 1",
        "offset_ms = 'late'",
        "hash = x'00'",
        "hash = 'text'",
    ],
)
def test_an_edited_event_is_named(path: Path, calls: list[str], change: str) -> None:
    statement = f"UPDATE call_events SET {change} WHERE call_id = ? AND seq = 4"  # noqa: S608
    by_hand(path, statement, (calls[1],))

    found = verify(path).findings

    assert ("edited", calls[1], 4) == (found[0].what, found[0].call_id, found[0].seq)
    assert {one.call_id for one in found} == {calls[1]}


def test_an_edit_whose_own_hash_was_made_to_fit_shows_in_the_next(
    path: Path, calls: list[str]
) -> None:
    import hashlib

    ((before,),) = by_hand(
        path, "SELECT hash FROM call_events WHERE call_id = ? AND seq = 3", (calls[0],)
    )
    by_hand(path, "UPDATE call_events SET data = '{}' WHERE call_id = ? AND seq = 4", (calls[0],))
    (row,) = by_hand(
        path,
        "SELECT call_id, seq, at, offset_ms, kind, data FROM call_events"
        " WHERE call_id = ? AND seq = 4",
        (calls[0],),
    )
    text = "\n".join(map(str, row))
    forged = hashlib.sha256(before + text.encode()).digest()
    by_hand(
        path, "UPDATE call_events SET hash = ? WHERE call_id = ? AND seq = 4", (forged, calls[0])
    )

    assert [(one.what, one.seq) for one in verify(path).findings] == [("edited", 5)]


def test_a_missing_event_is_named(path: Path, calls: list[str]) -> None:
    by_hand(path, "DELETE FROM call_events WHERE call_id = ? AND seq = 3", (calls[0],))

    found = verify(path).findings

    assert [(one.what, one.call_id, one.seq) for one in found] == [
        ("missing", calls[0], 3),
        ("hole", "", 0),
    ]


def test_a_cut_tail_is_named(path: Path, calls: list[str]) -> None:
    by_hand(path, "DELETE FROM call_events WHERE call_id = ? AND seq >= 8", (calls[2],))

    found = verify(path).findings

    assert [(one.what, one.call_id, one.seq) for one in found] == [
        ("cut", calls[2], 8),
        ("hole", "", 0),
    ]


def test_two_swapped_events_are_named(path: Path, calls: list[str]) -> None:
    for old, new in ((4, -1), (5, 4), (-1, 5)):
        by_hand(
            path,
            "UPDATE call_events SET seq = ? WHERE call_id = ? AND seq = ?",
            (new, calls[0], old),
        )

    found = verify(path).findings

    assert ("swapped", 5) in [(one.what, one.seq) for one in found]


def test_data_swapped_between_calls_are_named(path: Path, calls: list[str]) -> None:
    by_hand(
        path,
        "UPDATE call_events SET data = '{\"a\": 1}' WHERE call_id = ? AND seq = 4",
        (calls[0],),
    )
    by_hand(
        path,
        "UPDATE call_events SET data = '{\"b\": 1}' WHERE call_id = ? AND seq = 4",
        (calls[1],),
    )

    found = {(one.what, one.call_id, one.seq) for one in verify(path).findings}

    assert found == {("edited", calls[0], 4), ("edited", calls[1], 4)}


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_call_taken_out_whole_leaves_a_hole(path: Path, calls: list[str], which: int) -> None:
    for table in ("call_events", "calls", "recordings", "call_marks"):
        column = "id" if table == "calls" else "call_id"
        by_hand(path, f"DELETE FROM {table} WHERE {column} = ?", (calls[which],))  # noqa: S608

    (found,) = verify(path).findings

    assert found.what == "hole"
    assert found.detail.startswith(f"rows {which * LAST + 1} to {(which + 1) * LAST} ")


def test_a_call_row_whose_events_are_gone_is_named(path: Path, calls: list[str]) -> None:
    by_hand(path, "DELETE FROM call_events WHERE call_id = ?", (calls[0],))

    assert ("cut", calls[0]) in [(one.what, one.call_id) for one in verify(path).findings]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE calls SET ani = '13900000000' WHERE id = ?",
        "UPDATE calls SET end_reason = 'completed' WHERE id = ?",
        "DELETE FROM calls WHERE id = ?",
        "UPDATE recordings SET sha256 = 'cd' WHERE call_id = ?",
        "DELETE FROM recordings WHERE call_id = ?",
        "INSERT INTO recordings (call_id, id, caller_file, house_file, paused_ms)"
        " VALUES (?, 'rec-9', '', '', 0)",
    ],
)
def test_a_changed_projection_is_named_and_rebuilding_mends_it(
    path: Path, calls: list[str], change: str
) -> None:
    by_hand(path, change, (calls[1],))

    found = verify(path).findings
    rebuild(path)

    assert [(one.what, one.call_id) for one in found] == [("projection", calls[1])]
    assert verify(path).findings == ()


@pytest.mark.parametrize("revision", ["r0001", "r0002", "r0003"])
def test_a_ledger_of_an_earlier_version_is_proved_as_it_is_and_stays_so(
    path: Path, revision: str
) -> None:
    call_id = old_ledger(path, revision)
    before = path.read_bytes()

    report = verify(path)

    assert (report.findings, report.calls) == ((), 1)
    (note,) = report.notes
    assert f"schema {revision}, this one has {HEAD}" in note
    assert "`thirdring ledger rebuild`" in note
    assert path.read_bytes() == before
    by_hand(path, "UPDATE call_events SET data = '{}' WHERE seq = 3")
    assert [(one.call_id, one.seq, one.what) for one in verify(path).findings] == [
        (call_id, 3, "edited")
    ]


def test_rows_that_an_earlier_version_told_otherwise_are_no_finding(path: Path) -> None:
    old_ledger(path, "r0002")
    by_hand(path, "UPDATE calls SET faults = faults + 1")

    assert verify(path).findings == ()
    assert rebuild(path) == 1
    assert (verify(path).findings, verify(path).notes) == ((), ())


def test_what_reads_rows_says_which_version_wrote_them_and_how_to_bring_them_up(
    path: Path,
) -> None:
    old_ledger(path, "r0002")

    with pytest.raises(LedgerError, match=f"schema r0002, this one has {HEAD}.*ledger rebuild"):
        LedgerReader(path)
    rebuild(path)
    LedgerReader(path).close()


def test_a_ledger_of_a_later_version_is_not_proved(path: Path, calls: list[str]) -> None:
    by_hand(path, "UPDATE alembic_version SET version_num = 'r9999'")

    with pytest.raises(LedgerError, match=r"later version.*update thirdring"):
        verify(path)


def test_a_copy_where_nothing_may_be_written_is_proved(
    path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.opening.os.access", lambda *_: False)
    before = sorted(path.parent.iterdir())

    with reader_engine(path).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM calls").scalar() == len(calls)
        assert sorted(path.parent.iterdir()) == before

    assert (verify(path).findings, verify(path).calls) == ((), len(calls))


def test_a_running_server_keeps_rebuild_out(path: Path) -> None:
    with LedgerWriter(path) as writer:
        place(writer)
        with pytest.raises(LedgerBusyError, match="stop it first"):
            rebuild(path)


def test_there_must_be_a_ledger(path: Path) -> None:
    for command in (verify, rebuild):
        with pytest.raises(LedgerMissingError, match="thirdring"):
            command(path)


def test_a_file_that_is_no_database_is_said_so(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)

    for command in (verify, rebuild):
        with pytest.raises(LedgerError, match="not a database"):
            command(path)
