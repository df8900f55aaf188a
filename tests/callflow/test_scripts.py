"""The shipped script: the house's wording, a hint for every agent's step, a test for every rule."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest

from callers.flowtests.cases import FlowTest
from callers.flowtests.checks import Rules
from callers.flowtests.suite import load_tests
from callers.loader import names as personas
from callflow.acts.deciding import CallAct
from callflow.acts.doing import FormAct, TransferAct
from callflow.acts.queueing import QueueAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct
from callflow.house import House, house_files
from callflow.lines import LANGUAGES
from callflow.steps import Flow, Step

ROOT: Final = Path(__file__).parents[2]
SCRIPTS: Final = ROOT / "scripts"
EXAMPLES: Final = (ROOT / "examples/appliance", ROOT / "examples/property")
IVR_ONLY: Final = {"closing.by_key", "internal.by_number", "pending.number"}
"""Steps of flows of either performer to which no agent comes."""

STANDARD: Final = {
    "A02": ("greeting", "您好！{company}，{agent_no}号为您服务。"),
    "A08": ("anything_else", "请问还有什么可以帮您的吗？"),
    "A08 plain": ("closing", "感谢您的来电，再见！"),
    "A03": ("closing_named", "{name}先生/女士，感谢您的来电，再见！"),
    "A09": ("closing_pending", "我们的工作人员会尽快给您回复的，感谢您的来电，再见！"),
    "A10": ("closing_thanks", "不用客气，感谢您的来电，再见！"),
    "A11 question": ("how_may_i_help", "请问有什么可以帮到您？"),
    "A11 call": ("hello", "您好"),
    "A11": ("no_voice", "对不起，您的电话没有声音，请您换一个电话再打过来，再见！"),
    "A12": ("ask_louder", "对不起，先生/女士，您的电话听不清楚，请您大点声，好吗？"),
    "A12 close": (
        "noise_closing",
        "对不起，先生/女士，您的电话听不清楚，请您换个电话再打过来，再见！",
    ),
    "A13": ("speak_up", "对不起，请您大声些，好吗？"),
    "A14": ("internal_greeting", "您好，{company}，我是{agent_name}。"),
    "A15": ("wrong_number", "对不起，这里是{company}，请您查正后再拨。再见。"),
    "A16": ("read_back", "您好，与您核对一下信息，请您确认。"),
    "A17": ("calming", "我非常理解您的心情，希望我们心平气和地交谈，将问题尽快解决。"),
    "A19": (
        "beyond_me",
        "对不起，您提的问题我马上给您查一下，请您留下电话号码，"
        "我查清楚后马上给您复电话，您看行吗？",
    ),
    "B05": (
        "callback_opening",
        "您好，我是{company}的客服代表，请问您是{name}先生/女士吗？打扰您了。",
    ),
}
WISHES: Final = {
    "wish_driving": "祝您开车愉快，再见！",
    "wish_work": "祝您工作愉快，再见！",
    "wish_holiday": "祝您节日快乐，再见！",
}
SATISFIED: Final = "感谢您的答复，您如果需要什么帮助，可随时跟我们取得联系，"
DISSATISFIED: Final = "非常谢谢您的反应，这一点我们的确做得不够，我们很快就会有改进的，望您监督，"


@lru_cache(maxsize=1)
def house() -> House:
    return House.load(SCRIPTS)


@lru_cache(maxsize=1)
def flow_tests() -> tuple[FlowTest, ...]:
    return tuple(load_tests(house(), SCRIPTS))


def simplified(line: str) -> str:
    return house().lines[line].wordings["zh-Hans"].text


@pytest.mark.parametrize(("line", "wording"), STANDARD.values(), ids=STANDARD)
def test_the_standard_wording_is_kept(line: str, wording: str) -> None:
    assert simplified(line) == wording


@pytest.mark.parametrize("wish", WISHES)
def test_a_callback_ends_with_the_houses_closing_and_the_wish_of_the_day(wish: str) -> None:
    assert simplified("callback_closing_satisfied") + simplified(wish) == SATISFIED + WISHES[wish]
    assert (
        simplified("callback_closing_dissatisfied") + simplified(wish)
        == DISSATISFIED + WISHES[wish]
    )


def test_every_line_has_its_wording_in_all_three_languages_with_the_same_variables() -> None:
    for line in house().lines.values():
        assert set(line.wordings) == set(LANGUAGES), line.name
        assert len({wording.names for wording in line.wordings.values()}) == 1, line.name


def test_traditional_wording_uses_no_character_that_it_writes_otherwise_elsewhere() -> None:
    """系 is written both ways (系統, 聯繫), as are 复 (回覆, not 复) and 息 (資訊 for 信息)."""
    pairs = [
        (line.wordings["zh-Hans"].text, line.wordings["zh-Hant"].text)
        for line in house().lines.values()
    ]
    rewritten = {
        here
        for hans, hant in pairs
        if len(hans) == len(hant)
        for here, there in zip(hans, hant, strict=True)
        if here != there
    }

    left = {
        (character, hant)
        for _, hant in pairs
        for character in set(hant) & (rewritten - set("系息信"))
    }
    assert left == set()


def test_no_line_is_left_that_nobody_says() -> None:
    said = {name for flow in house().flows.values() for step in flow.steps for name in step.lines}
    asked = {field.ask for form in house().forms.values() for field in form.fields}

    assert set(house().lines) - said - asked == {"sorry"}  # the dialplan's own, when all is down


def test_every_flow_and_rule_file_tells_editors_its_schema() -> None:
    for path in house_files(SCRIPTS):
        if path.name != "lines.yaml" and path.parent.name != "forms":
            first = path.read_text(encoding="utf-8").splitlines()[0]
            assert first.startswith("# yaml-language-server: $schema=../schemas/"), path


def _concerns_an_agent(flow: Flow, step: Step) -> bool:
    if flow.performer == "ivr" or f"{flow.name}.{step.name}" in IVR_ONLY:
        return False
    waits = isinstance(step.act, FormAct | ListenAct | MenuAct | AskAct | QueueAct | TransferAct)
    return waits or bool(step.says)


def test_every_step_that_an_agent_performs_carries_a_hint() -> None:
    without = [
        f"{flow.name}.{step.name}"
        for flow in house().flows.values()
        for step in flow.steps
        if _concerns_an_agent(flow, step) and not step.hint
    ]

    assert without == []


def test_every_hint_is_written_in_the_languages_of_the_panel() -> None:
    for folder in (SCRIPTS, *EXAMPLES):
        for flow in House.load(folder).flows.values():
            for step in flow.steps:
                where = f"{flow.name}.{step.name}"
                assert {*step.hint} in ({"zh", "en"}, set()), where
                assert not re.search("[\u4e00-\u9fff]", step.hint.get("en", "")), where


def test_agents_branch_only_once_the_caller_was_greeted_and_heard() -> None:
    """A branch in the greeting would put another sentence first (A02)."""
    offering = {flow.name for flow in house().flows.values() if flow.anytime}
    call = house().flows["agent_call"]
    before = [step for step in call.steps if step.name != "talk"]
    reached = {step.act.flow for step in before if isinstance(step.act, CallAct)}

    assert offering == {"agent_talk"}
    assert "agent_talk" not in reached


def test_a_colleague_costs_the_ordinary_caller_no_sentence() -> None:
    steps = house().flows["internal"].steps

    assert steps[0].says == ()
    assert house().flows["greetings"].steps[1].says == ()


# --- a test for every rule, and the table of docs/house-rules.md ----------------------------------


def test_every_rule_has_a_flow_test_named_after_it() -> None:
    tested = {test.name[:3] for test in flow_tests() if re.match(r"[A-Z]\d\d ", test.name)}

    assert {rule.id for rule in house().rules} - tested == set()


def test_what_a_trace_can_show_is_expected_to_be_kept_by_a_test_of_its_name() -> None:
    shown = {
        wanted.word
        for test in flow_tests()
        for check in test.checks
        if isinstance(check, Rules)
        for wanted in check.kept
        if test.name.startswith(wanted.word)
    }

    assert {rule.id for rule in house().rules if rule.decidable} - shown == set()


def _rows() -> dict[str, list[list[str]]]:
    """Rule -> the names in its cells flows, lines, forms, callers."""
    text = (ROOT / "docs" / "house-rules.md").read_text(encoding="utf-8")
    rows = {}
    for line in text.splitlines():
        if re.match(r"\| [A-Z]\d\d ", line):
            cells = line.strip("| ").split(" | ")
            rows[cells[0][:3]] = [re.findall(r"`(\w+)`", cells[at]) for at in (1, 2, 3, 5)]
    return rows


def test_the_table_of_rules_names_the_flows_and_forms_that_carry_each_out() -> None:
    flows, forms = house().flows, house().forms
    expected = {
        rule.id: (
            [name for name, flow in flows.items() if rule.id in flow.rules],
            [name for name, form in forms.items() if rule.id in form.rules],
        )
        for rule in house().rules
    }

    assert {rule: (row[0], row[2]) for rule, row in _rows().items()} == expected


def test_every_line_and_caller_of_the_table_exists() -> None:
    rows = _rows().values()

    assert {line for row in rows for line in row[1]} - set(house().lines) == set()
    assert {caller for row in rows for caller in row[3]} - set(personas()) == set()


def test_no_flow_names_a_rule_that_the_house_does_not_have() -> None:
    known = {rule.id for rule in house().rules}
    named = {rule for flow in house().flows.values() for rule in flow.rules}

    assert named - known == set()
