"""Calls told fact by fact, with a clock the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AnsweredFact,
    CallEvent,
    EndedFact,
    Fact,
    HeardFact,
    Hearing,
    HungUpFact,
    Listening,
    Offered,
    Said,
    Saying,
    Stepped,
)

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
GREETING = "您好，这里是三声服务热线，请问有什么可以帮您？"
ASK_LOUDER = "对不起，先生/女士，您的电话听不清楚，请您大点声，好吗？"


class Heap:
    """An event sink that is a list."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        """A list is never behind."""


class Story:
    """One call; every method takes some time of the shared clock and leaves its facts."""

    def __init__(self, clock: ManualClock, heap: Heap, call_id: str) -> None:
        self.clock = clock
        self.call = Call(clock, heap, id=call_id)

    def tell(self, fact: Fact) -> Story:
        self.call.record(fact)
        return self

    def wait(self, ms: int) -> Story:
        self.clock.advance_ms(ms)
        return self

    def offered(
        self,
        ani: str = "13800001234",
        name: str = "",
        dnis: str = "1000",
        direction: str = "inbound",
    ) -> Story:
        return self.tell(
            Offered(
                uniqueid="1772415000.1",
                ani=ani,
                dnis=dnis,
                caller_name=name,
                direction=direction,
                flow="greetings",
                channel="PJSIP/trunk-00000001",
            )
        )

    def answered(self, rings: int = 1) -> Story:
        waited_ms = self.call.elapsed_ms()
        return self.tell(AnsweredFact(rings=rings, waited_ms=waited_ms))

    def step(self, flow: str, step: str) -> Story:
        return self.tell(Stepped(flow=flow, step=step, digest="d1"))

    def saying(self, line: str, text: str, language: str = "zh-Hans") -> Story:
        return self.tell(Saying(line=line, text=text, language=language, performer="ivr"))

    def says(
        self,
        line: str,
        text: str,
        *,
        ms: int = 3000,
        language: str = "zh-Hans",
        tags: tuple[str, ...] = (),
        ended: str = "completed",
    ) -> Story:
        self.saying(line, text, language)
        start_ms = self.call.elapsed_ms()
        self.wait(ms)
        return self.tell(
            Said(
                line=line,
                text=text,
                tags=tags,
                language=language,
                performer="ivr",
                start_ms=start_ms,
                end_ms=self.call.elapsed_ms(),
                ended=ended,
            )
        )

    def listens(self, ms: int = 4000, until: str = "pause") -> Story:
        return self.tell(Listening(until=until, window_ms=ms, wanted=("speech", "silence", "key")))

    def hears(self, what: str, level_dbov: float | None = None) -> Story:
        return self.tell(Hearing(what=what, level_dbov=level_dbov))

    def heard(self, what: str, from_ms: int, level_dbov: float | None = None) -> Story:
        return self.tell(
            HeardFact(
                what=what,
                from_ms=from_ms,
                to_ms=self.call.elapsed_ms(),
                level_dbov=level_dbov,
                reason="told by the test",
            )
        )

    def ends(self, disposition: str, reason: str = "completed", by: str = "us") -> Story:
        self.tell(HungUpFact(by=by))
        return self.tell(EndedFact(end_reason=reason, disposition=disposition))

    def greeted(self, ani: str = "13800001234", name: str = "") -> Story:
        """Offered, one ring, answered, and the greeting about to be said."""
        self.offered(ani, name).wait(2000).answered()
        return self.step("greetings", "greet")


class Floorful:
    """Several stories on one clock."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.heap = Heap()

    def call(self, number: int = 1) -> Story:
        """A new call, offered now."""
        at = self.clock.utc_now() + timedelta(0)
        return Story(self.clock, self.heap, f"{at:%Y%m%d-%H%M%S}-test{number:04}")

    @property
    def events(self) -> list[CallEvent]:
        return self.heap.events
