"""Every fact's time is the offer's and its offset, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import AnsweredFact, CallEvent, HungUpFact

_OFFERED = datetime(2026, 12, 31, 23, 59, 58, 999_123, tzinfo=UTC)


class _Sink:
    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        """All are in memory."""


@pytest.mark.parametrize("steps_ms", [(0, 0, 1), (999, 1, 0, 1), (1000, 59_000, 3_600_001, 7)])
def test_the_time_of_a_fact_is_the_offers_and_its_offset(steps_ms: tuple[int, ...]) -> None:
    clock, sink = ManualClock(_OFFERED), _Sink()
    call = Call(clock, sink)
    for step_ms in steps_ms:
        clock.advance_ms(step_ms)
        call.record(HungUpFact(by="us"))

    assert sink.events[-1].offset_ms == sum(steps_ms)
    for event in sink.events:
        assert event.at == _OFFERED + timedelta(milliseconds=event.offset_ms)


def test_a_call_taken_up_by_another_process_counts_from_its_own_offer() -> None:
    clock, sink = ManualClock(_OFFERED), _Sink()
    offered = CallEvent(
        "a-call", 1, _OFFERED - timedelta(minutes=1, milliseconds=2), 0, "offered", {}
    )
    call = Call.taken_up(clock, sink, [offered])
    clock.advance_ms(1500)

    call.record(AnsweredFact(rings=1, waited_ms=0))

    assert sink.events[0].offset_ms == 61_502
    assert sink.events[0].at == offered.at + timedelta(milliseconds=61_502)
