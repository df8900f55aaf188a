"""House rules, why they broke and what they rest on are told in Chinese, all of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from callflow.rules import patterns
from callflow.rules.events_reader import KINDS as MEANT
from callflow.rules.loader import load_rules
from callflow.rules.monitor import score
from qa.answering.rule_words import (
    KINDS,
    event_in,
    event_in_chinese,
    in_chinese,
    pattern_in_chinese,
    verdict_why,
)
from tests.callflow.traces import Trace
from tests.console.test_refusals import _template
from tests.qa.small_form import house_rules

WORDS = (
    "after agent and answered any at before branched by caller came did ended every faint"
    " form_filled found heard hung_up in is key least left_queue looked_up more most network never"
    " no_answer noise none not of offered ok once only or place queued rings said silence since"
    " speech straight surveyed the then ticket_opened times to transferred unless until us wanted"
    " without"
)
ENGLISH = frozenset(WORDS.split())
"""Words of the English tellings; names of lines, tags and flows are others."""


@pytest.mark.parametrize(
    ("why", "zh"),
    [
        ("hung_up us without said (closing) before it", "我方挂机：此前没有说 closing 类话术"),
        ("said hello never came", "没有说 hello"),
        ("hung_up us in place of said hello", "我方挂机：应为说 hello"),
        (
            "said noise_closing after 5.20 s, not before 10 s",
            "说 noise_closing：只过了 5.20 秒，至少 10 秒",
        ),
        ("said hello after 9.00 s, due by 8 s", "说 hello：过了 9.00 秒，至多 8 秒"),
        ("answered did not come within 15 s", "15 秒之内没有接听"),
        ("answered is not answered rings at most 3", "接听：应为接听（铃声数至多 3）"),
        ("key came once, 2 times wanted", "按键：出现 1 次，应有 2 次"),
        ("key came 2 times, 3 times wanted", "按键：出现 2 次，应有 3 次"),
        ("key never came, 2 times wanted", "没有按键，应有 2 次"),
        ("key 1 more than once", "按键 1：超过 1 次"),
        ("fault agi", "故障 agi"),
        ("said (closing), before hung_up us", "说 closing 类话术，要在我方挂机之前"),
        ("a fault of ours cut the call off", "我方故障中断了通话"),
        ("said a never came; key 1 more than 2 times", "没有说 a；按键 1：超过 2 次"),
        ("something nobody has said", "something nobody has said"),
    ],
)
def test_why_a_rule_broke_is_told_in_chinese(why: str, zh: str) -> None:
    assert in_chinese(why) == zh


@pytest.mark.parametrize(
    ("written", "zh"),
    [
        ("never: {of: fault, until: key}", "按键之前，故障：不得出现"),
        ("exists: {of: key, after: {said: a}}", "说 a 之后，按键：至少 1 次"),
        ("count: {of: key, at_most: 2, unless: fault}", "按键：至多 2 次；除非故障"),
        ("count: {of: key, at_least: 1, at_most: 2}", "按键：1 至 2 次"),
        ("every: {of: key, fulfils: {key: '1'}}", "每次按键都须为：按键 1"),
        (
            "precedence: {before: {hung_up: us}, expect: {said: a}, reset: {said: b}}",
            "我方挂机：此前须先说 a（每次说 b 之后须重新做到）",
        ),
        (
            "response: {when: key, expect: {said: {tag: t}}, within: 4s, unless: fault}",
            "按键之后：须 4 秒内说 t 类话术；除非故障",
        ),
        (
            "chain: {when: {heard: noise}, after: [{said: q}, {branched: none}],"
            " expect: [{said: a, pause: {at_least: 1s}}, {said: b, pause: {at_most: 9s}}, key]}",
            "听到噪音（前一件事是说 q（其间没有进入分支））之后：须隔 1 秒以上说 a，"
            "再 9 秒内说 b，再按键",
        ),
        (
            "between: {first: {said: a}, then: {said: b}, at_least: 10s, at_most: 13s,"
            " unless: {heard: [clear, speech]}}",
            "说 b：须在说 a 之后 10 至 13 秒内，其间没有听到清楚或说话",
        ),
    ],
)
def test_a_rule_is_told_back_in_chinese(written: str, zh: str) -> None:
    text = f"A99:\n  title: {{zh: 题, en: T}}\n  {written}\n"

    assert pattern_in_chinese(load_rules(text, "r.yaml")["A99"].patterns[0]) == zh


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("heard none", "没有得出听音结果"),
        ("said", "说话"),
        ("said agent (a) not (b or c)", "坐席说 a 类话术（不是 b 或 c 类话术）"),
        ("said not hello", "说 hello 以外的话"),
        ("hung_up caller or network", "来电者或网络挂机"),
        ("left_queue dialect failed or no_answer", "离开队列 dialect（失败或无人接听）"),
        ("ticket_opened not fault", "建立工单（不是 fault）"),
        ("answered waited_ms at least 5 and at most 9", "接听（等待毫秒数至少 5、至多 9）"),
        ("transferring 801", "转接到 801"),
    ],
)
def test_an_event_is_told_in_chinese(said: str, zh: str) -> None:
    assert event_in_chinese(said) == event_in(said, "zh") == zh
    assert event_in(said, "en") == said


def test_every_kind_that_a_rule_may_speak_of_has_its_words() -> None:
    assert {*MEANT} == {*KINDS}


def test_no_english_word_is_left_of_any_shipped_rule() -> None:
    for rule in house_rules():
        for pattern in rule.patterns:
            zh = pattern_in_chinese(pattern)
            assert not {*re.findall(r"[A-Za-z_]+", zh)} & ENGLISH, zh


def test_whatever_a_pattern_says_of_a_broken_rule_has_a_chinese_text() -> None:
    tree = ast.parse(Path(patterns.__file__).read_text("utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    whys = (node.args[0] for node in calls if ast.unparse(node.func) == "state.broken")
    said = {_template(why) for why in whys if isinstance(why, ast.JoinedStr | ast.Constant)}
    worded = {text for text in said if re.search("[a-z]{2}", text)}

    assert len(worded) >= 5
    for text in worded:
        filled = text.replace("within {} s", "within 3 s").replace("{}", "said x7")
        assert not {*re.findall("[a-z_]+", in_chinese(filled))} & ENGLISH, text


def test_a_rule_that_no_trace_shows_says_its_reason_in_either_language() -> None:
    trace = Trace().ring().say("greeting", "greeting").hang_up("us")
    verdicts = {one.rule.id: one for one in score(trace, house_rules())}

    assert verdict_why(verdicts["A06"], "zh") == "语气和推诿要听录音。"
    assert verdict_why(verdicts["A05"], "zh").startswith("我方挂机：此前没有说 closing 类话术")
    assert verdict_why(verdicts["A05"], "en") == verdicts["A05"].why
