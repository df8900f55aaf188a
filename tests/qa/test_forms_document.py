"""`docs/qa-forms.md` says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from callflow.schema.docs import with_tables
from qa.rubric import load_form, score
from qa.rubric.docs import TABLES
from tests.qa.small_form import ROOT, house_rules
from tests.support.command_line import thirdring

DOCS = ROOT / "docs" / "qa-forms.md"
TEXT = DOCS.read_text("utf-8")


def test_its_tables_are_those_of_the_code() -> None:
    assert with_tables(TEXT, TABLES) == TEXT, "run `thirdring forms docs docs/qa-forms.md`"


def test_the_command_brings_a_table_up_to_date(tmp_path: Path) -> None:
    damaged = re.sub(r"\| `ask_if` \|.*\n", "| `ask_if` | by hand |\n", TEXT)
    copy = tmp_path / "qa-forms.md"
    copy.write_text(damaged, encoding="utf-8")

    told = thirdring("forms", "docs", copy, catch_exceptions=False)

    assert damaged != TEXT
    assert copy.read_text("utf-8") == TEXT
    assert "brought up to date" in told.stdout


def test_its_example_is_a_form_that_loads_and_scores_as_told() -> None:
    example = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert example
    form = load_form(example[1], "docs/qa-forms.md", rules=house_rules())
    answers = {"tone": "good", "blame": "yes", "goodbye": "na", "hold": "yes", "right": "yes"}

    assert score(form, answers).percent == 100.0
    assert score(form, {**answers, "blame": "no"}).by_section()["manner"] == 0.0
    failed = score(form, {**answers, "right": "no"})
    assert (failed.percent, failed.result) == (0.0, "failed")
    assert failed.missing == ("what_was_wrong",)
