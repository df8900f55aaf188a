"""`thirdring rules` on a call in a real ledger."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calls.errors import FlowFileError
from calls.events import CallEvent
from launch.commands import rules
from ledger.writer import LedgerWriter
from tests.callflow.traces import Trace
from tests.support.lists import CHINESE, ENGLISH, rows_below, spoken


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A call that greets and then hangs up on the caller."""
    trace = Trace().ring().say("greeting", "greeting")
    with LedgerWriter(tmp_path / "ledger.sqlite") as writer:
        for event in trace.hang_up("us"):
            data = {**event.data, "uniqueid": "1.1"}
            writer.append(
                CallEvent("call-1", event.seq, event.at, event.offset_ms, event.kind, data)
            )
        asyncio.run(writer.durable())
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    rules.register(app)
    done = CliRunner().invoke(app, ["rules", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


def test_every_rule_has_a_verdict_and_its_evidence(state: Path) -> None:
    code, output = run("call-1", "--state", str(state), "--json")

    told = json.loads(output)
    verdicts = {one["rule"]: one for one in told["rules"]}
    assert (code, told["call"]) == (0, "call-1")
    assert set(verdicts) >= {"A01", "A02", "A05", "A08", "A11", "A12", "A13"}
    assert verdicts["A02"]["verdict"] == "kept"
    assert verdicts["A05"]["verdict"] == "broken"
    assert verdicts["A05"]["evidence"] == [{"seq": 4, "offset_ms": 1150, "what": "hung_up us"}]
    assert verdicts["A11"]["verdict"] == "not_applicable"


def test_the_table_names_the_rule_that_was_broken(state: Path) -> None:
    _, output = run("call-1", "--state", str(state))

    assert "BROKEN" in output
    assert "We never hang up without goodbye" in output
    assert "以再见结束" not in output


def test_a_chinese_terminal_has_the_verdicts_in_chinese_in_line(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken(monkeypatch, ENGLISH, 120)
    english = run("call-1", "--state", str(state), "--json")
    for columns in (80, 120):
        spoken(monkeypatch, CHINESE, columns)
        _, output = run("call-1", "--state", str(state))

        rows = {row["规章"]: row for row in rows_below(output, "规章", "名称", "判定", "证据")}
        assert rows["A05"]["名称"] == "以再见结束"
        assert {row["判定"] for row in rows.values()} == {"", "-", "做到", "违反"}
        assert rows["A05"]["判定"] == "违反"
        assert not re.search("[A-Za-z]", "".join(row["名称"] for row in rows.values()))
        assert "…" not in run("Q03")[1], "a Chinese sentence is one long word"
    assert rows["A05"]["证据"].startswith("我方挂机：此前没有说 closing 类话术")
    assert not re.search(r"hung_up|said|without|inbound", output)
    assert run("call-1", "--state", str(state), "--json") == english


def test_a_folder_without_flows_is_named(state: Path) -> None:
    with pytest.raises(FlowFileError, match=r"holds no flow; name the folder"):
        run("call-1", "--state", str(state), "--scripts", str(state))


def test_without_a_call_the_rules_themselves_are_listed() -> None:
    for arguments in ((), ("list",)):
        code, output = run(*arguments, "--json")
        listed = {one["rule"]: one for one in json.loads(output)}
        assert code == 0
        assert listed["A05"]["title"]["en"] == "We never hang up without goodbye"
        assert listed["A05"]["must"] is True
        assert listed["A05"]["decidable"] is True
        assert listed["A05"]["patterns"][0].startswith("hung_up us: only after said (closing)")


HOUSE = {
    "hotline.yaml": (
        "flow: hotline\ntitle: {zh: 题, en: T}\nsteps:\n  a: {ring: 1}\n  b: {end: done}\n"
    ),
    "house_rules.yaml": (
        "A22:\n  title: {zh: 不打断, en: No interrupting}\n  judged_by: audio\n"
        "  reason: {zh: 要听录音, en: only the recording shows it}\n"
        "A99:\n  title: {zh: 题, en: Once}\n  must: false\n  direction: inbound\n"
        "  performer: agent\n  count: {of: key, at_least: 1, at_most: 2}\n"
    ),
}


def test_the_list_says_how_each_rule_is_judged(tmp_path: Path) -> None:
    for name, text in HOUSE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    _, output = run("--scripts", str(tmp_path))

    words = " ".join(output.replace("│", " ").split())
    assert "by audio: only the recording shows it" in words
    assert "[inbound calls; spoken by the agent]" in words
    assert "key: 1 to 2 times" in words


def test_a_chinese_terminal_is_told_who_judges_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for name, text in HOUSE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    shown = run("--scripts", str(tmp_path))[1]
    assert "由录音判定：要听录音" in shown
    assert "【限来电；坐席说的话】" in shown
    assert "按键：1 至 2 次" in shown


def test_a_house_without_rules_says_where_to_write_them(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(HOUSE["hotline.yaml"], encoding="utf-8")

    assert "write them in house_rules.yaml" in run("--scripts", str(tmp_path))[1]


def test_a_rule_named_by_its_id_is_told_alone_and_needs_no_ledger(tmp_path: Path) -> None:
    code, shown = run("A11", "--state", str(tmp_path))
    _, listed = run("A11", "--state", str(tmp_path), "--json")

    assert code == 0
    assert "A11" in shown
    assert "A12" not in shown
    (row,) = json.loads(listed)
    assert (row["rule"], row["title"]["en"]) == ("A11", "The silent caller")
