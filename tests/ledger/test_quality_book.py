"""The quality book: what it keeps, who may write at once, what it tells."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from calls.clock import ManualClock
from calls.errors import ConflictError, UnknownWorkError
from calls.quality.events import EvaluationClaimed, LegalHoldLifted, LegalHoldSet
from ledger.quality.book import QualityBook
from ledger.quality.reading import evaluations_query
from ledger.quality.rows import Entry, EvaluationFilter, LookFilter
from ledger.quality.verify import verify
from tests.ledger.quality_house import UNTIL, by_hand, looked, opened, some_work, submitted


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "quality.sqlite"


def test_an_evaluation_is_told_from_its_facts(place: Path) -> None:
    with some_work(place) as book:
        one, two = book.evaluations()

    assert (one.id, one.state, one.evaluator, one.score) == ("one", "resolved", "li", 90.0)
    assert (one.seq, one.call_id, one.agent, one.why) == (5, "c1", "1001", "抽检")
    assert one.respond_by == datetime(2026, 1, 12, 9, tzinfo=UTC)
    assert (two.state, two.evaluator, two.score) == ("claimed", "zhou", None)
    assert two.claimed_until == datetime(2026, 1, 5, 11, tzinfo=UTC)


def test_facts_come_back_as_they_were_written(place: Path) -> None:
    with some_work(place) as book:
        events = book.events("evaluation/one")

    assert [event.kind for event in events] == [
        "opened",
        "claimed",
        "submitted",
        "disputed",
        "resolved",
    ]
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert [event.actor for event in events] == ["li", "li", "li", "chen", "wang"]
    assert events[2].data == submitted().data()


def test_who_saw_an_older_state_does_not_write_over_a_newer_one(place: Path) -> None:
    with some_work(place) as book:
        with pytest.raises(ConflictError, match="evaluation/two: somebody else was faster"):
            book.append("evaluation/two", EvaluationClaimed(until=UNTIL), actor="li", after=1)

        assert len(book.events("evaluation/two")) == 2


def test_of_several_facts_either_all_are_written_or_none(place: Path) -> None:
    with some_work(place) as book:
        before = book.cursor()
        entries = [
            Entry("evaluation/three", opened("c3"), "li", 0),
            Entry("evaluation/two", submitted(), "li", 99),
        ]
        with pytest.raises(ConflictError):
            book.append_all(entries)

        assert book.cursor() == before
        assert book.events("evaluation/three") == []
        assert not verify(book).findings


def test_a_call_gets_no_second_evaluation_by_the_same_form(place: Path) -> None:
    with some_work(place) as book:
        entry = Entry("evaluation/four", opened("c2"), "li", 0)
        with pytest.raises(ConflictError, match="c2 has evaluation two by form q04 already"):
            book.append_all([entry], fresh=[("c2", "q04")])
        book.append_all([entry], fresh=[("c2", "other")])

        assert book.drawn(["c1", "c2", "c9"]) == {"c1", "c2"}


def test_an_evaluation_is_found_by_the_beginning_of_its_id(place: Path) -> None:
    with some_work(place) as book:
        assert book.evaluation("on").id == "one"
        book.append("evaluation/once", opened("c5"), actor="li")
        assert book.evaluation("one").id == "one"
        with pytest.raises(UnknownWorkError, match="begins several evaluations: once, one"):
            book.evaluation("on")
        with pytest.raises(UnknownWorkError, match="no evaluation 'x%'"):
            book.evaluation("x%")


def test_evaluations_are_found_by_state_agent_and_time(place: Path) -> None:
    with some_work(place) as book:

        def ids(**wanted: object) -> list[str]:
            return [row.id for row in book.evaluations(EvaluationFilter(**wanted))]  # type: ignore[arg-type]

        assert ids(states=("claimed",)) == ["two"]
        assert ids(agent="1001") == ["one"]
        assert ids(evaluator="zhou") == ["two"]
        assert ids(call_id="c2") == ["two"]
        assert ids(newest_first=True) == ["two", "one"]
        assert ids(newest_first=True, limit=1) == ["two"]
        noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
        assert ids(submitted_until=noon) == ["one"]
        assert ids(submitted_since=noon) == []


def test_streams_are_listed_by_their_beginning(place: Path) -> None:
    with some_work(place) as book:
        assert book.streams("evaluation/") == ["evaluation/one", "evaluation/two"]
        assert book.streams("looks/") == ["looks/2026-01-05"]
        assert book.streams("draw/") == []


def test_facts_are_followed_by_cursor_without_gap_or_repetition(place: Path) -> None:
    with some_work(place) as book:
        seen, cursor = [], 0
        while True:
            events, cursor = book.events_after(cursor, limit=3)
            if not events:
                break
            seen += events

        assert len(seen) == 10
        assert cursor == book.cursor() == 10


def test_looks_are_found_by_who_what_and_when(place: Path) -> None:
    clock = ManualClock()
    with QualityBook.open(place, clock=clock) as book:
        for number in range(2500):
            book.append(
                "looks/2026-01-05",
                looked(f"call/c{number % 10}", "played" if number % 2 else "opened"),
                actor=f"a{number % 3}",
            ) if number % 50 == 0 else None
            clock.advance_ms(1000)
        everything = book.looks(LookFilter(limit=1000))

        assert len(everything) == 50
        assert everything[0].at > everything[-1].at
        assert len(book.looks(LookFilter(actor="a0"))) == 17
        assert len(book.looks(LookFilter(subject="call/c0"))) == 50
        assert len(book.looks(LookFilter(subject="call"))) == 50
        assert book.looks(LookFilter(subject="call/c")) == []
        assert book.looks(LookFilter(action="played")) == []
        later = everything[0].at - timedelta(seconds=60)
        assert len(book.looks(LookFilter(since=later))) == 2
        assert len(book.looks(LookFilter(limit=3))) == 3


def test_a_legal_hold_lasts_until_it_is_lifted(place: Path) -> None:
    with some_work(place) as book:
        book.append("call/c1", LegalHoldSet(reason="诉讼"), actor="wang")
        book.append("call/c2", LegalHoldSet(reason="audit"), actor="wang")
        book.append("call/c2", LegalHoldLifted(reason="done"), actor="wang")

        assert book.held_calls() == {"c1": "诉讼"}


def test_lists_of_evaluations_go_down_an_index(place: Path) -> None:
    with some_work(place) as book:
        wanted = [
            (EvaluationFilter(states=("open", "claimed")), "state"),
            (EvaluationFilter(call_id="c1"), "call"),
            (EvaluationFilter(agent="1001"), "agent"),
            (EvaluationFilter(evaluator="li"), "evaluator"),
        ]
        for one, index in wanted:
            query = evaluations_query(one).compile(compile_kwargs={"literal_binds": True})
            with book.shelf.reading() as connection:
                plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
            assert f"ix_quality_evaluations_{index}" in plan


_WRITER = """
import sys
from ledger.quality.book import QualityBook
from calls.quality.events import Looked
with QualityBook.open(sys.argv[1]) as book:
    for number in range(int(sys.argv[3])):
        fact = Looked(action="opened", subject=f"call/{number}", detail="", reason="", address="")
        book.append("looks/2026-01-05", fact, actor=sys.argv[2])
        book.append(f"call/{sys.argv[2]}", fact, actor=sys.argv[2])
"""


def test_several_processes_write_at_once_and_nothing_is_lost(place: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(place), f"p{number}", "15"])
        for number in range(3)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]

    with QualityBook.open(place) as book:
        report = verify(book)
        day = book.events("looks/2026-01-05")
        for number in range(3):
            own = [event.data["subject"] for event in day if event.actor == f"p{number}"]
            assert own == [f"call/{at}" for at in range(15)]
    assert [event.seq for event in day] == list(range(1, 46))
    assert (report.events, report.findings) == (90, ())


def test_a_process_killed_in_the_middle_leaves_a_whole_book(place: Path) -> None:
    QualityBook.open(place).close()
    with (
        subprocess.Popen([sys.executable, "-c", _WRITER, str(place), "victim", "100000"]) as writer,
        QualityBook.open(place) as book,
    ):
        deadline = threading.Event()
        for _ in range(600):
            if book.cursor() >= 20:
                break
            deadline.wait(0.05)
        writer.kill()
    with QualityBook.open(place) as book:
        report = verify(book)

        assert report.events >= 20
        assert not report.findings
        book.append("looks/2026-01-05", looked(), actor="li")


def test_threads_that_claim_at_once_find_exactly_one_winner(place: Path) -> None:
    with some_work(place) as book:
        book.append("evaluation/race", opened("c7"), actor="li", after=0)
        won, lost = [], []

        def claim(name: str) -> None:
            try:
                book.append("evaluation/race", EvaluationClaimed(until=UNTIL), actor=name, after=1)
            except ConflictError:
                lost.append(name)
            else:
                won.append(name)

        threads = [threading.Thread(target=claim, args=(f"t{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (len(won), len(lost)) == (1, 7)
        assert book.evaluation("race").evaluator == won[0]


def test_only_the_owner_of_the_file_may_read_it(place: Path) -> None:
    some_work(place).close()

    assert place.stat().st_mode & 0o777 == 0o600
    assert by_hand(place, "PRAGMA journal_mode") != [("wal",)]
