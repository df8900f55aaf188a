"""A floor for tests: built-in phones that speak tones, a caller whom the queue brings to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from desk.ami import AmiAddress, AmiClient
from desk.ami.actions import core_show_channels
from desk.control import LiveCall
from softphone_panel.phone.built_in import BuiltInPhone
from softphone_panel.phone.settings import PhoneSettings
from softphone_panel.phone.stack import SipStack
from tests.support.fast_agi import Dialogue, FastAgi, fast_agi
from tests.support.heard import tone
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.tones import CALLER_HZ, Kept, speak_on, until

CALL = "20261122-021530-k7f3q29m"
_AHEAD_MS = 100


class VoicedPhone:
    """A headless built-in phone with an ear and a tone for a voice."""

    def __init__(self, phone: BuiltInPhone, hz: int) -> None:
        self.phone = phone
        self.hz = hz
        self.ear = Kept()
        phone.on_pcm = self.ear.take
        self._speaking = asyncio.get_running_loop().create_task(speak_on(hz, self._say))

    async def pick_up(self, *, timeout_s: float = 30.0) -> None:
        """Answer the next call that rings."""
        await until(lambda: self.phone.ringing, f"{self.hz} Hz rings", timeout_s=timeout_s)
        await self.phone.answer()

    async def close(self) -> None:
        """Be still."""
        self._speaking.cancel()
        await asyncio.gather(self._speaking, return_exceptions=True)

    def _say(self, pcm: bytes) -> int:
        line = self.phone._line
        if line is None or not line.answered or line.buffered_ms() > _AHEAD_MS:
            return 0
        return self.phone.speak(pcm)


@asynccontextmanager
async def floor_phones(pbx: HousePbx, **voices: int) -> AsyncIterator[dict[str, VoicedPhone]]:
    """Registered phones, `agent_801=1000` each on one stack; the key is the number."""
    stack = SipStack("127.0.0.1")
    await stack.start()
    try:
        async with AsyncExitStack() as kept:
            phones = {}
            for name, hz in voices.items():
                number = name.removeprefix("agent_")
                phone = BuiltInPhone(phone_of(pbx, number), stack)
                kept.push_async_callback(phone.close)
                await phone.start()
                voiced = phones[number] = VoicedPhone(phone, hz)
                kept.push_async_callback(voiced.close)
            for number, each in phones.items():
                await until(lambda each=each: each.phone.registered, f"{number} registered")  # type: ignore[misc]
            yield phones
    finally:
        await stack.close()


def phone_of(pbx: HousePbx, number: str, *, port: int = 0) -> PhoneSettings:
    """Where a phone of this Asterisk registers; `port` for another way there."""
    return PhoneSettings(
        host="127.0.0.1",
        port=port or pbx.sip_port,
        number=number,
        password=pbx.password(number),
        probe_s=1.0,
        codecs=("pcma",),
    )


@asynccontextmanager
async def queue_server(pbx: HousePbx, *, wait_s: int = 60) -> AsyncIterator[FastAgi]:
    """A server whose flow puts every caller into the queue, and ends the call afterwards."""

    async def greetings(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command(f"SET VARIABLE __CC_CALL {CALL}")
        await dialogue.command(f"SET VARIABLE __CC_BACK 127.0.0.1:{pbx.agi_port}")
        await dialogue.command("SET VARIABLE CC_QUEUE support")
        await dialogue.command(f"SET VARIABLE CC_QUEUE_WAIT {wait_s}")
        await dialogue.command("SET VARIABLE CC_DONE queue")

    async def finish(dialogue: Dialogue) -> None:
        await dialogue.command("SET VARIABLE CC_DONE 1")
        await dialogue.command("HANGUP")

    async with fast_agi(pbx.agi_port, greetings=greetings, _resume=finish) as agi:
        yield agi


@asynccontextmanager
async def on_duty(pbx: HousePbx, number: str) -> AsyncIterator[None]:
    """A member of the queue, whoever else would be one."""
    others = [each for each in ("801", "802", "803") if each != number]
    pbx.cli(f"queue add member PJSIP/{number} to support")
    for each in others:
        pbx.cli(f"queue pause member PJSIP/{each} queue support")
    # A phone counts as there once it has answered Asterisk's OPTIONS.
    await until(lambda: _idle(pbx, number), f"{number} can be rung")
    try:
        yield
    finally:
        for each in others:
            pbx.cli(f"queue unpause member PJSIP/{each} queue support")


def _idle(pbx: HousePbx, number: str) -> bool:
    members = pbx.cli("queue show support").splitlines()
    return any(f"PJSIP/{number}" in line and "(Not in use)" in line for line in members)


@asynccontextmanager
async def talk(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone, number: str = "801"
) -> AsyncIterator[None]:
    """The caller calls, speaks 440 Hz all the time, and is put through to the agent."""
    async with queue_server(pbx), on_duty(pbx, number):
        await caller.invite()
        speaking = asyncio.get_running_loop().create_task(_speak(caller))
        try:
            await agent.pick_up()
            yield
        finally:
            speaking.cancel()
            caller.rtp.hush()
            await asyncio.gather(speaking, return_exceptions=True)
            caller.hang_up()
            await until(lambda: not agent.phone.on_call, "the agent's phone is free")


async def _speak(caller: SipCaller) -> None:
    while True:
        await caller.play(tone(500, hz=float(CALLER_HZ), dbov=-20.0))


@asynccontextmanager
async def manager(pbx: HousePbx) -> AsyncIterator[AmiClient]:
    """The desk's connection to this Asterisk, up."""
    address = AmiAddress("127.0.0.1", pbx.options.ami_port, "thirdring", pbx.password("ami"))
    ami = AmiClient(address)
    await ami.start()
    try:
        assert await ami.wait_up(30)
        yield ami
    finally:
        await ami.stop()


async def live_call(ami: AmiClient, number: str = "801") -> LiveCall:
    """The talk that an agent is in just now."""
    channels = await core_show_channels(ami)
    agent = next(one for one in channels if one.name.startswith(f"PJSIP/{number}-"))
    caller = next(one for one in channels if one.name.startswith("PJSIP/anonymous-"))
    return LiveCall(
        call_id=CALL, agent=number, agent_channel=agent.name, caller_channel=caller.name
    )
