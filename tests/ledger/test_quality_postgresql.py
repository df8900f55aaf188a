"""The same quality book in a real PostgreSQL, in one database with the ledger."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from calls.errors import ConflictError, LedgerError
from calls.quality.events import EvaluationClaimed
from ledger.postgres.shipper import Shipper
from ledger.quality.book import QualityBook
from ledger.quality.rows import EvaluationFilter, LookFilter
from ledger.quality.sessions import SessionRow, SessionStore
from ledger.quality.verify import rebuild, verify
from ledger.writer import LedgerWriter
from tests.ledger.house import place as place_call
from tests.ledger.quality_house import UNTIL, looked, opened, some_work
from tests.support.postgresql import Cluster


@pytest.fixture
def url(server: Cluster) -> str:
    return server.database()


def test_the_book_tells_the_same_in_postgresql_as_in_a_file(url: str, tmp_path: Path) -> None:
    with some_work(url) as there, some_work(tmp_path / "quality.sqlite") as here:
        assert there.evaluations() == here.evaluations()
        assert there.accounts() == here.accounts()
        assert there.looks() == here.looks()
        assert there.events("evaluation/one") == here.events("evaluation/one")
        assert there.streams("evaluation/") == here.streams("evaluation/")
        assert there.streams("ACCOUNT/") == here.streams("ACCOUNT/") == []
        assert verify(there) == verify(here)
        wanted = EvaluationFilter(states=("claimed",), newest_first=True, limit=5)
        assert there.evaluations(wanted) == here.evaluations(wanted)
        assert there.looks(LookFilter(subject="call/c2")) == here.looks(
            LookFilter(subject="call/c2")
        )


def test_the_book_and_the_ledger_share_one_database(url: str, tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        place_call(writer)
    with some_work(url) as book:
        with Shipper(tmp_path / "ledger.sqlite", url, "one") as shipper:
            assert shipper.ship() > 0
        assert len(book.evaluations()) == 2
    with QualityBook.open(url) as again:
        assert not verify(again).findings


def test_a_change_by_hand_is_named(url: str, server: Cluster) -> None:
    with some_work(url) as book:
        kept = verify(book).head
        server.ask(url, "UPDATE quality_events SET actor = 'zhou' WHERE cursor = 5")
        server.ask(url, "UPDATE quality_evaluations SET score = 100 WHERE id = 'two'")
        server.ask(url, "DELETE FROM quality_events WHERE cursor = 10")
        named = {(one.what, one.stream, one.seq) for one in verify(book, head=kept).findings}

        assert named == {
            ("edited", "evaluation/one", 3),
            ("projection", "evaluation/two", 0),
            ("cut", "", 0),
        }


def test_a_session_written_by_hand_is_none_and_is_named(url: str, server: Cluster) -> None:
    mine, forged = b"m" * 32, b"f" * 32
    with some_work(url) as book:
        now = book.clock.utc_now()
        kept = SessionStore(book)
        row = SessionRow(account="li", created_at=now, seen_at=now, csrf="c", address="::1")
        kept.add(mine, row)
        assert kept.get(mine) == row
        assert not verify(book).findings
        copied = "account, created_at, seen_at, csrf, address, told_by FROM quality_sessions"
        server.ask(url, f"INSERT INTO quality_sessions SELECT '\\x{forged.hex()}'::bytea, {copied}")

        assert kept.get(forged) is None
        assert kept.get(mine) == row
        assert [(one.what, one.stream) for one in verify(book).findings] == [
            ("session", "account/li")
        ]


def test_the_tables_are_made_anew_from_the_facts(url: str, server: Cluster) -> None:
    with some_work(url) as book:
        server.ask(url, "UPDATE quality_evaluations SET score = 100")

        assert rebuild(book) == 3
        assert not verify(book).findings


def test_many_write_at_once_without_a_gap_in_the_cursors(url: str) -> None:
    with some_work(url) as book:
        book.append("evaluation/race", opened("c7"), actor="li", after=0)
        won: list[str] = []

        def work(name: str) -> None:
            with QualityBook.open(url) as own:
                for number in range(10):
                    own.append("looks/2026-01-05", looked(f"call/{number}"), actor=name)
                try:
                    claim = EvaluationClaimed(until=UNTIL)
                    own.append("evaluation/race", claim, actor=name, after=1)
                except ConflictError:
                    return
                won.append(name)

        threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert book.cursor() == 10 + 1 + 60 + 1
        assert won == [book.evaluation("race").evaluator]
        assert not verify(book).findings


def test_a_server_that_comes_back_is_used_again(url: str, server: Cluster) -> None:
    with some_work(url) as book:
        server.stop("immediate")
        try:
            with pytest.raises(LedgerError, match="see that the database server runs"):
                book.append("evaluation/three", opened("c3"), actor="li")
        finally:
            server.start()
        book.append("evaluation/three", opened("c3"), actor="li", after=0)

        assert not verify(book).findings
