"""What QA wrote about a caller's calls goes to the caller, without the names of who wrote it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from calls.clock import ManualClock
from calls.quality.events import (
    AccountCreated,
    Coached,
    Commented,
    CommentWithdrawn,
    EvaluationAcknowledged,
    EvaluationClaimed,
    LegalHoldSet,
    QuestionAnswered,
)
from calls.quality.words import WordsRecognised
from launch.exporting.person import Person
from launch.exporting.remarks import Staff
from ledger.quality.book import QualityBook
from ledger.writer import LedgerWriter
from tests.ledger.house import place
from tests.ledger.quality_house import UNTIL, disputed, opened, resolved, submitted

NAMES = {"li": ("qa", "李梅"), "wang": ("supervisor", "王芳"), "chen": ("agent", "陈强")}
PLACED_BY = "张伟"
"""An agent of the settings who has no account."""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """One call with all that QA may write about it."""
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        call = place(writer).id
    with QualityBook.open(tmp_path / "quality.sqlite", clock=ManualClock()) as book:
        for name, (role, title) in NAMES.items():
            agent = "801" if role == "agent" else ""
            fact = AccountCreated(role=role, agent=agent, display_name=title)
            book.append(f"account/{name}", fact, actor="system")
        _work(book, call)
    return tmp_path


def _work(book: QualityBook, call: str) -> None:
    def remark(note: str, text: str) -> Commented:
        return Commented(note=note, text=text, from_ms=1000, to_ms=None, question="")

    answer = QuestionAnswered(
        question="tone", answer="no", comment="陈强打断了来电人", machine="", reason="", at_ms=900
    )
    plain = QuestionAnswered(
        question="name", answer="yes", comment="", machine="", reason="", at_ms=None
    )
    stream = f"call/{call}"
    for actor, fact in (
        ("li", remark("n1", "张伟先接的，后转陈强；chen 很急，kitchen 不是名字")),
        ("li", remark("n2", "写错了")),
        ("li", CommentWithdrawn(note="n2")),
        ("terminal:root", LegalHoldSet(reason="案件 42")),
    ):
        book.append(stream, fact, actor=actor)
    words = WordsRecognised(
        engine="by hand", recordings={}, looked_for=("您好",), polite=(("您好", 5, 9),), lines=()
    )
    book.append(stream, words, actor="terminal:root")
    for actor, step in (
        ("li", opened(call)),
        ("li", EvaluationClaimed(until=UNTIL)),
        ("li", answer),
        ("li", plain),
        ("li", submitted()),
        ("chen", disputed()),
        ("wang", resolved()),
        ("wang", Coached(note="慢一点，学学李梅", clips=((0, 900),))),
        ("chen", EvaluationAcknowledged(comment="")),
    ):
        book.append("evaluation/e1", step, actor=actor)


def exported(state: Path) -> tuple[list[dict[str, Any]], str]:
    to = state / "one.zip"
    one = Person(state, "13800001234", None, [PLACED_BY, ""])
    one.write(to, one.calls)
    with zipfile.ZipFile(to) as archive:
        remarks = json.loads(archive.read("remarks.json"))
        whole = " ".join(archive.read(name).decode() for name in archive.namelist())
    return remarks, whole


def test_everything_that_was_written_about_the_calls_goes_in_by_role(state: Path) -> None:
    remarks, _ = exported(state)

    assert [(one["kind"], one["by"]) for one in remarks] == [
        ("commented", "质检 QA"),
        ("commented", "质检 QA"),
        ("hold_set", "本中心 house"),
        ("words_recognised", "本中心 house"),
        ("answered", "质检 QA"),
        ("disputed", "坐席 agent"),
        ("resolved", "班长 supervisor"),
        ("coached", "班长 supervisor"),
    ]
    first, second, _, words, answer, dispute, resolution, coaching = remarks
    assert (first.get("taken_back"), second["taken_back"]) == (None, True)
    assert words["said"]["polite"] == [["您好", 5, 9]]
    assert answer["said"]["question"] == "tone"
    assert dispute["said"]["reason"] == "不对"
    assert resolution["said"] == {"upheld": False, "reason": "ok"}
    assert coaching["said"]["clips"] == [[0, 900]]
    assert {one["call_id"] for one in remarks} == {first["call_id"]}


def test_names_of_those_who_work_for_the_house_give_way_to_their_roles(state: Path) -> None:
    remarks, whole = exported(state)

    assert remarks[0]["said"]["text"] == (
        "[坐席 agent]先接的，后转[坐席 agent]；[坐席 agent] 很急，kitchen 不是名字"
    )
    for name in (*(title for _, title in NAMES.values()), PLACED_BY):
        assert name not in whole


def test_a_house_without_accounts_has_nobody_to_hide(tmp_path: Path) -> None:
    with QualityBook.open(tmp_path / "quality.sqlite") as book:
        staff = Staff(book)

    assert staff.without_names("li 说 x") == "li 说 x"
    assert staff.role("terminal:li") == "本中心 house"
