"""Where reports have evaluations from: what stands, after disputes as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from calls.clock import ManualClock
from calls.quality.events import DisputeResolved
from console.reports.sources import HouseSources
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from qa.figures.judging import agreement, qa_score
from qa.figures.slots import Days
from tests.ledger.quality_house import disputed, opened, resolved, submitted


def test_agreement_counts_the_answers_that_a_dispute_was_resolved_to(tmp_path: Path) -> None:
    clock = ManualClock()
    LedgerWriter(tmp_path / "ledger.sqlite").close()
    with (
        QualityBook.open(tmp_path / "quality.sqlite", clock=clock) as book,
        LedgerReader(tmp_path / "ledger.sqlite") as reader,
    ):
        day = clock.utc_now().date()
        scores = HouseSources(reader, book, clock).scores
        for fact in (opened(), submitted(), disputed()):
            book.append("evaluation/one", fact, actor="li")
        (before,) = scores(Days(day, day))

        clock.advance_ms(timedelta(days=3) // timedelta(milliseconds=1))
        book.append("evaluation/one", other_answer(), actor="wang")
        (after,) = scores(Days(day, day))

    assert agreement([before.scored]).amount == 1
    assert qa_score([after.scored]).amount == 60
    assert agreement([after.scored]).amount == 0


def other_answer() -> DisputeResolved:
    return replace(resolved(60), answers={"greeting": "no"})
