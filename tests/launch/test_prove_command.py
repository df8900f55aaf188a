"""`thirdring prove` as a person and a machine use it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from callers.loader import load_persona
from launch.commands import prove
from launch.settings.site import PROJECT
from launch.telling.problems import in_chinese
from tests.console.test_refusals import _template

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
question: {zh-Hans: 什么事, zh-Hant: 什麼事, en: What is it}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
RULES = """
A02:
  title: {zh: 先问好, en: Greeting first}
  precedence: {before: {said: {not: {tag: greeting}}}, expect: {said: {tag: greeting}}}
A05:
  title: {zh: 说再见, en: Goodbye}
  precedence: {before: {hung_up: us}, expect: {said: goodbye}}
A06:
  title: {zh: 语气, en: Tone}
  judged_by: person
  reason: {zh: 要听, en: only an ear can tell}
"""
FLOW = """
flow: main
title: {zh: 题, en: Title}
performer: ivr
always: {noise: bye, faint: bye}
steps:
  ring: {ring: 1}
  hi:
    say: [greeting, question]
    listen: 4s
    on: {speech: bye, silence: quiet}
  bye: {say: goodbye, end: served}
  quiet:
    say: goodbye
    end: silent
"""


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    prove.register(app)
    return CliRunner().invoke(app, ["prove", *arguments], env={"COLUMNS": "120"})


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A house that keeps its rules."""
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "lines.yaml").write_text(LINES, encoding="utf-8")
    (folder / "house_rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "main.yaml").write_text(FLOW, encoding="utf-8")
    return folder


@pytest.fixture
def rude(scripts: Path) -> Path:
    """The same, but a silent caller is hung up on."""
    text = FLOW.replace("  quiet:\n    say: goodbye\n", "  quiet:\n")
    (scripts / "main.yaml").write_text(text, encoding="utf-8")
    return scripts


def test_rules_that_hold_are_proved_with_their_states_and_the_command_succeeds(
    scripts: Path,
) -> None:
    done = run(str(scripts))

    assert done.exit_code == 0, done.output
    assert re.search(r"A02 .*Greeting first.* proved .* \d+", done.output)
    assert re.search(r"A06 .*not decidable.* only an ear can tell", done.output)
    assert re.search(
        r"2 proved, 0 broken, 1 not decidable here; \d+ states in \d+\.\d\d s", done.output
    )


def test_a_broken_rule_is_told_as_a_conversation_and_the_command_fails(rude: Path) -> None:
    done = run(str(rude))

    assert done.exit_code == 1
    assert "A05 is broken by main, performed by ivr: hung_up us without said goodbye" in done.output
    assert re.search(r"00:0\d\.\d{3}  house    “什么事” · question, to 00:\d\d\.\d{3}", done.output)
    assert "caller   silence" in done.output
    assert "played in virtual time, it is broken again" in done.output


def test_a_chinese_terminal_is_told_the_proof_in_chinese_and_json_stays(
    rude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = json.loads(run(str(rude), "--json").output)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    told = run(str(rude)).output
    chinese = json.loads(run(str(rude), "--json").output)

    assert "A05 可被 main（由语音系统执行）违反：我方挂机：此前没有说 goodbye" in told
    assert not re.search(r"hung_up|without|before it", told)
    assert re.search(r"来电者   无声", told)
    assert "在虚拟时间里再打一次，同样违反" in told
    assert re.search(r"1 条已证明，1 条可违反，1 条不能判定；\d+ 个状态", told)
    for proof in (*english["flows"], *chinese["flows"]):
        del proof["ms"]
    assert chinese == english


def test_the_caller_of_a_broken_rule_is_written_as_a_persona_file(
    rude: Path, tmp_path: Path
) -> None:
    done = run(str(rude), "--persona-dir", str(tmp_path / "callers"))

    written = tmp_path / "callers" / "a05_main.yaml"
    assert f"thirdring call {written}" in done.output.replace("\n", "")
    assert load_persona(written).name == "a05_main"


def test_json_holds_every_result_and_the_counterexample(rude: Path) -> None:
    done = run(str(rude), "--json")

    flow = json.loads(done.stdout)["flows"][0]
    rules = {each["rule"]: each for each in flow["rules"]}
    assert (flow["flow"], flow["performer"], flow["loops"]) == ("main", "ivr", [])
    assert flow["points"] > 3
    assert {name: each["status"] for name, each in rules.items()} == {
        "A02": "proved", "A05": "broken", "A06": "undecidable",
    }  # fmt: skip
    found = rules["A05"]["counterexample"]
    assert [event["kind"] for event in found["events"]][-1] in ("hung_up", "ended")
    assert "persona: a05_main" in found["persona"]
    assert found["again"] == "played in virtual time, it is broken again"


def test_one_rule_and_one_flow_can_be_chosen(rude: Path) -> None:
    done = run(str(rude), "--rule", "A02", "--flow", "main", "--json")

    assert done.exit_code == 0
    rules = json.loads(done.stdout)["flows"][0]["rules"]
    assert [each["rule"] for each in rules] == ["A02"]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (["--rule", "A99"], "has no such rule; "),
        (["--flow", "mian"], 'has no flow "mian"; did you mean "main"?'),
    ],
)
def test_a_rule_or_flow_that_is_not_there_is_named_with_the_nearest(
    scripts: Path, chosen: list[str], message: str
) -> None:
    done = run(str(scripts), *chosen)

    assert done.exit_code == 1
    assert message in str(done.exception)


def test_a_house_without_rules_says_that_there_is_nothing_to_prove(scripts: Path) -> None:
    (scripts / "house_rules.yaml").unlink()

    done = run(str(scripts))

    assert done.exit_code == 1
    assert "there is no house_rules.yaml, so nothing to prove" in str(done.exception)


def test_what_a_proof_remarks_has_a_chinese_text() -> None:
    said = [
        text
        for place in ("callers/persona_writer.py", "callers/persona_draft.py")
        for text in noted(PROJECT / place)
    ]
    reasons = [
        text for text in returned(PROJECT / "callflow/proving/proof.py", "_why_not") if " " in text
    ]

    assert len(said) >= 5
    assert len(reasons) >= 3
    for text in (*said, *reasons):
        one = text.replace("{}", "x7")
        assert in_chinese(one) != one, text


def noted(file: Path) -> Iterator[str]:
    """Notes that a module takes."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("notes.append"):
            yield from _texts(node.args[0])


def returned(file: Path, name: str) -> Iterator[str]:
    """Texts that a function of a module returns."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for one in ast.walk(node):
                if isinstance(one, ast.Return):
                    yield from _texts(one.value)


def _texts(node: ast.expr | None) -> Iterator[str]:
    parts = node.values if isinstance(node, ast.BoolOp) else [node]
    return (_template(one) for one in parts if isinstance(one, ast.JoinedStr | ast.Constant))
