"""A connection that is lost while somebody reads: said as such, and the next question goes well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.errors import LedgerError
from ledger import tally
from ledger.dated_facts import dated_facts
from ledger.filters import CallFilter
from ledger.opening import LedgerAwayError
from ledger.postgres.shipper import Shipper
from ledger.reader import LedgerReader
from ledger.sight import Sight
from ledger.writer import LedgerWriter
from tests.ledger.house import place
from tests.support.postgresql import Cluster

EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_CUT = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def url(server: Cluster, tmp_path: Path) -> str:
    url = server.database()
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        for _ in range(3):
            place(writer)
    with Shipper(tmp_path / "ledger.sqlite", url, "east") as shipper:
        shipper.ship()
    return url


@pytest.fixture
def reader(url: str) -> Iterator[LedgerReader]:
    with LedgerReader(url) as opened:
        yield opened


def test_in_the_middle_of_a_report_it_is_told_as_a_database_that_is_away(
    server: Cluster, url: str, reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each call is a part of its own, and read when it is asked for.
    monkeypatch.setattr(tally, "_A_PART", 1)
    monkeypatch.setattr(tally, "_AT_ONCE", 1)
    parts = reader.call_columns(*EVER)
    next(parts)

    server.ask(url, _CUT)
    with pytest.raises(LedgerAwayError, match="takes connections"):
        list(parts)

    assert sum(map(len, reader.call_columns(*EVER))) == 3


@pytest.mark.parametrize("shared", [False, True])
def test_what_the_driver_itself_says_is_told_like_the_rest(
    tmp_path: Path, url: str, shared: bool
) -> None:
    where = url if shared else tmp_path / "ledger.sqlite"

    with (
        Sight(where) as sight,
        pytest.raises(LedgerError, match="no_such_table"),
        sight.connection() as connection,
    ):
        connection.connection.cursor().execute("SELECT 1 FROM no_such_table")


def test_between_two_questions_nobody_notices(
    server: Cluster, url: str, reader: LedgerReader
) -> None:
    assert len(reader.search(CallFilter()).rows) == 3

    server.ask(url, _CUT)

    assert len(reader.search(CallFilter()).rows) == 3
    assert list(dated_facts(reader, ("promised",), *EVER)) == []
