"""The demo's eight calls end as expected, and docs/qa.md is true of them, command by command."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from calls.quality.states import Role
from console.accounts.service import Accounts
from launch.settings.site import PROJECT
from ledger.quality.book import QualityBook
from ledger.quality.verify import verify
from tests.support.doc_session import Session

pytestmark = pytest.mark.slow

DOCUMENT = PROJECT / "docs" / "qa.md"
THIRDRING = PROJECT / ".venv" / "bin" / "thirdring"
PASSWORD = "blue cart goes home"  # noqa: S105  of a test


@dataclass(frozen=True, slots=True)
class Demo:
    """What `thirdring demo` left and said."""

    state: Path
    told: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    state = tmp_path_factory.mktemp("demo")
    run = subprocess.run(
        [THIRDRING, "demo", "--no-offer", "--lang", "en", "--state", state],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return Demo(state, run.stdout + run.stderr)


def test_eight_callers_ring_the_real_server_and_all_end_as_expected(demo: Demo) -> None:
    assert "All 8 calls ended as expected" in demo.told
    listed = subprocess.run(
        [THIRDRING, "calls", "list", "--json", "--state", demo.state],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    calls = json.loads(listed.stdout)
    assert len(calls) == 8
    assert all(call["ended_at"] for call in calls)
    for call in calls:
        assert f"thirdring calls show {call['id']}" in demo.told
        assert call["ani"] not in demo.told
        assert call["ani"] not in (demo.state / "logs" / "demo.log").read_text()


@pytest.mark.timeout(1200)
def test_a_new_qa_person_scores_a_first_call_as_it_is_written(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.state, tmp_path / "var")
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
