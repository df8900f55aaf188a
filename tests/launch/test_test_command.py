"""`thirdring test`: what it says of good, failing and missing flow tests, and of coverage."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer

from calls.errors import ConfigError
from launch.commands.test import run

LINES = """
hi: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
bye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
FLOW = """flow: short
steps:
  ring:
    ring: 1
  ask:
    say: hi
    listen: 4s
    on: {speech: bye, silence: next, noise: bye, faint: bye}
  again:
    say: hi
    listen: 4s
    on: {speech: bye, silence: bye, noise: bye, faint: bye}
  bye:
    say: bye
    end: done
"""
TEST = """given: {flow: short}
tests:
  A caller who speaks is bidden goodbye:
    given: {caller: {answers: [{say: hello}]}}
    expect: {exactly: [hi, bye], outcomes: {ask: [speech]}, disposition: done}
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "lines.yaml").write_text(LINES, encoding="utf-8")
    (tmp_path / "short.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "tests" / "short.yaml").write_text(TEST, encoding="utf-8")
    return tmp_path


def test_tests_that_pass_are_counted(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(scripts)

    assert capsys.readouterr().out == "1 passed\n"


def test_a_failure_is_told_with_its_line_and_the_conversation_around_it(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scripts / "tests" / "short.yaml"
    path.write_text(TEST.replace("[hi, bye]", "[hi, hi, bye]"), encoding="utf-8")
    with pytest.raises(typer.Exit) as left:
        run(scripts)

    told = capsys.readouterr().out
    assert left.value.exit_code == 1
    assert f"FAILED {path}:3: A caller who speaks is bidden goodbye" in told
    assert re.search(rf"{path}:5:\d+: said: expected hi after hi, found bye", told)
    assert re.search(r"> \d\d:\d\d\.\d{3}  house +“再见” · bye,", told)
    assert told.endswith("1 failed\n")


def test_a_chinese_terminal_is_told_of_a_failure_in_chinese(
    scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    path = scripts / "tests" / "short.yaml"
    path.write_text(TEST.replace("[hi, bye]", "[hi, hi, bye]"), encoding="utf-8")
    with pytest.raises(typer.Exit):
        run(scripts)

    told = capsys.readouterr().out
    assert f"未通过 {path}:3: A caller who speaks is bidden goodbye" in told
    assert re.search(r"> \d\d:\d\d\.\d{3}  我方 +“再见” · bye, 到", told)
    assert told.endswith("1 个未通过\n")


def test_what_no_test_took_is_told_with_its_line_and_what_takes_it(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(scripts, coverage=True)

    told = capsys.readouterr().out
    flow = scripts / "short.yaml"
    silence = "ask: silence never taken (caller): the caller says nothing within 4 s"
    assert f"{flow}:8:23: {silence}" in told
    assert f"{flow}:12:10: again: speech never taken" in told
    assert "ask: speech" not in told
    assert told.splitlines()[-1] == " 30.0 %  of all 10 branches"


def test_too_little_coverage_fails(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(scripts, least=30)
    with pytest.raises(typer.Exit):
        run(scripts, least=31)

    assert "1 passed" in capsys.readouterr().out


def test_json_holds_tests_and_coverage(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(scripts, coverage=True, as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], found["failed"], found["skipped"]) == (1, 0, 0)
    assert found["tests"][0]["disposition"] == "done"
    (flow,) = found["coverage"]["flows"]
    assert flow["branches"]["caller"] == {"taken": 3, "of": 10}
    assert {row["branch"] for row in flow["missing"] if row["step"] == "ask"} == {
        "silence",
        "noise",
        "faint",
    }


def test_a_folder_without_tests_says_so(scripts: Path) -> None:
    (scripts / "tests" / "short.yaml").unlink()

    with pytest.raises(ConfigError, match="holds no flow test"):
        run(scripts)


def test_a_choice_that_fits_no_test_says_so(scripts: Path) -> None:
    with pytest.raises(ConfigError, match="none of 1 tests fits"):
        run(scripts, name="nothing like it")


def test_the_shipped_flow_tests_pass_and_take_every_branch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(least=100)

    assert "failed" not in capsys.readouterr().out
