"""An agent's real SIP phone in this process (baresip): registers, rings, answers, talks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.free_ports import free_port, rtp_range
from tests.support.heard import tone
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller


class AgentPhone:
    """A registered phone; `incoming` gives each call that rings."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()
        agent.on_incoming(self.incoming.put_nowait)

    async def pick_up(self, *, timeout_s: float = 20.0) -> Any:
        """Answer the next call that rings."""
        call = await asyncio.wait_for(self.incoming.get(), timeout_s)
        await call.answer()
        await call.wait_established()
        return call


async def is_heard(talk: Any, caller: SipCaller) -> bool:
    """Half a second of 1 kHz said now by `talk`, the agent's call; whether the caller hears it."""
    since_ms = caller.now_ms()
    word = tone(500, hz=1000.0)
    talk.audio.write(word.tobytes())
    await caller.listen(1.5)
    return bool(caller.heard.find(word, since_ms=since_ms))


async def hears(caller: SipCaller, talk: Any) -> None:
    """The agent speaks, and the caller is there and hears it."""
    assert await is_heard(talk, caller)
    assert not caller.hung_up.is_set()


async def talks_to(caller: SipCaller, phone: AgentPhone) -> Any:
    """The agent picks up, and the caller hears it; the phone's call."""
    talk = await phone.pick_up()
    await hears(caller, talk)
    return talk


@asynccontextmanager
async def agent_phone(pbx: HousePbx, number: str = "801") -> AsyncIterator[AgentPhone]:
    """A phone registered as an agent; unregistered at the end. One at a time in a process."""
    async with agent_phones(pbx, number) as phones:
        yield phones[0]


@asynccontextmanager
async def agent_phones(pbx: HousePbx, *numbers: str) -> AsyncIterator[list[AgentPhone]]:
    """Several phones, each registered as an agent; once at a time in a process."""
    from baresip import Account, Config, Runtime, UserAgent

    first, last = rtp_range(max(80, 8 * len(numbers)))
    runtime = Runtime()
    await runtime.start(
        Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=max(4, 2 * len(numbers)),
            expose_headers=("X-Call-Ref",),
            extra_config_text=(f"sip_listen 127.0.0.1:{free_port()}\nrtp_ports {first}-{last}\n"),
        )
    )
    try:
        agents = []
        for number in numbers:
            account = Account(
                number,
                f"127.0.0.1:{pbx.sip_port}",
                pbx.password(number),
                audio_codecs=("pcma",),
                reg_interval=60,
            )
            agents.append(await UserAgent.create(runtime, account))
            await agents[-1].register()
        yield [AgentPhone(agent) for agent in agents]
        for agent in agents:
            await agent.unregister()
    finally:
        await runtime.close()
