"""The big ledger of the bench, made small: as the server writes one, on either database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import calls.events
from bench.million.calls import UNTIL, call
from bench.million.postgres import load
from bench.million.timing import filters, measure
from bench.million.writing import make
from calls.events import Fact
from ledger.call_columns import CallColumns, Texts
from ledger.filters import CallFilter
from ledger.postgres.shipper import Shipper
from ledger.reader import LedgerReader
from ledger.verify import verify
from tests.ledger.house import by_hand
from tests.support.postgresql import Cluster

CALLS = 2200


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "ledger.sqlite"
    make(path, CALLS, lambda _: None)
    return path


def test_it_is_a_ledger_that_verifies(ledger: Path) -> None:
    report = verify(ledger)

    assert (report.calls, report.findings) == (CALLS, ())
    assert report.events > 20 * CALLS


def test_its_facts_are_those_of_real_calls() -> None:
    known = {
        fact.kind: {one.name: one for one in fields(fact)}
        for fact in vars(calls.events).values()
        if isinstance(fact, type) and issubclass(fact, Fact) and fact is not Fact
    }
    told = [event for number in range(300) for event in call(number, 300)[2]]

    assert len({kind for _, kind, _ in told}) > 20
    for _, kind, data in told:
        needed = {name for name, one in known[kind].items() if one.default is MISSING}
        assert needed <= set(data) <= set(known[kind])


def test_a_run_that_was_stopped_goes_on_to_the_same_ledger(tmp_path: Path, ledger: Path) -> None:
    path = tmp_path / "ledger.sqlite"

    def stop(done: int) -> None:
        raise KeyboardInterrupt(str(done))

    with pytest.raises(KeyboardInterrupt):
        make(path, CALLS, stop)
    assert make(path, CALLS, lambda _: None) == verify(ledger).events
    hashes = "SELECT hash FROM call_events ORDER BY cursor DESC LIMIT 1"
    assert by_hand(path, hashes) == by_hand(ledger, hashes)
    with pytest.raises(ValueError, match="was begun for"):
        make(path, CALLS + 1, lambda _: None)


def test_every_question_of_the_bench_finds_something(ledger: Path) -> None:
    found = {one.name: one for one in measure(ledger, 3, lambda _: None)}

    assert len(found) > 30
    plain = ("queue", "agent", "disposition", "rule broken", "survey at most", "number, whole")
    assert all(found[name].found for name in (*plain, "newest calls", "a call's page"))
    assert "call_marks" in found["rule broken"].way


def test_postgresql_is_loaded_with_what_shipping_comes_to(server: Cluster, ledger: Path) -> None:
    loaded, shipped = server.database(), server.database()
    load(ledger, loaded, lambda *_: None)
    with Shipper(ledger, shipped, "one") as shipper:
        shipper.ship()

    with LedgerReader(loaded) as one, LedgerReader(shipped) as other, LedgerReader(ledger) as own:
        asked = CallFilter(queue="support", broken="A05", until=UNTIL)
        assert one.search(asked) == other.search(asked) == own.search(asked)
        assert len(own.search(asked).rows) > 5
        assert one.about(asked) == other.about(asked) == own.about(asked)
        assert one.events_after(500, 100) == other.events_after(500, 100)
        for name, made in filters():
            _same_pages(own, one, made(Random(name)))
    assert verify(shipped).findings == ()


def test_figures_read_the_same_calls_from_either_database(server: Cluster, ledger: Path) -> None:
    url = server.database()
    load(ledger, url, lambda *_: None)
    stretch = datetime(2026, 10, 1, tzinfo=UTC), UNTIL

    with LedgerReader(url) as shared, LedgerReader(ledger) as own:
        (one,), (other,) = (list(reader.call_columns(*stretch)) for reader in (shared, own))
        whole = own.calls(since=stretch[0], until=stretch[1])

    assert list(one.ids) == list(other.ids) == [call.id for call in whole]
    assert len(whole) == CALLS
    for name in fields(CallColumns):
        for mine, its in zip(
            _arrays(getattr(one, name.name)), _arrays(getattr(other, name.name)), strict=True
        ):
            assert np.array_equal(mine, its, equal_nan=mine.dtype.kind == "f")


def _arrays(column: Texts | NDArray[Any] | Sequence[str]) -> list[NDArray[Any]]:
    if isinstance(column, Texts):
        return [column.codes, np.array(column.names)]
    return [np.asarray(column)]


def _same_pages(own: LedgerReader, other: LedgerReader, asked: CallFilter) -> None:
    """Both databases give the same calls in the same order, page by page."""
    before = None
    for _ in range(3):
        page = own.search(asked, before=before, limit=7)
        assert other.search(asked, before=before, limit=7) == page
        before = page.next
        if before is None:
            break
    assert other.about(asked) == own.about(asked)
