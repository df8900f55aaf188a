"""Rows of calls are written in the columns that changed, and come out as if written whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from ledger.encoding import (
    EventRow,
    LateRow,
    chained,
    encode_data,
    event_row,
    event_rows,
    late_row,
)
from ledger.opening import writer_connection
from ledger.row_writing import _GROUPS, NARROW_SIZES, Inserts
from ledger.states import CALL_COLUMNS
from ledger.store import Store
from ledger.verify import rebuild
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand

_BEGAN = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def _event(call: int, seq: int, kind: str, **data: Any) -> EventRow:
    at = _BEGAN + timedelta(seconds=call, milliseconds=seq * 10)
    return event_row(CallEvent(f"call-{call:03}", seq, at, seq * 10, kind, data))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    LedgerWriter(path, reserve_bytes=4096).close()
    return path


def _calls(path: Path) -> list[tuple[Any, ...]]:
    return by_hand(path, "SELECT * FROM calls ORDER BY id")


@pytest.mark.parametrize("calls", [1, 3, 4, 17, 63, 64, 65, 150])
def test_any_number_of_calls_that_change_alike_in_one_commit_is_written(
    ledger: Path, calls: int
) -> None:
    store = Store(writer_connection(ledger), 1000)
    store.commit([_event(n, 1, "offered", ani=f"1{n}", flow="greetings") for n in range(calls)])
    store.commit([_event(n, 2, "answered", rings=n) for n in range(calls)])
    store.commit(
        [_event(n, 3, "ended", end_reason="completed", disposition=f"d{n}") for n in range(calls)]
    )
    store.close()

    told = by_hand(ledger, "SELECT rings, disposition, ani FROM calls ORDER BY id")
    live = _calls(ledger)
    rebuild(ledger)

    assert told == [(n, f"d{n}", f"1{n}") for n in range(calls)]
    assert _calls(ledger) == live


def test_calls_that_change_in_different_ways_in_one_commit_keep_apart(ledger: Path) -> None:
    store = Store(writer_connection(ledger), 1000)
    store.commit([_event(n, 1, "offered", ani=f"1{n}") for n in range(6)])
    store.commit(
        [
            _event(0, 2, "answered", rings=1),
            _event(1, 2, "queued", queue="sales"),
            _event(2, 2, "fault", where="line", problem="x"),
            _event(3, 2, "offered", ani="19", dnis="1001"),
            _event(4, 2, "offered", ani="14"),
            _event(5, 2, "ended", end_reason="completed", disposition="served"),
            _event(5, 3, "tagged", tag="praise"),
        ]
    )
    store.close()

    live = _calls(ledger)
    rebuild(ledger)

    assert _calls(ledger) == live
    assert by_hand(ledger, "SELECT ani, queue, faults, tag FROM calls ORDER BY id") == [
        ("10", "", 0, ""),
        ("11", "sales", 0, ""),
        ("12", "", 1, ""),
        ("19", "", 0, ""),
        ("14", "", 0, ""),
        ("15", "", 0, "praise"),
    ]


def test_new_calls_of_which_the_offer_is_known_stand_beside_new_calls_that_went_further(
    ledger: Path,
) -> None:
    store = Store(writer_connection(ledger), 1000)
    offers = [_event(n, 1, "offered", ani=f"1{n}", dnis="1000", flow="greetings") for n in range(9)]
    further = [
        _event(2, 2, "said", language="zh-Hans"),
        *(_event(5, 2, "answered", rings=1), _event(5, 3, "ended", disposition="served")),
    ]
    store.commit([*offers, *further])
    store.close()

    live = _calls(ledger)
    rebuild(ledger)

    assert _calls(ledger) == live
    assert by_hand(ledger, "SELECT ani, language, rings, disposition, recording FROM calls") == [
        (
            f"1{n}",
            "zh-Hans" if n == 2 else "",
            1 if n == 5 else None,
            "served" if n == 5 else None,
            "",
        )
        for n in range(9)
    ]


def test_a_few_calls_that_change_in_many_ways_are_set_by_two_statements(ledger: Path) -> None:
    connection = writer_connection(ledger)
    store = Store(connection, 1000)
    store.commit([_event(n, 1, "offered", ani=f"1{n}") for n in range(6)])
    asked: list[str] = []
    connection.set_trace_callback(asked.append)

    store.commit(
        [
            _event(0, 2, "answered", rings=1),
            _event(1, 2, "queued", queue="sales"),
            _event(2, 2, "fault", where="line", problem="x"),
            _event(3, 2, "ended", disposition="served"),
            *(_event(4, 2, "ended", disposition="served"), _event(4, 3, "tagged", tag="praise")),
        ]
    )

    connection.set_trace_callback(None)
    store.close()
    assert len([text for text in asked if text.startswith("UPDATE calls")]) == 2
    live = _calls(ledger)
    rebuild(ledger)
    assert _calls(ledger) == live


def test_many_calls_that_change_alike_are_set_in_their_own_columns_only(ledger: Path) -> None:
    connection = writer_connection(ledger)
    store = Store(connection, 1000)
    store.commit([_event(n, 1, "offered", ani=f"1{n}") for n in range(41)])
    asked: list[str] = []
    connection.set_trace_callback(asked.append)

    answered = [_event(n, 2, "answered", rings=n) for n in range(40)]
    store.commit([*answered, _event(40, 2, "queued", queue="sales")])

    connection.set_trace_callback(None)
    store.close()
    updates = [text for text in asked if text.startswith("UPDATE calls")]
    assert sorted("queue = new." in text for text in updates) == [False, True]
    live = _calls(ledger)
    rebuild(ledger)
    assert _calls(ledger) == live


def test_nothing_and_hashes_are_stored_as_they_are(tmp_path: Path) -> None:
    connection = writer_connection(tmp_path / "any.sqlite")

    kept = connection.execute("SELECT ?, ?, typeof(?)", (None, b"\x00\xff", b"x")).fetchone()

    connection.close()
    assert kept == (None, b"\x00\xff", "blob")


def test_a_row_whose_facts_were_cut_away_is_written_over_by_the_call_of_that_name(
    ledger: Path,
) -> None:
    store = Store(writer_connection(ledger), 1000)
    store.commit(
        [
            _event(0, 1, "offered", ani="10", dnis="1000"),
            _event(0, 2, "queued", queue="sales"),
            _event(0, 3, "ended", end_reason="completed", disposition="served"),
        ]
    )
    store.close()
    by_hand(ledger, "DELETE FROM call_events")

    store = Store(writer_connection(ledger), 1000)
    store.commit([_event(0, 1, "offered", ani="20")])
    store.close()

    live = _calls(ledger)
    rebuild(ledger)
    assert by_hand(ledger, "SELECT ani, dnis, queue, disposition FROM calls") == [
        ("20", "", "", None)
    ]
    assert _calls(ledger) == live
    assert by_hand(ledger, "SELECT * FROM call_marks") == []


def test_columns_that_are_told_together_are_columns() -> None:
    named = [name for group in _GROUPS for name in group]

    assert set(named) <= set(CALL_COLUMNS)
    assert len(named) == len(set(named))


def _a_whole_call(call: int) -> list[EventRow]:
    return [
        _event(call, 1, "offered", ani=f"1{call}"),
        _event(call, 2, "ended", end_reason="completed", disposition="served"),
    ]


def _verdict(call: int) -> LateRow:
    return late_row(f"call-{call:03}", None, "rules_judged", {"kept": ["A01"], "broken": ["A05"]})


def test_what_is_found_out_just_after_a_call_reads_nothing_of_it_again(ledger: Path) -> None:
    connection = writer_connection(ledger)
    store = Store(connection, 1000)
    store.commit([row for call in range(3) for row in _a_whole_call(call)])
    asked: list[str] = []
    connection.set_trace_callback(asked.append)

    store.commit([_verdict(call) for call in range(3)])

    connection.set_trace_callback(None)
    store.close()
    assert [text for text in asked if text.startswith("SELECT")] == []
    live = _calls(ledger)
    rebuild(ledger)
    assert _calls(ledger) == live
    assert by_hand(ledger, "SELECT judged, kept, broken FROM calls") == [(1, "A01", "A05")] * 3


def test_a_call_that_was_over_too_long_ago_to_be_remembered_is_read_again(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store._MOST_OVER", 2)
    store = Store(writer_connection(ledger), 1000)
    for call in range(6):
        store.commit(_a_whole_call(call))

    store.commit([_verdict(call) for call in (0, 5, 3)])
    store.close()

    live = _calls(ledger)
    rebuild(ledger)
    assert _calls(ledger) == live
    assert by_hand(ledger, "SELECT judged FROM calls ORDER BY id") == [
        (1,), (0,), (0,), (1,), (0,), (1,),
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 7, 8, 15, 63, 65, 126, 127, 255, 300, 511, 1000])
def test_any_number_of_rows_is_inserted_once_each(rows: int) -> None:
    class Counting:
        def __init__(self) -> None:
            self.taken: list[int] = []
            self.statements = 0

        def execute(self, text: str, values: list[int]) -> None:
            assert text.count("?") == len(values)
            self.taken += values
            self.statements += 1

    cursor = Counting()
    inserts = Inserts({size: ", ".join("?" * size) for size in NARROW_SIZES}, 1)

    inserts.run(cursor, [(number,) for number in range(rows)])

    assert cursor.taken == list(range(rows))
    assert cursor.statements <= rows // 256 + 4


_AWKWARD: tuple[dict[str, Any], ...] = (
    {"text": "您好", "tags": ("greeting",), "end_ms": 8440, "noted": None, "on": True},
    {"level_dbov": float("nan"), "worst": float("-inf"), "usual": -24.5},
    {"told": "half \ud800 a letter"},
    {"foreign": object, "at": _BEGAN, "words": {"a"}, "raw": b"abc"},
    {"deep": {"1": [1, {"2": "\u2028"}]}, "quote": 'a"b\\c\n\0'},
)


def _awkward(number: int) -> list[CallEvent]:
    return [
        CallEvent(f"call-{n % 3}", n + 1, _BEGAN + timedelta(days=n), n * 7, f"kind{n % 5}", data)
        for n, data in zip(range(number), _AWKWARD * number, strict=False)
    ]


@pytest.mark.parametrize("number", [0, 1, 2, 11, 12, 13, 60])
def test_events_made_into_rows_together_come_out_as_one_by_one(number: int) -> None:
    events = _awkward(number)

    together = event_rows(events)

    assert [row[:7] for row in together] == [event_row(event)[:7] for event in events]
    alone = [chained(b"before", event_row(event)) for event in events]
    assert [chained(b"before", row) for row in together] == alone


def test_what_json_can_hold_is_written_as_ever() -> None:
    assert encode_data(_AWKWARD[0]) == (
        '{"text":"您好","tags":["greeting"],"end_ms":8440,"noted":null,"on":true}'
    )
    assert encode_data(_AWKWARD[1]) == '{"level_dbov":null,"worst":null,"usual":-24.5}'
    assert "half ? a letter" in encode_data(_AWKWARD[2])
    assert '"at":"2026-11-22T02:00:00Z"' in encode_data(_AWKWARD[3])


@pytest.mark.parametrize(
    "unfit",
    [
        {"seq": 0},
        {"seq": 1.5},
        {"seq": True},
        {"offset_ms": 2.0},
        {"kind": ""},
        {"call_id": "a\nb"},
    ],
)
@pytest.mark.parametrize("among", [0, 40])
def test_an_event_that_cannot_be_stored_is_refused_alone_and_among_others(
    unfit: dict[str, Any], among: int
) -> None:
    events = _awkward(among + 1)
    events[among // 2] = events[among // 2]._replace(**unfit)

    with pytest.raises((ValueError, TypeError)):
        event_rows(events)


def test_an_unfit_event_among_many_is_left_out_and_the_others_are_kept(ledger: Path) -> None:
    good = [CallEvent(f"c{n:02}", 1, _BEGAN, 0, "offered", {"ani": str(n)}) for n in range(40)]
    bad = CallEvent("line\nbreak", 1, _BEGAN, 0, "offered", {})
    with LedgerWriter(ledger, reserve_bytes=4096) as writer:
        for event in [*good[:20], bad, *good[20:]]:
            writer.append(event)

    assert [row[0] for row in by_hand(ledger, "SELECT id FROM calls ORDER BY id")] == [
        event.call_id for event in good
    ]
