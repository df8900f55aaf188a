"""The back office and transfers over AGI: outcomes, the lease, a hang-up known at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from calls.actions import Do, Fetch, OfficeAction
from calls.call import Call
from calls.outcomes import Failed, Got, Outcome
from casework.directories import Directories
from casework.office import HouseOffice
from tests.agi.fake_asterisk import FakeAsterisk, usual
from tests.agi.small_office import Office, office

ASK = """
    flow: greetings
    title: {en: Ask}
    steps:
      ask:
        fetch: {from: orders, with: {number: "{ani}"}, store: [status], limit: 5s}
        on: {ok: route, not_found: end unknown, timeout: end late, error: end broken}
      route:
        choose:
          - if: status == "sent"
            go: end sent
          - else: end waiting
"""
LOOK = """
    flow: greetings
    title: {en: Look}
    steps:
      look:
        lookup: {in: customers, by: ani, store: [tier]}
        on: {found: promise, not_found: end unknown, error: end broken}
      promise:
        promise: {about: callback, within: 2h}
        on: {error: end broken}
      ticket:
        ticket: {class: request, about: "tier {tier}", store: number}
        on: {error: end broken}
      bye:
        say: greeting
        end: served
"""
AFTER = """
    flow: greetings
    title: {en: After}
    steps:
      ask:
        fetch: {from: orders, limit: 5s}
        on: {ok: end ok, not_found: end no, timeout: end no, error: end no, hangup: note}
      note:
        ticket: {class: request, about: hung up}
        on: {ok: end noted, error: end lost}
"""
CONNECT = """
    flow: greetings
    title: {en: Connect}
    steps:
      greet:
        say: greeting
      connect:
        transfer: {to: technician, wait: 30s}
        on: {answered: bye, busy: end busy, no_answer: end unserved, failed: end closed}
      bye:
        say: goodbye
        end: served
"""


class SlowOffice(HouseOffice):
    """Its services answer when told to."""

    def __init__(self, folder: Path, answer: Outcome | None = None) -> None:
        super().__init__(Directories(folder))
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.cancelled = False
        self.answer = answer or Got(name="ok", values={"status": "sent"})

    async def perform(self, call: Call, action: OfficeAction) -> Outcome:
        if not isinstance(action, Fetch | Do):
            return await super().perform(call, action)
        self.asked.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return self.answer


def ended(there: Office) -> tuple[str, str]:
    data = there.sink.of("ended")[0]
    return data["end_reason"], data["disposition"]


@pytest.mark.parametrize(
    ("answer", "disposition"),
    [
        (Got(name="ok", values={"status": "sent"}), "sent"),
        (Got(name="ok", values={"status": "packed"}), "waiting"),
        (Got(name="not_found", values={}), "unknown"),
        (Got(name="timeout", values={}), "late"),
        (Failed(reason="answered 500"), "broken"),
    ],
)
async def test_what_a_service_answers_leads_the_flow(
    tmp_path: Path, answer: Outcome, disposition: str
) -> None:
    slow = SlowOffice(tmp_path, answer)
    slow.go_on.set()
    async with office(ASK, tmp_path, back_office=slow) as there:
        commands = await there.visit()

    assert ended(there) == ("completed", disposition)
    # Nothing but the answer and the end: a service costs the line no command.
    assert [words[0] for words in commands] == ["ANSWER", "EXEC"]


async def test_a_customer_is_found_promised_a_callback_and_given_a_ticket(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("key,tier\n138-0000-1234,1\n", encoding="utf-8")
    directories = Directories(tmp_path)
    directories.refresh()
    async with office(LOOK, tmp_path, back_office=HouseOffice(directories)) as there:
        await there.visit(callerid="+8613800001234")

    assert there.sink.of("looked_up")[0]["result"] == "found"
    assert there.sink.of("ticket_opened")[0]["about"] == "tier 1"
    for kind in ("promised", "ticket_opened"):
        assert there.sink.kinds.index(kind) + 1 in there.sink.durable_at
    assert ended(there) == ("completed", "served")


async def test_a_ledger_that_breaks_in_the_call_lets_nothing_be_promised(tmp_path: Path) -> None:
    flow = LOOK.replace("      look:", "      wait:\n        wait: 1s\n      look:").replace(
        "{found: promise, not_found: end unknown", "{found: promise, not_found: promise"
    )
    async with office(flow, tmp_path) as there:

        def rule(words: list[str]) -> bytes | None:
            there.sink.broken = there.sink.broken or words[1:2] == ["Wait"]
            return usual(words)

        await there.visit(rule)

    assert there.sink.kinds.count("promised") == 1
    assert ended(there) == ("completed", "broken")


async def test_a_caller_who_hangs_up_while_a_service_is_asked_is_known_at_once(
    tmp_path: Path,
) -> None:
    slow = SlowOffice(tmp_path)
    async with office(ASK, tmp_path, back_office=slow) as there:
        fake = await FakeAsterisk.connect(there.address)
        assert await fake.command() == ["ANSWER"]
        fake.send(b"200 result=0\n")
        await slow.asked.wait()
        fake.send(b"HANGUP\n")
        assert await fake.closed_by_peer() == b""
        await fake.close()

    assert slow.cancelled
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert ended(there)[0] == "caller_hung_up"


async def test_after_a_hang_up_a_ticket_is_still_opened(tmp_path: Path) -> None:
    slow = SlowOffice(tmp_path)
    async with office(AFTER, tmp_path, back_office=slow) as there:
        fake = await FakeAsterisk.connect(there.address)
        assert await fake.command() == ["ANSWER"]
        fake.send(b"200 result=0\n")
        await slow.asked.wait()
        fake.send(b"HANGUP\n")
        await fake.closed_by_peer()
        await fake.close()

    assert there.sink.of("ticket_opened")[0]["about"] == "hung up"
    assert ended(there) == ("caller_hung_up", "noted")


async def test_a_long_wait_for_a_service_is_under_leases_that_never_grow(tmp_path: Path) -> None:
    slow = SlowOffice(tmp_path)

    async def answer_later() -> None:
        await slow.asked.wait()
        await asyncio.sleep(1.2)
        slow.go_on.set()

    async with office(ASK, tmp_path, back_office=slow, lease_s=0.5) as there:
        later = asyncio.create_task(answer_later())
        commands = await there.visit()
        await later

    after = commands[commands.index(["ANSWER"]) :]
    leases = [float(words[3]) for words in after if words[2:3] == ["TIMEOUT(absolute)"]]
    assert ended(there) == ("completed", "sent")
    assert there.sink.of("fault") == []
    assert leases
    assert all(lease <= 1.5 for lease in leases)


async def test_a_stop_of_the_server_ends_the_wait(tmp_path: Path) -> None:
    slow = SlowOffice(tmp_path)
    async with office(ASK, tmp_path, back_office=slow, grace_s=0) as there:
        visit = asyncio.create_task(there.visit())
        await slow.asked.wait()
    await visit

    assert slow.cancelled
    assert ended(there)[0] == "interrupted"


async def transferring(there: Office) -> list[list[str]]:
    """A caller up to the moment the dialplan has it."""
    call = asyncio.create_task(there.visit())
    while there.desk.waiting == 0:
        await asyncio.sleep(0.005)
    return await call


async def test_a_transferred_caller_talks_outside_agi_and_comes_back_to_the_flow(
    tmp_path: Path,
) -> None:
    async with office(CONNECT, tmp_path) as there:
        commands = await transferring(there)
        call_id = there.sink.events[0].call_id
        inherited = f"__CC_CALL={call_id},__CC_BACK={there.back[0]}:{there.back[1]}"
        orders = "CC_TRANSFER=technician,CC_TRANSFER_WAIT=30,CC_DONE=transfer"
        assert commands[-1] == ["EXEC", "MSet", f"{inherited},{orders}"]
        await asyncio.sleep(0.05)
        assert await there.tell("_picked-up", call_id, "PJSIP/803-0000002a") == b""
        await asyncio.sleep(0.08)
        await there.resume("ANSWER", "80")

    (transferred,) = there.sink.of("transferred")
    assert (transferred["to"], transferred["result"]) == ("technician", "answered")
    assert transferred["waited_ms"] >= 50
    assert transferred["talked_ms"] >= 80
    assert [said["line"] for said in there.sink.of("said")] == ["greeting", "goodbye"]
    assert ended(there) == ("completed", "served")
    assert there.desk.waiting == 0


async def test_a_talk_whose_begin_was_not_told_is_measured_by_asterisk(tmp_path: Path) -> None:
    async with office(CONNECT, tmp_path) as there:
        await transferring(there)
        await asyncio.sleep(0.1)
        await there.resume("ANSWER", "60")

    (transferred,) = there.sink.of("transferred")
    assert transferred["result"] == "answered"
    assert 60 <= transferred["talked_ms"] < 100
    assert transferred["waited_ms"] >= 40


@pytest.mark.parametrize(
    ("status", "result", "disposition"),
    [
        ("BUSY", "busy", "busy"),
        ("NOANSWER", "no_answer", "unserved"),
        ("CHANUNAVAIL", "failed", "closed"),
        ("CONGESTION", "failed", "closed"),
        ("UNKNOWN", "failed", "closed"),
        ("", "failed", "closed"),
        ("NOWHERE", "failed", "closed"),
    ],
)
async def test_a_destination_that_does_not_answer_is_an_outcome(
    tmp_path: Path, status: str, result: str, disposition: str
) -> None:
    async with office(CONNECT, tmp_path) as there:
        await transferring(there)
        await there.resume(status)

    (transferred,) = there.sink.of("transferred")
    assert (transferred["result"], transferred["talked_ms"]) == (result, 0)
    assert ended(there) == ("completed", disposition)
    faults = there.sink.of("fault")
    assert bool(faults) == (status == "NOWHERE")


async def test_a_hang_up_while_it_rings_there_is_known_at_once(tmp_path: Path) -> None:
    async with office(CONNECT, tmp_path) as there:
        await transferring(there)
        await there.tell("_hung-up", there.sink.events[0].call_id, "16")

    assert there.sink.of("transferred")[0]["result"] == "abandoned"
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert ended(there) == ("caller_hung_up", "hung_up")


async def test_a_hang_up_in_the_talk_keeps_how_long_it_was(tmp_path: Path) -> None:
    async with office(CONNECT, tmp_path) as there:
        await transferring(there)
        call_id = there.sink.events[0].call_id
        await there.tell("_picked-up", call_id, "PJSIP/803-0000002a")
        await asyncio.sleep(0.06)
        await there.tell("_hung-up", call_id, "16")

    (transferred,) = there.sink.of("transferred")
    assert transferred["result"] == "answered"
    assert transferred["talked_ms"] >= 60
    assert ended(there) == ("caller_hung_up", "served")


async def test_a_name_that_no_destination_can_have_never_reaches_asterisk(tmp_path: Path) -> None:
    flow = CONNECT.replace("to: technician", f"to: {'a' * 40}").replace(
        "failed: end closed", "failed: end closed, error: end refused"
    )
    async with office(flow, tmp_path) as there:
        commands = await there.visit()

    assert not any("CC_TRANSFER" in " ".join(words) for words in commands)
    assert ended(there) == ("completed", "refused")
