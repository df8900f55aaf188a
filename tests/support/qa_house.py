"""A ledger with calls that are over, a quality book, and people with accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AnsweredFact,
    CallTagged,
    EndedFact,
    HungUpFact,
    LeftQueue,
    Offered,
    Queued,
    Said,
)
from calls.quality.events import AccountCreated
from calls.quality.states import Role
from console.work.cases import LedgerCases
from console.work.desk import WorkDesk
from console.work.forms import FormShelf
from ledger.quality.book import QualityBook
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from qa.work import Actor
from tests.qa.small_form import house_rules, small

PEOPLE = (
    ("li", Role.QA, ""),
    ("zhou", Role.QA, ""),
    ("wang", Role.SUPERVISOR, ""),
    ("sun", Role.SUPERVISOR, ""),
    ("chen", Role.AGENT, "1001"),
    ("he", Role.AGENT, "1002"),
    ("boss", Role.ADMIN, ""),
)


@dataclass(frozen=True, slots=True)
class QaHouse:
    """The desk, and who stands at it."""

    desk: WorkDesk
    clock: ManualClock
    calls: tuple[str, ...]

    @property
    def book(self) -> QualityBook:
        return self.desk.book

    def __getitem__(self, name: str) -> Actor:
        return self.desk.actor(name)


def write_call(
    writer: LedgerWriter, clock: ManualClock, agent: str, *, tag: str = "", goodbye: bool = True
) -> str:
    """One call that an agent took (none: the IVR ended it), 20 s long."""
    call = Call(clock, writer)
    call.record(
        Offered(
            uniqueid="1.1",
            ani="13800001234",
            dnis="1000",
            caller_name="",
            direction="inbound",
            flow="greetings",
            channel="PJSIP/x-1",
        )
    )
    clock.advance_ms(900)
    call.record(AnsweredFact(rings=1, waited_ms=900))
    _say(call, clock, "greeting", "greeting")
    if tag:
        call.record(CallTagged(tag=tag, by="test"))
    if agent:
        call.record(Queued(queue="support"))
        clock.advance_ms(2000)
        call.record(AgentAnswered(agent=agent, waited_ms=2000))
        clock.advance_ms(10_000)
        call.record(
            LeftQueue(
                queue="support", result="answered", waited_ms=2000, talked_ms=10_000, agent=agent
            )
        )
    if goodbye:
        _say(call, clock, "closing", "closing")
    call.record(HungUpFact(by="us"))
    call.record(EndedFact(end_reason="completed", disposition="served"))
    clock.advance_ms(60_000)
    return call.id


def _say(call: Call, clock: ManualClock, line: str, tag: str) -> None:
    start_ms = call.elapsed_ms()
    clock.advance_ms(2000)
    call.record(
        Said(
            line=line,
            text="您好",
            tags=(tag,),
            language="zh-Hans",
            performer="ivr",
            start_ms=start_ms,
            end_ms=call.elapsed_ms(),
            ended="completed",
        )
    )


@contextmanager
def qa_house(
    folder: Path, agents: tuple[str, ...] = ("1001", "1002", ""), *, tags: tuple[str, ...] = ()
) -> Iterator[QaHouse]:
    """One call of each of `agents` in turn, the first of them with `tags`; forms: the small one."""
    clock = ManualClock()
    with LedgerWriter(folder / "ledger.sqlite") as writer:
        every = zip(agents, (*tags, *[""] * len(agents)), strict=False)
        calls = tuple(write_call(writer, clock, agent, tag=tag) for agent, tag in every)
        asyncio.run(writer.durable())
    with (
        LedgerReader(folder / "ledger.sqlite") as reader,
        QualityBook.open(folder / "quality.sqlite", clock=clock) as book,
    ):
        for name, role, agent in PEOPLE:
            fact = AccountCreated(role=role.value, agent=agent, display_name=name)
            book.append(f"account/{name}", fact, actor="system")
        desk = WorkDesk(
            book,
            FormShelf(book, {"small": small()}),
            LedgerCases(reader, house_rules()),
            usual_forms=("small", "small"),
        )
        yield QaHouse(desk, clock, calls)
