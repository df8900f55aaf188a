"""A server ends while the dialplan has a caller; another one takes the call up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi.taking_up import LeftCall, Standing, stay_begun
from calls.clock import SystemClock
from calls.events import AgentAnswered, AgentOffered, CallEvent, Fact
from tests.agi.fake_asterisk import FakeAsterisk, environment_block, usual
from tests.agi.small_office import Office, office

TRANSFER = """
    flow: greetings
    title: {en: A technician}
    steps:
      connect:
        transfer: {to: technician, wait: 30s}
        on: {answered: end served, busy: end busy, no_answer: end unserved, failed: end closed}
"""
QUEUE = """
    flow: greetings
    title: {en: Agents}
    steps:
      hold:
        queue: {name: support, wait: 30s}
        on: {answered: end served, no_answer: end unserved, failed: end closed, error: end closed}
"""
GREETED = """
    flow: greetings
    title: {en: A line first}
    steps:
      greet:
        say: greeting
      connect:
        transfer: {to: technician, wait: 30s}
        on: {answered: end served, busy: end busy, no_answer: end unserved, failed: end closed}
"""
RECORDED = """
    flow: greetings
    title: {en: Recorded until it rings}
    steps:
      begin:
        record: start
        on: {ok: stop, error: stop}
      stop:
        record: stop
        on: {ok: connect, error: connect}
      connect:
        transfer: {to: technician, wait: 30s}
        on: {answered: end served, busy: end busy, no_answer: end unserved, failed: end closed}
"""
CHANNEL = "PJSIP/agent1-0000002a"
IT_RINGS = Standing()


async def left_by(
    flow: str, state: Path, *, found_again: bool = True, grace_s: float = 0
) -> list[CallEvent]:
    """The facts of a call whose server was stopped while the dialplan had the caller."""
    async with office(flow, state, grace_s=grace_s, found_again=found_again) as there:
        call = asyncio.create_task(there.visit())
        while not {"queued", "transferring"} & set(there.sink.kinds):
            await asyncio.sleep(0.005)
        await call
    return there.sink.events


@asynccontextmanager
async def taken_up(
    flow: str, state: Path, standing: Standing = IT_RINGS, since: Sequence[Fact] = ()
) -> AsyncIterator[tuple[Office, str]]:
    """The next server with that call, and the call's id; the block ends when the call is over.

    `since` are what the old server recorded in the caller's stay, a millisecond apart.
    """
    events = await left_by(flow, state)
    for fact in since:
        last, later = events[-1], timedelta(milliseconds=1)
        seq, at_ms = last.seq + 1, last.offset_ms + 1
        told = CallEvent(last.call_id, seq, last.at + later, at_ms, fact.kind, fact.data())
        events.append(told)
    left = left_call(events)
    async with office(flow, state) as there:
        there.sink.events.extend(events)
        away = there.reception.expect(left)
        carried = asyncio.create_task(there.reception.take_up(left, away, standing, ""))
        await asyncio.sleep(0.05)
        yield there, left.id
        await asyncio.wait_for(carried, 10)
    assert [event.seq for event in there.sink.events] == list(range(1, len(there.sink.events) + 1))
    assert there.desk.waiting == 0


def left_call(events: Sequence[CallEvent]) -> LeftCall:
    """As Asterisk and the ledger show it to the next server."""
    offered = events[0].data
    began = stay_begun(events, "transfer") or stay_begun(events, "queue")
    assert began is not None
    return LeftCall(
        events=events,
        began=began,
        channel=str(offered["channel"]),
        uniqueid=str(offered["uniqueid"]),
    )


def ended(there: Office) -> tuple[str, str]:
    (fact,) = there.sink.of("ended")
    return fact["end_reason"], fact["disposition"]


@pytest.mark.parametrize(("flow", "last"), [(TRANSFER, "transferring"), (QUEUE, "queued")])
async def test_a_server_that_is_stopped_leaves_open_whom_the_next_one_finds(
    tmp_path: Path, flow: str, last: str
) -> None:
    events = await left_by(flow, tmp_path)

    assert events[-1].kind == last


async def test_a_caller_whom_the_next_server_finds_is_not_waited_for(tmp_path: Path) -> None:
    events = await left_by(TRANSFER, tmp_path, grace_s=600)

    assert events[-1].kind == "transferring"


async def slowly(there: Office, call_id: str) -> None:
    """The caller is back, and Asterisk takes its time for each command."""
    block = environment_block(network_script="_resume", arg_1=call_id, arg_2="NOANSWER", arg_3="")
    fake = await FakeAsterisk.connect(there.back, block)
    while (words := await fake.command()) is not None:
        await asyncio.sleep(0.2)
        fake.send(usual(words) or b"")
    await fake.close()


@pytest.mark.parametrize(
    ("grace_s", "last"), [(0, ["fault", "ended"]), (600, ["stepped", "transferring"])]
)
async def test_a_flow_begun_anew_is_given_the_time_to_finish(
    tmp_path: Path, grace_s: float, last: list[str]
) -> None:
    left = left_call(await left_by(GREETED, tmp_path))
    async with office(GREETED, tmp_path, found_again=True) as there:
        there.sink.events.extend(left.events)
        away = there.reception.expect(left)
        carried = asyncio.create_task(there.reception.take_up(left, away, Standing(), ""))
        anew = asyncio.create_task(slowly(there, left.id))
        while "transferred" not in there.sink.kinds:
            await asyncio.sleep(0.01)
        await there.public.stop(grace_s=grace_s)
        carried.cancel()
        await asyncio.wait((carried, anew))

    assert there.sink.kinds[-2:] == last
    assert there.sink.kinds.count("ended") == ("ended" in last)


async def test_a_server_whose_next_one_can_find_nobody_marks_the_call(tmp_path: Path) -> None:
    events = await left_by(TRANSFER, tmp_path, found_again=False)

    assert [event.kind for event in events][-2:] == ["fault", "ended"]
    assert events[-1].data["end_reason"] == "interrupted"


async def test_a_transfers_talk_that_is_over_is_recorded_and_the_caller_is_done(
    tmp_path: Path,
) -> None:
    async with taken_up(TRANSFER, tmp_path) as (there, call_id):
        after = await there.resume("ANSWER", "40")

    assert after[-1] == ["EXEC", "MSet", f"CC_CALL={call_id},CC_DONE=1"]
    (fact,) = there.sink.of("transferred")
    assert (fact["to"], fact["result"]) == ("technician", "answered")
    assert 40 <= fact["talked_ms"] < 1000
    assert ended(there) == ("completed", "served")


async def test_a_caller_who_hangs_up_on_a_talk_that_asterisk_knows_of_was_served(
    tmp_path: Path,
) -> None:
    standing = Standing(taken_by=CHANNEL, taken_at=SystemClock().utc_now() + timedelta(hours=1))
    async with taken_up(TRANSFER, tmp_path, standing) as (there, call_id):
        await asyncio.sleep(0.05)
        await there.tell("_hung-up", call_id, "16")

    (fact,) = there.sink.of("transferred")
    # Asterisk's clock is an hour ahead: the talk begins now at the latest.
    assert fact["result"] == "answered"
    assert 40 <= fact["talked_ms"] < 1000
    assert ended(there) == ("caller_hung_up", "served")


async def test_a_phone_picked_up_for_the_next_server_is_a_talk(tmp_path: Path) -> None:
    async with taken_up(TRANSFER, tmp_path) as (there, call_id):
        await there.tell("_picked-up", call_id, CHANNEL)
        await asyncio.sleep(0.1)
        await there.tell("_hung-up", call_id, "16")

    (fact,) = there.sink.of("transferred")
    assert fact["talked_ms"] >= 90
    assert ended(there) == ("caller_hung_up", "served")


async def test_a_caller_who_hangs_up_while_it_rings_there_hung_up(tmp_path: Path) -> None:
    async with taken_up(TRANSFER, tmp_path) as (there, call_id):
        await there.tell("_hung-up", call_id, "16")

    assert there.sink.of("transferred")[0]["result"] == "abandoned"
    assert ended(there) == ("caller_hung_up", "hung_up")


@pytest.mark.parametrize(
    ("flow", "status", "kind"),
    [(TRANSFER, "NOANSWER", "transferred"), (QUEUE, "TIMEOUT", "left_queue")],
)
async def test_whom_nobody_took_begins_the_flow_anew_and_its_news_come_to_this_server(
    tmp_path: Path, flow: str, status: str, kind: str
) -> None:
    async with taken_up(flow, tmp_path) as (there, call_id):
        anew = await there.resume(status)
        await there.resume(status)

    inherited = f"__CC_CALL={call_id},__CC_BACK={there.back[0]}:{there.back[1]},"
    assert anew[-1][2].startswith(inherited)
    assert [fact["result"] for fact in there.sink.of(kind)] == ["no_answer", "no_answer"]
    assert ended(there) == ("completed", "unserved")


async def test_a_line_that_is_gone_and_of_which_no_news_come_is_interrupted(
    tmp_path: Path,
) -> None:
    async with taken_up(TRANSFER, tmp_path, Standing(away=False)) as (there, _):
        pass

    assert ended(there) == ("interrupted", "")


async def test_news_of_a_line_that_is_gone_count_though_they_come_late(tmp_path: Path) -> None:
    async with taken_up(TRANSFER, tmp_path, Standing(away=False)) as (there, call_id):
        await asyncio.sleep(0.2)
        await there.tell("_hung-up", call_id, "16")

    assert ended(there) == ("caller_hung_up", "hung_up")


async def test_an_agent_found_in_a_talk_and_told_of_as_well_answered_once(tmp_path: Path) -> None:
    standing = Standing(taken_by=CHANNEL, taken_at=SystemClock().utc_now())
    async with taken_up(QUEUE, tmp_path, standing) as (there, call_id):
        await there.tell("_agent-answered", call_id, CHANNEL)
        await asyncio.sleep(0.05)
        await there.tell("_hung-up", call_id, "16")

    (answered,) = there.sink.of("agent_answered")
    (left,) = there.sink.of("left_queue")
    assert answered["agent"] == left["agent"] == "agent1"
    assert left["result"] == "answered"


@pytest.mark.parametrize("kept", [1, 0], ids=["offered", "offer lost with the server"])
async def test_who_picked_up_a_caller_sent_on_while_there_was_no_server_is_the_next_agent(
    tmp_path: Path, kept: int
) -> None:
    since = (
        AgentOffered(agent="agent1"),
        AgentAnswered(agent="agent1", waited_ms=1),
        *[AgentOffered(agent="agent2")] * kept,
    )
    standing = Standing(taken_by="PJSIP/agent2-0000002b", taken_at=SystemClock().utc_now())
    async with taken_up(QUEUE, tmp_path, standing, since) as (there, call_id):
        await there.tell("_hung-up", call_id, "16")

    (left,) = there.sink.of("left_queue")
    first, second = there.sink.of("agent_answered")
    assert (first["agent"], second["agent"]) == ("agent1", "agent2")
    assert (second["waited_ms"] > 0) == bool(kept)
    assert (left["agent"], left["result"]) == ("agent2", "answered")
    # The caller's wait was over with the first of them.
    assert left["waited_ms"] == 2


async def test_a_recording_of_the_flow_begun_anew_takes_no_other_ones_name(tmp_path: Path) -> None:
    async with taken_up(RECORDED, tmp_path) as (there, call_id):
        await there.resume("NOANSWER")
        await there.resume("NOANSWER")

    names = [fact["recording"] for fact in there.sink.of("recording_started")]
    assert names == [f"{call_id}-1", f"{call_id}-2"]


def facts(*kinds: str) -> Sequence[CallEvent]:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return [CallEvent("c", seq, at, seq, kind, {}) for seq, kind in enumerate(kinds, 1)]


@pytest.mark.parametrize(
    ("kinds", "where", "seq"),
    [
        (("offered", "queued"), "queue", 2),
        (("offered", "queued"), "transfer", None),
        (("offered", "transferring", "transferred"), "transfer", None),
        (("offered", "queued", "left_queue", "transferring"), "transfer", 4),
        (("offered", "transferring", "transferred", "transferring"), "transfer", 4),
        # The agent hands the caller on: the queue's stay goes on with whom they talk to then.
        (("offered", "queued", "agent_answered", "transferring", "transferred"), "queue", 2),
        (("offered", "queued", "agent_answered", "queued", "left_queue"), "queue", 2),
        (("offered", "queued", "agent_answered", "transferring"), "queue", 2),
        (("offered", "queued", "hung_up"), "queue", None),
        (("offered", "answered"), "queue", None),
    ],
)
def test_the_stay_that_a_caller_is_in_is_the_first_that_is_open(
    kinds: tuple[str, ...], where: str, seq: int | None
) -> None:
    began = stay_begun(facts(*kinds), where)

    assert (began and began.seq) == seq
