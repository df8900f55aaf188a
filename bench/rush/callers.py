"""The callers of the rush: when they call, how long they bear to wait, who ends the talk."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.support.g711 import Samples
from tests.support.rtp import RtpSession
from tests.support.sip_caller import ADDRESS, SipCaller

FIRST_NUMBER = 13_800_010_000
LONGEST_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one caller is going to do."""

    number: str
    at_s: float
    patience_s: float | None
    """Hangs up after so long in the queue; None bears any wait."""

    ends_after_s: float | None
    """Ends the talk after so long; None leaves that to the agent."""


@dataclass(slots=True)
class Told:
    """How a caller fared, by the caller's own clock."""

    plan: Plan
    talking: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the agent who answers."""

    end: str = ""
    """`served`, `abandoned`, `refused`, `turned_away` (the house hung up first) or `stuck`."""

    waited_s: float | None = None
    """From the house's answer to the agent's."""


def plans(callers: int, minutes: float, handle_s: float, seed: int) -> list[Plan]:
    """Arrivals by a Poisson process over so many minutes; one of ten has little patience."""
    dice = random.Random(f"callers {seed}")
    times = sorted(dice.uniform(0, minutes * 60) for _ in range(callers))
    return [
        Plan(
            number=str(FIRST_NUMBER + index),
            at_s=at_s,
            patience_s=dice.uniform(1, 12) if dice.random() < 0.1 else None,
            ends_after_s=dice.uniform(0.2, 0.9) * handle_s if dice.random() < 0.4 else None,
        )
        for index, at_s in enumerate(times)
    ]


async def live_out(told: Told, sip_port: int, word: Samples) -> None:
    """Call, wait, talk, end; `word` is said now and then while talking."""
    await asyncio.sleep(told.plan.at_s)
    async with _light_caller(sip_port) as caller:
        if await caller.invite(number=told.plan.number, timeout_s=60) is not None:
            told.end = "refused"
            return
        answered_ms = caller.now_ms()
        if not await _waits(told, caller):
            return
        told.waited_s = (caller.now_ms() - answered_ms) / 1000
        await _talks(told, caller, word)


async def _waits(told: Told, caller: SipCaller) -> bool:
    """Whether an agent came."""
    patience = told.plan.patience_s
    talking = asyncio.ensure_future(told.talking.wait())
    gone = asyncio.ensure_future(caller.hung_up.wait())
    limit = LONGEST_S if patience is None else patience
    await asyncio.wait({talking, gone}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    talking.cancel()
    gone.cancel()
    if told.talking.is_set():
        return True
    if caller.hung_up.is_set():
        told.end = "turned_away"
    else:
        told.end = "stuck" if patience is None else "abandoned"
    return False


async def _talks(told: Told, caller: SipCaller, word: Samples) -> None:
    speaking = asyncio.ensure_future(_speak(caller, word))
    await caller.listen(told.plan.ends_after_s or LONGEST_S)
    speaking.cancel()
    by_house = caller.hung_up.is_set()
    told.end = "served" if by_house or told.plan.ends_after_s is not None else "stuck"


async def _speak(caller: SipCaller, word: Samples) -> None:
    while True:
        await asyncio.sleep(3)
        await caller.play(word)


class _DeafRtp(RtpSession):
    """Sends as any phone does; what comes is dropped unread."""

    def _read(self, own: socket.socket) -> None:
        own.recv(2048)


@asynccontextmanager
async def _light_caller(sip_port: int) -> AsyncIterator[SipCaller]:
    loop = asyncio.get_running_loop()
    caller = SipCaller(sip_port)
    caller.rtp = _DeafRtp(caller.now_ms)
    await loop.create_datagram_endpoint(lambda: caller, local_addr=(ADDRESS, 0))
    caller.rtp.open(ADDRESS)
    try:
        yield caller
        caller.hang_up()
        await asyncio.sleep(0.5)
    finally:
        caller.close()
