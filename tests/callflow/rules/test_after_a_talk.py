"""Rules over a whole call: what an agent said, the hang-up, and what the house says after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from callflow.house import House
from callflow.rules.monitor import score
from calls.events import CallEvent
from launch.settings.site import Settings

AT = datetime(2026, 11, 22, tzinfo=UTC)
AGENT_HANGS_UP: tuple[tuple[str, dict[str, Any]], ...] = (
    ("left_queue", {"queue": "support", "result": "answered", "agent": "801"}),
)


def said(line: str, *tags: str, performer: str = "agent") -> tuple[str, dict[str, Any]]:
    return "said", {
        "line": line,
        "tags": tags,
        "performer": performer,
        "ended": "completed",
        "start_ms": 0,
        "end_ms": 0,
    }


SURVEY = (
    ("surveyed", {"question": "satisfaction", "answer": "", "score": None, "by": "ivr"}),
    said("survey_satisfaction", "question", "survey", performer="ivr"),
    said("survey_thanks", "closing", "thanks", "survey", performer="ivr"),
    ("hung_up", {"by": "us"}),
    ("ended", {"end_reason": "completed", "disposition": "served"}),
)
BY_AGENT = (
    ("hung_up", {"by": "agent"}),
    ("ended", {"end_reason": "agent_hung_up", "disposition": "served"}),
)


def verdict(rule: str, *facts: tuple[str, dict[str, Any]]) -> str:
    """The rule's verdict on a call with these facts, a second and more apart."""
    begin: tuple[tuple[str, dict[str, Any]], ...] = (
        ("offered", {"direction": "inbound", "flow": "greetings"}),
        ("answered", {"rings": 1, "waited_ms": 1000}),
        said("greeting", "greeting", performer="ivr"),
        ("agent_answered", {"agent": "801", "waited_ms": 0}),
        said("greeting", "greeting"),
    )
    events = []
    for seq, (kind, data) in enumerate((*begin, *facts), 1):
        at_ms = 4_000 * seq
        timed = {**data, "start_ms": at_ms, "end_ms": at_ms + 500} if kind == "said" else data
        events.append(CallEvent("call", seq, AT, at_ms + 500 * (kind == "said"), kind, timed))
    rules = House.load(Settings().scripts).rules
    return score(events, [rules[rule]])[0].status.value


RECORD = ("form_filled", {"form": "call_record", "result": "ok"})
THANKED = (RECORD, ("branched", {"branch": "thanks_first"}), said("closing_thanks", "closing"))
SILENT = (
    ("heard", {"what": "silence"}),
    said("hello"),
    said("hello"),
    said("no_voice", "closing"),
)


@pytest.mark.parametrize("end", [(*AGENT_HANGS_UP, *SURVEY), (*AGENT_HANGS_UP, *BY_AGENT)])
def test_after_the_thanks_the_agent_hangs_up_and_the_survey_may_follow(
    end: tuple[tuple[str, dict[str, Any]], ...],
) -> None:
    assert verdict("A10", *THANKED, *end) == "kept"
    assert verdict("A05", *THANKED, *end) != "broken"  # not asked of an agent who hangs up


def test_after_the_thanks_no_other_sentence_of_the_agents_follows() -> None:
    more = said("anything_else", "anything_else")

    assert verdict("A10", *THANKED, more, *AGENT_HANGS_UP, *BY_AGENT) == "broken"


def test_a_silent_callers_agent_hangs_up_after_the_apology_and_not_before() -> None:
    assert verdict("A11", *SILENT, *AGENT_HANGS_UP, *BY_AGENT) == "kept"
    assert verdict("A11", *SILENT[:-1], *AGENT_HANGS_UP, *BY_AGENT) == "broken"
    assert verdict("A11", *SILENT[:-1], *AGENT_HANGS_UP, *SURVEY) == "broken"


def test_only_who_was_served_is_asked_and_who_is_asked_is_bidden_goodbye() -> None:
    assert verdict("Q03", *AGENT_HANGS_UP, *SURVEY) == "kept"
    assert verdict("Q03", *SURVEY) == "broken"
    assert verdict("Q03", *AGENT_HANGS_UP, *SURVEY[:2], *SURVEY[3:]) == "broken"
    gone = (("hung_up", {"by": "caller"}), SURVEY[-1])
    assert verdict("Q03", *AGENT_HANGS_UP, *SURVEY[:2], *gone) in ("kept", "not_applicable")
