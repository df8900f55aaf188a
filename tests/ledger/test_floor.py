"""The floor's facts: kept beside the calls', chained by agent, and adding up to the clock."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.clock import ManualClock
from calls.events import Disposed, EndedFact
from calls.fact import Fact
from calls.floor import events as floor
from calls.floor.events import FloorEvent, OfferOver, StateEntered
from calls.floor.states import AgentState
from ledger.encoding import LateRow, Row, event_row, late_row
from ledger.floor import FloorRow, floor_row
from ledger.floor_day import AgentDay, agent_day
from ledger.journal import Journal
from ledger.opening import reader_engine, writer_connection
from ledger.reader import LedgerReader
from ledger.store import Store
from ledger.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import ListSink, by_hand, place
from tests.ledger.old_ledgers import old_ledger

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def fact(agent: str, after_ms: int, told: Fact) -> FloorEvent:
    return FloorEvent(agent, NINE + timedelta(milliseconds=after_ms), told.kind, told.data())


def entered(agent: str, after_ms: int, state: str, **more: Any) -> FloorEvent:
    data = {"reason": "", "call_id": "", "before": "", "lasted_ms": 0, **more}
    return fact(agent, after_ms, StateEntered(state=state, **data))


def offer(
    agent: str, after_ms: int, result: str, *, late: bool = False, asked: bool = False
) -> FloorEvent:
    over = OfferOver(call_id="c", rings=2, rung_ms=5430, result=result, late=late, asked=asked)
    return fact(agent, after_ms, over)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def a_morning(writer: LedgerWriter) -> None:
    for event in (
        entered("801", 0, "ready"),
        entered("802", 10, "not_ready", reason="lunch"),
        entered("801", 60_000, "ringing", call_id="c"),
        offer("801", 65_430, "answered"),
        entered("801", 65_430, "on_call", call_id="c"),
        entered("801", 100_000, "hold", call_id="c"),
        entered("801", 110_000, "on_call", call_id="c"),
        entered("801", 120_000, "wrap_up", call_id="c"),
        entered("801", 150_000, "ready"),
    ):
        writer.append_floor(event)


async def test_facts_of_the_floor_are_read_as_they_were_given(path: Path) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
        await writer.durable()
        with LedgerReader(path) as reader:
            everything = reader.floor_events()
            lunch = reader.floor_events("802")
            late = reader.floor_events(since=NINE + timedelta(minutes=2))
            agents = reader.agents_known()

    assert len(everything) == 9
    assert lunch == [entered("802", 10, "not_ready", reason="lunch")]
    assert [event.data["state"] for event in late] == ["wrap_up", "ready"]
    assert agents == ["801", "802"]


def _day(reader: LedgerReader, since: datetime, until: datetime) -> AgentDay:
    (found,) = reader.agent_days(since, until, ["801"])
    return found


def test_an_agents_day_tells_talk_hold_wrap_up_and_the_three_rings(path: Path) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
        writer.append_floor(offer("801", 170_000, "missed", late=True))
        writer.append_floor(offer("801", 171_000, "answered", late=True))
        writer.append_floor(offer("801", 172_000, "caller_gone"))

    with LedgerReader(path) as reader:
        day = _day(reader, NINE - timedelta(seconds=5), NINE + timedelta(seconds=200))
        later = _day(reader, NINE + timedelta(seconds=105), NINE + timedelta(minutes=2))

    assert day.state_ms == {
        "signed_out": 5_000,
        "ready": 110_000,
        "ringing": 5_430,
        "on_call": 44_570,
        "hold": 10_000,
        "wrap_up": 30_000,
    }
    assert day.in_state(AgentState.ON_CALL, AgentState.HOLD) == 54_570
    assert (day.offers, day.answered, day.missed) == (4, 2, 1)
    assert (day.within_three_rings, day.late) == (1, 2)
    assert (day.state, day.state_since) == ("ready", NINE + timedelta(seconds=150))
    assert later.state_ms == {"hold": 5_000, "on_call": 10_000}


def test_a_colleagues_question_counts_apart_until_the_caller_is_handed_over(path: Path) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
        for event in (
            entered("801", 160_000, "ringing", call_id="d", before="ready"),
            offer("801", 161_000, "answered", late=True, asked=True),
            entered("801", 161_000, "consult", call_id="d", before="ringing"),
            entered("801", 181_000, "ready", before="consult"),
            offer("801", 190_000, "missed", late=True, asked=True),
            offer("801", 191_000, "answered", asked=True),
            entered("801", 191_000, "consult", call_id="e", before="ready"),
            entered("801", 196_000, "on_call", call_id="e", before="consult"),
        ):
            writer.append_floor(event)

    with LedgerReader(path) as reader:
        day = _day(reader, NINE, NINE + timedelta(seconds=200))
        facts = reader.floor_events("801")
    one_by_one = agent_day("801", facts, NINE, NINE + timedelta(seconds=200))

    assert day == one_by_one
    assert (day.offers, day.answered, day.missed, day.within_three_rings, day.late) == (
        *(1, 1, 0, 1, 0),
    )
    assert (day.consults, day.taken_over, day.handled) == (2, 1, 2)
    assert day.state_ms["consult"] == 25_000
    assert day.state_ms["on_call"] == 44_570 + 4_000
    assert not verify(path).findings


@given(
    steps=st.lists(
        st.tuples(st.integers(-5_000_000, 20_000_000), st.sampled_from(list(AgentState))),
        max_size=30,
    ),
    since_us=st.integers(-10_000_000, 60_000_000),
    length_us=st.integers(0, 90_000_000),
)
def test_the_states_of_an_agent_add_up_to_the_clock_even_one_that_was_set_back(
    steps: list[tuple[int, AgentState]], since_us: int, length_us: int
) -> None:
    at, events = NINE, []
    for step_us, state in steps:
        at += timedelta(microseconds=step_us)
        data = {"state": state.value, "reason": "", "call_id": ""}
        events.append(FloorEvent("801", at, "state", data))
    since = NINE + timedelta(microseconds=since_us)
    until = since + timedelta(microseconds=length_us)

    day = agent_day("801", events, since, until)

    assert sum(day.state_ms.values()) == length_us // 1000
    assert all(length > 0 for length in day.state_ms.values())


def test_two_halves_of_a_day_are_the_day(path: Path) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)

    with LedgerReader(path) as reader:
        ends = [NINE, NINE + timedelta(seconds=62), NINE + timedelta(seconds=180)]
        first, second = (
            _day(reader, ends[0], ends[1]),
            _day(reader, ends[1], ends[2]),
        )
        whole = _day(reader, ends[0], ends[2])

    states = first.state_ms.keys() | second.state_ms.keys()
    halves = {
        state: first.state_ms.get(state, 0) + second.state_ms.get(state, 0) for state in states
    }
    assert halves == whole.state_ms


def test_a_stretch_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        agent_day("801", [], NINE, NINE - timedelta(seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        "data = json_set(data, '$.state', 'ready')",
        "data = 'no json'",
        "kind = 'offer'",
        "at = at - 1",
        "hash = x'00'",
        "hash = 'text'",
    ],
)
def test_an_edited_fact_of_the_floor_is_named(path: Path, change: str) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
        place(writer)
    by_hand(path, f"UPDATE floor_events SET {change} WHERE cursor = 5")  # noqa: S608

    found = verify(path).findings

    assert (found[0].what, found[0].agent) == ("edited", "801")
    assert "row 5" in found[0].detail
    assert {one.agent for one in found} == {"801"}


@pytest.mark.parametrize("cursor", [1, 5, 9])
def test_a_fact_of_the_floor_taken_out_leaves_a_hole(path: Path, cursor: int) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
    by_hand(path, "DELETE FROM floor_events WHERE cursor = ?", (cursor,))

    holes = [one.detail for one in verify(path).findings if one.what == "hole"]

    assert holes == [f"rows {cursor} to {cursor} of the floor's facts were written and are gone"]


def test_a_fact_laid_to_another_agent_is_found_in_both_chains(path: Path) -> None:
    with LedgerWriter(path) as writer:
        a_morning(writer)
        a_morning(writer)
    by_hand(path, "UPDATE floor_events SET agent = '802' WHERE cursor = 4")

    assert {one.agent for one in verify(path).findings} == {"801", "802"}


def test_an_untouched_floor_has_no_findings_and_a_chain_goes_on_after_reopening(
    path: Path,
) -> None:
    for _ in range(3):
        with LedgerWriter(path) as writer:
            a_morning(writer)
            place(writer)

    report = verify(path)

    assert (report.findings, report.floor_events, report.calls) == ((), 27, 3)
    assert len(report.floor_head) == 64


def test_what_is_in_the_journal_twice_is_in_the_ledger_once(path: Path) -> None:
    rows: list[Row | FloorRow] = [floor_row(entered("801", 0, "ready"))]
    sink = ListSink()
    place(sink)
    rows += [event_row(event) for event in sink.events]
    with LedgerWriter(path) as writer:
        writer.append_floor(entered("801", 0, "ready"))
    journal = Journal(path)
    journal.append([*rows, floor_row(entered("801", 5, "not_ready", reason="lunch"))])
    journal.close()

    LedgerWriter(path).close()

    with LedgerReader(path) as reader:
        assert [event.data["state"] for event in reader.floor_events()] == ["ready", "not_ready"]
        assert len(reader.calls()) == 1
    assert not verify(path).findings


async def test_while_the_database_is_locked_facts_of_the_floor_wait_in_the_journal(
    path: Path,
) -> None:
    writer = LedgerWriter(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        a_morning(writer)
        await writer.durable()
        assert by_hand(path, "SELECT count(*) FROM floor_events") == [(0,)]
        other.execute("ROLLBACK")
    writer.close()

    report = verify(path)
    assert (report.findings, report.floor_events) == ((), 9)


def test_a_ledger_of_release_1_is_brought_up_to_date_with_all_it_holds(path: Path) -> None:
    call_id = old_ledger(path, "r0001")
    before = by_hand(path, "SELECT * FROM call_events")
    old = verify(path)

    with LedgerWriter(path) as writer:
        a_morning(writer)

    assert by_hand(path, "SELECT * FROM call_events") == before
    assert (old.findings, old.floor_events) == ((), 0)
    assert (verify(path).findings, verify(path).head) == ((), old.head)
    with LedgerReader(path) as reader:
        assert reader.call(call_id).disposition == "greeted"
        assert len(reader.floor_events("801")) == 8


def test_a_reader_finds_the_day_by_its_indexes(path: Path) -> None:
    LedgerWriter(path).close()

    with reader_engine(path).connect() as connection:
        for where, index in (("agent = '801'", "agent"), ("at > 5", "at")):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM floor_events WHERE {where}"  # noqa: S608
            ).all()
            assert f"ix_floor_events_{index}" in str(plan)


def test_every_kind_of_fact_of_the_floor_is_documented_with_its_fields() -> None:
    text = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
    table = text.partition("| floor kind |")[2]
    documented = {
        kind: re.findall(r"`(\w+)`", fields)
        for kind, fields in re.findall(r"^\| (\w+) \|[^|]*\|([^|]*)\|$", table, re.MULTILINE)
    }
    kinds = {
        found.kind: list(found.__slots__)
        for found in vars(floor).values()
        if isinstance(found, type) and issubclass(found, Fact) and found is not Fact
    }

    assert documented == kinds


@pytest.mark.parametrize("when", ["before the end", "after the end"])
def test_what_the_agent_says_the_call_was_stands_whenever_it_is_said(path: Path, when: str) -> None:
    disposed = Disposed(agent="801", disposition="complaint", note="漏水")
    with LedgerWriter(path) as writer:
        if when == "before the end":
            sink = ListSink()
            call = place(sink)
            for event in sink.events[:-1]:
                writer.append(event)
            last = sink.events[-1]
            writer.append(last._replace(kind="disposed", data=disposed.data()))
            writer.append(last._replace(seq=last.seq + 1))
        else:
            call = place(writer)
            writer.append_late(call.id, disposed)

    def disposition() -> str | None:
        with LedgerReader(path) as reader:
            return reader.call(call.id).disposition

    live = disposition()
    assert not verify(path).findings
    rebuild(path)
    assert (live, disposition()) == ("complaint", "complaint")


async def test_a_disposition_given_while_the_caller_is_still_with_us_waits_for_the_end(
    path: Path,
) -> None:
    from calls.call import Call
    from tests.ledger.house import usual_call

    with LedgerWriter(path) as writer:
        call = Call(ManualClock(), writer)
        for each in usual_call()[:-1]:
            call.record(each)
        writer.append_late(call.id, Disposed(agent="801", disposition="inquiry", note=""))
        await writer.durable()
        call.record(EndedFact(end_reason="completed", disposition="surveyed"))

    with LedgerReader(path) as reader:
        assert reader.call(call.id).disposition == "inquiry"
        assert [event.kind for event in reader.events(call.id)][-2:] == ["ended", "disposed"]


def test_what_several_agents_say_of_a_call_stands_in_the_order_they_said_it(path: Path) -> None:
    LedgerWriter(path).close()
    sink = ListSink()
    call = place(sink)
    *before, end = (event_row(event) for event in sink.events)

    def said(agent: str, disposition: str) -> LateRow:
        disposed = Disposed(agent=agent, disposition=disposition, note="")
        return late_row(call.id, call.offered_at, disposed.kind, disposed.data())

    store = Store(writer_connection(path), 1000)
    store.commit([*before, said("801", "transferred"), said("802", "transferred")])
    # The last one's comes with the end itself.
    store.commit([end, said("803", "served")])
    store.close()

    with LedgerReader(path) as reader:
        told = [one.data["agent"] for one in reader.events(call.id) if one.kind == "disposed"]
        assert (told, reader.call(call.id).disposition) == (["801", "802", "803"], "served")
    assert not verify(path).findings


def test_what_an_agent_says_of_a_live_call_is_kept_once_though_a_commit_failed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LedgerWriter(path).close()
    sink = ListSink()
    call = place(sink)
    *before, end = (event_row(event) for event in sink.events)
    disposed = Disposed(agent="801", disposition="served", note="")
    late = late_row(call.id, call.offered_at, disposed.kind, disposed.data())

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    store = Store(writer_connection(path), 1000)
    with monkeypatch.context() as patched:
        patched.setattr(store, "_write", full)
        with pytest.raises(sqlite3.OperationalError):
            store.commit([*before, late])
    store.commit([*before, late])
    store.commit([end])
    store.close()

    with LedgerReader(path) as reader:
        assert [one.kind for one in reader.events(call.id)].count("disposed") == 1
