"""What an agent did on a call is told as part of its story."""

from __future__ import annotations

from typing import Any

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import Disposed, Fact, Held, Said
from launch.telling.call_story import story
from tests.ledger.house import ListSink


def told(fact: Fact, lang: str = "en") -> tuple[str, str]:
    sink = ListSink()
    Call(ManualClock(), sink).record(fact)
    (line,) = story(sink.events, lang)
    return line.who, line.what


def said(**more: Any) -> Said:
    facts: dict[str, Any] = {
        "line": "calm",
        "text": "我非常理解您的心情。",
        "tags": (),
        "language": "zh-Hans",
        "performer": "agent",
        "start_ms": 0,
        "end_ms": 2500,
        "ended": "completed",
    }
    return Said(**(facts | more))


@pytest.mark.parametrize(
    ("fact", "what"),
    [
        (Held(on=True), "puts the caller on hold"),
        (Held(on=False), "takes the caller back"),
        (
            Disposed(agent="801", disposition="complaint", note="call 13800001234"),
            "801 wraps up: complaint: call 138****1234",
        ),
        (Disposed(agent="801", disposition="inquiry", note=""), "801 wraps up: inquiry"),
        (
            said(noted="confirmed"),
            "“我非常理解您的心情。” [confirmed by key] · calm, to 00:02.500",
        ),
        (
            said(noted="heard"),
            "“我非常理解您的心情。” [heard on the agent's line] · calm, to 00:02.500",
        ),
        (said(noted="changed"), "“我非常理解您的心情。” [in other words] · calm, to 00:02.500"),
        (
            said(noted="skipped", ended="skipped"),
            "“我非常理解您的心情。” [left out] · calm, to 00:02.500",
        ),
    ],
)
def test_what_the_agent_did_is_told(fact: Fact, what: str) -> None:
    assert told(fact) == ("agent", what)


@pytest.mark.parametrize(
    ("fact", "what"),
    [
        (Held(on=True), "请来电者等待（保持）"),
        (said(noted="confirmed"), "“我非常理解您的心情。” [按键确认] · calm, 到 00:02.500"),
    ],
)
def test_a_chinese_terminal_is_told_in_chinese(fact: Fact, what: str) -> None:
    assert told(fact, "zh") == ("坐席", what)
