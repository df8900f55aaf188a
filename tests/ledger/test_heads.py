"""Heads kept elsewhere: what of a ledger that was rewritten they name."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import KeyFact, Stepped
from ledger import heads as module
from ledger.heads import HeadFinding, head_findings, heads, heads_json, read_heads
from ledger.opening import LedgerMissingError
from ledger.used_flows import used_flows
from ledger.writer import LedgerWriter

EVENTS = 30


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Three calls of ten events each, one behind the other."""
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as writer:
        for name in ("a", "b", "c"):
            call = Call(ManualClock(), writer, id=name)
            for number in range(EVENTS // 3):
                call.record(KeyFact(digits=str(number), at_ms=number))
    return path


def tamper(ledger: Path, statement: str) -> None:
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(statement)


def told(findings: list[HeadFinding]) -> list[tuple[str, str, str]]:
    return [(one.table, one.what, one.detail) for one in findings]


def test_an_untouched_ledger_fits_its_head_and_so_does_one_that_grew(ledger: Path) -> None:
    made = heads(ledger)
    with LedgerWriter(ledger) as writer:
        Call(ManualClock(), writer, id="d").record(KeyFact(digits="1", at_ms=0))

    assert head_findings(ledger, made) == []
    assert heads(ledger) != made


def test_a_small_ledger_is_told_row_by_row(ledger: Path) -> None:
    made = heads(ledger)
    tamper(ledger, "UPDATE call_events SET hash = x'00' WHERE cursor = 12")

    assert told(head_findings(ledger, made)) == [
        ("calls", "rewritten", "row 12 (b) differs from the head")
    ]


def test_a_large_one_by_blocks_with_the_calls_in_them(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_BLOCKS", 4)
    made = heads(ledger)
    tamper(ledger, "UPDATE call_events SET hash = x'00' WHERE cursor = 9")

    assert (made.calls.step, len(made.calls.blocks)) == (8, 4)
    assert told(head_findings(ledger, made)) == [
        ("calls", "rewritten", "rows 9 to 16 (a, b) differ from the head")
    ]


def test_a_hole_and_rows_that_changed_places_show(ledger: Path) -> None:
    made = heads(ledger)
    tamper(ledger, "DELETE FROM call_events WHERE cursor BETWEEN 5 AND 7")
    tamper(ledger, "UPDATE call_events SET cursor = 99 WHERE cursor = 20")
    tamper(ledger, "UPDATE call_events SET cursor = 20 WHERE cursor = 21")
    tamper(ledger, "UPDATE call_events SET cursor = 21 WHERE cursor = 99")

    details = [one.detail for one in head_findings(ledger, made)]

    assert [detail.split(" (")[0] for detail in details] == [
        f"row {row}" for row in (5, 6, 7, 20, 21)
    ]
    assert "(of none)" in details[0]


def test_a_cut_tail_is_told_once(ledger: Path) -> None:
    made = heads(ledger)
    tamper(ledger, "DELETE FROM call_events WHERE cursor > 25")
    tamper(ledger, "UPDATE sqlite_sequence SET seq = 25 WHERE name = 'call_events'")

    assert told(head_findings(ledger, made)) == [
        ("calls", "cut", "rows 26 to 30 were there when the head was made and are gone")
    ]


def test_every_row_gone_is_a_cut(ledger: Path) -> None:
    made = heads(ledger)
    tamper(ledger, "DELETE FROM call_events")

    assert [one.what for one in head_findings(ledger, made)] == ["cut"]


def test_what_was_written_as_no_hash_at_all_is_no_end_of_the_search(ledger: Path) -> None:
    made = heads(ledger)
    tamper(ledger, "UPDATE call_events SET hash = 'text' WHERE cursor = 3")

    assert [one.what for one in head_findings(ledger, made)] == ["rewritten"]


def test_heads_go_to_a_file_and_back(ledger: Path) -> None:
    made = heads(ledger)

    assert read_heads(json.loads(json.dumps(heads_json(made))), "x") == made


@pytest.mark.parametrize(
    "told_wrong",
    [
        {},
        {"calls": {}, "floor": {}},
        {"calls": {"rows": 3, "step": 1, "blocks": []}, "floor": {}},
        {"calls": {"rows": 3, "step": 0, "blocks": []}, "floor": {}},
        {"calls": 1, "floor": 2},
    ],
)
def test_what_holds_no_heads_is_refused(told_wrong: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="holds no heads"):
        read_heads(told_wrong, "elsewhere.json")


def test_a_ledger_that_is_missing_or_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissingError):
        heads(tmp_path / "ledger.sqlite")
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"nothing of the kind" * 500)
    with pytest.raises(LedgerError, match="move it away"):
        heads(broken)
    with pytest.raises(LedgerError, match="move it away"):
        used_flows(broken)


def test_the_versions_of_flows_that_calls_went_through_are_counted(ledger: Path) -> None:
    with LedgerWriter(ledger) as writer:
        call = Call(ManualClock(), writer, id="d")
        for step, digest in (("one", "v1"), ("two", "v1"), ("one", "v2")):
            call.record(Stepped(flow="hello", step=step, digest=digest))
    tamper(ledger, "UPDATE call_events SET data = '{' WHERE cursor = 31")

    found = [(one.flow, one.digest, one.steps, one.call_id) for one in used_flows(ledger)]

    assert found == [("hello", "v1", 1, "d"), ("hello", "v2", 1, "d")]
