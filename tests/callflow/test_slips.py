"""What authors slip on while typing YAML is told on its very word, not a line too late."""

from __future__ import annotations

import pytest

from callflow.house import examine
from callflow.nodes import NodeError, parse
from calls.errors import Problem

LINES = "hello:\n  tags: [greeting]\n  zh-Hans: 您好\n  en: Hello\n"


def refused(text: str) -> Problem:
    with pytest.raises(NodeError) as caught:
        parse(text, "x.yaml")
    return caught.value.problem


@pytest.mark.parametrize(
    ("text", "place", "word", "what", "hint"),
    [
        ("a:\n  say： hello\n  end: x\n", (2, 6), "：", "Chinese", "write say: and a space"),
        ("a:\n  zh-Hans：您好\n  en: x\n", (2, 10), "：", "Chinese", "write zh-Hans: and a space"),
        ("a:\n  say:hello\n  end: x\n", (2, 3), "say:", "no space", "write say: and a space"),
        ("a:\n  on: {speech: b，silence: c, d: e}\n", (2, 17), "，", "Chinese mark", "write ,"),
        ("a:\n  on: ｛speech: b}\n  c: d\n", (2, 7), "｛", "Chinese mark", "write { in its"),
        ("a:\n\tsay: hello\n", (2, 1), "", "a tab", "spaces"),
        ("a:\n  b: {ring: 1\n  c:\n    d: e\n", (2, 6), "{", "not closed", "close it with }"),
        ("a:\n  b: [x, y\n  c:\n    d: e\n", (2, 6), "[", "not closed", "close it with ]"),
        ("a:\n  en: Note: press 1\n", (2, 11), ":", "of its own", "follows en: into double"),
        (
            "a:\n  zh-Hans: {name}先生，您好\n  en: x\n",
            (2, 12), "{name}先生，您好", "without quotes", 'write zh-Hans: "{name}先生，您好"',
        ),
        ('a:\n  en: "Hello\n  b: c\n', (2, 7), "", "quote is not closed", "the same quote"),
    ],
)  # fmt: skip
def test_a_slip_is_told_where_it_is(
    text: str, place: tuple[int, int], word: str, what: str, hint: str
) -> None:
    problem = refused(text)

    assert (problem.line, problem.column) == place, problem
    assert problem.word == word
    assert what in problem.what
    assert hint in problem.hint


def test_what_is_no_ordinary_slip_has_yaml_s_own_word_and_place() -> None:
    problem = refused("a: 'it's me'\n")

    assert problem.what.startswith("this is not YAML")
    assert problem.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  en: 'Note: press 1'\n",
        'a:\n  zh-Hans: "{name}先生：您好，{x}"\n',
        "a:\n  zh-Hans: 您好：{company}，[1]\n",
        "a: {b: '，', c: \"：\"}\n",
        "a:\n  url: http://127.0.0.1:1/x\n",
    ],
)
def test_what_only_looks_like_a_slip_is_read(text: str) -> None:
    assert parse(text, "x.yaml").items


@pytest.mark.parametrize("filler", ["{a" * 100_000, "a: " * 60_000, ": {" * 60_000, "“" * 200_000])
def test_a_slip_is_looked_for_in_lines_that_somebody_typed(filler: str) -> None:
    assert refused(f"a:\n  b: {filler}\n  c: 'x\n").line >= 1


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ("goto: bye", "write on: {ok: a_step}"),
        ("next: bye", "write on: {ok: a_step}"),
        ("play: hello", "write say:"),
        ("hangup: true", "write end: a_word"),
        ("if: name", "write choose:"),
        ("dtmf: 4", "write menu:"),
        ("loop: 3", "write repeat: 2"),
        ("pause: 3s", "write wait: 1s"),
        ("timeout: 3s", "listen: 4s"),
        ("lisen: 3s", 'did you mean "listen"?'),
    ],
)
def test_words_of_other_languages_are_told_in_ours(step: str, hint: str) -> None:
    flow = f"flow: main\nsteps:\n  a: {{say: hello, {step}, end: x}}\n"

    problems = examine({"main.yaml": flow, "lines.yaml": LINES}).problems

    (told,) = [problem for problem in problems if problem.rule == "unknown-key"]
    assert hint in told.hint


@pytest.mark.parametrize("words", ["您好，请问有什么可以帮您？", "How may I help?"])
def test_words_where_a_line_s_name_belongs_are_told_once(words: str) -> None:
    flow = f"flow: main\nsteps:\n  a: {{say: {words}, end: x}}\n".replace("{say: ", "{say: '")
    flow = flow.replace(", end", "', end")

    problems = examine({"main.yaml": flow, "lines.yaml": LINES}).problems

    told = [problem for problem in problems if problem.word == words]
    assert [problem.hint for problem in told] == [
        "write the words into lines.yaml under a name, and that name here"
    ]


def test_steps_written_as_a_list_are_told_once() -> None:
    flow = "flow: main\nsteps:\n  - a: {say: hello, end: x}\n"

    problems = examine({"main.yaml": flow, "lines.yaml": LINES}).problems

    assert [problem.hint for problem in problems if problem.source == "main.yaml"] == [
        "write `key: value` pairs, without the dashes"
    ]
