"""Whatever becomes of the FastAGI server, a caller hears something and the line is given back."""

from __future__ import annotations

import asyncio

import pytest

from launch.pbx.render import SOURCE
from tests.support.fast_agi import Dialogue, fast_agi, never_answer
from tests.support.free_ports import free_port
from tests.support.heard import RATE, read_wav
from tests.support.pbx import LEASE_S, HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = pytest.mark.asterisk

SORRY = read_wav(SOURCE / "sounds/cc-sorry.wav")
SORRY_MS = len(SORRY) * 1000 // RATE


async def hears_the_apology(caller: SipCaller) -> int:
    """Listen to the end; check the apology was heard, whole; return when it began (ms)."""
    await caller.listen(LEASE_S + SORRY_MS / 1000 + 10)
    found = caller.heard.find(SORRY)
    assert caller.hung_up.is_set()
    assert len(found) == 1
    # Asterisk hangs up when the last frame has been sent.
    assert caller.hung_up_ms - found[0] > SORRY_MS - 100
    return found[0]


async def test_with_no_server_the_caller_hears_the_apology_at_once(caller: SipCaller) -> None:
    assert await caller.invite() is None

    assert caller.ringing_ms is not None
    assert await hears_the_apology(caller) < 2000


async def test_with_a_server_that_takes_the_call_and_keeps_still_the_lease_runs_out(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async with fast_agi(pbx.agi_port, greetings=never_answer):
        assert await caller.invite() is None
        began = await hears_the_apology(caller)

    assert LEASE_S * 1000 - 500 < began < (LEASE_S + 2) * 1000


async def test_with_a_server_that_dies_in_mid_prompt_the_apology_follows_at_once(
    caller: SipCaller, pbx: HousePbx
) -> None:
    died_ms = 0.0

    async def answer_play_and_die(dialogue: Dialogue) -> None:
        nonlocal died_ms
        await dialogue.command("ANSWER")
        music = min((pbx.options.folder / "moh").glob("*.wav")).with_suffix("")
        dialogue.writer.write(f'STREAM FILE "{music}" ""\n'.encode())
        await asyncio.sleep(1.0)
        died_ms = caller.now_ms()
        dialogue.writer.transport.abort()

    async with fast_agi(pbx.agi_port, greetings=answer_play_and_die):
        assert await caller.invite() is None
        began = await hears_the_apology(caller)

    music = read_wav(min((pbx.options.folder / "moh").glob("*.wav")))
    assert caller.heard.find(music)[0] < died_ms
    assert began - died_ms < 500


async def test_the_second_server_takes_over_when_the_first_is_down(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async def finish(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command("SET VARIABLE CC_DONE 1")
        await dialogue.command("HANGUP")

    nobody, somebody = free_port(), free_port()
    pbx.ask_servers(f"127.0.0.1:{nobody}", f"127.0.0.1:{somebody}")
    async with fast_agi(somebody, greetings=finish) as second:
        assert await caller.invite() is None
        await caller.listen(5)

    assert caller.hung_up.is_set()
    assert [dialogue.arguments()[:2] for dialogue in second.sessions] == [["1000", "2"]]


async def test_a_flow_that_is_done_is_not_followed_by_the_apology(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async def finish_but_leave_the_line(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command("SET VARIABLE CC_DONE 1")

    async with fast_agi(pbx.agi_port, greetings=finish_but_leave_the_line):
        assert await caller.invite() is None
        await caller.listen(5)

    assert caller.hung_up.is_set()
    assert caller.hangup_cause == "Q.850;cause=16"
    assert caller.heard.spans() == []


async def test_a_server_that_renews_its_lease_may_take_longer_than_one(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async def wait_long(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        for _ in range(3):
            await dialogue.command(f"SET VARIABLE TIMEOUT(absolute) {2 + LEASE_S}")
            await dialogue.command("EXEC Wait 2")
        await dialogue.command("SET VARIABLE CC_DONE 1")
        await dialogue.command("HANGUP")

    async with fast_agi(pbx.agi_port, greetings=wait_long):
        assert await caller.invite() is None
        await caller.listen(15)

    assert caller.heard.spans() == []
    assert caller.hung_up_ms > 6000 > LEASE_S * 1000


async def test_a_caller_who_hangs_up_on_a_stuck_server_leaves_no_channel(
    caller: SipCaller, pbx: HousePbx
) -> None:
    async def answer_and_keep_still(dialogue: Dialogue) -> None:
        await dialogue.command("SET VARIABLE TIMEOUT(absolute) 600")
        await dialogue.command("ANSWER")
        await dialogue.reader.read()

    async with fast_agi(pbx.agi_port, greetings=answer_and_keep_still) as agi:
        assert await caller.invite() is None
        await caller.listen(0.5)
        before = pbx.condition().channels
        caller.hang_up()
        await caller.listen(1.0)

        assert len(agi.sessions) == 1
        assert before == 1
        assert pbx.condition().channels == 0
