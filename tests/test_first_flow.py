"""docs/first-flow.md is true: every file written, every command run, every output as shown."""

from __future__ import annotations

from pathlib import Path

from tests.support.doc_session import Session

DOCUMENT = Path(__file__).parents[1] / "docs" / "first-flow.md"


def test_the_first_flow_works_as_it_is_written(tmp_path: Path) -> None:
    session = Session(DOCUMENT.read_text(encoding="utf-8"), tmp_path)

    assert list(session.differences()) == []
    assert (tmp_path / "lift.svg").read_text(encoding="utf-8").startswith("<svg")
