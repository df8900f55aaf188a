"""Supervisors on agents' calls: listen, whisper, barge, switched live, each on their own phone.

Who was on whose call, when and in which mode is a fact of the agent whom it concerns. What agents
see of it is the house's policy (`shown`); what the ledger keeps is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from calls.clock import Clock, SystemClock
from calls.fact import Fact
from calls.floor.events import FloorEvent, SpyBegan, SpyEnded, SpyMoved
from calls.floor.states import SpyMode
from calls.floor.wall import Watcher
from desk.ami import AmiClient, AmiError, AmiGoneError, AmiRefusedError, Message
from desk.ami.actions import core_show_channels, get_var, hang_up
from desk.ami.channels import LiveChannel, Originated
from desk.ami.listening import spy, spy_again, switch_spy
from desk.ami.nailed_up import agent_of
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.supervision.asides import Asides, may_be_heard

RINGS_S: Final = 20.0
_RESTS_MS: Final = 7000
"""So long a line that stands may be busy by itself: five seconds when it is new, a moment after
each call."""

_AGAIN_S: Final = 0.25
_log = structlog.get_logger("desk.supervision")


class FloorLedger(Protocol):
    """As much of `ledger.writer.LedgerWriter` as this needs."""

    def append_floor(self, event: FloorEvent) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Spying:
    """One supervisor on one call."""

    by: str
    call: LiveCall
    mode: SpyMode
    channel: str = ""
    """The supervisor's, once picked up."""

    began_ms: int = 0
    aside: str = ""
    """Id of the recording of the supervisor's own voice that runs now."""

    moving: asyncio.Lock = field(default_factory=asyncio.Lock)


class Spies:
    """All of them. `order` raises ControlError that says why it was not done."""

    def __init__(
        self,
        ami: AmiClient,
        ledger: FloorLedger,
        *,
        call_of: Callable[[str], LiveCall | None],
        is_supervisor: Callable[[str], bool],
        shown: bool,
        asides: Asides | None = None,
        clock: Clock | None = None,
        phone_of: Callable[[str], str] = "PJSIP/{}".format,
        rings_s: float = RINGS_S,
    ) -> None:
        """`call_of` gives the talk that an agent is in; `shown`: agents see who listens; `phone_of`
        what rings for a supervisor.

        With `asides` what supervisors say into a call is recorded.
        """
        self._ami = ami
        self._ledger = ledger
        self._call_of = call_of
        self._is_supervisor = is_supervisor
        self._shown = shown
        self._asides = asides
        self._clock = clock or SystemClock()
        self._phone_of, self._rings_s = phone_of, rings_s
        self._spying: dict[str, _Spying] = {}
        self.on_change: list[Callable[[str], None]] = []
        """Told the number of the agent whose listeners have changed."""

        self._undo = ami.on_event(("Hangup",), self._hung_up)
        ami.on_up.append(self._resync)

    def close(self) -> None:
        """Hear no more of Asterisk. Supervisors stay where they are."""
        self._undo()
        if self._resync in self._ami.on_up:
            self._ami.on_up.remove(self._resync)

    # -- what is so ---------------------------------------------------------------------------

    def watchers(self, agent: str) -> tuple[Watcher, ...]:
        """Who is on this agent's call, for supervisors' eyes."""
        found = (one for one in self._spying.values() if one.call.agent == agent and one.channel)
        now_ms = self._clock.monotonic_ms()
        return tuple(
            Watcher(number=one.by, mode=one.mode, for_ms=now_ms - one.began_ms) for one in found
        )

    def listeners(self, agent: str) -> tuple[str, ...]:
        """The same for the agent's own eyes: all of them, or none by policy.

        Who speaks to both is no secret any more.
        """
        found = self.watchers(agent)
        return tuple(one.number for one in found if self._shown or one.mode is SpyMode.BARGE)

    # -- orders -------------------------------------------------------------------------------

    async def order(self, by: str, agent: str, mode: SpyMode | None) -> None:
        """Be on an agent's call in this mode, change it, or leave (no mode).

        Returns when the supervisor's phone was picked up and the mode is on.
        """
        if not self._is_supervisor(by):
            raise ControlError("not_supervisor", "only supervisors may listen in")
        found = self._spying.get(by)
        if mode is None:
            await self._leave(by, agent)
        elif found is not None and found.call.agent == agent and self._same_call(found):
            await self._move(found, mode)
        else:
            if found is not None:
                await self._leave(by, found.call.agent)
            await self._begin(by, agent, mode)

    def _same_call(self, spying: _Spying) -> bool:
        call = self._call_of(spying.call.agent)
        return call is not None and call.agent_channel == spying.call.agent_channel

    async def _begin(self, by: str, agent: str, mode: SpyMode) -> None:
        call = self._call_of(agent)
        if by == agent or self._call_of(by) is not None:
            raise ControlError("own_call", "hang up your own call first")
        if call is None:
            raise ControlError("no_call_there", "that agent is on no call")
        spying = self._spying[by] = _Spying(by=by, call=call, mode=mode)
        try:
            begun = await self._ring(spying)
        except AmiRefusedError as error:
            self._forget(spying)
            raise ControlError("no_phone", f"your phone: {error.text}") from error
        except AmiError as error:
            self._forget(spying)
            raise _not_done(error) from error
        if self._spying.get(by) is not spying:
            raise ControlError("no_call_there", "it was called off meanwhile")
        spying.channel, spying.began_ms = begun.channel, self._clock.monotonic_ms()
        try:
            if self._asides is not None and may_be_heard(mode):
                async with spying.moving:
                    await self._switch(spying, mode)
        except ControlError:
            spying.mode = SpyMode.LISTEN
            raise
        finally:
            self._record(spying, SpyBegan(by=by, call_id=call.call_id, mode=spying.mode))

    async def _ring(self, spying: _Spying) -> Originated:
        """The supervisor's phone, or the line that it stands on once that is at rest."""
        by, call, began_ms = spying.by, spying.call, self._clock.monotonic_ms()
        while True:
            phone = self._phone_of(by)
            try:
                return await spy(
                    self._ami,
                    phone,
                    call.agent_channel,
                    spying.mode if self._asides is None else SpyMode.LISTEN,
                    caller_id=f'"{call.agent}" <{call.agent}>',
                    wait_s=self._rings_s,
                )
            except AmiRefusedError:
                late = self._clock.monotonic_ms() - began_ms > _RESTS_MS
                if late or phone == f"PJSIP/{by}" or self._spying.get(by) is not spying:
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def _move(self, spying: _Spying, mode: SpyMode) -> None:
        if not spying.channel:
            raise ControlError("no_phone", "your phone still rings")
        async with spying.moving:
            if mode is spying.mode:
                return
            await self._switch(spying, mode)
            spying.mode = mode
            self._record(spying, SpyMoved(by=spying.by, call_id=spying.call.call_id, mode=mode))

    async def _switch(self, spying: _Spying, mode: SpyMode) -> None:
        """Another mode; where supervisors are recorded, their recording with it."""
        try:
            if self._asides is None:
                await switch_spy(self._ami, spying.channel, mode)
            else:
                await self._again(spying, mode, self._asides)
        except AmiError as error:
            raise _not_done(error) from error

    async def _again(self, spying: _Spying, mode: SpyMode, asides: Asides) -> None:
        recording = spying.aside if may_be_heard(mode) else ""
        if may_be_heard(mode) and not recording:
            recording = await asides.begin(spying.call.call_id)
        try:
            await spy_again(self._ami, spying.channel, mode, recording)
        except AmiError:
            if recording != spying.aside:
                asides.end(recording, "the supervisor's phone could not be recorded")
            raise
        if recording != spying.aside:
            asides.begun(recording)
            asides.end(spying.aside)
            spying.aside = recording
        if self._spying.get(spying.by) is not spying:
            asides.end(recording)  # gone meanwhile

    async def _leave(self, by: str, agent: str) -> None:
        spying = self._spying.get(by)
        if spying is None or spying.call.agent != agent:
            raise ControlError("no_call_there", "you are not on that agent's call")
        try:
            if spying.channel:
                await hang_up(self._ami, spying.channel)
            else:
                self._forget(spying)
                await self._stop_ringing(by)
        except AmiError as error:
            raise _not_done(error) from error
        if spying.channel:
            self._ended(spying)

    async def _stop_ringing(self, by: str) -> None:
        for channel in await core_show_channels(self._ami):
            if agent_of(channel.name) == by and channel.state == "Ringing":
                await hang_up(self._ami, channel.name)

    # -- what Asterisk tells ------------------------------------------------------------------

    def _hung_up(self, event: Message) -> None:
        channel = event.raw("Channel")
        for spying in tuple(self._spying.values()):
            if spying.channel == channel:
                self._ended(spying)

    async def _resync(self) -> None:
        """After a time without Asterisk: who has gone meanwhile is recorded, who came is ended.

        A spy that this desk did not begin was begun by one that died: nobody knows its mode.
        """
        channels = {one.name: one for one in await core_show_channels(self._ami)}
        for spying in tuple(self._spying.values()):
            if spying.channel and spying.channel not in channels:
                self._ended(spying)
        known = {one.channel for one in self._spying.values()}
        for channel in channels.values():
            if channel.name not in known and channel.application == "ChanSpy":
                await self._end_stranger(channel)

    async def _end_stranger(self, channel: LiveChannel) -> None:
        by, of = agent_of(channel.name), channel.data.partition(",")[0]
        watched = agent_of(of)
        if not by or not watched:
            return
        try:
            call_id = await get_var(self._ami, of, "CC_CALL")
            await hang_up(self._ami, channel.name)
        except AmiRefusedError:
            return
        _log.info("a spy of another desk was ended", by=by, agent=watched)
        ended = SpyEnded(by=by, call_id=call_id, lasted_ms=channel.lasted_s * 1000)
        self._append(watched, ended)

    def _ended(self, spying: _Spying) -> None:
        if not self._forget(spying):
            return
        if self._asides is not None:
            self._asides.end(spying.aside)
        lasted_ms = self._clock.monotonic_ms() - spying.began_ms
        self._record(
            spying, SpyEnded(by=spying.by, call_id=spying.call.call_id, lasted_ms=lasted_ms)
        )

    def _forget(self, spying: _Spying) -> bool:
        """False when it was over already."""
        if self._spying.get(spying.by) is not spying:
            return False
        del self._spying[spying.by]
        return True

    def _record(self, spying: _Spying, fact: Fact) -> None:
        self._append(spying.call.agent, fact)
        for tell in tuple(self.on_change):
            tell(spying.call.agent)

    def _append(self, agent: str, fact: Fact) -> None:
        event = FloorEvent(agent, self._clock.utc_now(), fact.kind, fact.data())
        self._ledger.append_floor(event)


def _not_done(error: AmiError) -> ControlError:
    if isinstance(error, AmiGoneError):
        return ControlError("pbx_away", "no connection to Asterisk; it comes back by itself")
    return ControlError("refused", f"Asterisk did not do it: {error}")
