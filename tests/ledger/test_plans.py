"""What is asked again and again of a big ledger goes by an index, on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.million.plans import full_scans, steps_of
from bench.million.postgres import load
from bench.million.timing import filters
from bench.million.writing import make
from ledger import rarity
from ledger.dated_facts import dated_facts
from ledger.filters import CallFilter, NumberMatch
from ledger.reader import LedgerReader
from tests.support.postgresql import Cluster

CALLS = 5600
"""More than a day: enough that a database sees what an index is worth."""

BEGAN = datetime(2026, 10, 30, tzinfo=UTC)
STRETCH = BEGAN + timedelta(hours=3, minutes=7), BEGAN + timedelta(hours=19)

Ask = Callable[[LedgerReader], Any]

QUESTIONS: dict[str, tuple[Ask, str]] = {
    "calls not judged": (lambda reader: reader.ended(judged=False), "ix_calls_unjudged"),
    "calls not judged since": (
        lambda reader: reader.ended(since=STRETCH[0], judged=False),
        "ix_calls_unjudged",
    ),
    "recordings due": (
        lambda reader: reader.recordings_due(STRETCH[0], {"vip": None, "sales": STRETCH[1]}, 50),
        "ix_recordings_due",
    ),
    "nothing is due": (
        lambda reader: reader.recordings_due(None, {"nobody's": STRETCH[1]}, 50),
        "ix_recordings_due",
    ),
    "what is owed": (
        lambda reader: list(dated_facts(reader, ("promised", "ticket_opened"), *STRETCH)),
        "ix_call_events_owed",
    ),
    "other facts": (
        lambda reader: list(dated_facts(reader, ("surveyed",), *STRETCH)),
        "ix_calls_offered_at",
    ),
    "agents' time": (lambda reader: reader.agent_days(*STRETCH), "agent_hours"),
    "agents' time of a part of an hour": (
        lambda reader: reader.agent_days(BEGAN + timedelta(hours=9, minutes=30), STRETCH[1]),
        "ix_floor_events_agent",
    ),
    "agents known": (lambda reader: reader.agents_known(), "agent_hours"),
    "inputs of figures": (
        lambda reader: list(reader.call_columns(*STRETCH)),
        "ix_calls_offered_at",
    ),
    "three marks": (
        lambda reader: reader.search(
            CallFilter(queue="support", disposition="inquiry", broken="A05")
        ),
        "call_marks",
    ),
    "many fit": (
        lambda reader: reader.about(CallFilter(agent="810", survey_at_most=2)),
        "call_marks",
    ),
    "a class of lengths and an agent": (
        lambda reader: reader.search(CallFilter(agent="810", min_talk_over_ms=600)),
        "call_marks",
    ),
    "a whole number": (
        lambda reader: reader.search(CallFilter(ani="13800000000", agent="810")),
        "ix_calls_ani",
    ),
    "a number's beginning": (
        lambda reader: reader.search(CallFilter(ani="138001", ani_match=NumberMatch.PREFIX)),
        "ix_calls_ani",
    ),
    "an id's beginning": (
        lambda reader: reader.search(CallFilter(id_prefix="20261031-0312")),
        "calls",
    ),
    "a number's end": (
        lambda reader: reader.search(CallFilter(ani="1234", ani_match=NumberMatch.SUFFIX)),
        "call_marks",
    ),
}


SORTED = ("a number's beginning", "an id's beginning", "what is owed")
"""Few calls, found first and then sorted: not looked for among all in the order of time."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "ledger.sqlite"
    make(path, CALLS, lambda _: None)
    return path


@pytest.fixture(scope="module")
def url(ledger: Path, server: Cluster) -> str:
    url = server.database()
    load(ledger, url, lambda *_: None)
    return url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reader(request: pytest.FixtureRequest, ledger: Path, url: str) -> Iterator[LedgerReader]:
    with LedgerReader(url if request.param == "postgresql" else ledger) as found:
        yield found


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_goes_by_its_index_and_reads_no_table_to_the_end(
    reader: LedgerReader, name: str
) -> None:
    ask, index = QUESTIONS[name]

    steps = steps_of(reader, lambda: ask(reader))

    assert any(index in step for step in steps), steps
    assert full_scans(steps) == []
    assert name not in SORTED or not any("ix_calls_offered_at" in step for step in steps)


@pytest.mark.parametrize("counted", [rarity.COUNTED, (3, 10)])
def test_either_database_finds_the_same_calls(
    ledger: Path, url: str, counted: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Counted no further, marks are as common here as in a ledger of a million calls.
    monkeypatch.setattr(rarity, "COUNTED", counted)
    dice, found = Random(7), 0

    with LedgerReader(ledger) as own, LedgerReader(url) as central:
        for _, draw in [*filters()] * 2:
            asked = draw(dice)
            page = own.search(asked)
            found += len(page.rows)
            assert central.search(asked) == page, asked
            assert central.search(asked, before=page.next) == own.search(asked, before=page.next)
            assert central.about(asked, most=100) == own.about(asked, most=100), asked

    assert found > 500


def test_a_table_that_is_read_to_the_end_is_seen(reader: LedgerReader) -> None:
    def ask() -> None:
        with reader._sight.connection() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM calls WHERE rings > 2").all()

    assert full_scans(steps_of(reader, ask))
