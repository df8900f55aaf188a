"""Phones that are gone in the middle of a talk: switched off, cut off, their panel killed.

Nobody hung up, so Asterisk keeps the talk, and the caller hears silence. Two signs together tell it
from a phone that only sends no sound: nothing comes from it, and the exchange has not the
registration any more that it had when the talk began.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.events import AgentTransfer
from desk.ami.actions import Ami, global_value
from desk.ami.errors import AmiError
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.floor.agent_call import AgentCall

LOOK_S: Final = 1.0
QUIET_MS: Final = 3000
"""No frame for so long: far beyond what a network loses, and soon for who listens to nothing."""

_CONTACT: Final = re.compile(r"[0-9]{2,8};@[0-9a-f]{8,64}")

_log = structlog.get_logger("desk")


class Orders(Protocol):
    """As much of `CallControl` as is needed here."""

    async def ring_again(self, call: LiveCall) -> None: ...

    async def back_to_queue(self, call: LiveCall) -> None: ...

    async def hang_up(self, call: LiveCall) -> None: ...


@dataclass(slots=True)
class _Watched:
    """One talk's agent leg."""

    contact: str
    """Asterisk's name of the phone's registration when we first looked; empty: it has none."""

    frames: int
    since_ms: int
    """Since when no other frame has come."""


class LostPhones:
    """Sends callers on whose agent's phone is gone: to that agent's phone if it is back under
    another registration, else into their queue, before all who wait in it."""

    def __init__(
        self,
        ami: Ami,
        control: Orders,
        live: Callable[[], Collection[AgentCall]],
        agents: Collection[str],
        held: Callable[[str], bool],
        clock: Clock,
        *,
        look_s: float = LOOK_S,
        quiet_ms: int = QUIET_MS,
    ) -> None:
        """`live` gives the calls at agents' ears. Only `agents` are watched: whose phone stands on
        a line has a channel of Asterisk's own between. `held`: the agent's caller hears music."""
        self._ami, self._control, self._live = ami, control, live
        self._agents, self._held, self._clock = frozenset(agents), held, clock
        self._look_s, self._quiet_ms = look_s, quiet_ms
        self._watched: dict[str, _Watched] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        """Look no more; talks go on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # -- within ----------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            talks = [one for one in self._live() if one.agent in self._agents and one.channel]
            for gone in self._watched.keys() - {one.channel for one in talks}:
                del self._watched[gone]
            for talk in talks:
                try:
                    await self._look_at(talk)
                except (AmiError, ControlError) as error:
                    # The next look tries it again.
                    _log.warning("a phone cannot be looked at", agent=talk.agent, why=str(error))

    async def _look_at(self, talk: AgentCall) -> None:
        session = None if talk.coach is None else talk.coach.taps.agent_session
        if session is None:
            return
        seen, now_ms = self._watched.get(talk.channel), self._clock.monotonic_ms()
        if seen is None:
            contact = await self._contact(talk.agent)
            self._watched[talk.channel] = _Watched(contact, session.frames, now_ms)
        elif session.frames != seen.frames or self._held(talk.agent):
            seen.frames, seen.since_ms = session.frames, now_ms
        elif now_ms - seen.since_ms >= self._quiet_ms and seen.contact:
            contact = await self._contact(talk.agent)
            if contact != seen.contact:
                await self._send_on(talk, phone_is_back=bool(contact))

    async def _contact(self, agent: str) -> str:
        """The registration of the agent's phone, if that answers; another with another address."""
        contact = await global_value(self._ami, f"PJSIP_AOR({agent},contact)")
        # Names are `801;@` and a hash. Several are of an exchange that is not set up by us.
        if not _CONTACT.fullmatch(contact):
            return ""
        status = await global_value(self._ami, f"PJSIP_CONTACT({contact},status)")
        return "" if status == "Unreachable" else contact

    async def _send_on(self, talk: AgentCall, *, phone_is_back: bool) -> None:
        live = talk.live
        if live is None:
            return
        _log.warning("an agent's phone is gone in a talk", agent=talk.agent, call=talk.call.id)
        try:
            if phone_is_back:
                await self._control.ring_again(live)
            else:
                await self._control.back_to_queue(live)
            to = talk.agent if phone_is_back else ""
            talk.call.record(AgentTransfer(agent=talk.agent, to=to, how="phone_gone"))
        except ControlError:
            # A colleague is being asked: who asks is gone, so the caller is the colleague's.
            await self._control.hang_up(live)
        # Not before it is done: what failed is tried again at the next look.
        self._watched.pop(talk.channel, None)
