"""Who is called back for a verdict, when, how often; without an Asterisk."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calls.clock import ManualClock
from calls.errors import CallCenterError, LedgerError
from calls.events import (
    CallEvent,
    CallTagged,
    EndedFact,
    Fact,
    HungUpFact,
    LeftQueue,
    Offered,
    Surveyed,
)
from desk.survey_calls import BY, SurveyCalls, SurveyHours, candidate

HOURS = SurveyHours(
    after=timedelta(minutes=10),
    within=timedelta(hours=24),
    opens=time(9, 30),
    closes=time(19, 30),
    zone=ZoneInfo("Asia/Shanghai"),
)
NUMBER = "13800001234"


def at(hour: int, minute: int = 0, day: int = 22) -> datetime:
    """Shanghai's time."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("ended", "now", "due"),
    [
        (at(10), at(10), at(10, 10)),
        (at(10), at(15), at(15)),
        (at(19, 25), at(19, 25), at(9, 30, 23)),
        (at(22), at(22), at(9, 30, 23)),
        (at(7), at(7), at(9, 30)),
        (at(8), at(8, 0, 23), None),
        (at(10), at(19, 30), at(9, 30, 23)),
        (at(9), at(20), None),
    ],
)
def test_nobody_is_called_at_once_nor_at_night_nor_too_late(
    ended: datetime, now: datetime, due: datetime | None
) -> None:
    assert HOURS.moment(ended.astimezone(UTC), now.astimezone(UTC)) == due


class Ledger:
    """Calls in memory; late facts continue them."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.kept: list[CallEvent] = []
        self.late: list[tuple[str, Surveyed]] = []
        self.broken = False
        self._ids = itertools.count(1)

    def call(self, *facts: Fact, uniqueid: str = "", ani: str = NUMBER, flow: str = "") -> str:
        call_id = f"call-{next(self._ids)}"
        offered = Offered(
            uniqueid=uniqueid or call_id,
            ani=ani,
            dnis="1000",
            caller_name="",
            direction="outbound" if flow else "inbound",
            flow=flow or "greetings",
            channel="PJSIP/trunk-1",
        )
        end = (HungUpFact(by="caller"), EndedFact(end_reason="caller_hung_up", disposition=""))
        for fact in (offered, *facts, *end):
            self.add(call_id, fact)
        return call_id

    def add(self, call_id: str, fact: Fact) -> None:
        seq = sum(one.call_id == call_id for one in self.kept) + 1
        now = self.clock.utc_now()
        self.kept.append(CallEvent(call_id, seq, now, 0, fact.kind, fact.data()))

    def cursor(self) -> int:
        return len(self.kept)

    def events(self, call_id: str) -> Sequence[CallEvent]:
        return [one for one in self.kept if one.call_id == call_id]

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]:
        if self.broken:
            raise LedgerError("gone")
        part = self.kept[cursor : cursor + 3]
        return part, cursor + len(part)

    def ended(self, *, since: datetime) -> Sequence[str]:
        return [one.call_id for one in self.kept if one.kind == "ended" and one.at >= since]

    def append_late(self, call_id: str, fact: Fact) -> None:
        assert isinstance(fact, Surveyed)
        self.late.append((call_id, fact))
        self.add(call_id, fact)

    async def durable(self) -> None:
        return


TALKED = LeftQueue(queue="support", result="answered", waited_ms=1, talked_ms=1, agent="801")
ASKED = Surveyed(question="satisfaction", answer="", score=None, by="ivr")


class Floor:
    """A ledger, a clock, and a line on which somebody picks up."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ledger = Ledger(self.clock)
        self.rung: list[str] = []
        self.nobody = False
        self.calls = self.desk()

    def desk(self) -> SurveyCalls:
        any_time = SurveyHours(
            after=timedelta(minutes=10),
            within=timedelta(hours=24),
            opens=time(0),
            closes=time.max,
            zone=None,
        )
        return SurveyCalls(self.ledger, self.ledger, self.place, any_time, self.clock)

    async def place(self, number: str) -> str:
        self.rung.append(number)
        if self.nobody:
            raise CallCenterError("nobody picked up")
        return f"out-{len(self.rung)}"

    async def later(self) -> int:
        self.clock.advance_ms(11 * 60_000)
        return await self.calls.work()


async def test_who_hung_up_first_is_called_once_and_the_verdict_is_of_the_first_call() -> None:
    floor = Floor()
    assert await floor.calls.work() == 0
    first = floor.ledger.call(TALKED)
    assert await floor.calls.work() == 0
    assert await floor.later() == 1
    floor.ledger.call(
        Surveyed(question="satisfaction", answer="", score=None, by="ivr"),
        Surveyed(question="satisfaction", answer="so_so", score=3, by="ivr"),
        Surveyed(question="resolved", answer="resolved", score=5, by="ivr"),
        uniqueid="out-1",
        flow="survey_call",
    )
    assert await floor.later() == 0

    assert floor.rung == [NUMBER]
    assert [(call, fact.question, fact.answer, fact.score) for call, fact in floor.ledger.late] == [
        (first, "satisfaction", "", None),
        (first, "satisfaction", "so_so", 3),
        (first, "resolved", "resolved", 5),
    ]
    assert {fact.by for _, fact in floor.ledger.late} == {BY}


async def test_a_call_back_that_never_came_to_the_flow_is_forgotten_after_an_hour() -> None:
    floor = Floor()
    floor.ledger.call(TALKED)
    await floor.calls.work()
    assert await floor.later() == 1
    floor.clock.advance_ms(3_600_000)
    second = floor.ledger.call(TALKED, ani="13800005678")
    await floor.calls.work()
    assert await floor.later() == 1
    verdict = Surveyed(question="satisfaction", answer="good", score=5, by="ivr")
    for channel in ("out-1", "out-2"):
        floor.ledger.call(verdict, uniqueid=channel, flow="survey_call")
    await floor.calls.work()

    answers = [(call, fact.answer) for call, fact in floor.ledger.late if fact.answer]
    assert answers == [(second, "good")]


async def test_a_desk_that_died_rings_nobody_twice_and_forgets_nobody() -> None:
    floor = Floor()
    floor.ledger.call(TALKED)
    await floor.calls.work()
    floor.calls = floor.desk()  # before it was due
    assert await floor.later() == 1
    floor.calls = floor.desk()
    assert await floor.later() == 0

    assert floor.rung == [NUMBER]


async def test_who_does_not_pick_up_is_not_rung_again_and_was_asked() -> None:
    floor = Floor()
    floor.nobody = True
    call = floor.ledger.call(TALKED)
    assert await floor.later() == 1
    assert await floor.later() == 0

    assert [(one, fact.answer) for one, fact in floor.ledger.late] == [(call, "")]


@pytest.mark.parametrize(
    ("facts", "ani"),
    [
        ((TALKED, ASKED), NUMBER),
        ((), NUMBER),
        ((TALKED,), "anonymous"),
        ((TALKED,), ""),
        ((TALKED, CallTagged(tag="mystery", by="settings")), NUMBER),
    ],
    ids=["asked in the call", "nobody talked", "no number", "hidden number", "a test call"],
)
async def test_who_is_not_to_be_called(facts: tuple[Fact, ...], ani: str) -> None:
    floor = Floor()
    floor.ledger.call(*facts, ani=ani)
    await floor.later()

    assert floor.rung == []


async def test_a_verdict_of_a_call_back_by_hand_is_nobody_elses() -> None:
    floor = Floor()
    await floor.calls.work()
    floor.ledger.call(ASKED, uniqueid="other", flow="callback")
    assert candidate(floor.ledger.events("call-1")) is None
    await floor.later()

    assert floor.ledger.late == []


async def test_a_ledger_that_cannot_be_read_is_trouble_that_passes() -> None:
    floor = Floor()
    floor.ledger.call(TALKED)
    await floor.calls.work()
    floor.ledger.broken = True
    with pytest.raises(LedgerError):
        await floor.later()
    floor.ledger.broken = False

    assert await floor.later() == 1
