"""Phones that are gone: switched off, cut off, their panel killed.

Nobody hung up, so Asterisk keeps the talk, or the line that stands, and a caller hears silence. Two
signs together tell it from a phone that only sends no sound: nothing comes from it, and the
exchange has not the registration any more that the channel was made to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.events import AgentTransfer
from desk.ami.actions import Ami, hang_up
from desk.ami.errors import AmiError
from desk.ami.nailed_up import pair_of
from desk.ami.phones import contact_of, contacts_here, packets_from
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.floor.agent_call import AgentCall

LOOK_S: Final = 1.0
IDLE_LOOKS: Final = 5
"""A line that stands between calls is looked at each so many times: nobody hears it."""

QUIET_MS: Final = 3000
"""No frame for so long: far beyond what a network loses, and soon for who listens to nothing."""

_log = structlog.get_logger("desk")


class Orders(Protocol):
    """As much of `CallControl` as is needed here."""

    async def ring_again(self, call: LiveCall) -> None: ...

    async def back_to_queue(self, call: LiveCall) -> None: ...

    async def hang_up(self, call: LiveCall) -> None: ...


@dataclass(frozen=True, slots=True)
class _Phone:
    """One that a channel is open to."""

    agent: str
    channel: str
    talk: AgentCall | None
    stands: bool
    """On a line: between calls too, and another channel than the talk's."""


@dataclass(slots=True)
class _Watched:
    """What was seen of one phone's channel."""

    contact: str
    """Asterisk's name of the registration it was made to; empty: it has none."""

    frames: int
    since_ms: int
    """Since when no other frame has come."""


class LostPhones:
    """Sends callers on whose agent's phone is gone: to that agent's phone if it is back under
    another registration, else into their queue, before all who wait in it. A line to such a phone
    is put down, so that no caller is offered to it."""

    def __init__(
        self,
        ami: Ami,
        control: Orders,
        live: Callable[[], Collection[AgentCall]],
        lines: Callable[[], Mapping[str, str]],
        agents: Collection[str],
        held: Callable[[str], bool],
        clock: Clock,
        *,
        look_s: float = LOOK_S,
        quiet_ms: int = QUIET_MS,
    ) -> None:
        """`live` gives the calls at agents' ears, `lines` the channels of lines that stand, by
        agent. Only `agents` are watched. `held`: the agent's caller hears music."""
        self._ami, self._control, self._live, self._lines = ami, control, live, lines
        self._agents, self._held, self._clock = frozenset(agents), held, clock
        self._look_s, self._quiet_ms = look_s, quiet_ms
        self._watched: dict[str, _Watched] = {}
        self._looks = 0
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
            phones = tuple(self._phones())
            for gone in self._watched.keys() - {one.channel for one in phones}:
                del self._watched[gone]
            self._looks += 1
            for phone in phones:
                if phone.talk is None and self._looks % IDLE_LOOKS:
                    continue
                try:
                    await self._look_at(phone)
                except (AmiError, ControlError) as error:
                    # The next look tries it again.
                    _log.warning("a phone cannot be looked at", agent=phone.agent, why=str(error))

    def _phones(self) -> Iterator[_Phone]:
        lines = self._lines()
        talks = {one.agent: one for one in self._live() if one.agent in self._agents}
        for agent, channel in lines.items():
            yield _Phone(agent, channel, talks.get(agent), stands=True)
        for agent, talk in talks.items():
            if agent not in lines and talk.channel and pair_of(talk.channel) is None:
                yield _Phone(agent, talk.channel, talk, stands=False)

    async def _look_at(self, phone: _Phone) -> None:
        frames = await self._frames(phone)
        if frames is None:
            return
        seen, now_ms = self._watched.get(phone.channel), self._clock.monotonic_ms()
        if seen is None:
            contact = await contact_of(self._ami, phone.channel)
            self._watched[phone.channel] = _Watched(contact, frames, now_ms)
        elif frames != seen.frames or self._held(phone.agent):
            seen.frames, seen.since_ms = frames, now_ms
        elif now_ms - seen.since_ms >= self._quiet_ms and seen.contact:
            here = await contacts_here(self._ami, phone.agent)
            if seen.contact not in here:
                await self._gone(phone, is_back=bool(here))

    async def _frames(self, phone: _Phone) -> int | None:
        """How many have come: as the tap counts them where there is one, as that costs nothing."""
        coach = None if phone.talk is None else phone.talk.coach
        tap = None if coach is None else coach.taps.agent_session
        if tap is None or phone.stands:
            return await packets_from(self._ami, phone.channel)
        return tap.frames

    async def _gone(self, phone: _Phone, *, is_back: bool) -> None:
        talk, live = phone.talk, None if phone.talk is None else phone.talk.live
        call_id = "" if talk is None else talk.call.id
        _log.warning("an agent's phone is gone", agent=phone.agent, call=call_id)
        if talk is not None and live is not None:
            # A phone that is back has no line yet.
            await self._send_on(talk, live, phone_is_back=is_back and not phone.stands)
        if phone.stands:
            await hang_up(self._ami, phone.channel)
        # Not before it is done: what failed is tried again at the next look.
        self._watched.pop(phone.channel, None)

    async def _send_on(self, talk: AgentCall, live: LiveCall, *, phone_is_back: bool) -> None:
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
