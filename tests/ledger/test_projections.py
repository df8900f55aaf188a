"""What is folded live is what is folded from the events, whatever the calls were."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.events import CallEvent
from ledger.encoding import EventRow, Row, event_row, late_row
from ledger.opening import writer_connection
from ledger.projections import fold_call
from ledger.store import Store
from ledger.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import ListSink, by_hand, place
from tests.support.examples import examples

_BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_WORDS = st.one_of(
    st.sampled_from(["", "rec-1", "rec-2", "en", "answered", "satisfaction", "A05"]),
    st.text(max_size=8),
)
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.lists(_WORDS, max_size=2),
    st.characters(categories=["Cs"]),
)
_NAMES = (
    "uniqueid ani dnis caller_name direction flow channel rings language queue agent by end_reason"
    " disposition recording caller_file house_file reason file sha256 bytes duration_ms problem"
    " begins_ms key on result waited_ms talked_ms kept broken tag question score caller_talk_ms"
    " agent_talk_ms talk_over_ms dead_air_ms"
)
_KINDS = (
    "offered answered said queued agent_answered fault hung_up ended recording_started"
    " recording_paused recording_resumed recording_stopped recording_kept key heard stepped"
    " disposed agent_offered held left_queue rules_judged tagged surveyed recording_measured"
    " recording_erased"
)
_LATE = (
    "recording_kept recording_measured recording_erased ended disposed rules_judged tagged surveyed"
)


@st.composite
def _facts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(_NAMES.split()), max_size=8))
    return draw(st.sampled_from(_KINDS.split())), {
        name: draw(st.one_of(_WORDS, st.integers(0, 10**6), _ODD)) for name in names
    }


@st.composite
def traces(draw: st.DrawFn) -> list[Row]:
    """Interleaved calls, some with late facts, in the order a writer would get them."""
    rows: list[Row] = []
    numbers: dict[str, int] = {}
    offset_ms = 0
    for call, (kind, data) in draw(
        st.lists(st.tuples(st.sampled_from(["call-a", "call-b", "call-c"]), _facts()), max_size=40)
    ):
        offset_ms += draw(st.integers(0, 5000))
        at = _BEGAN + timedelta(milliseconds=offset_ms)
        if kind in _LATE.split() and draw(st.booleans()):
            rows.append(late_row(call, draw(st.sampled_from([None, at])), kind, data))
            continue
        numbers[call] = numbers.get(call, 0) + 1
        rows.append(event_row(CallEvent(call, numbers[call], at, offset_ms, kind, data)))
    return rows


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "ledger.sqlite"
    LedgerWriter(path, reserve_bytes=4096).close()
    return path


@pytest.fixture
def fresh(empty: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copy(empty, folder))


def _tables(path: Path) -> list[list[tuple[Any, ...]]]:
    return [
        by_hand(path, "SELECT * FROM calls ORDER BY id"),
        by_hand(path, "SELECT * FROM recordings ORDER BY call_id, id"),
        by_hand(path, "SELECT * FROM call_marks ORDER BY mark, offered_at, call_id"),
    ]


def _write(path: Path, rows: Sequence[Row], batch: int, *, forgetful: bool) -> None:
    store = Store(writer_connection(path), 1000)
    for start in range(0, len(rows), batch):
        store.commit(rows[start : start + batch])
        if forgetful:
            store._folds.clear()
    store.let_go()
    store.close()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=traces(), batch=st.integers(1, 50), forgetful=st.booleans())
def test_projections_made_live_are_those_made_anew(
    empty: Path, rows: list[Row], batch: int, forgetful: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty, folder))
        _write(path, rows, batch, forgetful=forgetful)
        live = _tables(path)

        report = verify(path)
        rebuild(path)

        assert _tables(path) == live
        assert not report.findings


@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=traces(), first=st.integers(1, 50), second=st.integers(1, 50))
def test_how_events_are_batched_changes_nothing(
    empty: Path, rows: list[Row], first: int, second: int
) -> None:
    numbered = [row for row in rows if isinstance(row, EventRow)]
    told = []
    for batch in (first, second):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(shutil.copy(empty, folder))
            _write(path, numbered, batch, forgetful=False)
            told.append(
                [_tables(path), by_hand(path, "SELECT call_id, seq, hash FROM call_events")]
            )

    assert told[0] == told[1]


def test_rebuilding_repairs_a_row_somebody_changed(fresh: Path) -> None:
    with LedgerWriter(fresh) as writer:
        place(writer)
    right = _tables(fresh)
    by_hand(fresh, "UPDATE calls SET ani = 'x'")
    by_hand(fresh, "DELETE FROM recordings")

    told = rebuild(fresh)

    assert told == 1
    assert _tables(fresh) == right


def test_a_pause_that_runs_at_the_stop_ends_with_it() -> None:
    sink = ListSink()
    place(sink)
    told = [event for event in sink.events if event.kind != "recording_resumed"]
    rows = [
        event_row(CallEvent(one.call_id, number, one.at, one.offset_ms, one.kind, one.data))
        for number, one in enumerate(told, start=1)
    ]

    (recording,) = fold_call(rows[0].call_id, ((row, b"") for row in rows)).recordings.values()

    assert (recording.paused_ms, recording.paused_from_ms) == (200, None)
    assert (recording.started_ms, recording.stopped_ms) == (200, 600)
    assert recording.stop_reason == "end of the call"


def test_the_first_to_hang_up_is_the_one_who_did() -> None:
    at = _BEGAN
    rows = [
        event_row(CallEvent("call-a", number, at, number, "hung_up", {"by": by}))
        for number, by in enumerate(("caller", "us"), start=1)
    ]

    assert fold_call("call-a", ((row, b"") for row in rows)).call.hung_up_by == "caller"
