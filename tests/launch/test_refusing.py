"""What a terminal is refused is said in its language, with the command that helps."""

from __future__ import annotations

import ast
import errno
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from calls.quality.states import EvaluationState
from console.telling import refusals
from console.telling.refusals import PLACE
from launch import __main__ as command_line
from launch.quality.texts import state_word
from launch.settings.problems import WORDS
from launch.telling.found_details import DETAILS
from launch.telling.refused.every import EVERY
from launch.telling.refused.settings import SETTINGS
from launch.telling.refusing import language_typed, refused, refused_by
from tests.console.test_refusals import ROOT, _known, _said, _template
from tests.support.command_line import thirdring
from tests.support.lists import CHINESE, ENGLISH

SHOWN = (
    *("launch/quality", "launch/recordings/holds.py", "launch/serving/tagging.py"),
    *("launch/commands/calls.py", "launch/commands/recordings.py", "launch/commands/report.py"),
    *("console/reports", "console/work", "qa/work", "ledger/reader.py", "ledger/sight.py"),
    *("recorder/finding.py", "recorder/sealing"),
    *("launch/recordings/erasing.py", "launch/recordings/key_commands.py"),
)
"""Where errors come from that `qa`, `calls`, `recordings` and `report` show."""

MADE_OF_OTHERS = {"{}: {}", "{}: {}; {}", "None"}
FOR_PROGRAMMERS = {"{}: no place before the beginning"}


def _alike(text: str) -> str:
    """With `{}` for each place, quotation marks around it left out as Chinese does."""
    return PLACE.sub("{}", text).replace('"{}"', "{}")


def test_whatever_these_commands_refuse_has_a_chinese_text() -> None:
    said = {_alike(text) for place in SHOWN for text in _said(ROOT / place)}
    known = {_alike(text) for text in EVERY} | _known() | MADE_OF_OTHERS | FOR_PROGRAMMERS

    assert len(said) > 80
    missing = {one for one in said if one not in known and one.partition("{}; `")[0] not in known}
    assert sorted(one for one in missing if "has nothing that is" not in one) == []


def test_a_chinese_text_keeps_every_command_and_holds_no_place_of_its_own() -> None:
    for said, zh in EVERY.items():
        assert {*PLACE.findall(zh)} <= {*PLACE.findall(said)}, said
        assert re.search("[\u4e00-\u9fff]", zh), said


ALONE = (
    *("launch/settings", "launch/pbx", "launch/commands", "launch/serving", "launch/console"),
    *("launch/demo", "launch/desk_place.py", "launch/agent_panel.py", "launch/authoring"),
    *("launch/evidence", "launch/recordings", "agi/server.py", "agi/recording.py", "agi/prompts"),
    *("agi/ears/vad.py", "agi/ears/wav.py", "casework/directory.py", "casework/plugins.py"),
    *("casework/service.py", "callers/loader.py", "callers/voicebank.py", "callers/sip.py"),
    *("ledger/opening.py", "ledger/postgres", "ledger/quality/opening.py", "recorder/words"),
    *("softphone_panel/phone/settings.py", "softphone_panel/agent/keymap.py"),
    "desk/server/tokens.py",
)
"""Where errors come from that end a command before it does anything."""

WITHIN = {
    *("closed the control socket", "the worker has no pipes", "the sound was cut short"),
    *("it gave up", "{}: @@{}@@ is unknown; use one of {}", "proving {} took over {} s"),
    *("proving {} failed: {}", "the flow gives no {}", "{} is no segment of a path"),
    *("{} is over {} characters", "line {} ({}): {}", "{}\nsee docs/settings.md for every setting"),
    "{}: has rate, channels, width {}; it must be (8000, 1, 2)",
}
"""What is caught before a person reads it, and what is put together of others."""


@pytest.mark.parametrize("place", ALONE)
def test_whatever_ends_a_command_has_a_chinese_text(place: str) -> None:
    known = {_alike(text) for text in (*EVERY, *SETTINGS)} | _known()
    said = {_alike(text) for text in _said(ROOT / place)} - MADE_OF_OTHERS - WITHIN

    assert [one for one in sorted(said) if not any(map(_shape(one).fullmatch, known))] == []


def test_each_word_on_a_setting_has_a_chinese_one() -> None:
    said = {re.sub(r"\{\w+\}", "{}", text) for text in WORDS.values()} - {"{}"}

    assert said <= {PLACE.sub("{}", text) for text in SETTINGS}


def test_the_systems_own_words_and_hints_are_said_in_chinese() -> None:
    full = refused(f"/x: {os.strerror(errno.ENOSPC)}; give a writable folder with --state", "zh")
    meant = refused('no-such: no flow is called "a"; did you mean "b"?', "zh")
    one_of = refused("k.toml: keys.a: no such action; write one of b, c", "zh")

    assert full == "/x：磁盘满了；请用 --state 给一个可写的文件夹"
    assert meant == "no-such：没有流程 a；您要的是 b 吗？"
    assert one_of == "k.toml：keys.a：没有这个操作；请写其中之一：b, c"


def test_a_terminal_names_the_file_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 999)

    error = thirdring("calls", "list", "--state", tmp_path).exception

    told = refused_by(error, "zh") if isinstance(error, Exception) else ""
    assert told.startswith(f"{tmp_path}/ledger.sqlite：")
    assert "文件损坏了；请移走它，恢复备份" in told


PROVEN = (
    *("recorder/verify.py", "recorder/measure.py", "ledger/verify.py", "ledger/verify_rows.py"),
    *("ledger/floor_verify.py", "ledger/heads.py", "ledger/quality/verify.py"),
    *("launch/evidence/verification.py", "launch/evidence/flow_evidence.py"),
)
"""Where details of findings come from."""


def test_each_detail_of_a_finding_with_a_chinese_text_is_said_by_some_proof() -> None:
    trees = [ast.parse((ROOT / place).read_text("utf-8")) for place in PROVEN]
    texts = (node for tree in trees for node in ast.walk(tree))
    said = {_template(one) for one in texts if isinstance(one, ast.Constant | ast.JoinedStr)}
    shapes = [_shape(one) for one in said if re.search("[a-z]{2}", one.replace("{}", ""))]

    # A flaw of a recording may stand behind a word for it.
    alone = {detail for detail in DETAILS if f"missing: {detail}" in DETAILS}
    alone |= {detail for detail in DETAILS if f"cut: {detail}" in DETAILS}
    unsaid = [one for one in DETAILS if not any(shape.fullmatch(one) for shape in shapes)]
    assert len(said) > 100
    assert {*unsaid} == alone


def _shape(template: str) -> re.Pattern[str]:
    """What a text with `{}` for what is filled in may come to."""
    return re.compile(".*".join(map(re.escape, template.split("{}"))), re.DOTALL)


@pytest.mark.parametrize("place", PROVEN)
def test_each_detail_that_a_proof_tells_has_a_chinese_text(place: str) -> None:
    told = {one for one in _details(ROOT / place) if re.search("[a-z]{3}", one.replace("{}", ""))}

    # Before `from the head` stands one of two texts: both are known with it.
    assert [one for one in sorted(told) if not any(map(_shape(one).fullmatch, DETAILS))] == []


def _details(file: Path) -> Iterator[str]:
    """Texts that a module calls `detail`, or yields beside a `Finding`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and "detail" in map(ast.unparse, node.targets):
            texts = [node.value]
        elif isinstance(node, ast.Tuple) and ast.unparse(node).startswith("(Finding."):
            texts = node.elts[1:]
        else:
            continue
        yield from (
            _template(one) for one in texts if isinstance(one, ast.Constant | ast.JoinedStr)
        )


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        (
            "abc: lily works on it until 2026-01-05 14:00 UTC; take another (`thirdring qa next`)",
            "abc 由 lily 在评，到 2026-01-05 14:00 UTC 为止；请评下一通：`thirdring qa next`",
        ),
        (
            "no evaluation 'abc'; `thirdring qa list` shows them",
            "没有评分 abc，或它不归您看。（`thirdring qa list`）",
        ),
        (
            "lily has nothing that is claimed; `thirdring qa list --all` shows what there is,"
            " `thirdring qa next` takes a call to score",
            "lily 没有评分中的评分；全部：`thirdring qa list --all`；"
            "领取一通来评：`thirdring qa next`",
        ),
        ('no recording "r-1"; `thirdring recordings list` shows them', "没有录音 r-1；"),
        ("the moon is in the way", "the moon is in the way"),
    ],
)
def test_a_chinese_terminal_is_told_with_commands_and_times_of_utc(said: str, zh: str) -> None:
    assert refused(said, "zh").startswith(zh)
    assert refused(said, "en") == said


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        (("qa", "next"), "这里还没有台账", "no ledger here yet"),
        (("qa", "list", "--lang", "fr"), "请写 zh 或 en", "write zh or en"),
        (("calls", "show", "abc"), "这里还没有台账", "no ledger here yet"),
        (("recordings", "play", "abc"), "没有录音 abc", 'no recording "abc"'),
        (("recordings", "keys", "use", "0" * 16), "密钥不在", "the key is not there"),
        (("report", "day", "--format", "docx"), "请写其中之一", "write one of"),
    ],
)
def test_an_error_is_said_in_the_terminals_language(
    typed: tuple[str, ...],
    zh: str,
    en: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["thirdring", *typed, "--state", str(tmp_path)])
    for environment, expected in ((CHINESE, zh), (ENGLISH, en)):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(command_line, "app", typer.Typer())  # others share the whole one

        with pytest.raises(SystemExit) as left:
            command_line.main()

        assert left.value.code == 1
        assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed",
    [("qa", "list"), ("qa", "calibrate", "list"), ("calls", "list"), ("recordings", "list")],
)
def test_an_empty_list_is_said_in_the_terminals_language(
    typed: tuple[str, ...], tmp_path: Path
) -> None:
    chinese = thirdring(*typed, "--state", tmp_path, env=CHINESE).output
    english = thirdring(*typed, "--state", tmp_path, env=ENGLISH).output

    assert chinese.startswith("还没有")
    assert english.startswith("No ")


def test_what_is_typed_goes_before_the_terminals_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    assert language_typed(["thirdring", "qa", "next"]) == "zh"
    assert language_typed(["thirdring", "qa", "next", "--lang", "en"]) == "en"
    assert language_typed(["thirdring", "qa", "next", "--lang=en"]) == "en"


def test_keys_and_seals_are_told_in_the_terminals_language(tmp_path: Path) -> None:
    made = thirdring("recordings", "keys", "new", "--state", tmp_path, env=CHINESE).output
    chinese = thirdring("recordings", "keys", "list", "--state", tmp_path, env=CHINESE).output
    english = thirdring("recordings", "keys", "list", "--state", tmp_path, env=ENGLISH).output

    assert "请另存一份" in made
    assert "0 段录音  使用中" in chinese
    assert "0 recordings  in use" in english
    cut = "a.sealed: chunk 2 of 3, the last, is cut or edited; restore the file from a backup,"
    told = refused(f"{cut} what comes before it can be heard", "zh")
    assert told.startswith("a.sealed：最后一块（第 2 块，共 3 块）")


@pytest.mark.parametrize("state", EvaluationState)
def test_an_evaluation_stands_in_a_terminal_as_it_does_in_the_console(
    state: EvaluationState,
) -> None:
    word = state_word(state, "zh")
    page = (ROOT / "console/web/templates/macros.html").read_text(encoding="utf-8")

    assert word == refusals._STATES[state]
    assert f'"{state}": _("{word}"' in page
