"""`thirdring graph`, `diff` and `schema` speak the terminal's language; what they write stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from launch.commands.diff import _show
from launch.telling.refusing import refused
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH

SCRIPTS = Path(__file__).parents[2] / "scripts"
BOTH = pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=["zh", "en"])


def said(*words: str | Path, language: Mapping[str, str]) -> str:
    return thirdring(*words, env=language).stdout


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The house's scripts, the greeting said otherwise, the silent caller given a second less."""
    folder = tmp_path / "changed"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("prompts", "tests"))
    for name, old, new in (
        ("lines.yaml", "您好", "您好呀"),
        ("silent_call.yaml", "listen: 4s", "listen: 3s"),
    ):
        file = folder / name
        file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    return folder


def test_changes_are_told_in_the_terminals_language(changed: Path) -> None:
    chinese = said("diff", SCRIPTS, changed, language=CHINESE)
    english = said("diff", SCRIPTS, changed, language=ENGLISH)

    assert "silent_call / ask\n  等待时长（listen for）：原为 4 s，现为 3 s" in chinese
    assert "\n话术 " in chinese
    assert "\n涉及的规章：A" in chinese
    assert "was 4 s, now 3 s" in english
    assert "\nline " in english
    assert "\nhouse rules that speak of this: A" in english


def test_a_language_that_is_asked_for_goes_before_the_terminals(changed: Path) -> None:
    assert "原为 4 s" in said("diff", SCRIPTS, changed, "--language", "zh", language=ENGLISH)
    assert "was 4 s" in said("diff", SCRIPTS, changed, "--language", "en", language=CHINESE)


def test_json_is_the_same_in_every_language(changed: Path) -> None:
    chinese = said("diff", SCRIPTS, changed, "--json", language=CHINESE)

    assert chinese == said("diff", SCRIPTS, changed, "--json", language=ENGLISH)
    assert {row["where"] for row in json.loads(chinese)["changes"]} >= {"silent_call / ask"}


def test_nothing_changed_is_said(changed: Path) -> None:
    assert said("diff", changed, changed, language=CHINESE) == "对来电者来说没有变化\n"
    assert said("diff", changed, changed, language=ENGLISH) == "nothing changed for a caller\n"


def test_a_proof_that_came_out_otherwise_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"rule": "A11", "flow": "silent_call", "performer": "ivr"}
    proofs = [{**row, "before": "proved", "after": "broken"}, {**row, "before": "", "after": "x"}]

    for language, told in (
        (
            "zh",
            "A11 silent_call（语音系统）：已证明 -> 可违反\nA11 silent_call（语音系统）：- -> x",
        ),
        ("en", "A11 silent_call (ivr): proved -> broken\nA11 silent_call (ivr): - -> x"),
    ):
        _show([], proofs, language)
        assert capsys.readouterr().out.partition("\n")[2] == told + "\n"


@BOTH
def test_what_was_written_is_told_and_is_the_same(
    language: Mapping[str, str], tmp_path: Path
) -> None:
    chinese = language is CHINESE
    drawing, schemas = tmp_path / "flow.svg", tmp_path / "schemas"
    drawn = said("graph", "silent_call", "--out", drawing, language=language)
    written = said("schema", "lines", "--out", schemas, language=language)
    document = tmp_path / "flow-format.md"
    shutil.copy(SCRIPTS.parent / "docs" / "flow-format.md", document)
    checked = said("schema", "--docs", document, language=language)

    lines = schemas / "lines.json"
    assert drawn == f"{drawing}" + ("：5 个框，6 条箭头\n" if chinese else ": 5 boxes, 6 arrows\n")
    assert written == (f"已写入 {lines}\n" if chinese else f"{lines} written\n")
    assert checked == f"{document}" + ("：已是最新\n" if chinese else ": is up to date\n")
    assert lines.read_bytes() == (SCRIPTS.parent / "schemas" / "lines.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (("graph", "noize"), "没有流程 noize；您要的是 noise 吗？"),
        (("graph", "qq"), "没有流程 qq；请写其中之一：agent_call, "),
        (("graph", "--language", "xx"), "--language xx：请写其中之一：en, zh-Hans, zh-Hant"),
        (("graph", "--language", "zh-Hanss"), "--language zh-Hanss：您要的是 zh-Hans 吗？"),
        (("schema", "flo"), "没有 flo；您要的是 flow 吗？"),
        (("schema", "qq"), "没有 qq；请写其中之一：flow, "),
        (("schema",), "请写其中之一：flow, lines"),
        (("schema", "--docs", str(SCRIPTS.parent / "README.md")), "没有 flow_keys 的标记"),
    ],
)
def test_what_is_not_there_is_told_in_chinese(words: tuple[str, ...], zh: str) -> None:
    assert zh in refused(str(thirdring(*words, env=CHINESE).exception), "zh")


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        (
            "nothing-of-it",
            "noise.yaml",
            "不是文件、文件夹或 git 版本；请写路径、HEAD~1 或 v1:scripts",
        ),
        ("noise.yaml", "faint.yaml", "noise.yaml 是流程 noise，"),
        ("noise.yaml", "lines.yaml", "lines.yaml 不是流程：请比较同一流程的两个版本，或两个文件夹"),
        ("lines.yaml", "noise.yaml", "lines.yaml 不是流程，"),
    ],
)
def test_what_cannot_be_compared_is_told_in_chinese(old: str, new: str, zh: str) -> None:
    places = [SCRIPTS / name if name.endswith(".yaml") else name for name in (old, new)]
    told = thirdring("diff", *places, env=CHINESE)

    assert told.exit_code == 2
    assert zh in told.stderr
