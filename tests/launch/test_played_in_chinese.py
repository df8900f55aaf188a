"""What flow tests say of a call is told in Chinese on a Chinese terminal, all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.telling.problems import of_play, pieces
from launch.telling.problems.played import PLAYED
from tests.console.test_refusals import ROOT, _template
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH

SAYING = (
    "callers/flowtests/advice.py",
    "callers/flowtests/checks.py",
    "launch/authoring/flow_tests_live.py",
    "callflow/replaying/alternatives.py",
    "callflow/replaying/asking.py",
    "callflow/replaying/running.py",
    "callflow/replaying/stage.py",
    "callflow/replaying/windows.py",
)
PARTS = {
    " after {}",
    ": {}",
    " while waiting",
    " within {} s",
    "{} times",
    "nothing more",
    "anytime {}",
    "key {}",
    "{} in {}.{}",
}
"""What only stands in a text of which the whole is known."""


FILLED = (
    ("usable {}", "usable 2 times"),
    ("the {} {} was", "the form {} was"),
    ("after {}, later", "after 4 s, later"),
    ("answered in {},", "answered in 4 s,"),
    ("{}", "x7"),
)


def _said(file: Path) -> Iterator[str]:
    """Texts of a module that are no documentation, with `{}` for what is filled in."""
    tree = ast.parse(file.read_text("utf-8"))
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or _alone(node)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in inner:
            text = _template(node)
            if " " in text and re.search("[a-z]{2}", text):
                yield text


def _alone(node: ast.AST) -> bool:
    """Whether it documents what stands above it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("place", SAYING)
def test_whatever_a_flow_test_says_has_a_chinese_text(place: str) -> None:
    said = {*_said(ROOT / place)} - PARTS

    assert said
    for text in sorted(said):
        # What stands right behind a word is a text of its own, and may be none.
        one = re.sub(r"(?<=\w)\{\}", "", text)
        for places, filled in FILLED:
            one = one.replace(places, filled)
        assert re.search("[\u4e00-\u9fff]", of_play(one, "zh")), text
        assert of_play(one, "en") == one


def test_a_chinese_text_holds_no_place_of_its_own() -> None:
    for english, zh in PLAYED.items():
        places = {text for is_place, text in pieces(english) if is_place}
        assert {text for is_place, text in pieces(zh) if is_place} == places, english


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("said: expected a after b, found nothing", "said：b 之后应为 a，实际没有"),
        ("said: expected nothing more after b, found c", "said：b 之后不应再有，实际还有 c"),
        (
            "rule A05: expected kept, found broken: hung_up us without said (closing) before it",
            "规章 A05：应为做到，实际违反：我方挂机：此前没有说 closing 类话术",
        ),
        ("rule A08: expected broken, found not applicable", "规章 A08：应为违反，实际不涉及"),
        ("facts: said a never came after key 1", "facts：按键 1之后没有说 a"),
        ("the caller says nothing within 4 s", "4 秒内来电者不说话"),
        (
            "the caller presses 1 while waiting, and what is called then returns done",
            "来电者等待时按 1，随后调用的流程返回 done",
        ),
        ("set comes to done", "set 的结果是 done"),
    ],
)
def test_a_text_is_told_with_what_it_holds(said: str, zh: str) -> None:
    assert of_play(said, "zh") == zh


FLOW = """
flow: main
title: {zh: 题, en: T}
steps:
  a: {ring: 1}
  b: {say: greeting}
  c: {listen: 4s, on: {speech: d, silence: d, noise: d, faint: d, key: d}}
  d: {say: goodbye}
  e: {end: done}
"""
LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
TESTS = """
given: {flow: main}
tests:
  a silent caller is let go:
    given: {caller: {answers: [silent]}}
    expect: {lines: [greeting, greeting]}
"""


def test_a_failed_test_and_a_branch_not_taken_are_told_in_the_terminals_language(
    tmp_path: Path,
) -> None:
    (tmp_path / "tests").mkdir()
    for name, text in (("main", FLOW), ("lines", LINES), ("tests/main", TESTS)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")

    chinese = thirdring("test", tmp_path, "--coverage", env=CHINESE).output
    english = thirdring("test", tmp_path, "--coverage", env=ENGLISH).output
    machine = [
        thirdring("test", tmp_path, "--coverage", "--json", env=one).stdout
        for one in (CHINESE, ENGLISH)
    ]

    assert "said：" in chinese
    assert "来电者说话" in chinese
    assert not re.search(r"expected|found|the caller|fault \d", chinese)
    assert "said: expected" in english
    assert "the caller speaks within 4 s" in english
    assert "the caller speaks within 4 s" in machine[0]
    assert len(machine[0]) == len(machine[1])
