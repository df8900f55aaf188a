"""Agents' time added up by the hour: as told fact by fact, and made anew from the facts."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from calls.floor.events import FloorEvent
from calls.floor.states import AgentState
from ledger.agent_times import agent_days
from ledger.floor import FloorBatch, floor_row
from ledger.floor_day import AgentDay, agent_day
from ledger.postgres.shipper import Shipper
from ledger.reader import LedgerReader
from ledger.retelling import retell_floor
from ledger.tables import metadata
from ledger.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand
from tests.ledger.old_ledgers import old_ledger
from tests.support.postgresql import Cluster

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_RESULTS = ("answered", "missed", "rejected", "caller_gone")


def state(agent: str, at: datetime, name: str) -> FloorEvent:
    return FloorEvent(agent, at, "state", {"state": name, "reason": "", "call_id": "c"})


@st.composite
def _facts(draw: st.DrawFn, least_us: int = 0) -> list[FloorEvent]:
    at, found = NINE, []
    for _ in range(draw(st.integers(0, 25))):
        at += timedelta(microseconds=draw(st.integers(least_us, 5_000_000_000)))
        agent = draw(st.sampled_from(("801", "802")))
        kind = draw(st.sampled_from(("state", "state", "offer", "talk", "shift_note")))
        data: dict[str, Any] = {
            "state": draw(st.sampled_from(list(AgentState))).value,
            "before": draw(st.sampled_from(list(AgentState))).value,
            "asked": draw(st.booleans()),
            "result": draw(st.sampled_from(_RESULTS)),
            "late": draw(st.booleans()),
            "promises": 2,
            "broken": ["A05"],
        }
        found.append(FloorEvent(agent, at, kind, data))
    return found


class _Floor:
    """The floor's tables in memory, written as the writer does."""

    def __init__(self, facts: Sequence[FloorEvent], at_once: int) -> None:
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            raw: Any = connection.connection.driver_connection
            batch = FloorBatch(raw.cursor())
            for first in range(0, len(facts), at_once):
                batch.begin()
                for fact in facts[first : first + at_once]:
                    batch.take(floor_row(fact), trusting=True)
                batch.write()
                if first % 3 == 0:
                    batch.forget()

    def days(self, since: datetime, until: datetime) -> list[AgentDay]:
        with self.engine.connect() as connection:
            return agent_days(connection, since, until, ("801", "802"))

    def hours(self) -> list[Any]:
        with self.engine.connect() as connection:
            query = "SELECT * FROM agent_hours ORDER BY agent, hour"
            return list(connection.exec_driver_sql(query))


@settings(deadline=None)
@given(
    facts=_facts(),
    at_once=st.integers(1, 9),
    since_us=st.integers(-(10**9), 8 * 10**9),
    length_us=st.integers(0, 10**11),
)
def test_any_stretch_is_what_its_facts_tell_one_by_one(
    facts: list[FloorEvent], at_once: int, since_us: int, length_us: int
) -> None:
    floor = _Floor(facts, at_once)
    since = NINE + timedelta(microseconds=since_us)
    until = since + timedelta(microseconds=length_us)

    for day in floor.days(since, until):
        own = [fact for fact in facts if fact.agent == day.agent]
        assert day == agent_day(day.agent, own, since, until)


@settings(deadline=None)
@given(
    facts=_facts(least_us=-4_000_000_000),
    cuts=st.lists(st.integers(-(10**9), 6 * 10**10), min_size=3, max_size=3),
)
def test_parts_make_up_the_whole_even_with_a_clock_that_was_set_back(
    facts: list[FloorEvent], cuts: list[int]
) -> None:
    floor = _Floor(facts, 4)
    first, second, third = (NINE + timedelta(milliseconds=cut // 1000) for cut in sorted(cuts))

    whole, parts = floor.days(first, third), (floor.days(first, second), floor.days(second, third))

    for day, one, other in zip(whole, *parts, strict=True):
        assert sum(day.state_ms.values()) == (third - first) // timedelta(milliseconds=1)
        assert all(length > 0 for length in day.state_ms.values())
        assert one.offers + other.offers == day.offers
        assert one.rules_broken + other.rules_broken == day.rules_broken
        for name in AgentState:
            in_parts = one.in_state(name) + other.in_state(name)
            assert abs(in_parts - day.in_state(name)) <= 2


@settings(deadline=None)
@given(facts=_facts(least_us=-4_000_000_000), at_once=st.integers(1, 9))
def test_rows_made_anew_are_the_rows_that_were_kept(facts: list[FloorEvent], at_once: int) -> None:
    floor = _Floor(facts, at_once)
    kept = floor.hours()

    with floor.engine.begin() as connection:
        retell_floor(connection)

    assert floor.hours() == kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as writer:
        for hours, name in enumerate(("ready", "on_call", "wrap_up", "ready", "signed_out")):
            writer.append_floor(state("801", NINE + timedelta(hours=hours), name))
            writer.append_floor(state("802", NINE + timedelta(hours=hours), "ready"))
    return path


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE agent_hours SET sums = replace(sums, '3600000000', '60000000')",
        "DELETE FROM agent_hours WHERE agent = '801' AND state = 'wrap_up'",
        "INSERT INTO agent_hours SELECT '803', node, hour, cursor, at, state, reason, call_id,"
        " entered_at, sums FROM agent_hours LIMIT 1",
    ],
)
def test_sums_that_were_changed_are_named_and_made_anew(path: Path, change: str) -> None:
    before = by_hand(path, "SELECT * FROM agent_hours")
    assert not verify(path).findings
    by_hand(path, change)

    found = verify(path).findings
    assert {one.what for one in found} == {"projection"}
    assert found[0].agent in {"801", "803"}

    rebuild(path)
    assert by_hand(path, "SELECT * FROM agent_hours") == before
    assert not verify(path).findings


def test_a_ledger_of_an_earlier_version_has_its_sums_made_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path, "r0003")
    with closing(sqlite3.connect(path)) as old:
        for hour in (0, 2):
            row = floor_row(state("801", NINE + timedelta(hours=hour), "ready"))
            told = "INSERT INTO floor_events (agent, at, kind, data, hash) VALUES (?, ?, ?, ?, x'')"
            old.execute(told, row)
        old.commit()

    LedgerWriter(path).close()

    with LedgerReader(path) as reader:
        assert reader.agents_known() == ["801"]
        (day,) = reader.agent_days(NINE, NINE + timedelta(hours=5))
    assert day.state_ms == {"ready": 5 * 3_600_000}


def test_sums_that_the_version_before_made_are_kept_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as writer:
        writer.append_floor(state("801", NINE, "ready"))
    by_hand(path, "UPDATE alembic_version SET version_num = 'r0004'")
    by_hand(path, "UPDATE agent_hours SET reason = 'made before'")

    LedgerWriter(path).close()

    assert by_hand(path, "SELECT reason FROM agent_hours") == [("made before",)]


@pytest.mark.parametrize("shared", [False, True])
def test_an_agent_who_came_later_is_known_and_was_signed_out(
    tmp_path: Path, server: Cluster, shared: bool
) -> None:
    place: Path | str = tmp_path / "ledger.sqlite"
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        writer.append_floor(state("801", NINE, "ready"))
        writer.append_floor(state("802", NINE + timedelta(days=2, minutes=5), "ready"))
        writer.append_floor(state("802", NINE + timedelta(days=2, minutes=20), "on_call"))
    if shared:
        with Shipper(tmp_path / "ledger.sqlite", place := server.database(), "east") as shipper:
            shipper.ship()

    with LedgerReader(place) as reader:
        known = reader.agent_days(NINE, NINE + timedelta(hours=1))
        later = NINE + timedelta(days=2), NINE + timedelta(days=2, minutes=10)
        (named,) = reader.agent_days(*later, ["802"])
        (stranger,) = reader.agent_days(*later, ["899"])

    assert [(day.agent, day.state_ms) for day in known] == [
        ("801", {"ready": 3_600_000}),
        ("802", {"signed_out": 3_600_000}),
    ]
    assert named.state_ms == {"signed_out": 300_000, "ready": 300_000}
    assert (stranger.agent, stranger.state_ms) == ("899", {"signed_out": 600_000})


def test_the_database_of_several_nodes_adds_up_what_each_kept(
    tmp_path: Path, server: Cluster
) -> None:
    url = server.database()
    stretch = NINE + timedelta(minutes=20), NINE + timedelta(hours=6, minutes=7)
    for node, hour, name in (("east", 0, "ready"), ("west", 3, "on_call")):
        own = tmp_path / node / "ledger.sqlite"
        with LedgerWriter(own) as writer:
            writer.append_floor(state("801", NINE + timedelta(hours=hour), name))
            writer.append_floor(state("801", NINE + timedelta(hours=hour + 2), "signed_out"))
        with Shipper(own, url, node) as shipper:
            shipper.ship()
    with LedgerReader(url) as central:
        (day,) = central.agent_days(*stretch)
        assert central.agents_known() == ["801"]

    assert day.state_ms == {"ready": 100 * 60_000, "on_call": 120 * 60_000, "signed_out": 7_620_000}
    assert (day.state, day.state_since) == ("signed_out", NINE + timedelta(hours=5))
    assert verify(url).findings == ()
    server.ask(url, "DELETE FROM agent_hours")
    assert [one.what for one in verify(url).findings] == ["projection"]
    rebuild(url)
    assert verify(url).findings == ()
