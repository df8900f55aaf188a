"""`thirdring forms`: forms are checked, listed and shown."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.qa.small_form import SMALL
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken


def _run(*args: str) -> tuple[int, str]:
    result = thirdring("forms", *args)
    return result.exit_code, result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(dedent(SMALL), encoding="utf-8")
    return tmp_path


def test_the_shipped_forms_are_all_right() -> None:
    code, told = _run("check")

    assert code == 0
    assert "2 forms" in told
    assert "all right" in told


def test_a_mistake_is_told_with_its_line_and_a_caret(folder: Path) -> None:
    path = folder / "small.yaml"
    text = path.read_text("utf-8").replace("answers: graded3", "answers: graded9")
    path.write_text(text, encoding="utf-8")

    code, told = _run("check", str(folder))

    assert code == 1
    assert f'{path}:16:50: error: there is no scale "graded9"' in told
    assert "^^^^^^^" in told
    assert told.count("error:") == 1  # nothing that only follows from it
    assert 'did you mean "graded"?' in told


def test_mistakes_are_told_to_programs(folder: Path) -> None:
    (folder / "more.yaml").write_text("form: more", encoding="utf-8")

    code, told = _run("check", str(folder), "--json")

    assert code == 1
    assert [row["what"] for row in json.loads(told)] == ["the form has no sections"]


def test_a_list_says_how_much_the_machine_answers() -> None:
    code, told = _run("list", "--json")

    rows = {row["form"]: row for row in json.loads(told)}
    assert code == 0
    assert rows["q04"]["by_machine"] > rows["q04"]["questions"] // 2
    assert len(rows["q04"]["digest"]) == 64
    assert _run("list")[0] == 0


def test_a_chinese_terminal_has_the_list_of_forms_in_chinese_in_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken(monkeypatch, ENGLISH, 80)
    english = _run("list", "--json")
    for columns in (80, 120):
        spoken(monkeypatch, CHINESE, columns)
        _, told = _run("list")

        rows = rows_below(told, "评分表", "名称", "版本", "部分", "题目", "机器作答", "摘要")
        assert [(row["评分表"], row["名称"]) for row in rows] == [
            ("ivr", "自助语音服务评分表"),
            ("q04", "坐席服务质量评分表"),
        ]
    assert _run("list", "--json") == english


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("zh", ["一票否决", "关键：不合格则本部分为零", "机器作答 规章 A05"]),
        ("zh", ["抢话时长: 是 ≤ 1 s, 其余 否", "仅当 语气 为 中或差"]),
        ("en", ["fatal: failed, the form is zero", "answered by rule A05"]),
        ("en", ["talk-over: Yes ≤ 1 s, otherwise No", "asked when Tone is Fair or Poor"]),
    ],
)
def test_a_form_is_shown_in_full_in_both_languages(
    folder: Path, lang: str, wanted: list[str]
) -> None:
    code, told = _run("show", "small", "--forms", str(folder), "--lang", lang)

    assert code == 0
    for words in wanted:
        assert words in told


@pytest.mark.parametrize(
    ("locale", "wanted"), [("zh_CN.UTF-8", "一票否决"), ("C.UTF-8", "fatal: failed")]
)
def test_a_form_is_shown_in_the_language_of_the_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, locale: str, wanted: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)

    assert wanted in _run("show", "small", "--forms", str(folder))[1]


def test_a_form_is_told_to_programs_with_every_question(folder: Path) -> None:
    told = json.loads(_run("show", "small", "--forms", str(folder), "--json")[1])

    names = [question["name"] for section in told["sections"] for question in section["questions"]]
    assert names == ["tone", "listens", "blame", "why", "closing", "quiet", "abuse"]


def test_a_name_that_is_none_is_answered_with_the_nearest() -> None:
    result = thirdring("forms", "show", "q40")

    assert 'there is no form "q40"; did you mean "q04"?' in str(result.exception)


def test_a_language_that_is_none_is_refused() -> None:
    result = thirdring("forms", "show", "q04", "--lang", "fr")

    assert "write zh or en" in str(result.exception)
