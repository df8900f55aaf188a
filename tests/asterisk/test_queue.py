"""The queue is the dialplan's: the server is told of it, and nobody waits for the server."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from tests.support.agent_phone import agent_phone, talks_to
from tests.support.fast_agi import Dialogue, FastAgi, Part, fast_agi, never_answer
from tests.support.heard import read_wav
from tests.support.pbx import LEASE_S, HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = pytest.mark.asterisk

CALL = "20261122-021530-k7f3q29m"


def into_the_queue(pbx: HousePbx, *, queue: str = "support", wait_s: int = 20) -> Part:
    """What the server does for a `queue` act."""

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command(f"SET VARIABLE __CC_CALL {CALL}")
        await dialogue.command(f"SET VARIABLE __CC_BACK 127.0.0.1:{pbx.agi_port}")
        await dialogue.command(f"SET VARIABLE CC_QUEUE {queue}")
        await dialogue.command(f"SET VARIABLE CC_QUEUE_WAIT {wait_s}")
        await dialogue.command("SET VARIABLE CC_DONE queue")

    return part


async def finish(dialogue: Dialogue) -> None:
    await dialogue.command("SET VARIABLE CC_DONE 1")
    await dialogue.command("HANGUP")


def server(pbx: HousePbx, **queue: str | int) -> AbstractAsyncContextManager[FastAgi]:
    """A server whose flow puts the caller in the queue and ends the call afterwards."""
    greetings = into_the_queue(pbx, **queue)  # type: ignore[arg-type]
    return fast_agi(pbx.agi_port, greetings=greetings, _resume=finish)


async def test_with_no_agent_on_duty_the_flow_goes_on_at_once(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx) as agi:
        await caller.invite()
        resumed = await agi.session("_resume", timeout_s=5)
        await caller.listen(5)

    assert resumed.arguments() == [CALL, "JOINEMPTY", "", str(LEASE_S)]
    assert caller.hung_up.is_set()


async def test_a_queue_that_does_not_exist_is_told_to_the_flow(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx, queue="nowhere") as agi:
        await caller.invite()
        resumed = await agi.session("_resume", timeout_s=5)
        await caller.listen(5)

    assert resumed.arguments()[:2] == [CALL, "UNKNOWN"]


async def test_an_agent_picks_up_talks_and_hangs_up_and_the_flow_goes_on(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx) as agi, agent_phone(pbx, "801") as phone:
        await caller.invite()
        call = await talks_to(caller, phone)
        headers = dict(call.headers)
        await call.hangup()
        resumed = await agi.session("_resume")
        offered, answered = (
            await agi.session("_agent-offered"),
            await agi.session("_agent-answered"),
        )
        await caller.listen(5)

    assert headers == {"X-Call-Ref": CALL}
    assert offered.arguments()[0] == answered.arguments()[0] == CALL
    assert offered.arguments()[1].startswith("PJSIP/801-")
    assert answered.arguments() == offered.arguments()
    assert resumed.arguments() == [CALL, "CONTINUE", "PJSIP/801", str(LEASE_S)]
    assert caller.hung_up.is_set()


async def test_a_caller_who_waits_hears_music_until_his_time_is_up(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx, wait_s=3) as agi, agent_phone(pbx, "801") as phone:
        await caller.invite()
        resumed = await agi.session("_resume")
        rang = await phone.incoming.get()

    music = read_wav(min((pbx.options.folder / "moh").glob("*.wav")))
    assert resumed.arguments() == [CALL, "TIMEOUT", "", str(LEASE_S)]
    assert caller.heard.find(music)
    assert rang is not None


async def test_a_caller_who_hangs_up_in_the_queue_is_known_at_once(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx) as agi, agent_phone(pbx, "801") as phone:
        await caller.invite()
        await phone.incoming.get()
        caller.hang_up()
        told = await agi.session("_hung-up", timeout_s=2)

    assert told.arguments()[:2] == [CALL, "16"]
    assert [one.script for one in agi.sessions if one.script == "_resume"] == []


async def test_a_caller_who_hangs_up_on_an_agent_is_known_too(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with server(pbx) as agi, agent_phone(pbx, "801") as phone:
        await caller.invite()
        await talks_to(caller, phone)
        caller.hang_up()
        told = await agi.session("_hung-up", timeout_s=2)

    assert told.arguments()[:2] == [CALL, "16"]


async def test_a_stuck_server_holds_up_neither_the_ringing_nor_the_talk(
    caller: SipCaller, pbx: HousePbx
) -> None:
    parts: dict[str, Part] = {
        "greetings": into_the_queue(pbx),
        "_agent-offered": never_answer,
        "_agent-answered": never_answer,
        "_hung-up": never_answer,
    }
    async with fast_agi(pbx.agi_port, **parts) as agi, agent_phone(pbx, "801") as phone:
        began_ms = caller.now_ms()
        await caller.invite()
        await talks_to(caller, phone)
        talking_ms = caller.now_ms() - began_ms
        caller.hang_up()
        await agi.session("_hung-up", timeout_s=2)

    # pick-up and 1.5 s of talk; a lease (3 s) waited out anywhere would show
    assert talking_ms < 3500


async def test_a_server_that_is_gone_after_the_talk_leaves_the_apology(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with agent_phone(pbx, "801") as phone:
        async with fast_agi(pbx.agi_port, greetings=into_the_queue(pbx)) as agi:
            await caller.invite()
            await agi.session("greetings")
            await agi.session("_agent-offered")
        call = await talks_to(caller, phone)
        await call.hangup()
        before_ms = caller.now_ms()
        await asyncio.sleep(2)

    after = [span for span in caller.heard.spans() if span.end_ms > before_ms + 500]
    assert after
