"""A quality book with some work in it, and a hand that changes it behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from calls.clock import ManualClock
from calls.quality.events import (
    AccountCreated,
    DisputeResolved,
    EvaluationClaimed,
    EvaluationDisputed,
    EvaluationOpened,
    EvaluationSubmitted,
    Looked,
)
from ledger.quality.book import QualityBook

UNTIL = "2026-01-05T11:00:00+00:00"


def opened(call_id: str = "c1", *, agent: str = "1001", form: str = "q04") -> EvaluationOpened:
    return EvaluationOpened(
        call_id=call_id,
        agent=agent,
        form=form,
        form_digest="d" * 64,
        purpose="review",
        drawn_by="",
        why="抽检",
    )


def submitted(score: float = 87.5) -> EvaluationSubmitted:
    return EvaluationSubmitted(
        answers={"greeting": "yes"},
        machine={"greeting": "yes"},
        score=score,
        result="passed",
        sections={"attitude": score},
        respond_by="2026-01-12T09:00:00+00:00",
    )


def disputed() -> EvaluationDisputed:
    return EvaluationDisputed(reason="不对", questions=(), resolve_by="2026-01-19T09:00:00+00:00")


def resolved(score: float = 90.0) -> DisputeResolved:
    return DisputeResolved(
        upheld=False,
        reason="ok",
        answers={"greeting": "yes"},
        score=score,
        result="passed",
        sections={"attitude": score},
    )


def looked(subject: str = "call/c1", action: str = "opened") -> Looked:
    return Looked(action=action, subject=subject, detail="", reason="", address="127.0.0.1")


def some_work(place: Path | str, since: datetime | None = None) -> QualityBook:
    """A book with two evaluations, an account and a look, ten facts in all."""
    book = QualityBook.open(place, clock=ManualClock(since))
    account = AccountCreated(role="qa", agent="", display_name="李")
    book.append("account/li", account, actor="system", after=0)
    book.append("evaluation/one", opened(), actor="li", after=0)
    book.append("evaluation/one", EvaluationClaimed(until=UNTIL), actor="li", after=1)
    book.append("evaluation/two", opened("c2", agent="1002"), actor="li")
    book.append("evaluation/one", submitted(), actor="li")
    book.append("looks/2026-01-05", looked(), actor="li")
    book.append("evaluation/one", disputed(), actor="chen")
    book.append("evaluation/one", resolved(), actor="wang")
    book.append("evaluation/two", EvaluationClaimed(until=UNTIL), actor="zhou")
    book.append("looks/2026-01-05", looked("call/c2"), actor="zhou")
    return book


def by_hand(place: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What somebody does with an sqlite3 shell."""
    with closing(sqlite3.connect(place)) as connection, connection:
        return connection.execute(statement, values).fetchall()
