"""The real server dies, stops or is slow under real calls: each caller hears flow or fallback."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import ClassVar

import pytest

from agi.ears.service import EarsService
from agi.ears.vad import VadBackend
from launch.pbx.render import SOURCE
from launch.serving.server import serving
from launch.settings.site import load_settings
from ledger.reader import LedgerReader
from tests.support.heard import read_wav
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    start_hotline,
    starts_to_hear,
    stop_hotline,
    utterance,
)
from tests.support.pbx import LEASE_S, HousePbx
from tests.support.sip_caller import Refused, SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

SORRY = read_wav(SOURCE / "sounds/cc-sorry.wav")
SORRY_LEAD_MS = 1000
PROMISE_MS = (LEASE_S + 2) * 1000
"""So long after the fault, or after the prompt that Asterisk still plays, at the latest."""

SLOW_S = 1.0
"""A stall that every lease outlives: 0.4 of it is left at the least."""

RINGING, GREETED, WAITED_FOR, CHOOSING = "13800002001", "13800002002", "13800002003", "13800002004"
AFTERWARDS = "13800002005"
LAST_KNOWN = {RINGING: "stepped", GREETED: "saying", WAITED_FOR: "listening", CHOOSING: "saying"}
"""The fact that shows where each caller was."""


@contextmanager
def hotline_on(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    running = start_hotline(pbx, lease_s=LEASE_S)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGCONT)
        stop_hotline(running)


Callers = dict[str, SipCaller]


@asynccontextmanager
async def callers_everywhere(new_caller: NewCaller, *numbers: str) -> AsyncIterator[Callers]:
    """Some who hear it ring, are in the greeting, are listened to, are in the spoken menu."""
    async with AsyncExitStack() as lines:
        callers = {number: await lines.enter_async_context(new_caller()) for number in numbers}

        def dials(number: str) -> asyncio.Task[Refused | None]:
            return asyncio.create_task(callers[number].invite(number=number, timeout_s=60))

        choosing = callers[CHOOSING]
        dialling = [dials(WAITED_FOR), dials(CHOOSING)]
        await asyncio.gather(*dialling)
        await has_heard(choosing, line_sound("how_may_i_help"))
        dialling.append(dials(GREETED))
        await asyncio.sleep(0.5)
        await choosing.play(utterance("hello"))
        await starts_to_hear(choosing, line_sound("main_menu"))
        if RINGING in callers:
            dialling.append(dials(RINGING))
            while callers[RINGING].ringing_ms is None:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
        yield callers
        await asyncio.gather(*dialling)


def left_in_silence_ms(caller: SipCaller, fault_ms: float) -> float:
    """From the fault, or the last sound of the flow after it, to the first of the apology."""
    # Its first words, 对不起, begin other lines too.
    apologies = [at - SORRY_LEAD_MS for at in caller.heard.find(SORRY[SORRY_LEAD_MS * 8 :])]
    assert len(apologies) == 1, apologies
    sounds = [span.end_ms for span in caller.heard.spans() if span.end_ms < apologies[0]]
    return apologies[0] - max([fault_ms, *sounds])


async def check_each_hears_the_apology(callers: Callers) -> None:
    """To be called at the moment of the fault."""
    faults_ms = {number: each.now_ms() for number, each in callers.items()}
    await asyncio.gather(*(each.listen(40) for each in callers.values()))
    silences = {
        number: left_in_silence_ms(each, faults_ms[number]) for number, each in callers.items()
    }
    assert all(each.hung_up.is_set() for each in callers.values())
    assert max(silences.values()) < PROMISE_MS, silences


async def test_when_the_server_is_killed_each_caller_hears_the_apology_and_the_ledger_says_so(
    new_caller: NewCaller, pbx: HousePbx
) -> None:
    with hotline_on(pbx) as hotline:
        async with callers_everywhere(new_caller, *LAST_KNOWN) as callers:
            os.kill(hotline.process.pid, signal.SIGKILL)
            await check_each_hears_the_apology(callers)
    with hotline_on(pbx) as restarted:
        for number in callers:
            call, events = await restarted.call_of(number)
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            kinds = [event.kind for event in events]
            assert (call.end_reason, kinds.count("ended")) == ("interrupted", 1)
            assert kinds[kinds.index("ended") - 1] == LAST_KNOWN[number]


async def test_a_server_that_is_slow_goes_on_and_one_that_stops_is_left_within_its_lease(
    new_caller: NewCaller, pbx: HousePbx
) -> None:
    with hotline_on(pbx) as hotline:
        async with callers_everywhere(new_caller, *LAST_KNOWN) as callers:
            os.kill(hotline.process.pid, signal.SIGSTOP)
            await asyncio.sleep(SLOW_S)
            os.kill(hotline.process.pid, signal.SIGCONT)
            await has_heard(callers[GREETED], line_sound("how_may_i_help"))
            await starts_to_hear(callers[RINGING], line_sound("greeting"))
            assert not any(each.hung_up.is_set() for each in callers.values())

            os.kill(hotline.process.pid, signal.SIGSTOP)
            await check_each_hears_the_apology(callers)
            os.kill(hotline.process.pid, signal.SIGCONT)
        for number in callers:
            _, events = await hotline.call_of(number)
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
        async with new_caller() as next_one:
            assert await next_one.invite(number=AFTERWARDS) is None
            await hotline.call_of(AFTERWARDS, until="saying")


class FallibleEars(EarsService):
    """Ears that can be struck."""

    made: ClassVar[list[FallibleEars]] = []

    def __init__(self, backend: VadBackend) -> None:
        super().__init__(backend)
        self.made.append(self)

    def die(self) -> None:
        """Cut every connection and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for connection in list(self._connections):
            connection.cut()


async def test_when_the_ears_die_no_caller_is_left_in_a_window(
    new_caller: NewCaller, pbx: HousePbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launch.serving.node.EarsService", FallibleEars)
    settings = load_settings(None)
    agi = settings.agi.model_copy(update={"port": pbx.agi_port})
    ears = settings.ears.model_copy(update={"port": 0})
    desk = settings.desk.model_copy(update={"on": False})
    settings = settings.model_copy(update={"agi": agi, "ears": ears, "desk": desk})
    everywhere = callers_everywhere(new_caller, GREETED, WAITED_FOR, CHOOSING)
    async with serving(settings, pbx.state), everywhere as callers:
        FallibleEars.made.pop().die()
        await check_each_hears_the_apology(callers)
    with LedgerReader(pbx.state / "ledger.sqlite") as reader:
        calls = {call.ani: call for call in reader.calls()}
        faults = {
            number: [one.data for one in reader.events(calls[number].id) if one.kind == "fault"]
            for number in callers
        }
    assert {calls[number].end_reason for number in faults} == {"failed"}
    assert {found[0]["where"] for found in faults.values()} == {"ears"}
