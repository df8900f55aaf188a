"""The floor as the events tell it, without a screen."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    CallEvent,
    CallTagged,
    Fact,
    KeyFact,
    LeftQueue,
    Queued,
    RecordingKept,
    RecordingStarted,
    RulesJudged,
    Said,
    Saying,
    Surveyed,
)
from softphone_panel.watch.clocks import CallClocks, ClockKind, countdown
from softphone_panel.watch.floor import KEPT_ENDED, Floor
from softphone_panel.watch.folding import FOLDS
from softphone_panel.watch.live_call import CallState, LiveCall, Who
from tests.softphone_panel.story import GREETING, START, Floorful, Story
from tests.support.examples import examples


def folded(floor: Floorful, until: int | None = None) -> Floor:
    model = Floor(UTC)
    for event in floor.events[:until]:
        model.apply(event)
    return model


def only_call(floor: Floorful) -> LiveCall:
    (call,) = folded(floor).live()
    return call


def whole_call(floor: Floorful) -> Story:
    """Ringing, greeting, listening, a key, a queue, an agent, a closing line."""
    story = floor.call().greeted("13800001234", "王小明").says("greeting", GREETING)
    story.listens().wait(300).hears("speech", -20.0).wait(900).heard("speech", 5300, -20.0)
    story.tell(RecordingStarted(recording="r1", caller_file="a", house_file="b"))
    story.listens().tell(KeyFact(digits="2", at_ms=story.call.elapsed_ms()))
    story.tell(Queued(queue="support")).wait(3000)
    story.tell(AgentAnswered(agent="PJSIP/agent1", waited_ms=3000)).wait(9000)
    story.tell(
        LeftQueue(
            queue="support", result="answered", waited_ms=3000, talked_ms=9000, agent="agent1"
        )
    )
    story.says("closing", "再见！", tags=("closing",))
    return story.ends("served")


def test_a_call_goes_through_its_states_in_order() -> None:
    floor = Floorful()
    whole_call(floor)
    model, seen = Floor(UTC), list[CallState]()
    for event in floor.events:
        call = model.apply(event)
        if call is not None and (not seen or seen[-1] is not call.state):
            seen.append(call.state)

    assert seen == [
        CallState.RINGING,
        CallState.CONNECTED,
        CallState.SPEAKING,
        CallState.CONNECTED,
        CallState.LISTENING,
        CallState.CONNECTED,
        CallState.LISTENING,
        CallState.CONNECTED,
        CallState.QUEUED,
        CallState.AGENT,
        CallState.CONNECTED,
        CallState.SPEAKING,
        CallState.CLOSING,
        CallState.ENDED,
    ]


def test_the_conversation_keeps_both_sides_in_order() -> None:
    floor = Floorful()
    whole_call(floor)
    (call,) = folded(floor).ended()
    spoken = [(turn.who, turn.word) for turn in call.turns if turn.who is not Who.NOTE]

    assert spoken == [
        (Who.HOUSE, "greeting"),
        (Who.CALLER, "speech"),
        (Who.CALLER, "key"),
        (Who.HOUSE, "closing"),
    ]


def test_a_barge_in_window_opens_when_the_line_ends() -> None:
    floor = Floorful()
    story = floor.call().greeted()
    story.saying("menu", "请按键。").listens(5000).wait(2000)

    assert only_call(floor).state is CallState.SPEAKING

    start = story.call.elapsed_ms() - 2000
    story.tell(
        Said(
            line="menu",
            text="请按键。",
            tags=(),
            language="zh-Hans",
            performer="ivr",
            start_ms=start,
            end_ms=start + 2000,
            ended="completed",
        )
    )
    call = only_call(floor)

    assert call.state is CallState.LISTENING
    assert call.window is not None
    assert call.window.opened_ms == start + 2000


def test_the_same_event_twice_changes_nothing() -> None:
    floor = Floorful()
    whole_call(floor)
    once, twice = folded(floor), folded(floor)
    for event in floor.events:
        twice.apply(event)

    assert twice.ended() == once.ended()
    assert twice.totals(START) == once.totals(START)


def test_the_recorders_late_facts_bring_no_call_back() -> None:
    floor = Floorful()
    story = whole_call(floor)
    kept = RecordingKept(
        recording="r1", file="r1.wav", sha256="0", bytes=1, duration_ms=1, problem=""
    )
    story.tell(kept)
    late = CallEvent("another", 90, START, 99_000, "recording_kept", kept.data())
    model = folded(floor)

    assert model.apply(late) is None
    assert model.live() == []
    assert model.ended()[0].state is CallState.ENDED


def test_totals_count_the_day_and_the_three_rings() -> None:
    floor = Floorful()
    whole_call(floor)
    floor.call(2).offered().wait(16_000).answered(rings=4).ends("", "caller_hung_up", "caller")
    floor.call(3).offered().ends("", "failed", "us")
    totals = folded(floor).totals(START)

    assert (totals.offered, totals.answered, totals.within_three) == (3, 2, 1)
    assert (totals.completed, totals.caller_hung_up, totals.failed) == (1, 1, 1)
    assert folded(floor).totals(START + timedelta(days=1)).offered == 0


def test_only_the_last_ended_calls_are_kept() -> None:
    floor = Floorful()
    for number in range(KEPT_ENDED + 7):
        floor.call(number).offered().ends("served")
        floor.clock.advance_ms(1000)
    model = folded(floor)

    assert len(model.ended()) == KEPT_ENDED
    assert model.totals(START).offered == KEPT_ENDED + 7


@pytest.mark.parametrize(
    "late",
    [
        RulesJudged(rules="", kept=("A01",), broken=()),
        Surveyed(question="satisfaction", answer="satisfied", score=5, by="callback"),
        CallTagged(tag="mystery", by="lin"),
    ],
    ids=lambda fact: str(fact.kind),
)
def test_what_is_found_out_of_a_call_long_over_puts_nobody_on_the_line(late: Fact) -> None:
    floor = Floorful()
    first = floor.call(0).offered().ends("served")
    for number in range(1, KEPT_ENDED + 1):
        floor.call(number).offered().ends("served")
    first.tell(late)
    model = folded(floor)

    assert model.live() == []
    assert len(model.ended()) == KEPT_ENDED


def test_numbers_are_masked_and_controls_are_gone() -> None:
    floor = Floorful()
    floor.call().offered("1380000\x1b[2J1234", "a\u202eb\nc")
    call = only_call(floor)

    assert call.caller == "138****1234"
    assert call.caller_name == "abc"


def test_the_number_of_a_customer_whom_the_house_called_is_masked() -> None:
    floor = Floorful()
    floor.call().offered("", "", dnis="13800001234", direction="outbound")

    assert only_call(floor).dnis == "138****1234"


def test_keyed_digits_but_a_single_one_are_masked() -> None:
    floor = Floorful()
    story = floor.call().greeted()
    story.tell(KeyFact(digits="2", at_ms=1)).tell(KeyFact(digits="4242424242424242", at_ms=2))

    assert [turn.text for turn in only_call(floor).turns if turn.word == "key"] == [
        "2",
        "424****4242",
    ]


def test_the_silence_clock_runs_with_the_calls_own_time() -> None:
    floor = Floorful()
    story = floor.call().greeted().listens(4000).wait(200).hears("silence", -70.0)
    running = countdown(only_call(floor), story.call.elapsed_ms() + 1300)

    assert running is not None
    assert (running.kind, running.spent_ms, running.left_ms) == (ClockKind.SILENCE, 1500, 2500)


def test_the_silence_clock_is_held_while_the_caller_speaks() -> None:
    floor = Floorful()
    story = floor.call().greeted().listens(4000).wait(800).hears("speech", -20.0).wait(1700)
    running = countdown(only_call(floor), story.call.elapsed_ms())

    assert running is not None
    assert running.held
    assert running.spent_ms == 800


def test_the_noise_clock_runs_on_whatever_is_heard() -> None:
    floor = Floorful()
    story = floor.call().greeted().listens(10_000, "clear").wait(500).hears("speech", -20.0)
    running = countdown(only_call(floor), story.call.elapsed_ms() + 5500)

    assert running is not None
    assert (running.kind, running.spent_ms, running.held) == (ClockKind.NOISE, 6000, False)


def test_the_ring_clock_is_full_after_three_rings() -> None:
    floor = Floorful()
    floor.call().offered()
    running = countdown(only_call(floor), 20_000)

    assert running is not None
    assert (running.kind, running.left_ms) == (ClockKind.RINGS, 0)


def test_a_panel_opened_in_mid_call_shows_the_right_length() -> None:
    floor = Floorful()
    floor.call().greeted()
    floor.clock.advance_ms(30_000)
    clocks = CallClocks(floor.clock)
    for event in floor.events:
        clocks.see(event)

    assert clocks.offset_ms(only_call(floor)) == 32_000


def test_a_wall_clock_that_is_ahead_never_makes_a_call_younger_than_its_events() -> None:
    floor = Floorful()
    floor.call().greeted()
    behind = ManualClock(START - timedelta(hours=1))
    clocks = CallClocks(behind)
    for event in floor.events:
        clocks.see(event)
    behind.advance_ms(500)

    assert clocks.offset_ms(only_call(floor)) == 2500


# A trace nobody wrote by hand: any kinds, in any order, with data of any shape.

_values = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(), st.text(max_size=40)
)
_names = st.sampled_from(
    [
        "ani",
        "caller_name",
        "text",
        "line",
        "language",
        "tags",
        "window_ms",
        "until",
        "wanted",
        "what",
        "level_dbov",
        "from_ms",
        "to_ms",
        "digits",
        "queue",
        "rings",
        "end_reason",
        "by",
    ]
)
_data: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    _names, st.one_of(_values, st.lists(_values, max_size=3)), max_size=8
)
_kinds = st.sampled_from([*FOLDS, "of_a_later_version"])


@given(st.lists(st.tuples(_kinds, _data), max_size=25))
@settings(max_examples=examples(150), deadline=None)
def test_no_trace_whatever_crashes_the_fold(trace: list[tuple[str, dict[str, Any]]]) -> None:
    model = Floor(UTC)
    for seq, (kind, data) in enumerate(trace, 1):
        call = model.apply(CallEvent("c1", seq, START, seq * 100, kind, data))
        if call is not None:
            countdown(call, seq * 100 + 50)

    assert len(model.live()) + len(model.ended()) <= 1


@given(st.integers(0, 40), st.integers(0, 40_000))
@settings(max_examples=examples(60), deadline=None)
def test_any_beginning_of_a_call_can_be_shown(events: int, later_ms: int) -> None:
    floor = Floorful()
    whole_call(floor)
    model = folded(floor, events)
    for call in (*model.live(), *model.ended()):
        running = countdown(call, call.last_ms + later_ms)

        assert running is None or 0 <= running.spent_ms <= running.whole_ms


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), "12", None, []])
def test_a_figure_that_is_none_counts_as_nothing(figure: object) -> None:
    model = Floor(UTC)
    data = {"window_ms": figure, "until": "pause", "wanted": figure}
    call = model.apply(CallEvent("c1", 1, START, 0, "listening", data))

    assert call is not None
    assert countdown(call, 1000) is None


def test_a_tagged_closing_line_shows_as_closing_from_its_first_word() -> None:
    floor = Floorful()
    story = floor.call().greeted()
    saying = Saying(line="closing", text="再见！", language="zh-Hans", performer="ivr")
    seq = len(floor.events) + 1
    model = folded(floor)
    data = {**saying.data(), "tags": ["closing"]}
    call = model.apply(CallEvent(story.call.id, seq, START, 2000, "saying", data))

    assert call is not None
    assert call.state is CallState.CLOSING
