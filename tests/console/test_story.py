"""A call's story: every kind of fact has its words, and nothing private slips through."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from calls import events
from calls.events import CallEvent
from console.telling.marks import held, marks, spans
from console.telling.story import story
from console.telling.words import TELLERS

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
KINDS = {
    found.kind
    for found in vars(events).values()
    if isinstance(found, type) and issubclass(found, events.Fact) and found is not events.Fact
}
LIVE_ONLY = {"saying", "hearing"}


def _event(kind: str, offset_ms: int = 0, **data: Any) -> CallEvent:
    return CallEvent("c1", 1, AT, offset_ms, kind, data)


def _zh(zh: str, en: str) -> str:
    return zh


@pytest.mark.parametrize("kind", sorted(KINDS - LIVE_ONLY))
def test_every_kind_of_fact_is_told_even_with_nothing_in_it(kind: str) -> None:
    assert kind in TELLERS, "give it words in console/telling/words.py"

    [told] = story([_event(kind)])

    assert told.zh
    assert told.en


def test_what_a_window_waits_for_is_said_in_the_pages_language() -> None:
    [told] = story([_event("listening", wanted=["silence", "key"], window_ms=4000)])

    assert told.zh == "倾听最多 4.0 秒，等：无声、按键"
    assert told.en == "listens up to 4.0 s for silence, key"


def test_a_kind_nobody_knows_is_told_with_its_data() -> None:
    [told] = story([_event("new_kind", value=7)])

    assert (told.zh, told.en) == ("new_kind value: 7",) * 2


def test_numbers_are_masked_wherever_they_stand_and_ids_are_not() -> None:
    [told] = story(
        [
            _event(
                "promised",
                number="13800001234",
                about="打给 021-55556666 或 13911112222",
                due_at="",
            )
        ]
    )

    assert "13800001234" not in told.zh + told.en
    assert "13911112222" not in told.zh + told.en
    [kept] = story([_event("fault", where="20260105-090000-abc", problem="x")])
    assert "20260105-090000-abc" in kept.zh


def test_control_characters_of_a_caller_are_gone() -> None:
    [told] = story([_event("offered", caller_name="a\u202eb\x1b[2J", ani="1", dnis="2", flow="f")])

    assert "\u202e" not in told.zh
    assert "\x1b" not in told.zh


def test_facts_recorded_at_their_end_stand_at_their_beginning() -> None:
    told = story(
        [
            _event("said", 5000, start_ms=1000, end_ms=5000, text="您好", ended="completed"),
            _event("heard", 9000, from_ms=6000, to_ms=9000, what="silence"),
            _event("key", 9500, at_ms=9400, digits="1"),
        ]
    )

    assert [(one.from_ms, one.to_ms) for one in told] == [(1000, 5000), (6000, 9000), (9400, None)]


def test_a_step_lasts_until_the_next_one() -> None:
    told = story(
        [
            _event("stepped", 0, flow="f", step="a")._replace(seq=1),
            _event("stepped", 3000, flow="f", step="b")._replace(seq=2),
            _event("said", 8000, start_ms=4000, end_ms=8000, text="x")._replace(seq=3),
        ]
    )

    drawn = marks(told, (), (), _zh)

    steps = [(one["from"], one["to"]) for one in drawn if one["kind"] == "step"]
    assert steps == [(0, 3000), (3000, 8000)]


def test_holds_are_stretches_and_the_last_may_be_open() -> None:
    on_and_off = [_event("held", 1000, on=True), _event("held", 4000, on=False)]

    assert held(on_and_off) == [(1000, 4000)]
    assert held([*on_and_off, _event("held", 6000, on=True)]) == [(1000, 4000), (6000, None)]


def test_talk_over_and_dead_air_are_where_the_recorder_measured_them() -> None:
    measured = _event(
        "recording_measured",
        talk_overs=[[1000, 1800], [5000, 5600]],
        dead_air_ms=7000,
        dead_air_from_ms=9000,
    )

    found = [(one["kind"], one["from"], one["to"]) for one in spans([measured], _zh)]

    assert found == [
        ("talk_over", 1000, 1800),
        ("talk_over", 5000, 5600),
        ("dead_air", 9000, 16_000),
    ]
