"""Whatever is done to the quality book behind its back is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.errors import LedgerError
from ledger.quality.book import QualityBook
from ledger.quality.verify import QualityReport, rebuild, verify
from tests.ledger.quality_house import by_hand, looked, some_work


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "quality.sqlite"
    some_work(path).close()
    return path


def check(place: Path, head: str = "") -> QualityReport:
    with QualityBook.open(place) as book:
        return verify(book, head=head)


def found(report: QualityReport) -> set[tuple[str, str, int]]:
    return {(one.what, one.stream, one.seq) for one in report.findings}


def test_a_book_as_written_has_no_findings(place: Path) -> None:
    report = check(place)

    assert report.findings == ()
    assert (report.streams, report.events) == (4, 10)
    assert report.head.startswith("10:")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("data", json.dumps({"until": "2030-01-01T00:00:00+00:00"})),
        ("actor", "zhou"),
        ("at", 1),
        ("kind", "released"),
        ("data", "no json"),
        ("data", "[]"),
        ("at", "yesterday"),
    ],
)
def test_an_edited_fact_is_named(place: Path, column: str, value: object) -> None:
    by_hand(
        place,
        f"UPDATE quality_events SET {column} = ? WHERE stream = 'evaluation/one' AND seq = 2",  # noqa: S608
        value,
    )

    assert found(check(place)) == {("edited", "evaluation/one", 2)}


def test_a_score_raised_in_the_table_of_evaluations_is_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_evaluations SET score = 100 WHERE id = 'one'")
    report = check(place)

    assert found(report) == {("projection", "evaluation/one", 0)}
    assert "score" in report.findings[0].detail


def test_a_fact_taken_out_of_the_middle_is_named(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_events WHERE stream = 'evaluation/one' AND seq = 3")

    assert found(check(place)) == {("hole", "", 0), ("missing", "evaluation/one", 3)}


def test_a_cut_end_is_named_even_when_the_table_was_cut_with_it(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_events WHERE cursor >= 9")
    by_hand(place, "UPDATE quality_evaluations SET seq = 1, state = 'open' WHERE id = 'two'")

    assert ("cut", "", 0) in found(check(place))


def test_the_end_of_one_stream_cut_in_the_middle_of_the_book_is_named(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_events WHERE stream = 'evaluation/one' AND seq = 5")

    assert found(check(place)) == {("hole", "", 0), ("projection", "evaluation/one", 0)}


def test_a_whole_evaluation_taken_out_is_named(place: Path) -> None:
    by_hand(place, "DELETE FROM quality_events WHERE stream = 'evaluation/two'")

    assert {("hole", "", 0), ("cut", "evaluation/two", 1)} <= found(check(place))


def test_swapped_facts_are_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_events SET cursor = 99 WHERE cursor = 7")
    by_hand(place, "UPDATE quality_events SET cursor = 7 WHERE cursor = 8")
    by_hand(place, "UPDATE quality_events SET cursor = 8 WHERE cursor = 99")

    assert ("swapped", "evaluation/one", 4) in found(check(place))


def test_facts_of_two_streams_swapped_are_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_events SET cursor = 99 WHERE cursor = 6")
    by_hand(place, "UPDATE quality_events SET cursor = 6 WHERE cursor = 7")
    by_hand(place, "UPDATE quality_events SET cursor = 7 WHERE cursor = 99")

    assert {what for what, _, _ in found(check(place))} == {"head"}


def test_a_book_rewritten_from_end_to_end_does_not_have_the_head_that_was_kept(
    place: Path, tmp_path: Path
) -> None:
    kept = check(place).head
    forged = tmp_path / "forged.sqlite"
    with some_work(forged, since=datetime(2026, 1, 6, tzinfo=UTC)) as book:
        assert not verify(book).findings

    assert check(place, kept).findings == ()
    assert found(check(forged, kept)) == {("head", "", 0)}
    assert found(check(place, "12:" + kept.partition(":")[2])) == {("cut", "", 0)}


def test_an_older_head_still_fits_a_book_that_has_grown(place: Path) -> None:
    kept = check(place).head
    with QualityBook.open(place) as book:
        book.append("looks/2026-01-06", looked(), actor="li")

    assert check(place, kept).findings == ()


def test_rebuilding_makes_the_tables_as_the_facts_tell_them(place: Path) -> None:
    by_hand(place, "UPDATE quality_evaluations SET score = 100, state = 'open'")
    by_hand(place, "DELETE FROM quality_accounts")
    assert check(place).findings
    with QualityBook.open(place) as book:
        assert rebuild(book) == 3
        assert book.evaluation("one").score == 90.0
        assert [account.name for account in book.accounts()] == ["li"]

    assert check(place).findings == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [("seq", "two"), ("hash", "no hash"), ("hash", 5), ("head", "no head"), ("kind", b"\xff")],
)
def test_a_value_of_another_kind_is_named_and_stops_nothing(
    place: Path, column: str, value: object
) -> None:
    by_hand(
        place,
        f"UPDATE quality_events SET {column} = ? WHERE stream = 'evaluation/one' AND seq = 3",  # noqa: S608
        value,
    )
    by_hand(place, "UPDATE quality_events SET actor = 'zhou' WHERE stream = 'evaluation/two'")
    report = check(place)

    assert "evaluation/one" in {one.stream for one in report.findings}
    assert {("edited", "evaluation/two", 1)} <= found(report)
    assert report.events == 10


def test_the_books_note_of_its_head_may_be_anything(place: Path) -> None:
    by_hand(place, "UPDATE quality_head SET head = 'none', cursor = 'many'")

    assert found(check(place)) == {("head", "", 0)}


def test_a_row_whose_name_is_no_text_is_named(place: Path) -> None:
    by_hand(place, "UPDATE quality_evaluations SET id = x'ff' WHERE id = 'two'")

    assert {("projection", "evaluation/two", 0)} <= found(check(place))


@pytest.mark.parametrize("head", ["yes", "12", f"x:{'0' * 64}", f"1:{'0' * 63}"])
def test_a_head_that_is_none_is_refused(place: Path, head: str) -> None:
    with pytest.raises(LedgerError, match="is no head of a quality book"):
        check(place, head)


@pytest.mark.parametrize(("column", "value"), [("data", "no json"), ("data", "[]"), ("at", "x")])
def test_reading_a_fact_that_somebody_spoiled_says_what_to_do(
    place: Path, column: str, value: object
) -> None:
    by_hand(
        place,
        f"UPDATE quality_events SET {column} = ? WHERE stream = 'evaluation/one' AND seq = 2",  # noqa: S608
        value,
    )

    with (
        QualityBook.open(place) as book,
        pytest.raises(LedgerError, match="evaluation/one: fact 2 was changed"),
    ):
        book.events("evaluation/one")


def test_reading_a_row_that_somebody_spoiled_says_what_to_do(place: Path) -> None:
    by_hand(place, "UPDATE quality_evaluations SET claimed_until = 'soon' WHERE id = 'two'")

    with QualityBook.open(place) as book, pytest.raises(LedgerError, match="the row of two"):
        book.evaluations()
