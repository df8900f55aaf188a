"""A figure that answers a question is the one the ledger shows in its lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AgentOffered,
    AnsweredFact,
    Disposed,
    EndedFact,
    Fact,
    Held,
    HungUpFact,
    LeftQueue,
    Offered,
    Queued,
)
from ledger.opening import LEDGER_FILE
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from ledger.writer import LedgerWriter
from qa.answering import figures_of

OFFERED = Offered(
    uniqueid="1.1", ani="13800001234", dnis="1000", caller_name="", direction="inbound",
    flow="greetings", channel="PJSIP/a",
)  # fmt: skip
ANSWERED = AnsweredFact(rings=2, waited_ms=5000)
GONE = HungUpFact(by="caller")
ENDED = EndedFact(end_reason="caller_hung_up", disposition="")


def _left(talked_ms: int, result: str = "answered", queue: str = "support") -> LeftQueue:
    return LeftQueue(queue=queue, result=result, waited_ms=9000, talked_ms=talked_ms, agent="1001")


def _row(tmp_path: Path, facts: list[tuple[int, Fact]]) -> tuple[CallRow, dict[str, Any]]:
    clock = ManualClock()
    with LedgerWriter(tmp_path / LEDGER_FILE) as writer:
        call = Call(clock, writer)
        for wait_ms, fact in facts:
            clock.advance_ms(wait_ms)
            call.record(fact)
    with LedgerReader(tmp_path / LEDGER_FILE) as reader:
        return reader.call(call.id), dict(figures_of(reader.events(call.id)))


TALK: list[tuple[int, Fact]] = [
    (0, OFFERED),
    (5000, ANSWERED),
    (1000, Queued(queue="support")),
    (2000, AgentOffered(agent="1001")),
    (7000, AgentAnswered(agent="1001", waited_ms=9000)),
]
STORIES: dict[str, list[tuple[int, Fact]]] = {
    "one talk, wrapped up": [
        *TALK,
        (60_000, _left(60_010)),
        (100, GONE),
        (0, ENDED),
        (30_000, Disposed(agent="1001", disposition="served", note="")),
    ],
    "two holds": [
        *TALK,
        (1000, Held(on=True)),
        (20_000, Held(on=False)),
        (1000, Held(on=True)),
        (5000, Held(on=False)),
        (1000, _left(28_000)),
        (0, GONE),
        (0, ENDED),
    ],
    "on hold to the end": [*TALK, (1000, Held(on=True)), (40_000, GONE), (0, ENDED)],
    "to a second queue": [
        *TALK,
        (10_000, Queued(queue="dialect")),
        (5000, AgentOffered(agent="1002")),
        (3000, AgentAnswered(agent="1002", waited_ms=8000)),
        (20_000, _left(20_000, queue="dialect")),
        (0, GONE),
        (0, ENDED),
    ],
    "nobody answered": [*TALK[:4], (20_000, _left(0, "no_answer")), (0, GONE), (0, ENDED)],
    "no queue": [*TALK[:2], (9000, GONE), (0, ENDED)],
}


@pytest.mark.parametrize("story", STORIES)
def test_talk_hold_and_wrap_up_are_those_of_the_ledger(story: str, tmp_path: Path) -> None:
    row, figures = _row(tmp_path, STORIES[story])

    assert figures["rings"].value == row.rings
    assert figures["talked"].value == row.talked_ms
    assert (figures["held"].value or 0) == row.held_ms
    assert figures["wrapped"].value == row.wrapped_ms
    assert figures["talked"].applies == bool(row.agent)


def test_a_phone_that_rang_seven_seconds_was_answered_on_the_second_ring(tmp_path: Path) -> None:
    _, figures = _row(tmp_path, STORIES["one talk, wrapped up"])

    assert figures["agent_rings"].value == 2  # offered, then 7 s
    assert figures["waited"].value == 9000
