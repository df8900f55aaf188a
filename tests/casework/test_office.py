"""The back office as a call sees it: outcomes, facts, and nothing said before it is durable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from calls.actions import Do, Fetch, Lookup, OfficeAction, Promise, Ticket
from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import CallEvent
from calls.outcomes import Failed, Got, Outcome
from casework.directories import Directories
from casework.office import HouseOffice

ANI = "+8613800001234"
LOOK = Lookup(directory="customers", by="ani", value=ANI, store=("name", "tier"))
PROMISE = Promise(about="repair", number=ANI, within_ms=3_600_000)
TICKET = Ticket(ticket_class="complaint", about="noise", due_ms=86_400_000, store="ticket_no")


@dataclass
class Sink:
    events: list[CallEvent] = field(default_factory=list)
    durable_after: list[int] = field(default_factory=list)
    broken: bool = False

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        if self.broken:
            raise LedgerError("disk full; make room")
        self.durable_after.append(len(self.events))


@dataclass
class Desk:
    """One office and one call at it."""

    office: HouseOffice
    sink: Sink
    call: Call

    async def ask(self, action: OfficeAction) -> Outcome:
        return await self.office.perform(self.call, action)

    def told(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [(event.kind, event.data) for event in self.sink.events]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "customers.csv").write_text("key,name,tier\n13800001234,王芳,1\n", encoding="utf-8")
    (tmp_path / "broken.csv").write_text("nothing\n", encoding="utf-8")
    directories = Directories(tmp_path)
    directories.refresh()
    sink = Sink()
    return Desk(HouseOffice(directories), sink, Call(ManualClock(), sink))


async def test_a_row_that_is_found_gives_its_columns(desk: Desk) -> None:
    found = await desk.ask(LOOK)

    assert found == Got(name="found", values={"name": "王芳", "tier": "1"})
    assert desk.told() == [
        ("looked_up", {"directory": "customers", "by": "ani", "result": "found"})
    ]


@pytest.mark.parametrize(
    ("directory", "value"), [("customers", "+8613900000000"), ("customers", ""), ("nowhere", ANI)]
)
async def test_an_unknown_caller_and_a_file_that_is_not_there_are_not_found(
    desk: Desk, directory: str, value: str
) -> None:
    found = await desk.ask(Lookup(directory=directory, by="ani", value=value, store=("name",)))

    assert found == Got(name="not_found", values={})


@pytest.mark.parametrize(
    ("directory", "store", "told"),
    [("customers", ("name", "wish"), "no column wish"), ("broken", ("name",), "cannot be read")],
)
async def test_a_file_that_cannot_answer_is_a_failure_with_a_fault(
    desk: Desk, directory: str, store: tuple[str, ...], told: str
) -> None:
    found = await desk.ask(Lookup(directory=directory, by="ani", value=ANI, store=store))

    assert isinstance(found, Failed)
    assert told in found.reason
    (fault, looked_up) = desk.told()
    assert fault == ("fault", {"where": f"lookup {directory}", "problem": found.reason})
    assert looked_up[1]["result"] == "error"


@pytest.mark.parametrize(
    "action",
    [
        Fetch(source="nowhere", given={"number": ANI}, store=(), most_ms=100),
        Do(plugin="nobody", given={"number": ANI}, store=(), most_ms=100),
    ],
)
async def test_what_is_not_set_up_fails_and_no_fact_holds_the_callers_data(
    desk: Desk, action: OfficeAction
) -> None:
    found = await desk.ask(action)

    assert found.name == "error"
    assert desk.told()[0][0] == "fault"
    assert ANI not in str(desk.told())


async def test_a_promise_and_a_ticket_are_durable_before_anything_is_said(desk: Desk) -> None:
    promised = await desk.ask(PROMISE)
    opened = await desk.ask(TICKET)

    assert promised == Got(name="ok", values={})
    assert opened == Got(name="ok", values={"ticket_no": f"{desk.call.id}-2"})
    assert desk.sink.durable_after == [1, 2]
    assert [kind for kind, _ in desk.told()] == ["promised", "ticket_opened"]


@pytest.mark.parametrize("action", [PROMISE, TICKET])
async def test_a_ledger_that_fails_lets_nothing_be_promised(
    desk: Desk, action: OfficeAction
) -> None:
    desk.sink.broken = True

    assert (await desk.ask(action)).name == "error"
