"""The quality book cannot be had: each case says what it is and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from calls.errors import LedgerError
from ledger.quality import opening
from ledger.quality.book import QualityBook
from ledger.quality.factors import FactorStore, WallStore
from ledger.quality.verify import verify
from ledger.writer import LedgerWriter
from tests.ledger.quality_house import by_hand, looked, opened, some_work


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "quality.sqlite"


def test_a_database_that_is_no_quality_book_is_left_alone(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    LedgerWriter(ledger).close()
    before = ledger.read_bytes()

    with pytest.raises(LedgerError, match="no quality book"):
        QualityBook.open(ledger)
    assert ledger.read_bytes() == before


def test_a_damaged_book_says_so(place: Path) -> None:
    place.write_bytes(b"this was a quality book once" * 400)

    with pytest.raises(LedgerError, match="not a database; the file is damaged"):
        QualityBook.open(place)


def test_a_book_with_a_page_overwritten_says_so(place: Path) -> None:
    with some_work(place) as book:
        for number in range(60):
            book.append("looks/2026-01-05", looked(f"call/{number}"), actor="li")
    content = bytearray(place.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    place.write_bytes(content)

    with pytest.raises(LedgerError, match="damaged"), QualityBook.open(place) as book:
        verify(book)


def test_a_book_of_a_later_version_is_refused(place: Path) -> None:
    some_work(place).close()
    by_hand(place, "UPDATE quality_version SET version = 99")

    with pytest.raises(LedgerError, match=r"later version .*99.*update thirdring"):
        QualityBook.open(place)


def test_a_book_of_an_earlier_version_is_brought_up_with_all_it_holds(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_work(place).close()

    def second(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE quality_accounts ADD COLUMN shift TEXT"))

    steps: tuple[Callable[[Connection], None], ...] = (*opening.REVISIONS, second)
    monkeypatch.setattr(opening, "REVISIONS", steps)
    with QualityBook.open(place) as book:
        assert len(book.evaluations()) == 2
        assert not verify(book).findings
    assert by_hand(place, "SELECT version FROM quality_version") == [(len(steps),)]
    assert by_hand(place, "SELECT shift FROM quality_accounts") == [(None,)]


def test_a_book_of_before_second_factors_gets_their_tables(place: Path) -> None:
    some_work(place).close()
    for table in ("second_factors", "recovery_codes", "walls"):
        by_hand(place, f"DROP TABLE quality_{table}")
    by_hand(place, "UPDATE quality_version SET version = 1")

    with QualityBook.open(place) as book:
        assert len(book.evaluations()) == 2
        assert FactorStore(book).names() == frozenset()
        assert WallStore(book).all() == []
        assert not verify(book).findings


def test_a_revision_that_fails_leaves_the_book_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_work(place).close()

    def bad(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE quality_accounts ADD COLUMN shift TEXT"))
        connection.execute(text("ALTER TABLE no_such_table ADD COLUMN x TEXT"))

    with monkeypatch.context() as patch:
        patch.setattr(opening, "REVISIONS", (*opening.REVISIONS, bad))
        with pytest.raises(LedgerError):
            QualityBook.open(place)
    with QualityBook.open(place) as book:
        assert len(book.evaluations()) == 2


def test_a_full_disk_loses_nothing_that_was_written(place: Path) -> None:
    with some_work(place) as book:
        pages = by_hand(place, "PRAGMA page_count")[0][0]
        with book.shelf.writing() as connection:
            # What SQLite says when the disk is full, from SQLite itself.
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        written: list[str] = []

        def fill() -> None:
            for number in range(1000):
                book.append("looks/2026-01-05", looked(f"call/{number}"), actor="li")
                written.append(f"call/{number}")

        with pytest.raises(LedgerError, match="full; the disk is full; make room"):
            fill()

        kept = [event.data["subject"] for event in book.events("looks/2026-01-05")]
        assert kept[2:] == written
        assert not verify(book).findings


def test_a_book_that_another_program_holds_says_so_and_goes_on_afterwards(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.1)
    with some_work(place) as book:
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(LedgerError, match="another program holds it"):
                book.append("evaluation/three", opened("c3"), actor="li")
            other.execute("ROLLBACK")
        book.append("evaluation/three", opened("c3"), actor="li", after=0)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(LedgerError, match="writable folder with --state"):
        QualityBook.open(tmp_path / "file" / "quality.sqlite")


def test_a_book_that_may_not_be_written_says_so(place: Path) -> None:
    some_work(place).close()
    with pytest.raises(LedgerError, match=r"readonly.*may not be written"):
        raise opening.trouble(
            str(place), sqlite3.OperationalError("attempt to write a readonly database")
        )


def test_a_database_server_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(LedgerError, match="connect") as caught:
        QualityBook.open("postgresql://qa:topsecret@127.0.0.1:1/calls?connect_timeout=2")

    assert "topsecret" not in str(caught.value)
    assert "qa@127.0.0.1:1" in str(caught.value)


def test_a_name_that_would_break_a_chain_is_refused(place: Path) -> None:
    with some_work(place) as book:
        for actor in ("", "li\nsystem", "\x00"):
            with pytest.raises(ValueError, match="printable"):
                book.append("evaluation/three", opened("c3"), actor=actor)
        with pytest.raises(ValueError, match="printable"):
            book.append("evaluation/a\nb", opened("c3"), actor="li")


def test_a_fact_of_endless_length_is_refused(place: Path) -> None:
    with some_work(place) as book, pytest.raises(ValueError, match="are the most"):
        book.append("call/c1", looked("x" * 1_000_001), actor="li")
