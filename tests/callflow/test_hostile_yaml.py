"""Files that nobody meant well are an error or a load: never a hang, a crash or code that runs.

1,500 random and mutated files as a rule; `THIRDRING_FUZZ` asks for more, up to 100,000.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from callers.flowtests.suite import read_tests
from callflow.checks.pinpoint import lines_of
from callflow.house import House, examine
from callflow.nodes import NodeError, parse
from calls.errors import FlowFileError, Problem
from tests.callflow.guarded import guarded
from tests.callflow.hostile_files import SEEDS, Seed, garbled, nonsense

CASES = min(int(os.environ.get("THIRDRING_FUZZ", "1500")), 100_000)
BATCHES = 10
MOST_S = 10.0
"""Processor time of one file; the largest that is accepted takes a tenth of it."""

HOUSE = House.of_texts(SEEDS[0].whole())


def problems_of(seed: Seed, text: str) -> list[Problem]:
    """Read `text` in the place of one file of a house; what was wrong with it."""
    texts = {**seed.others, seed.name: text}
    if seed.name.startswith("tests/"):
        try:
            read_tests(HOUSE, {seed.name: text})
        except FlowFileError as error:
            return list(error.problems)
        return []
    found = examine(texts)
    errors = [each for each in found.problems if each.severity == "error"]
    assert (found.house is None) == bool(errors)
    if found.house is not None:
        for flow in found.house.flows.values():
            found.house.start(flow.name, {"company": "x", "agent_no": "1"}, "en").begin()
    return found.problems


def assert_stands_in_its_file(problem: Problem, texts: dict[str, str]) -> None:
    rows = lines_of(texts.get(problem.source, ""))
    assert 0 <= problem.line <= len(rows) + 1, problem
    if problem.word:
        row = rows[problem.line - 1][problem.column - 1 :]
        # A plain word may be folded over several lines: the first begins it.
        assert row.startswith(problem.word) or problem.word.startswith(row.rstrip()), problem


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_and_mutated_files_are_an_error_or_a_load(batch: int) -> None:
    dice = random.Random(f"hostile {batch}")
    refused = 0
    for _ in range(CASES // BATCHES):
        seed = dice.choice(SEEDS)
        text = nonsense(dice) if dice.random() < 0.2 else garbled(seed.text, dice)
        with guarded(MOST_S) as reached:
            try:
                problems = problems_of(seed, text)
            except Exception as error:
                raise AssertionError(f"{seed.name}:\n{text!r}") from error
        assert reached == []
        for problem in problems:
            assert_stands_in_its_file(problem, {**seed.others, seed.name: text})
        refused += any(problem.severity == "error" for problem in problems)

    assert refused > 0.3 * (CASES // BATCHES)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CLEVER = [
    BOMB,
    "flow: &x main\nsteps: *x",
    "a: &a {<<: *a}",
    "<<: {flow: main}\nsteps: {}",
    "flow: !!python/object/apply:os.system ['touch /tmp/reached']",
    "flow: !!python/name:os.system",
    "flow: !!python/object/new:subprocess.Popen [['id']]",
    "!!python/module:os {}",
    "flow: !<tag:yaml.org,2002:python/object/apply:eval> ['1']",
    "%TAG ! tag:yaml.org,2002:python/\n---\nflow: !name:os.system x",
    "%YAML 9.9\n---\nflow: main",
    "flow: main\n...\n---\nflow: other",
    "? [a, b]\n: c",
    "? {a: b}\n: c",
    "? |\n  long\n: x",
    "[a, b]",
    "just words",
    "",
    "#",
    "---",
    "...",
    "\t",
    "\ttabs: here",
    "flow: main\n\tsteps: x",
    "flow: ma\x00in",
    "\x00",
    "flow: \ud800",
    "\udfff\ud800: x",
    "flow: \x07\x1b[2J",
    "flow: \ufffe\uffff",
    "\ufeff\ufeffflow: main",
    "flow: main\ufeff",
    "flow: \U0010ffff\U000e0001",
    "flow: main\u2028steps: {}",
    "flow: main\x85steps: {}",
    'flow: "\\ud800"',
    'flow: "\\x00"',
    'flow: "\\UFFFFFFFF"',
    "flow: 'unfinished",
    "flow: {unfinished",
    "flow: [unfinished",
    "flow: |99\n x",
    "flow: >-\n",
    "flow: @x",
    "flow: `x`",
    "a: " + "9" * 100_000,
    "a: 1e999999999",
    "a: 0x" + "f" * 50_000,
    "a: 12:30:45:59.99",
    "k" * 200_000 + ": x",
    "a" * 1025 + ": x",
    "".join(f"key{at}: x\n" for at in range(20_000)),
    "a: x\n" * 20_000,
    "steps: " + "[" * 100_000,
    "steps: " + "{a: " * 30_000,
    "- " * 60_000,
    "? " * 60_000,
    "!" * 100_000,
    "&" * 100_000,
    "flow: " + "&a " * 50_000,
    "\n".join(" " * depth + f"k{depth}:" for depth in range(600)),
    "x: '" + "''" * 100_000 + "'",
    "\r" * 100_000,
    ": " * 100_000,
    "#" * 262_145,
]


@pytest.mark.parametrize("text", CLEVER, ids=range(len(CLEVER)))
@pytest.mark.parametrize("name", ["main.yaml", "lines.yaml", "house_rules.yaml", "forms/a.yaml"])
def test_yaml_s_clever_parts_are_refused_in_every_kind_of_file(name: str, text: str) -> None:
    with guarded(MOST_S) as reached:
        found = examine({**SEEDS[0].whole(), name: text})

    assert reached == []
    empty_lines = name == "lines.yaml" and not text
    assert found.house is None or empty_lines
    for problem in found.problems[:50]:
        assert_stands_in_its_file(problem, {**SEEDS[0].whole(), name: text})


@pytest.mark.parametrize("text", CLEVER, ids=range(len(CLEVER)))
def test_yaml_s_clever_parts_are_refused_in_flow_tests(text: str) -> None:
    with guarded(MOST_S) as reached:
        try:
            assert read_tests(HOUSE, {"tests/x.yaml": text}) == []
        except FlowFileError as error:
            told = error.problems
            assert told
    assert reached == []


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    with pytest.raises(NodeError, match=r"x\.yaml:1:4: anchors"):
        parse(BOMB, "x.yaml")


def test_the_names_of_files_are_as_hostile_as_what_is_in_them() -> None:
    names = ["../../etc/passwd.yaml", "a\nb.yaml", "%s.yaml", "{x}.yaml", "", ".yaml", "a" * 5000]
    for name in names:
        with guarded(MOST_S) as reached:
            assert examine({name: "flow: ["}).house is None
        assert reached == []


def test_an_endless_device_or_a_folder_named_like_a_flow_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(FlowFileError, match=r"a\.yaml: cannot be read"):
        House.load(tmp_path)
