"""`thirdring qa` on a real ledger and a real quality book."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from calls.errors import (
    AccountError,
    ConfigError,
    ConflictError,
    LedgerError,
    NotAllowedError,
    UnknownWorkError,
    WorkError,
)
from launch.commands import ledger, looks, qa
from ledger.quality.book import QualityBook
from ledger.quality.verify import verify
from tests.ledger.quality_house import by_hand
from tests.qa.small_form import SMALL
from tests.support.lists import CHINESE, rows_below
from tests.support.qa_house import qa_house

ANSWERS = """
tone: {answer: poor, comment: 冷淡, at: 4000}
why: {answer: yes, comment: 忙}
listens: yes
blame: yes
quiet: na
abuse: yes
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with qa_house(tmp_path, ("1001", "1002", "")):
        pass
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "small.yaml").write_text(dedent(SMALL), encoding="utf-8")
    (tmp_path / "site.toml").write_text(
        f'[qa]\nforms = "{forms}"\nform = "small"\nform_ivr = "small"\n', encoding="utf-8"
    )
    (tmp_path / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    return tmp_path


def run(state: Path, *arguments: str, typed: str = "", lang: str = "en", columns: int = 120) -> str:
    app = typer.Typer()
    qa.register(app)
    spoken = {} if lang == "en" else {"LC_ALL": "zh_CN.UTF-8"}
    done = CliRunner().invoke(
        app,
        ["qa", *arguments, "--state", str(state), "--config", str(state / "site.toml")],
        input=typed,
        env={"COLUMNS": f"{columns}", "LC_ALL": "C", **spoken},
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return done.output


def as_json(state: Path, *arguments: str) -> Any:
    return json.loads(run(state, *arguments, "--json"))


def calls(state: Path) -> list[str]:
    return [
        str(row[0]) for row in by_hand(state / "ledger.sqlite", "SELECT id FROM calls ORDER BY id")
    ]


def opened(state: Path, call: int = 0) -> str:
    run(state, "open", calls(state)[call], "--why", "投诉", "--as", "li")
    (row,) = as_json(state, "list", "--call", calls(state)[call], "--as", "li")
    return str(row["id"])


def scored(state: Path) -> str:
    found = opened(state)
    file = str(state / "answers.yaml")
    run(state, "score", found, "--answers", file, "--submit", "--as", "li")
    return found


def test_a_new_evaluator_finds_out_what_to_do(state: Path) -> None:
    assert "thirdring qa draw --count 5 --as li" in run(state, "next", "--as", "li")
    assert "没有待评的通话" in run(state, "next", "--as", "li", lang="zh")
    assert "No draws yet" in run(state, "draws")
    assert "No calibrations yet" in run(state, "calibrate", "list", "--as", "li")
    assert "No evaluation fits" in run(state, "list", "--as", "li")
    assert "No submitted evaluation" in run(state, "agreement", "--form", "small", "--as", "li")


def test_drawing_taking_looking_and_scoring_by_keys(state: Path) -> None:
    drawn = as_json(
        state, "draw", "--count", "1", "--seed", "5", "--since", "2026-01-01", "--as", "li"
    )
    assert (drawn["seed"], drawn["population"], drawn["left_out"]) == (5, 2, {"agentless": 1})
    found = drawn["picked"][0]["evaluation"]
    assert f"{found} is yours" in run(state, "next", "--as", "li")

    shown = run(state, "show", found, "--as", "li")
    assert "138****1234" in shown
    assert "13800001234" not in shown
    assert "✓  A05" in shown
    assert "machine: Yes" in shown
    assert "not answered" in shown
    assert "score so far 100\n" in shown
    assert "(passed)" not in shown

    # tone poor + comment; listens na; blame yes; why yes + comment; quiet by mistake, then back.
    keys = "3\ncold\nn\n1\n1\nbusy\nx\nb\n1\n1\n1\n\ny\n"
    said = run(state, "score", found, "--as", "li", typed=keys)
    assert "This answer needs a comment" in said
    assert "no such choice: x" in said
    assert "Answered by facts:" in said
    assert "Submitted: 70, below the mark. The agent may dispute it until" in said
    sheet = as_json(state, "show", found, "--as", "li")
    assert sheet["state"] == "submitted"
    assert sheet["answers"]["tone"] == "poor"
    assert sheet["comments"] == {"tone": "cold", "why": "busy"}


def test_scoring_by_keys_in_chinese_can_be_left_and_goes_on(state: Path) -> None:
    found = opened(state)
    left = run(state, "score", found, "--as", "li", typed="1\n?\nq\n", lang="zh")
    assert "语气" in left
    assert "这一题没有说明" in left
    assert f"thirdring qa score {found}" in left
    again = run(state, "score", found, "--as", "li", typed="\n1\n1\n1\n1\n\ny\n", lang="zh")
    assert "你：好" in again
    assert "已提交：100 分，合格" in again


def test_changing_what_facts_answered_asks_for_the_reason(state: Path) -> None:
    found = opened(state)
    keys = "1\n1\n1\n1\n1\n1\n2\nonly a prompt\n\ny\n"
    said = run(state, "score", found, "--as", "li", typed=keys)

    assert "Why other than the machine?" in said
    sheet = as_json(state, "show", found, "--as", "li")
    assert sheet["answers"]["closing"] == "no"
    assert sheet["machine"]["closing"]["answer"] == "yes"
    assert sheet["reasons"] == {"closing": "only a prompt"}
    (row,) = as_json(state, "agreement", "--form", "small", "--as", "wang")
    assert (row["question"], row["agreed"], row["count"]) == ("closing", 0, 1)
    assert row["overruled"] == [{"machine": "yes", "human": "no", "count": 1}]
    assert "Yes → No 1" in run(state, "agreement", "--form", "small", "--as", "wang")


def test_scoring_from_a_file_and_the_command_line(state: Path) -> None:
    found = opened(state)
    said = run(state, "score", found, "--set", "tone=poor", "--as", "li")
    assert "still to do: not answered: listens, blame, why, quiet, abuse" in said
    with pytest.raises(WorkError, match="is not complete"):
        run(state, "submit", found, "--as", "li")
    sheet = as_json(
        state, "score", found, "--answers", str(state / "answers.yaml"),
        "--set", "tone=fair", "--comment", "tone=一般", "--submit", "--as", "li",
    )  # fmt: skip
    assert sheet["state"] == "submitted"
    assert sheet["answers"]["tone"] == "fair"
    assert sheet["comments"]["tone"] == "一般"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tone: [good]", "answers.yaml:1:1: tone is no answer"),
        ("tone: {answr: good}", "has no 'answr'"),
        ("tone: {at: soon}", "'soon' is no offset"),
        ("tone: good\ntone: poor", "tone"),
        ("tone: great", "'great' is no answer; give good, fair, poor"),
        ("tune: good", "no question 'tune'"),
    ],
)
def test_a_file_of_answers_that_is_wrong_says_where(state: Path, text: str, problem: str) -> None:
    found = opened(state)
    (state / "answers.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkError) as caught:
        run(state, "score", found, "--answers", str(state / "answers.yaml"), "--as", "li")

    assert problem in str(caught.value)


def test_from_the_dispute_to_the_coaching(state: Path) -> None:
    found = scored(state)
    assert [row["id"] for row in as_json(state, "list", "--as", "chen")] == [found]
    said = run(
        state, "dispute", found, "--reason", "我道歉了", "--question", "tone", "--as", "chen"
    )
    assert "is disputed" in said
    with pytest.raises(NotAllowedError, match=r"li \(qa\) may not resolve"):
        run(state, "resolve", found, "--reason", "x", "--as", "li")
    said = run(
        state,
        "resolve",
        found,
        "--reason",
        "听到了",
        "--set",
        "tone=good",
        "--as",
        "wang",
        lang="zh",
    )
    assert "改判：" in said
    assert "改为 100 分" in said
    run(state, "coach", found, "--note", "再热情些", "--clip", "4-9.5", "--as", "wang")
    shown = run(state, "show", found, "--as", "chen", lang="zh")
    assert "我道歉了" in shown
    assert "听到了" in shown
    assert "再热情些 [00:04.000-00:09.500]" in shown
    with pytest.raises(WorkError, match="write FROM-TO"):
        run(state, "coach", found, "--note", "x", "--clip", "9", "--as", "wang")
    with pytest.raises(WorkError, match="the call ends at"):
        run(state, "coach", found, "--note", "x", "--clip", "900-905", "--as", "wang")
    assert run(state, "list", "--as", "wang").startswith("No evaluation fits")
    assert found in run(state, "list", "--all", "--as", "wang")


def test_a_call_is_shown_in_the_language_of_the_terminal(state: Path) -> None:
    as_json(state, "draw", "--count", "1", "--seed", "5", "--since", "2026-01-01", "--as", "li")
    run(state, "next", "--as", "li")

    chinese = run(state, "show", "--as", "li", lang="zh")
    english = run(state, "show", "--as", "li")

    assert "缘由：从 2 通中随机抽取\n" in chinese
    assert "why: drawn at random from 2 calls\n" in english
    story = chinese.partition("经过")[2].partition("规章")[0]
    assert "声铃接听" in story
    assert "通话结束" in story
    assert " house " not in story
    assert "answers on ring" in english


def test_a_list_is_whole_in_eighty_columns(state: Path) -> None:
    call = calls(state)[0]
    run(
        state, "calibrate", "open", call, "--expert", "wang", "--evaluator", "li",
        "--evaluator", "zhou", "--as", "wang",
    )  # fmt: skip
    for name in ("wang", "li"):
        (row,) = as_json(state, "list", "--as", name)
        file = str(state / "answers.yaml")
        run(state, "score", row["id"], "--answers", file, "--submit", "--as", name)
    said = run(state, "list", "--all", "--as", "li", columns=80)

    assert "…" not in said
    assert call in said
    assert "submitted" in said
    assert max(map(len, said.splitlines())) <= 80
    chinese = run(state, "list", "--all", "--as", "li", lang="zh", columns=80)
    rows = rows_below(chinese, "编号", "通话", "坐席", "评分表", "状态", "谁")
    assert {row["通话"] for row in rows} == {call}
    assert {row["状态"] for row in rows} <= {"已提交", "待评", "评分中"}
    assert max(map(cell_len, chinese.splitlines())) <= 80


def test_an_agent_without_a_score_is_not_sent_to_take_a_call(state: Path) -> None:
    with pytest.raises(UnknownWorkError) as refused:
        run(state, "acknowledge", "--as", "chen")

    assert "qa next" not in str(refused.value)
    assert "`thirdring qa list --all` shows what there is" in str(refused.value)


def test_an_agent_acknowledges(state: Path) -> None:
    found = scored(state)
    with pytest.raises(UnknownWorkError):
        run(state, "acknowledge", found, "--as", "he")

    assert "is acknowledged" in run(state, "acknowledge", found, "--comment", "好", "--as", "chen")


def test_claim_release_and_withdraw(state: Path) -> None:
    found = opened(state)
    assert "is yours until" in run(state, "claim", found[:5], "--as", "li")
    with pytest.raises(NotAllowedError, match="li works on it"):
        run(state, "score", found, "--as", "zhou")
    assert "given back" in run(state, "release", found, "--as", "li")
    assert "is withdrawn" in run(state, "withdraw", found, "--reason", "误开", "--as", "li")
    (row,) = as_json(state, "list", "--all", "--as", "li")
    assert row["state"] == "withdrawn"


def test_a_calibration_from_open_to_close(state: Path) -> None:
    call = calls(state)[0]
    said = run(
        state, "calibrate", "open", call, "--expert", "wang", "--evaluator", "li",
        "--evaluator", "zhou", "--as", "wang",
    )  # fmt: skip
    assert "wang, li, zhou score it, blind to each other" in said
    (session,) = as_json(state, "calibrate", "list", "--as", "li")
    for name, part in session["evaluations"].items():
        answers = ["--answers", str(state / "answers.yaml")]
        changed = ["--set", "blame=no"] if name == "li" else []
        run(state, "score", part, *answers, *changed, "--submit", "--as", name)
    assert "done wang, li, zhou; waiting for -" in run(
        state, "calibrate", "show", session["id"], "--as", "li"
    )
    closed = run(state, "calibrate", "close", session["id"], "--as", "wang")
    assert "Krippendorff's alpha" in closed
    assert "  No blame\n    wang: Yes; li: No; zhou: Yes" in closed
    told = run(state, "calibrate", "show", session["id"], "--as", "li", lang="zh")
    assert "  不责怪\n    wang：是；li：否；zhou：是" in told
    found = as_json(state, "calibrate", "show", session["id"], "--as", "zhou")
    assert found["deviations"] == {"li": pytest.approx(100 / 6, abs=0.01), "zhou": 0.0}


def test_remarks(state: Path) -> None:
    call = calls(state)[0]
    said = run(state, "comment", call, "这里很好", "--at", "4.5-6", "--as", "li")
    note = said.split()[1]
    assert f"{note}  00:04.500-00:06.000  li: 这里很好" in run(state, "comment", call, "--as", "li")
    run(state, "comment", call, "--undo", note, "--as", "li")
    assert as_json(state, "comment", call, "--as", "li") == []
    with pytest.raises(WorkError, match="--at SECONDS"):
        run(state, "comment", call, "x", "--as", "li")
    with pytest.raises(WorkError, match=r"write seconds: 12\.5"):
        run(state, "comment", call, "x", "--at", "soon", "--as", "li")


def test_a_draw_is_shown_to_give_the_same_calls(state: Path) -> None:
    drawn = as_json(
        state, "draw", "--method", "stratified", "--by", "agent,outcome", "--count", "2",
        "--since", "2026-01-01", "--as", "wang",
    )  # fmt: skip
    (row,) = as_json(state, "draws")
    assert (row["draw"], row["by"], row["method"]) == (drawn["draw"], "wang", "stratified")
    assert "the same calls" in run(state, "draws", "--again", drawn["draw"])
    again = run(state, "draw", "--since", "2026-01-01", "--as", "wang")
    assert "No call can be drawn" in again
    assert "2 drawn before; 1 taken by no agent (add --with-ivr)" in again
    mystery = run(state, "draw", "--mystery", "--since", "2026-01-01", "--as", "wang")
    assert "thirdring calls tag ID mystery" in mystery
    told = run(state, "draw", "--mystery", "--since", "2026-01-01", "--as", "wang", lang="zh")
    assert "2 通已抽过；1 通不是神秘来电" in told
    with pytest.raises(WorkError, match="strata are made by"):
        run(state, "draw", "--by", "mood", "--as", "wang")


def test_who_may_do_it_is_asked(state: Path) -> None:
    with pytest.raises(AccountError, match="say who does it: --as NAME, one of boss, chen"):
        run(state, "list")
    with pytest.raises(AccountError, match="no account 'nobody'"):
        run(state, "list", "--as", "nobody")
    with pytest.raises(NotAllowedError):
        run(state, "draw", "--count", "1", "--as", "chen")
    opened(state)
    with pytest.raises(ConflictError, match="already"):
        run(state, "open", calls(state)[0], "--why", "x", "--as", "zhou")


def test_what_is_missing_is_told(tmp_path: Path, state: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "site.toml").write_text("")
    with pytest.raises(LedgerError, match="no ledger here yet"):
        run(empty, "next", "--as", "li")
    (state / "site.toml").write_text('[qa]\nform = "nope"\n')
    with pytest.raises(ConfigError, match="there is no form 'nope'; there are"):
        run(state, "next", "--as", "li")
    (state / "site.toml").write_text("[qa]\nclaim_h = 0\n")
    with pytest.raises(ConfigError, match=r"qa\.claim_h"):
        run(state, "next", "--as", "li")


def test_every_look_is_in_the_log(state: Path) -> None:
    found = scored(state)
    run(state, "show", found, "--as", "wang")
    app = typer.Typer()
    looks.register(app)
    given = ["looks", "list", "--state", str(state)]
    runner = CliRunner()
    done = runner.invoke(app, [*given, "--who", "wang", "--json"], catch_exceptions=False)
    (look,) = json.loads(done.output)
    assert (look["action"], look["subject"]) == ("opened", f"call/{calls(state)[0]}")
    assert look["detail"] == f"evaluation {found}"
    assert "opened" in runner.invoke(app, given).output
    narrow = runner.invoke(app, given, env={"COLUMNS": "80"}).output
    assert "…" not in narrow, "an id is there whole, over two lines if need be"
    chinese = runner.invoke(app, given, env={**CHINESE, "COLUMNS": "120"}).output
    titles = ("时间 (UTC)", "谁", "做了", "对象", "缘由", "来自")
    assert {row["做了"] for row in rows_below(chinese, *titles)} & {"打开"}
    nothing = runner.invoke(app, [*given, "--subject", "report"], catch_exceptions=False)
    assert "No look fits" in nothing.output


def test_rebuilding_the_ledger_rebuilds_the_quality_book(state: Path) -> None:
    found = scored(state)
    by_hand(state / "quality.sqlite", "UPDATE quality_evaluations SET score = 1")
    app = typer.Typer()
    ledger.register(app)
    given = ["ledger", "rebuild", "--state", str(state)]
    done = CliRunner().invoke(app, given, catch_exceptions=False)

    assert "8 evaluations and accounts told anew" in done.output
    with QualityBook.open(state / "quality.sqlite") as book:
        assert not verify(book).findings
        assert book.evaluation(found).score != 1


@pytest.mark.parametrize("words", [["list"], ["draws"], ["calibrate", "list"]])
def test_lists_of_a_house_without_calls_are_empty_and_say_the_next_step(
    words: list[str], tmp_path: Path
) -> None:
    (tmp_path / "site.toml").write_text("")
    assert "thirdring demo" in run(tmp_path, *words)
    assert json.loads(run(tmp_path, *words, "--json")) == []
