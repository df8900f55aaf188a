"""Coverage of outcomes: every way out of every step, who takes it, and where it is written."""

from __future__ import annotations

import re
from pathlib import Path

from callers.flowtests import given_reader, reader
from callers.flowtests.branches import branches, coverage, percent
from callers.flowtests.suite import load_tests, play_all
from callflow.engine import MOST_STEPS_A_CALL
from callflow.frames import Taken
from callflow.house import House
from launch.settings.site import Settings
from tests.callers.house import SCRIPTS, house

LINES = "hi: {zh-Hans: 好, zh-Hant: 好, en: x}\n"
SUB = """flow: sub
returns: [back, gone]
steps:
  a:
    say: hi
    return: back
"""
FLOW = """flow: main
always:
  noise: {call: sub, back: choose, gone: next}
steps:
  ring:
    ring: 1
  menu:
    say: hi
    menu: {keys: {"1": choose, "2": choose}, attempts: 2}
    on: {speech: choose, faint: choose, exhausted: choose}
  choose:
    choose:
      - if: ani
        go: hold
      - else: over
  hold:
    queue: support
    on: {answered: over, no_answer: over, failed: over}
  over:
    end: done
"""


def small() -> House:
    return House.of_texts({"lines.yaml": LINES, "sub.yaml": SUB, "main.yaml": FLOW})


def words(step: str) -> dict[str, tuple[str, int, str]]:
    return {
        branch.taken.branch: (branch.by, branch.place.line, branch.advice)
        for branch in branches(small())["main"]
        if branch.taken.step == step
    }


def test_a_menu_branches_by_key_by_outcome_and_by_what_a_sub_flow_returns() -> None:
    found = words("menu")

    assert list(found) == [
        "1", "2", "reprompt", "noise", "noise > back", "noise > gone", "speech", "faint",
        "exhausted",
    ]  # fmt: skip
    assert found["1"] == ("caller", 9, "the caller presses 1")
    assert found["speech"] == ("caller", 10, "the caller speaks within 6 s")
    assert found["noise > gone"][1] == 3
    assert found["noise > gone"][2].endswith("what is called then returns gone")


def test_a_choice_branches_by_the_text_of_its_cases() -> None:
    found = words("choose")

    assert found["ani"] == ("caller", 13, "the case ani is the first that holds")
    assert found["else"][2] == "no case holds"


def test_what_only_a_fault_brings_is_told_apart() -> None:
    found = words("hold")

    assert {word: by for word, (by, _, _) in found.items()} == {
        "answered": "caller",
        "no_answer": "caller",
        "failed": "fault",
    }


def test_coverage_counts_what_was_taken_and_lists_the_rest() -> None:
    took = [Taken("main", "menu", "1"), Taken("main", "choose", "else"), Taken("main", "over", "")]

    main, sub = coverage(small(), took)

    assert main.count("caller") == (3, 15)
    assert main.count("fault") == (0, 1)
    assert Taken("main", "menu", "2") in [branch.taken for branch in main.missing]
    assert (sub.flow, sub.percent) == ("sub", 0.0)
    assert round(percent([main, sub]), 1) == round(100 * 3 / 17, 1)


def test_what_the_engine_tells_as_taken_is_always_a_branch_of_the_flow() -> None:
    known = {branch.taken for each in branches(house()).values() for branch in each}
    tests = load_tests(house(), SCRIPTS)

    taken = {
        one._replace(step="") if one.branch.startswith("anytime ") else one
        for played in play_all(house(), tests, Settings().house.all_variables())
        for one in played.taken
    }

    assert len(taken) < MOST_STEPS_A_CALL * len(tests)
    assert taken - known == set()


def test_every_key_of_a_flow_test_is_documented_and_nothing_else() -> None:
    text = (Path(__file__).parents[3] / "docs" / "flow-tests.md").read_text(encoding="utf-8")
    given, expect = text.split("## given")[1].split("## expect")
    expect = expect.split("## Coverage")[0]

    def keys(section: str) -> set[str]:
        cells = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
        return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}

    assert keys(given) == set(given_reader.GIVEN)
    assert keys(expect) == set(reader.EXPECT)
