"""The agent's goodbye (A05) where the agent ends the talk; nobody's where the caller does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from calls.events import CallEvent
from qa.answering.goodbye import agents_goodbye

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
TALK = ("agent_answered", {"agent": "801", "waited_ms": 100})
LEFT = ("left_queue", {"queue": "support", "result": "answered"})
CLOSING = ("closing", "thanks")

Told = tuple[str, dict[str, Any]]


def said(line: str, *tags: str, by: str = "agent", ended: str = "completed") -> Told:
    data = {"line": line, "tags": list(tags), "performer": by, "ended": ended}
    return "said", {**data, "start_ms": 1000, "end_ms": 2000}


def down(by: str) -> Told:
    return "hung_up", {"by": by}


def events(*told: Told) -> list[CallEvent]:
    return [
        CallEvent("c", seq, AT, 1000 * seq, kind, data) for seq, (kind, data) in enumerate(told, 1)
    ]


@pytest.mark.parametrize(
    ("told", "value", "applies"),
    [
        ((TALK, said("answer"), said("bye", *CLOSING), LEFT, down("agent")), 1, True),
        ((TALK, said("bye", *CLOSING), said("answer"), LEFT, down("agent")), 0, True),
        ((TALK, said("bye", *CLOSING, ended="skipped"), said("hi"), down("us")), 0, True),
        ((TALK, said("answer"), LEFT, down("caller")), None, False),
        ((TALK, said("answer"), LEFT, said("survey", by="ivr"), down("caller")), 0, True),
        ((TALK, ("transferred", {"result": "answered"}), down("us")), None, False),
        ((TALK, LEFT, down("agent")), None, True),
        ((said("bye", *CLOSING, by="ivr"), down("us")), None, False),
    ],
)
def test_the_last_line_of_an_agent_who_hangs_up_is_a_goodbye(
    told: tuple[Told, ...], value: int | None, applies: bool
) -> None:
    found = agents_goodbye(events(*told))

    assert (found.value, found.applies) == (value, applies)


def test_the_line_is_there_to_hear() -> None:
    found = agents_goodbye(events(TALK, said("bye", *CLOSING), down("agent")))

    assert (found.seqs, found.from_ms, found.to_ms) == ((2,), 1000, 2000)
