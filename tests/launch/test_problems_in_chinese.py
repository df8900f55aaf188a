"""What is wrong with an author's files is told in Chinese on a Chinese terminal, all of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from calls.errors import FlowFileError, Problem
from launch.authoring.check_report import told
from launch.telling.problems import KNOWN, in_chinese, one_line, pieces
from launch.telling.problems.words import PARTS
from tests.callflow.checks.marked import checked, marked
from tests.callflow.checks.test_mistakes import MISTAKES
from tests.console.test_refusals import ROOT, _template
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH

NOTING = frozenset({"wrong", "note", "problem", "Problem", "_unused"})
"""Functions that take what is wrong, and what to write."""

NO_PROBLEM = {"the condition", "the {}"}
"""Parts of a step that only stand in problems."""

FILES = sorted(
    file
    for file in (*(ROOT / "callflow").rglob("*.py"), *(ROOT / "qa" / "rubric").rglob("*.py"))
    if "mutants" not in file.parts
)
SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
TYPED = (
    *("say", "listen", "menu", "ask", "form", "set", "choose", "call", "end", "return", "ring"),
    *("on", "repeat", "returns", "languages", "variables", "always", "anytime", "performer"),
    *("promise", "fact", "bands", "answers", "judged_by", "tests", "share", "mode", "otherwise"),
)
LITERAL = re.compile(rf"`[^`]+`|thirdring [a-z]+ [a-z]+|\b(?:{'|'.join(TYPED)}):(?= |$)")
UNLIKE = "{act} has no {field}: {about}"
"""What a field is for is told in English alone: the Chinese names the field."""


def _said(file: Path) -> Iterator[str]:
    """Texts of a module with `{}` for what is filled in, where problems are noted."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in NOTING:
            for given in (*node.args, *(one.value for one in node.keywords)):
                yield from _texts(given)
        elif isinstance(node, ast.Assign) and {"what", "hint"} & set(map(_name, node.targets)):
            yield from _texts(node.value)


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield _template(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _names(text: str) -> list[str]:
    return sorted({piece for is_place, piece in pieces(text) if is_place})


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_whatever_a_module_notes_has_a_chinese_text(file: Path) -> None:
    said = {text for text in _said(file) if " " in text.replace("{}", "")} - NO_PROBLEM
    filled = {text.replace("{}", "x7"): text for text in said}

    assert [text for one, text in sorted(filled.items()) if in_chinese(one) == one] == []


def test_the_modules_that_note_problems_are_found() -> None:
    assert sum(1 for file in FILES for _ in _said(file)) > 200


@pytest.mark.parametrize(("english", "zh"), sorted({**KNOWN, **PARTS}.items()))
def test_a_chinese_text_has_the_same_places_and_the_same_words_to_type(
    english: str, zh: str
) -> None:
    if english != UNLIKE:
        assert _names(zh) == _names(english)
    for literal in LITERAL.findall(english.replace("`key: value`", "").replace("`word: ", "")):
        assert literal in zh, literal


@pytest.mark.parametrize(
    "case", MISTAKES, ids=[f"{case['rule']}-{at}" for at, case in enumerate(MISTAKES)]
)
def test_no_english_sentence_is_left_of_any_kind_of_mistake(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    for problem in checked(marked(case["files"])[0]).problems:
        first, *_, last = told(problem, []).splitlines()
        for row in (first, last):
            # Names, ways through a flow and what is to be typed are as they are in the files.
            words = re.sub(
                r'“[^”]*”|`[^`]*`|\{.*\}|（[^）]*）|：[^：]*$|"[^"]*"|thirdring [a-z ]+', "", row
            )
            assert not SENTENCE.search(words), row
        assert re.search(r"[\u4e00-\u9fff]", first)


def test_a_name_of_the_authors_stays_as_it_is() -> None:
    said = 'the line "error" uses {text}, which nothing sets'
    assert in_chinese(said) == "话术“error”用了 {text}，却没有地方设它"


def test_an_error_names_the_place_in_both_languages() -> None:
    problem = Problem("a.yaml", 3, 5, 'no line is called "x"', 'did you mean "y"?')
    assert one_line(problem, "en") == 'a.yaml:3:5: no line is called "x"; did you mean "y"?'
    assert one_line(problem, "zh") == "a.yaml:3:5: 没有叫“x”的话术；您要写的是“y”吗？"
    assert one_line(Problem("a.yaml", 0, 0, "odd", ""), "zh") == "a.yaml: odd"


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_a_folder_that_is_checked_is_told_in_the_terminals_language(
    tmp_path: Path, language: Mapping[str, str]
) -> None:
    (tmp_path / "main.yaml").write_text("flow: main\nsteps:\n  a: {sya: 您好}\n", "utf-8")
    (tmp_path / "lines.yaml").write_text("hello:\n  zh-Hans：您好\n  en: Hello\n", "utf-8")
    zh = language is CHINESE
    shown = thirdring("check", tmp_path, env=language).output
    as_json = thirdring("check", tmp_path, "--json", env=language).stdout

    assert ("错误: 步骤里没有“sya”这个键" in shown) is zh
    assert ("“zh-Hans”后面是中文冒号" in shown) is zh
    assert ('error: "sya" means nothing in a step' in shown) is not zh
    assert any(one["what"] == '"sya" means nothing in a step' for one in json.loads(as_json))


def test_a_refused_start_is_told_in_chinese(tmp_path: Path) -> None:
    error = FlowFileError([Problem("a.yaml", 1, 1, "the flow has no name", "see docs/")])
    assert [one_line(one, "zh") for one in error.problems] == ["a.yaml:1:1: 流程没有名称；见 docs/"]
