"""Long work on a ledger says how far it has come."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.clock import ManualClock
from ledger import pace as pacing
from ledger.floor import floor_row
from ledger.pace import Pace
from ledger.writer import LedgerWriter
from tests.ledger.old_ledgers import old_ledger
from tests.ledger.test_agent_hours import NINE, state

pytestmark = pytest.mark.usefixtures("migrations")


def test_a_line_comes_every_ten_seconds_with_what_is_left() -> None:
    clock = ManualClock()
    pace = Pace("work goes on", 2560, clock=clock, every_ms=10_000)

    with capture_logs() as said:
        for _ in range(2560):
            pace.step()
            clock.advance_ms(10)
        pace.end()

    assert [(one["event"], one["done"]) for one in said] == [
        ("work goes on", 1024),
        ("work goes on", 2048),
        ("work goes on", 2560),
    ]
    assert (said[0]["of"], said[0]["percent"], said[0]["left_s"]) == (2560, 40, 15)
    assert said[-1]["took_s"] == 26


def test_of_work_that_is_soon_done_nothing_is_said() -> None:
    clock = ManualClock()
    pace = Pace("work goes on", 1000, clock=clock, every_ms=10_000)

    with capture_logs() as said:
        for _ in range(1000):
            pace.step()
            clock.advance_ms(1)
        pace.end()

    assert said == []


def test_more_than_was_counted_is_not_more_than_all() -> None:
    clock = ManualClock()
    pace = Pace("work goes on", 10, clock=clock, every_ms=1)
    clock.advance_ms(50)

    with capture_logs() as said:
        for _ in range(256):
            pace.step(2)

    assert [(one["done"], one["of"], one["left_s"]) for one in said] == [(512, 512, 0)]


def test_an_old_ledger_tells_while_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "_LOG_MS", 0)
    monkeypatch.setattr(pacing, "_TERMINAL_MS", 0)
    path = tmp_path / "ledger.sqlite"
    old_ledger(path, "r0003")
    with closing(sqlite3.connect(path)) as old:
        told = "INSERT INTO floor_events (agent, at, kind, data, hash) VALUES (?, ?, ?, ?, x'')"
        facts = (state("801", NINE + timedelta(seconds=at), "ready") for at in range(600))
        old.executemany(told, map(floor_row, facts))
        old.commit()

    with capture_logs() as said:
        LedgerWriter(path).close()

    assert ("r0003", "calls wait") in [
        (str(one.get("was")), "calls wait") for one in said if "calls wait" in one["event"]
    ]
    done = [one["done"] for one in said if one["event"].startswith("agents' hours")]
    assert done[:2] == [256, 512]


def test_a_ledger_of_this_version_opens_without_a_word(tmp_path: Path) -> None:
    LedgerWriter(tmp_path / "ledger.sqlite").close()

    with capture_logs() as said:
        LedgerWriter(tmp_path / "ledger.sqlite").close()

    assert said == []
