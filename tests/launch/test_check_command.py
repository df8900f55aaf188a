"""`thirdring check` for people, for programs, for code hosts; and its exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callflow.checks.catalogue import CATALOGUE
from launch.authoring.check_report import caret
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH, spoken

PROJECT = Path(__file__).parents[2]
LINES = """\
hello: {zh-Hans: 您好, zh-Hant: 您好, en: Hello}
bye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
GOOD = """\
flow: main
title: {zh: 好, en: Good}
steps:
  ring: {ring: 1}
  hello: {hint: 您好, say: hello}
  bye: {say: bye, end: served}
"""
WARNS = LINES + "old: {zh-Hans: 旧}\n"


def folder(at: Path, **files: str) -> Path:
    at.mkdir(parents=True)
    for name, text in {"lines": LINES, "main": GOOD, **files}.items():
        (at / f"{name}.yaml").write_text(text, encoding="utf-8")
    return at


def check(*arguments: object) -> Result:
    return thirdring("check", "--no-sounds", *map(str, arguments))


def test_the_shipped_scripts_have_no_error() -> None:
    found = json.loads(check(PROJECT / "scripts", "--json").stdout)

    assert [each for each in found if each["severity"] == "error"] == []


def test_a_good_folder_is_all_right_and_exits_0(tmp_path: Path) -> None:
    result = check(folder(tmp_path / "a"), "--strict")

    assert result.exit_code == 0
    assert "1 flow, 3 steps, 2 lines" in result.stdout
    assert "all right" in result.stdout


def test_a_chinese_terminal_is_told_in_chinese_what_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = folder(tmp_path / "a")
    bad = folder(tmp_path / "b", main=GOOD.replace("say: hello", "say: helo"))
    spoken(monkeypatch, ENGLISH, 80)
    english = check(bad, "--json").stdout
    spoken(monkeypatch, CHINESE, 80)

    assert check(good).stdout == f"{good}：1 个流程，3 个步骤，2 句话术：没有问题\n"
    assert re.search(r"：1 个流程，3 个步骤，2 句话术：\d 个错误，\d 个警告\n$", check(bad).stdout)
    assert check(bad, "--json").stdout == english


def test_a_mistake_is_shown_in_its_line_with_a_caret_under_the_word(tmp_path: Path) -> None:
    result = check(folder(tmp_path / "a", main=GOOD.replace("say: hello", "say: helo")))
    lines = result.stdout.splitlines()

    assert result.exit_code == 1
    assert lines[0].endswith('main.yaml:5:26: error: no line is called "helo" [unknown-line]')
    assert lines[1] == "  |   hello: {hint: 您好, say: helo}"
    assert lines[2] == "  |                            ^^^^"
    assert lines[3] == '  = did you mean "hello"?'
    assert lines[-1].endswith("1 error, 0 warnings")


def test_the_caret_stands_under_its_word_in_terminal_cells() -> None:
    assert caret("您好 helo", 4, "helo") == ["  | 您好 helo", "  |      ^^^^"]
    assert caret("\tsay: 您好", 7, "您好") == ["  |  say: 您好", "  |       ^^^^"]
    assert caret("a\x1b[2Jb", 6, "b") == ["  | a�[2Jb", "  |      ^"]
    assert caret("abc", 9) == ["  | abc", "  |    ^"]


def test_a_very_long_line_is_cut_around_its_word() -> None:
    shown, marks = caret("x" * 9000 + " helo " + "y" * 9000, 9002, "helo")

    assert len(shown) < 200
    assert shown[marks.index("^") :].startswith("helo")


def test_a_warning_fails_only_when_strict(tmp_path: Path) -> None:
    at = folder(tmp_path / "a", lines=WARNS)

    assert check(at).exit_code == 0
    assert check(at, "--strict").exit_code == 1


def test_a_folder_that_cannot_be_read_exits_2_and_the_others_are_checked(tmp_path: Path) -> None:
    bad = folder(tmp_path / "bad")
    (bad / "x.yaml").write_bytes(b"flow: \xff\xfe")
    result = check(tmp_path / "nowhere", bad, folder(tmp_path / "a"))

    assert result.exit_code == 2
    assert "holds no flow; name the folder" not in result.stdout
    assert "x.yaml: error: is not UTF-8 at byte 7 [unreadable]" in result.stdout
    assert "a: all right" in result.stdout


def test_several_folders_are_told_together_and_counted_apart(tmp_path: Path) -> None:
    wrong = GOOD.replace("say: hello", "say: helo")
    result = check(folder(tmp_path / "a", main=wrong), folder(tmp_path / "b"))

    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if "1 flow," in line][1].endswith("right")


def test_json_has_every_part_of_a_problem(tmp_path: Path) -> None:
    at = folder(tmp_path / "a", main=GOOD.replace("say: hello", "say: helo"))
    found = json.loads(check(at, "--json").stdout)

    assert found[-1] == {
        "source": str(at / "main.yaml"), "line": 5, "column": 26, "severity": "error",
        "what": 'no line is called "helo"', "hint": 'did you mean "hello"?',
        "rule": "unknown-line", "word": "helo", "trail": [],
    }  # fmt: skip
    assert json.loads(check(at, "--format", "json").stdout) == found


def test_github_s_annotations_escape_what_would_end_them(tmp_path: Path) -> None:
    at = folder(tmp_path / "a,b", main=GOOD.replace("say: hello", '"say": "100%\\n::x"'))
    rows = check(at, "--format", "github").stdout.splitlines()
    row = next(each for each in rows if each.startswith("::error"))

    assert ",line=5,col=" in row
    assert "a%2Cb" in row
    assert '"100%25%0A::x"' in row


def sarif_of(tmp_path: Path) -> dict[str, Any]:
    quiet = GOOD.replace("  bye:", "  hush: {wait: 9s}\n  bye:")
    at = folder(tmp_path / "a", main=quiet.replace("say: hello", "say: helo"))
    written = tmp_path / "found.sarif"
    check(at, "--sarif", written)
    shown = json.loads(check(at, "--format", "sarif").stdout)
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    assert shown == found
    return found


def test_sarif_has_what_version_2_1_0_requires(tmp_path: Path) -> None:
    log = sarif_of(tmp_path)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]

    assert log["version"] == "2.1.0"
    assert set(log) == {"$schema", "version", "runs"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert driver["name"]
    assert [rule["id"] for rule in driver["rules"]] == list(CATALOGUE)
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        assert set(rule) == {"id", "name", "shortDescription", "defaultConfiguration"}
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")


def test_sarif_results_point_at_the_rule_and_the_word(tmp_path: Path) -> None:
    log = sarif_of(tmp_path)
    (run,) = log["runs"]
    results = run["results"]

    assert {each["level"] for each in results} == {"error", "warning"}
    for result in results:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert " " not in physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1
        assert physical["region"]["startColumn"] >= 1
    (wrong,) = [each for each in results if each["ruleId"] == "unknown-line"]
    assert wrong["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 5,
        "startColumn": 26,
        "endColumn": 30,
    }


def test_a_longer_silence_may_be_allowed(tmp_path: Path) -> None:
    quiet = GOOD.replace("  bye:", "  hush: {wait: 9s}\n  bye:")
    at = folder(tmp_path / "a", main=quiet)

    assert "[long-silence]" in check(at).stdout
    assert "[long-silence]" not in check(at, "--silence", "10").stdout


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_line_without_a_rendering_is_told(tmp_path: Path, language: str) -> None:
    at = folder(tmp_path / "a")
    result = thirdring("check", at)

    assert result.exit_code == 0
    assert 'the line "hello" is neither recorded nor rendered in' in result.stdout
    assert language in result.stdout
