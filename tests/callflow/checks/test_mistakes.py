"""Each kind of mistake is found, at the very word that is wrong, and nothing else is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from callflow.checks.catalogue import CATALOGUE
from callflow.checks.house import Outside
from callflow.house import HOUSE_VARIABLES, House, examine
from calls.errors import FlowFileError
from tests.callflow.checks.marked import checked, main_flow, marked, of_rule, place

HERE = Path(__file__).parent
MISTAKES: list[dict[str, Any]] = yaml.safe_load((HERE / "mistakes.yaml").read_text("utf-8"))
RIGHT: list[dict[str, Any]] = yaml.safe_load((HERE / "no_mistakes.yaml").read_text("utf-8"))

IN_PASSING = frozenset({"unused-line", "never-returned"})
"""What these small houses have beside their one mistake: not all shared lines are spoken."""


@pytest.mark.parametrize(
    "case", MISTAKES, ids=[f"{case['rule']}-{at}" for at, case in enumerate(MISTAKES)]
)
def test_a_mistake_is_found_at_its_word_and_nothing_else_is_said(case: dict[str, Any]) -> None:
    rule, severity = case["rule"], CATALOGUE[case["rule"]].severity
    texts, places = marked(case["files"])
    found = checked(texts)
    told = of_rule(found, rule)

    assert {place(problem) for problem in told} == places, found.problems
    assert all(case["says"] in f"{problem.what} {problem.hint}" for problem in told), told
    assert {problem.severity for problem in told} == {severity}
    assert [each for each in found.problems if each.rule not in {rule, *IN_PASSING}] == []
    assert (found.house is None) == (severity == "error")


@pytest.mark.parametrize("case", RIGHT, ids=[case["claim"] for case in RIGHT])
def test_what_is_right_is_not_complained_about(case: dict[str, Any]) -> None:
    found = checked(case["files"])

    assert [each for each in found.problems if each.rule not in IN_PASSING] == []
    assert found.house is not None


def test_every_kind_of_mistake_is_tried_here_or_where_it_is_read() -> None:
    read = {
        "unreadable", "no-name", "missing-key", "no-target", "empty-step", "bad-choose",
        "bad-wording",
    }  # fmt: skip
    below = {
        "missing-audio", "endless-mixed-loop", "unknown-directory", "unknown-column",
        "unknown-service", "unknown-plugin", "unknown-destination",
    }  # fmt: skip

    assert {case["rule"] for case in MISTAKES} | read | below == set(CATALOGUE)


SUB = """\
flow: sub
returns: [done]
steps:
  one:
    say: again
    listen: 4s
    on: {speech: return done, silence: return done, noise: end x, faint: end y}
"""
FAINT = main_flow("""
a:
  say: hello
  listen: 4s
  on: {silence: bye, faint: {call: sub, done: again}}
""")


def test_a_caller_who_is_faint_and_silent_by_turns_may_go_round() -> None:
    told = of_rule(checked({"main.yaml": FAINT, "sub.yaml": SUB}), "endless-mixed-loop")

    assert [place(problem) for problem in told] == [("main.yaml", 8, 31)]
    assert told[0].severity == "warning"


def test_all_mistakes_of_all_files_are_told_in_one_run_without_what_follows_from_them() -> None:
    texts, places = marked(
        {
            "lines.yaml": "bye: {zh-Hans: «\"{name.x}\"», zh-Hant: 再見, en: Bye}\n",
            "main.yaml": main_flow("a: {say: bye, «waite»: 1s}\nb: {call: broken, on: {x: next}}"),
            "broken.yaml": "flow: broken\nreturns: [x]\nsteps: «[»\n",
            "other.yaml": main_flow("a: {say: «helo»}\nb: {say: bye, wait: «1»}").replace(
                "main", "other"
            ),
        }
    )  # fmt: skip
    found = checked(texts)

    assert {place(problem) for problem in found.problems} == places, found.problems


def test_a_lines_file_that_cannot_be_read_makes_no_line_missing() -> None:
    found = checked({"lines.yaml": "bye: [", "main.yaml": main_flow("a: {say: hello}")})

    assert [problem.source for problem in found.problems] == ["lines.yaml"]


def test_a_half_read_step_makes_no_variable_missing() -> None:
    steps = "a: {ask: {stoer: room}, on: {exhausted: bye}}\nb: {set: {x: '{room}'}}"
    found = checked({"main.yaml": main_flow(steps)})

    assert {p.rule for p in found.problems if p.severity == "error"} == {
        "unknown-key",
        "missing-key",
    }


OUTSIDE = main_flow("""
a: {lookup: {in: customers, store: [nme]}, on: {found: b, not_found: b}}
b: {lookup: {in: costumers, store: [name]}, on: {found: c, not_found: c}}
c: {fetch: {from: order}, on: {not_found: d, timeout: d, error: d}}
d: {do: chek, on: {timeout: e, error: e}}
e: {transfer: technican, on: {answered: bye, busy: bye, no_answer: bye, failed: bye}}
""")


def test_names_of_the_settings_are_checked_where_the_settings_are_known() -> None:
    outside = Outside(
        variables=HOUSE_VARIABLES,
        directories={"customers": frozenset({"name", "tier"})},
        services=frozenset({"orders"}),
        plugins=frozenset({"check"}),
        destinations=frozenset({"technician"}),
    )
    told = {
        problem.rule: (problem.column, problem.hint)
        for problem in checked({"main.yaml": OUTSIDE}, outside).problems
    }

    assert told["unknown-column"] == (39, 'did you mean "name"?')
    assert told["unknown-directory"] == (20, 'did you mean "customers"?')
    assert told["unknown-service"] == (21, 'did you mean "orders"?')
    assert told["unknown-plugin"] == (11, 'did you mean "check"?')
    assert told["unknown-destination"] == (17, 'did you mean "technician"?')


def test_a_line_without_sound_is_named_with_its_languages_once() -> None:
    outside = Outside(
        variables=HOUSE_VARIABLES,
        has_sound=lambda line, language: line.name == "bye" or language == "en",
    )
    files = {"main.yaml": main_flow("a: {say: hello}\nb: {say: hello}")}
    told = of_rule(checked(files, outside), "missing-audio")

    assert [place(problem) for problem in told] == [("lines.yaml", 1, 1)]
    assert "in zh-Hans, zh-Hant, and" in told[0].what


def test_a_line_that_only_an_agent_speaks_needs_no_sound() -> None:
    outside = Outside(variables=HOUSE_VARIABLES, has_sound=lambda line, language: False)
    agent = "flow: main\nperformer: agent\n"
    found = checked({"main.yaml": main_flow("a: {say: hello}", agent)}, outside)

    assert of_rule(found, "missing-audio") == []


def test_a_house_loads_with_errors_that_are_let_pass_and_never_with_what_cannot_be_read() -> None:
    endless = main_flow("a:\n  say: hello\n  listen: 4s\n  on: {silence: again}")
    lines = "hello: {zh-Hans: 您, zh-Hant: 您, en: Hi}\nbye: {zh-Hans: 再, zh-Hant: 再, en: Bye}\n"
    texts = {"lines.yaml": lines, "main.yaml": endless}

    assert House.of_texts(texts, let_pass=frozenset({"endless-loop"})).flows.keys() == {"main"}
    with pytest.raises(FlowFileError, match="goes round for ever"):
        House.of_texts(texts)
    broken = {**texts, "main.yaml": endless.replace("4s", "4")}
    with pytest.raises(FlowFileError):
        House.of_texts(broken, let_pass=frozenset(CATALOGUE))


def test_the_places_count_letters_past_chinese_and_line_breaks_of_every_kind() -> None:
    flow = main_flow("a: {hint: 您好您好, say: helo}")
    for text in (flow, "\ufeff" + flow, flow.replace("\n", "\r\n")):
        told = of_rule(examine({"lines.yaml": "hello: {en: x}", "main.yaml": text})
        , "unknown-line")  # fmt: skip
        assert ("main.yaml", 5, 24) in {place(problem) for problem in told}
