"""`docs/flow-format.md` says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callflow.acts.table import ACTS, OUTCOMES
from callflow.schema.docs import TABLES, DocsError, with_tables
from callflow.templates import FILTERS, Wording
from tests.support.command_line import thirdring

DOCS = Path(__file__).parents[3] / "docs" / "flow-format.md"
TEXT = DOCS.read_text("utf-8")


def test_its_tables_are_those_of_the_code() -> None:
    assert with_tables(TEXT) == TEXT, "run `thirdring schema --docs docs/flow-format.md`"


def test_a_table_by_hand_is_replaced_and_the_prose_is_kept() -> None:
    damaged = re.sub(r"\| `ring` \|.*\n", "| `ring` | by hand |\n", TEXT)

    assert damaged != TEXT
    assert with_tables(damaged) == TEXT


def test_marks_that_name_nothing_or_are_missing_are_told() -> None:
    with pytest.raises(DocsError, match="no table is called acts_"):
        with_tables(
            TEXT.replace("begin: acts ", "begin: acts_ ").replace("end: acts ", "end: acts_ ")
        )
    with pytest.raises(DocsError, match="no marks of timers"):
        with_tables(re.sub(r"<!-- (begin|end): timers -->\n", "", TEXT))


def test_every_act_and_outcome_has_its_row_and_every_act_its_outcomes() -> None:
    acts = {row[0]: row for row in _rows("acts")}
    outcomes = {row[0] for row in _rows("outcomes")}

    assert set(acts) == {f"`{word}`" for word in ACTS}
    assert outcomes == {f"`{word}`" for word in OUTCOMES}
    for word, act in ACTS.items():
        told = set(re.findall(r"`(\w+)`", " ".join(acts[f"`{word}`"][3:])))
        assert act.must | act.may | set(act.default) <= told | {"returns"}


def _rows(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in TABLES[table]().splitlines()[2:]]


def test_the_filters_it_names_are_all_there_are_and_its_example_renders() -> None:
    named = re.search(r"Filters: `([a-z ]+)`", TEXT)
    example = re.search(r"`(\{name \| [^`]+\})`", TEXT)

    assert named
    assert example
    assert set(named[1].split()) == FILTERS
    assert Wording(example[1]).render({}) == ""
    assert Wording(example[1]).render({"name": "王"}) == "王"


def test_the_command_brings_a_file_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old.md"
    old.write_text(TEXT.replace("hear what the caller does", "hear something"), "utf-8")

    first = thirdring("schema", "--docs", old)
    second = thirdring("schema", "--docs", old)

    assert "brought up to date" in first.stdout
    assert "is up to date" in second.stdout
    assert old.read_text("utf-8") == TEXT


def test_the_command_writes_all_schemas_or_one(tmp_path: Path) -> None:
    run = thirdring("schema", "--out", tmp_path / "made")
    one = thirdring("schema", "flow")

    assert run.exit_code == 0
    assert {path.name for path in (tmp_path / "made").iterdir()} == {
        "flow.json",
        "lines.json",
        "rules.json",
        "form.json",
        "test.json",
        "qa_form.json",
    }
    assert one.stdout == (tmp_path / "made" / "flow.json").read_text("utf-8")
