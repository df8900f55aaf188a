"""The roster on a real Asterisk: states, rings, pauses, and being right again after an absence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calls.floor.events import FloorEvent
from desk.ami.actions import attended_transfer, blind_transfer, hang_up
from desk.ami.client import AmiAddress, AmiClient, AmiTimes
from desk.roster.roster import Roster
from desk.roster.status import RosterAgent
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.support.agent_phone import AgentPhone
from tests.support.fast_agi import Dialogue, FastAgi, Part, fast_agi
from tests.support.free_ports import free_port, rtp_range
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = pytest.mark.asterisk

CALL = "20261122-021530-k7f3q29m"
NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]
CYCLE_MS = 1000
"""Of a ring in these tests; the queue's own time for an agent is set to three of them."""


def into_the_queue(pbx: HousePbx) -> Part:
    """What the server does for a `queue` act; each call gets an id of its own."""
    placed = 0

    async def part(dialogue: Dialogue) -> None:
        nonlocal placed
        mine = placed = placed + 1
        await dialogue.command("ANSWER")
        await dialogue.command(f"SET VARIABLE __CC_CALL {CALL}-{mine}")
        await dialogue.command(f"SET VARIABLE __CC_BACK 127.0.0.1:{pbx.agi_port}")
        await dialogue.command("SET VARIABLE CC_QUEUE support")
        await dialogue.command("SET VARIABLE CC_QUEUE_WAIT 30")
        await dialogue.command("SET VARIABLE CC_DONE queue")

    return part


async def finish(dialogue: Dialogue) -> None:
    await dialogue.command("SET VARIABLE CC_DONE 1")
    await dialogue.command("HANGUP")


@asynccontextmanager
async def phones(pbx: HousePbx, *numbers: str) -> AsyncIterator[dict[str, AgentPhone]]:
    """Agents' registered phones, all in one runtime."""
    from baresip import Account, Config, Runtime, UserAgent

    first, last = rtp_range(80)
    runtime = Runtime()
    await runtime.start(
        Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=8,
            extra_config_text=f"sip_listen 127.0.0.1:{free_port()}\nrtp_ports {first}-{last}\n",
        )
    )
    try:
        agents = {}
        for number in numbers:
            account = Account(
                number,
                f"127.0.0.1:{pbx.sip_port}",
                pbx.password(number),
                audio_codecs=("pcma",),
                reg_interval=60,
            )
            agents[number] = await UserAgent.create(runtime, account)
            await agents[number].register()
        yield {number: AgentPhone(agent) for number, agent in agents.items()}
        for agent in agents.values():
            await agent.unregister()
    finally:
        await runtime.close()


@dataclass(slots=True)
class Desk:
    """A roster at work, and what it leaves."""

    pbx: HousePbx
    ami: AmiClient
    roster: Roster
    ledger: LedgerWriter

    async def until(self, claim: Callable[[], object], *, timeout_s: float = 20.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not claim():
            assert time.monotonic() < deadline, [
                (one.number, one.state, one.reason, one.call_id) for one in self.roster.statuses()
            ]
            await asyncio.sleep(0.01)

    async def state(self, number: str, state: str, *, timeout_s: float = 20.0) -> None:
        await self.until(lambda: self.roster.status(number).state == state, timeout_s=timeout_s)

    async def facts(self, number: str, kind: str = "") -> list[FloorEvent]:
        await self.ledger.durable()
        with LedgerReader(self.ledger.path) as reader:
            return [one for one in reader.floor_events(number) if not kind or one.kind == kind]

    async def states(self, number: str) -> list[str]:
        return [one.data["state"] for one in await self.facts(number, "state")]

    def member(self, number: str) -> str:
        """The agent's line in `queue show support`."""
        shown = self.pbx.cli("queue show support").splitlines()
        return next(line for line in shown if f"PJSIP/{number}" in line)


@asynccontextmanager
async def desk(pbx: HousePbx, path: Path, **more: Any) -> AsyncIterator[Desk]:
    address = AmiAddress("127.0.0.1", pbx.options.ami_port, "thirdring", pbx.password("ami"))
    ami = AmiClient(address, times=AmiTimes(first_wait_s=0.1, longest_wait_s=0.2))
    agents = [RosterAgent(number=number, queues=("support",)) for number in ("801", "802")]
    with LedgerWriter(path) as ledger:
        roster = Roster(agents, ami, ledger, ring_cycle_ms=CYCLE_MS, **more)
        await roster.start()
        await ami.start()
        assert await ami.wait_up()
        await roster.settled()
        try:
            yield Desk(pbx, ami, roster, ledger)
        finally:
            await roster.stop()
            await ami.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture(autouse=True)
def _queue_as_before(pbx: HousePbx) -> Any:
    pbx.cli("queue set ringinuse no on PJSIP/801")
    site = pbx.options.folder / "site" / "queues.conf"
    before = site.read_text(encoding="utf-8")
    site.write_text(before + "timeout = 3\nretry = 1\n", encoding="utf-8")
    pbx.cli("queue reload all")
    yield
    site.write_text(before, encoding="utf-8")
    pbx.cli("queue reload all")


def server(pbx: HousePbx) -> AbstractAsyncContextManager[FastAgi]:
    return fast_agi(pbx.agi_port, greetings=into_the_queue(pbx), _resume=finish)


async def test_a_call_is_taken_on_ring_two_held_and_wrapped_up_before_the_next(
    caller: SipCaller, new_caller: NewCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone, desk(pbx, path) as house:
        roster = house.roster
        assert "paused" in house.member("801")
        await house.until(lambda: roster.status("801").phone_here)
        roster.ready("801")
        await roster.settled()
        assert "paused" not in house.member("801")

        await caller.invite()
        await house.state("801", "ringing")
        offer = roster.offer("801")
        await asyncio.sleep(1.4)
        call = await phone["801"].pick_up()
        await house.state("801", "on_call")
        waiting_while_talking = roster.waiting()
        await call.hold()
        await house.state("801", "hold")
        await asyncio.sleep(0.3)
        await call.resume()
        await house.state("801", "on_call")
        await call.hangup()
        await house.state("801", "wrap_up")

        async with new_caller() as second:
            await second.invite()
            await house.until(roster.waiting)
            await asyncio.sleep(1.5)
            held_back = phone["801"].incoming.empty()
            in_line = [(one.call_id, one.position) for one, _ in roster.waiting()]
            problem = await roster.wrap_up("801", f"{CALL}-1", "inquiry", "漏水")
            await house.state("801", "ringing", timeout_s=5)
            second.hang_up()
            await house.state("801", "ready")
        await house.until(lambda: not roster.waiting())
        states, (first, gone) = await house.states("801"), await house.facts("801", "offer")
        day = roster.today("801")

    assert offer is not None
    assert (offer.call_id, offer.queue) == (f"{CALL}-1", "support")
    assert (first.data["call_id"], first.data["result"]) == (f"{CALL}-1", "answered")
    assert (first.data["rings"], first.data["late"]) == (2, False)
    assert 1300 < first.data["rung_ms"] < 2000
    assert (gone.data["result"], gone.data["call_id"]) == ("caller_gone", f"{CALL}-2")
    assert waiting_while_talking == []
    assert held_back
    assert in_line == [(f"{CALL}-2", 1)]
    assert problem == ""
    assert [*states] == [
        "ready",
        "ringing",
        "on_call",
        "hold",
        "on_call",
        "wrap_up",
        "ready",
        "ringing",
        "ready",
    ]
    assert (day.answered, day.missed, day.within_three_rings) == (1, 0, 1)
    assert sum(day.state_ms.values()) == (day.until - day.since) // timedelta(milliseconds=1)


async def test_who_misses_three_rings_is_not_ready_and_the_next_has_the_call(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801", "802") as phone, desk(pbx, path) as house:
        roster = house.roster
        roster.ready("801")
        await house.until(lambda: roster.status("801").state == "ready")
        await caller.invite()
        await house.state("801", "ringing")
        roster.ready("802")
        await house.state("801", "not_ready")
        call = await phone["802"].pick_up()
        await house.state("802", "on_call")
        at_the_first = roster.status("801")
        member = house.member("801")
        await call.hangup()
        await house.state("802", "wrap_up")
        await roster.wrap_up("802", f"{CALL}-1", "inquiry", "")
        (missed,) = await house.facts("801", "offer")
        (taken,) = await house.facts("802", "offer")

    assert (at_the_first.state, at_the_first.reason) == ("not_ready", "missed")
    assert "paused:missed" in member
    assert (missed.data["result"], missed.data["rings"], missed.data["late"]) == (
        "missed",
        3,
        True,
    )
    assert 2900 < missed.data["rung_ms"] < 3500
    assert (taken.data["result"], taken.data["late"]) == ("answered", False)


async def test_who_rejects_a_call_is_offered_no_other_until_ready(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone, desk(pbx, path) as house:
        house.roster.ready("801")
        await caller.invite()
        call = await phone["801"].incoming.get()
        await call.reject()
        await house.state("801", "not_ready")
        (offer,) = await house.facts("801", "offer")
        await asyncio.sleep(2)
        quiet = phone["801"].incoming.empty()
        caller.hang_up()
        await house.until(lambda: not house.roster.waiting())

    assert (offer.data["result"], offer.data["late"]) == ("rejected", False)
    assert quiet


async def test_with_everybody_away_a_caller_is_told_at_once_but_may_wait_for_a_wrap_up(
    caller: SipCaller, new_caller: NewCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx) as agi, phones(pbx, "801") as phone, desk(pbx, path) as house:
        await caller.invite()
        told = await agi.session("_resume", timeout_s=5)
        house.roster.ready("801")
        async with new_caller() as second, new_caller() as third:
            await second.invite()
            call = await phone["801"].pick_up()
            await house.state("801", "on_call")
            await call.hangup()
            await house.state("801", "wrap_up")
            await third.invite()
            await house.until(lambda: len(house.roster.waiting()) == 1)
            house.roster.not_ready("801", "lunch")
            await house.roster.settled()
            await asyncio.sleep(1)
            still = len(house.roster.waiting())
            after = house.roster.status("801").after_call
            third.hang_up()
            await house.until(lambda: not house.roster.waiting())

    assert told.arguments()[1] == "JOINEMPTY"
    assert (still, after) == (1, "lunch")


async def test_ami_away_while_a_call_ends_leaves_nobody_stuck(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone, desk(pbx, path) as house:
        house.roster.ready("801")
        await caller.invite()
        call = await phone["801"].pick_up()
        await house.state("801", "on_call")
        await house.ami.stop()
        await call.hangup()
        await asyncio.sleep(0.5)
        before = house.roster.status("801").state
        await house.ami.start()
        await house.ami.wait_up()
        await house.state("801", "wrap_up", timeout_s=1)
        call_id = house.roster.status("801").call_id

    assert before == "on_call"
    assert call_id == f"{CALL}-1"


async def test_ami_away_while_a_call_is_answered_and_held_finds_it_again(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone, desk(pbx, path) as house:
        house.roster.ready("801")
        await house.roster.settled()
        await house.ami.stop()
        await caller.invite()
        call = await phone["801"].pick_up()
        await caller.listen(0.5)
        await call.hold()
        await caller.listen(0.5)
        await house.ami.start()
        await house.ami.wait_up()
        found = house.roster.status("801")
        await call.resume()
        await house.state("801", "on_call", timeout_s=2)
        await call.hangup()
        await house.state("801", "wrap_up", timeout_s=2)

    assert (found.state, found.call_id) == ("hold", f"{CALL}-1")
    assert found.caller_channel.startswith("PJSIP/anonymous-")


async def test_a_desk_that_died_in_a_call_is_on_it_again_after_its_restart(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone:
        async with desk(pbx, path) as house:
            house.roster.ready("801")
            await caller.invite()
            call = await phone["801"].pick_up()
            await house.state("801", "on_call")
            house.roster.not_ready("801", "lunch")
            history = [*await house.facts("801"), *await house.facts("802")]
        async with desk(pbx, path, history=history) as house:
            again = house.roster.status("801")
            await call.hangup()
            await house.state("801", "wrap_up")
            await house.roster.wrap_up("801", f"{CALL}-1", "inquiry", "")
            after = house.roster.status("801")
            states = await house.states("801")

    assert (again.state, again.call_id) == ("on_call", f"{CALL}-1")
    assert again.for_ms > 0
    assert (after.state, after.reason) == ("not_ready", "lunch")
    assert states == ["ready", "ringing", "on_call", "wrap_up", "not_ready"]


async def test_a_phone_that_goes_makes_its_agent_unreachable_until_it_is_back(
    pbx: HousePbx, path: Path
) -> None:
    async with desk(pbx, path) as house:
        house.roster.ready("801")
        first = house.roster.status("801")
        async with phones(pbx, "801"):
            await house.state("801", "ready", timeout_s=5)
        await house.state("801", "not_ready", timeout_s=5)
        last = house.roster.status("801")

    assert (first.state, first.reason) == ("not_ready", "unreachable")
    assert (last.reason, last.phone_here) == ("unreachable", False)


async def test_a_call_that_leaves_the_agent_by_a_hang_up_of_ours_is_over(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone, desk(pbx, path) as house:
        house.roster.ready("801")
        await caller.invite()
        await phone["801"].pick_up()
        await house.state("801", "on_call")
        await hang_up(house.ami, house.roster.status("801").channel)
        await house.state("801", "wrap_up")
        await house.roster.wrap_up("801", f"{CALL}-1", "inquiry", "")
        await house.state("801", "ready")


async def test_without_a_desk_the_agents_on_duty_ring_as_the_queue_says(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801") as phone:
        async with desk(pbx, path) as house:
            house.roster.ready("801")
            house.roster.ready("802")
            house.roster.not_ready("802", "lunch")
            await house.roster.settled()
        members = house.member("801"), house.member("802")
        await caller.invite()
        call = await phone["801"].pick_up()
        await call.hangup()

    assert "paused" not in members[0]
    assert "paused:lunch" in members[1]


async def test_an_attended_transfer_leaves_each_agent_in_the_state_of_its_own_phone(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801", "802") as phone, desk(pbx, path) as house:
        roster = house.roster
        roster.ready("801")
        roster.not_ready("802", "break")
        await caller.invite()
        first = await phone["801"].pick_up()
        await house.state("801", "on_call")
        await caller.listen(0.5)  # picked up is not yet put through
        await attended_transfer(house.ami, roster.status("801").channel, "cc-agents", "802")
        await house.state("802", "ringing")
        second = await phone["802"].pick_up()
        await house.state("802", "on_call")
        consulting = roster.status("801").state
        await asyncio.sleep(0.3)
        await first.hangup()
        await house.state("801", "wrap_up")
        await asyncio.sleep(0.5)
        await roster.reconcile()
        talking, done = roster.status("802"), roster.status("801")
        caller.hang_up()
        await house.state("802", "wrap_up")
        await roster.wrap_up("802", f"{CALL}-1", "inquiry", "")
        last = roster.status("802")
        del second

    assert consulting in ("on_call", "hold")
    assert (done.state, done.call_id) == ("wrap_up", f"{CALL}-1")
    assert (talking.state, talking.call_id) == ("on_call", f"{CALL}-1")
    assert (last.state, last.reason) == ("not_ready", "break")


async def test_a_blind_transfer_frees_the_agent_for_the_wrap_up(
    caller: SipCaller, pbx: HousePbx, path: Path
) -> None:
    async with server(pbx), phones(pbx, "801", "802") as phone, desk(pbx, path) as house:
        roster = house.roster
        roster.ready("801")
        await caller.invite()
        await phone["801"].pick_up()
        await house.state("801", "on_call")
        await caller.listen(0.5)  # picked up is not yet put through
        await blind_transfer(house.ami, roster.status("801").channel, "cc-agents", "802")
        await house.state("801", "wrap_up")
        await phone["802"].pick_up()
        await house.state("802", "on_call")
        await roster.reconcile()
        states = [(one.state, one.call_id) for one in roster.statuses()]
        caller.hang_up()
        await house.state("802", "wrap_up")

    assert states == [("wrap_up", f"{CALL}-1"), ("on_call", f"{CALL}-1")]


async def test_a_rush_offers_no_agent_two_calls_and_every_state_adds_up(
    new_caller: NewCaller, pbx: HousePbx, path: Path
) -> None:
    numbers, callers = ("801", "802"), 10
    at_once: list[int] = []

    async def work(house: Desk, number: str, phone: AgentPhone) -> None:
        while True:
            call = await phone.pick_up(timeout_s=60)
            await house.state(number, "on_call", timeout_s=5)
            await asyncio.sleep(0.3)
            await call.hangup()
            await house.state(number, "wrap_up", timeout_s=5)
            at_once.append(phone.incoming.qsize())
            call_id = house.roster.status(number).call_id
            assert await house.roster.wrap_up(number, call_id, "inquiry", "") == ""

    async def ring_up() -> None:
        async with new_caller() as one:
            await one.invite()
            await one.hung_up.wait()

    async with server(pbx), phones(pbx, *numbers) as phone, desk(pbx, path) as house:
        for number in numbers:
            house.roster.ready(number)
        await house.roster.settled()
        working = [asyncio.create_task(work(house, one, phone[one])) for one in numbers]
        await asyncio.wait_for(asyncio.gather(*(ring_up() for _ in range(callers))), 60)
        await house.until(
            lambda: all(one.state == "ready" for one in house.roster.statuses()), timeout_s=5
        )
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        facts = {number: await house.facts(number) for number in numbers}
        days = [house.roster.today(number) for number in numbers]

    offers = [one.data for number in numbers for one in facts[number] if one.kind == "offer"]
    assert sorted(one["call_id"] for one in offers) == sorted(
        f"{CALL}-{placed}" for placed in range(1, callers + 1)
    )
    assert {one["result"] for one in offers} == {"answered"}
    assert set(at_once) == {0}
    for number, day in zip(numbers, days, strict=True):
        entered = [one.data["state"] for one in facts[number] if one.kind == "state"]
        rounds = ["ringing", "on_call", "wrap_up", "ready"]
        assert entered == ["ready", *rounds * day.answered]
        assert sum(day.state_ms.values()) == (day.until - day.since) // timedelta(milliseconds=1)
