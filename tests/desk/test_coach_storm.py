"""Agents who press anything at any time: whatever they do, the call's facts stay whole."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest

from callflow.replaying.reading import read_record
from callflow.rules.monitor import score
from calls.events import EndedFact, HungUpFact, LeftQueue
from calls.floor import orders
from calls.values import Value
from tests.agi.ears.sounds import FAINT, NOISE, QUIET, SPEECH
from tests.callers.house import house
from tests.desk.coached import RECORD, Desk, HandMover, HandOffice

TEXTS = (
    "",
    "王",
    "\x1b[2J",
    "[red]",
    "{{ 7*7 }}",
    "{name}",
    "\u202e\u200b",
    "字" * 200,
    "-1",
    "2026-13-01",
)
ROWS = (QUIET, SPEECH, NOISE, FAINT)


def _order(dice: random.Random, desk: Desk) -> orders.Order:
    """Any order, most often one that fits the screen."""
    script = desk.script
    line = script.line.name if script.line and dice.random() < 0.8 else dice.choice(TEXTS)
    form = script.form.name if script.form and dice.random() < 0.8 else "identity"
    values = {name: dice.choice(TEXTS) for name in (*RECORD, "account", "stated_name")}
    filled: dict[str, Value] = {
        **values,
        **(RECORD if dice.random() < 0.5 else {}),
        "account": "12",
        "x": 1,
    }
    branches = [choice.name for choice in script.branches] or ["upset"]
    picks = [choice.name for choice in script.picks] or ["1"]
    how: Literal["confirmed", "skipped", "changed"] = dice.choice(
        ("confirmed", "confirmed", "skipped", "changed")
    )
    return dice.choice(
        (
            orders.LineDone(line=line[:200], how=how),
            orders.LineDone(line=line[:200], how=how),
            orders.Pick(keys=dice.choice((*picks, "speech", "99999", "*", "１"))),
            orders.Branch(name=dice.choice((*branches, "no_such"))),
            orders.FormDraft(form=form, values=values),
            orders.FormDone(form=form, values=filled),
            orders.FormLeft(form=form),
            orders.Answer(),
        )
    )


async def _storm(dice: random.Random, desk: Desk) -> None:
    for _ in range(60):
        await desk.settle()
        match dice.randrange(8):
            case 0:
                row = dice.choice(ROWS)
                await desk.sounds(dice.choice((100, 900, 2500)), row, dice.choice((QUIET, SPEECH)))
            case 1:
                desk.coach.hold(on=dice.random() < 0.5)
            case 2 if dice.random() < 0.3:
                await desk.killed()
            case 3 if dice.random() < 0.2 and desk.ears.at:
                desk.ears.cut(dice.choice(sorted(desk.ears.at)))
            case _:
                problem = desk.coach.take(_order(dice, desk))  # type: ignore[arg-type]
                assert problem in ("", "late", "not_now", "unfit", "digits", "over")
        desk.script.model_dump_json()
        desk.coach.hearing().model_dump_json()
        assert desk.coach.due() is not None


@pytest.mark.parametrize("seed", range(12))
async def test_a_storm_of_orders_leaves_facts_that_can_be_read_scored_and_replayed(
    seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    files = {"customers": {"13800001234": {"name": TEXTS[3], "address": TEXTS[4]}}}
    office = HandOffice(files=files if dice.random() < 0.5 else {})
    desk = Desk(state=tmp_path, office=office, mover=HandMover(dice.choice(("busy", "answered"))))
    await _storm(dice, desk)
    await desk.end(dice.choice(("caller", "agent")))
    call = desk.call
    call.record(
        LeftQueue(queue="operators", result="answered", waited_ms=0, talked_ms=1, agent="801")
    )
    call.record(HungUpFact(by="caller"))
    call.record(EndedFact(end_reason="caller_hung_up", disposition="served"))

    events = desk.sink.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    shown = Counter(event.data["line"] for event in events if event.kind == "saying")
    said = Counter(event.data["line"] for event in events if event.kind == "said")
    assert said == shown
    for event in events:
        if event.kind == "said":
            assert 0 <= event.data["start_ms"] <= event.data["end_ms"] <= event.offset_ms
            assert "\x1b" not in event.data["text"]
        if event.kind == "heard":
            assert 0 <= event.data["from_ms"] <= event.data["to_ms"] <= event.offset_ms
    held = [event.data["on"] for event in events if event.kind == "held"]
    assert held == [number % 2 == 0 for number in range(len(held))]
    assert len(score(events, house().rules)) == len(house().rules)
    assert [item.kind for item in read_record(events).items] == ["ring", "queue"]
