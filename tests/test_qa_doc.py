"""docs/qa.md is true: on the eight calls of the demo, every command prints what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from calls.quality.states import Role
from console.accounts.service import Accounts
from ledger.quality.book import QualityBook
from ledger.quality.verify import verify
from tests.support.doc_session import Session

DOCUMENT = Path(__file__).parents[1] / "docs" / "qa.md"
PASSWORD = "blue cart goes home"  # noqa: S105  of a test


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_new_qa_person_scores_a_first_call_as_it_is_written(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "launch", "demo", "--state", str(tmp_path / "var")]
    done = subprocess.run(
        [*program, "--no-offer"], cwd=DOCUMENT.parents[1], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()[-2000:]
    with QualityBook.open(tmp_path / "var" / "quality.sqlite") as book:
        accounts = Accounts(book)
        # As `thirdring user add` does, which asks for the password.
        accounts.add("root", Role.ADMIN, PASSWORD, actor="system")
        accounts.add("lin", Role.QA, PASSWORD, actor="system")
        accounts.add("wang", Role.SUPERVISOR, PASSWORD, actor="system")
        accounts.add("chen", Role.AGENT, PASSWORD, actor="system", agent="agent1")
    terminal = DOCUMENT.read_text(encoding="utf-8").partition("## In the browser")[0]
    session = Session(terminal, tmp_path)

    assert list(session.differences()) == []
    with QualityBook.open(tmp_path / "var" / "quality.sqlite") as book:
        assert [row.state for row in book.evaluations()] == ["resolved"]
        assert not verify(book).findings
