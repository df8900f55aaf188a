"""The figures of a queue, by hand and by any day that hypothesis can think of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AgentOffered,
    CallEvent,
    EndedFact,
    LeftQueue,
    Offered,
    Queued,
)
from calls.floor.wall import QueueFigures
from desk.supervision.figures import Tally, formula, service_level
from desk.supervision.limits import Variant, WallLimits
from desk.supervision.queue_fold import QueueFold

CLOCK_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Hotline:
    """Calls told fact by fact to a fold, with one clock."""

    def __init__(self, limits: WallLimits | None = None, start: datetime = CLOCK_START) -> None:
        self.clock = ManualClock(start)
        self.fold = QueueFold(limits or WallLimits(), self.clock, UTC)
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)
        self.fold.take(event)

    async def durable(self) -> None:
        return

    def call(self, ani: str = "13800001234", name: str = "") -> Call:
        call = Call(self.clock, self)
        call.record(
            Offered(
                uniqueid="1.1",
                ani=ani,
                dnis="1000",
                caller_name=name,
                direction="inbound",
                flow="greetings",
                channel="PJSIP/trunk-1",
            )
        )
        return call

    def queued(self, queue: str = "support", **who: str) -> Call:
        call = self.call(**who)
        call.record(Queued(queue=queue))
        return call

    def answer(self, call: Call, waited_ms: int) -> None:
        call.record(AgentOffered(agent="801"))
        call.record(AgentAnswered(agent="801", waited_ms=waited_ms))

    def leave(self, call: Call, result: str, waited_ms: int, queue: str = "support") -> None:
        call.record(
            LeftQueue(queue=queue, result=result, waited_ms=waited_ms, talked_ms=0, agent="801")
        )

    def figures(self, queue: str = "support") -> QueueFigures:
        return {one.name: one for one in self.fold.figures([queue])}[queue]


def test_the_published_example_gives_the_published_service_levels() -> None:
    """ICMI, "Service Level Calculations": formulas 4 and 3 of one set of numbers."""
    day = Tally(offered=1060, answered=1000, abandoned=60, within=860, abandoned_within=20)

    assert service_level(day, 0, Variant.SHORT_ABANDONS_OUT) == pytest.approx(860 / 1040)
    assert service_level(day, 0, Variant.STRICT) == pytest.approx(860 / 1060)


def test_the_formula_is_told_with_the_days_numbers() -> None:
    day = Tally(offered=55, answered=45, abandoned=6, left=2, within=41, abandoned_within=3)

    usual = formula(day, 2, Variant.SHORT_ABANDONS_OUT, 20)
    strict = formula(day, 0, Variant.STRICT, 20)

    assert usual["zh"] == "20 秒内接听 41 ÷ (进队 55 − 20 秒内放弃 3 − 等待未满 20 秒 2) = 82.0%"
    assert strict["en"] == "answered within 20 s 41 ÷ offered 55 = 74.5%"


def test_before_the_first_call_there_is_no_service_level() -> None:
    figures = Hotline().figures()

    assert figures.service_level is None
    assert figures.average_ms is None
    assert figures.formula["en"].endswith("= –")


def test_a_morning_worked_by_hand() -> None:
    """Answered after 8, 20 and 31 s, abandoned after 5 and 40 s, given up on after 60 s."""
    line = Hotline()
    for waited_ms in (8_000, 20_000, 31_000):
        call = line.queued()
        line.answer(call, waited_ms)
        line.leave(call, "answered", waited_ms)
    line.leave(line.queued(), "abandoned", 5_000)
    line.leave(line.queued(), "abandoned", 40_000)
    line.leave(line.queued(), "no_answer", 60_000)

    figures = line.figures()

    assert (figures.offered, figures.answered, figures.abandoned, figures.left) == (6, 3, 2, 1)
    assert (figures.within_target, figures.abandoned_within) == (2, 1)
    assert figures.service_level == pytest.approx(2 / 5)
    assert figures.average_ms == round((8_000 + 20_000 + 31_000) / 3)
    assert figures.waiting == 0


def test_a_caller_who_waits_counts_against_us_only_from_the_target_on() -> None:
    line = Hotline()
    call = line.queued()
    line.answer(call, 3_000)
    line.queued()

    line.clock.advance_ms(20_000)
    in_time = line.figures()
    line.clock.advance_ms(1)
    too_late = line.figures()

    assert in_time.service_level == 1.0
    assert too_late.service_level == 0.5
    assert too_late.longest_ms == 20_001


def test_the_waiting_come_the_longest_first_masked_and_plain() -> None:
    line = Hotline()
    line.queued(ani="13900005678", name="\x1b[31m王\u202e女士")
    line.clock.advance_ms(4_000)
    line.queued("sales", ani="")
    line.clock.advance_ms(1_000)

    first, second = line.fold.waiting()

    assert (first.number, first.name, first.waited_ms) == ("139****5678", "[31m王女士", 5_000)
    assert (second.queue, second.number, second.waited_ms) == ("sales", "", 1_000)


def test_who_talks_with_an_agent_waits_no_more_and_one_back_in_a_queue_waits_anew() -> None:
    line = Hotline()
    call = line.queued()
    line.clock.advance_ms(9_000)
    line.answer(call, 9_000)
    assert line.fold.waiting() == ()

    line.leave(call, "answered", 9_000)
    call.record(Queued(queue="sales"))
    line.clock.advance_ms(2_000)

    assert [(one.queue, one.waited_ms) for one in line.fold.waiting()] == [("sales", 2_000)]
    assert line.figures("support").offered == line.figures("sales").offered == 1


def test_a_call_whose_server_died_in_the_queue_left_it() -> None:
    line = Hotline()
    call = line.queued()
    call.record(EndedFact(end_reason="interrupted", disposition=""))

    assert line.fold.waiting() == ()
    assert line.figures().left == 1


def test_at_midnight_the_figures_begin_anew_and_who_waits_goes_on_waiting() -> None:
    line = Hotline(start=datetime(2026, 3, 2, 23, 59, 50, tzinfo=UTC))
    line.leave(line.queued(), "abandoned", 1_000)
    waits = line.queued()
    line.clock.advance_ms(15_000)

    figures = line.figures()
    assert (figures.offered, figures.waiting, figures.longest_ms) == (0, 1, 15_000)
    assert figures.service_level is None

    line.answer(waits, 15_000)
    assert line.figures().answered == 0, "the call was offered yesterday and counts there"


def test_a_desk_that_starts_late_knows_how_long_a_caller_has_waited() -> None:
    line = Hotline()
    line.queued()
    line.clock.advance_ms(42_000)
    late = QueueFold(WallLimits(), line.clock, UTC)

    for event in line.events:
        late.take(event)

    assert [one.waited_ms for one in late.waiting()] == [42_000]


ENDS = st.sampled_from(["waits", "talks", "answered", "abandoned", "no_answer", "failed", "dies"])
DAY = st.lists(st.tuples(ENDS, st.integers(0, 90_000)), max_size=40)


@given(DAY, st.sampled_from(Variant))
def test_every_call_that_came_is_counted_in_exactly_one_place(
    day: list[tuple[str, int]], variant: Variant
) -> None:
    line = Hotline(WallLimits(variant=variant))
    for end, waited_ms in day:
        call = line.queued()
        if end in ("talks", "answered"):
            line.answer(call, waited_ms)
        if end == "dies":
            call.record(EndedFact(end_reason="interrupted", disposition=""))
        elif end not in ("waits", "talks"):
            line.leave(call, end, waited_ms)

    figures = line.figures()

    assert figures.offered == len(day)
    assert figures.offered == (
        figures.answered + figures.abandoned + figures.left + figures.waiting
    )
    assert figures.waiting == sum(end == "waits" for end, _ in day)
    assert figures.within_target <= figures.answered
    level = figures.service_level
    assert level is None or 0 <= level <= 1
