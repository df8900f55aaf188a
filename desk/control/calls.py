"""Orders to live calls: hang up, hold, mute, keys, transfers, recording."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from calls.clock import Clock, SystemClock
from calls.floor.view import ConsultView
from desk.ami import AmiClient, AmiError, AmiGoneError, AmiRefusedError
from desk.ami.actions import (
    attended_transfer,
    blind_transfer,
    cancel_transfer,
    get_var,
    hang_up,
    mix_monitor_mute,
    mute_audio,
    play_dtmf,
    set_var,
    three_way,
)
from desk.control.consults import (
    ASK_EXTEN,
    CONTEXT,
    EVENTS,
    HOLD_EXTEN,
    Consult,
    Consults,
    ConsultState,
)
from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.control.resync import MUTED, consults_under_way, muted_channels

BLIND_CONTEXT: Final = "cc-desk-blind"
TO_QUEUE: Final = "to-queue"
_BEGINS_S: Final = 8.0
"""A transfer is dialled as keys on the agent's channel: half a second on an idle machine."""

_SETTLES_S: Final = 0.5
"""So long a channel that has been moved back still loses keys."""

_TARGET = re.compile(r"[a-z][a-z0-9_]{0,31}|[0-9]{2,8}")
_KEYS = re.compile(r"[0-9*#]{1,32}")

_GONE: Final = ("no such channel", "does not exist")
T = TypeVar("T")


class CallControl:
    """One for all agents. Every order raises ControlError that says why it was not done.

    Phones that their panel controls itself (`softphone_panel.phone`) hold, mute and press keys
    there; then only transfers and the recording come here.
    """

    def __init__(
        self, ami: AmiClient, *, clock: Clock | None = None, begins_s: float = _BEGINS_S
    ) -> None:
        self._ami = ami
        self._clock = clock or SystemClock()
        self._begins_s = begins_s
        self.on_change: list[Callable[[str], None]] = []
        """Told the agent's number whenever `consult_of` or `held` may have changed."""

        self._muted: dict[str, str] = {}
        """Channels by agent."""

        self._consults = Consults(self._clock, self._changed)
        self._undo = ami.on_event(EVENTS, self._consults.take)
        ami.on_down.append(self._consults.forget_all)
        ami.on_up.append(self._resync)

    def close(self) -> None:
        """Hear no more of Asterisk."""
        self._undo()
        if self._resync in self._ami.on_up:
            self._ami.on_up.remove(self._resync)
        if self._consults.forget_all in self._ami.on_down:
            self._ami.on_down.remove(self._consults.forget_all)

    # -- what is so ---------------------------------------------------------------------------

    def consult_of(self, agent: str) -> ConsultView | None:
        """The transfer under way of an agent, as the panel shows it."""
        consult = self._consults.of_agent(agent)
        return None if consult is None else consult.view(self._clock.monotonic_ms())

    def held(self, agent: str) -> bool:
        """Whether this agent's caller is on hold by the desk (not by the phone itself)."""
        consult = self._consults.of_agent(agent)
        return consult is not None and consult.hold

    def muted(self, agent_channel: str) -> bool:
        """Whether Asterisk lets nothing through that is said on this channel."""
        return agent_channel in self._muted.values()

    # -- orders -------------------------------------------------------------------------------

    async def hang_up(self, call: LiveCall) -> None:
        """End the agent's leg; the caller stays with the flow. Of a consult: completes it."""
        if not await self._do(hang_up(self._ami, call.agent_channel)):
            raise ControlError("call_gone", "the call has ended")

    async def hold(self, call: LiveCall, on: bool) -> None:
        """Music for the caller, nothing for the agent, or together again.

        Works for every call of the house's queues and transfers, whatever the phone.
        """
        consult = self._consults.of(call.agent_channel)
        if not on:
            if consult is None or not consult.hold:
                raise ControlError("no_consult", "this call is not on hold by the desk")
            await self._cancel(call, consult)
        elif consult is not None and consult.hold:
            return
        else:
            await self._begin(call, "", hold=True)

    async def mute(self, call: LiveCall, on: bool) -> None:
        """Nothing of what the agent says reaches anybody, or again.

        For phones without a mute of their own: Asterisk sends no packets meanwhile, silence.
        """
        channel = call.agent_channel
        await self._do(mute_audio(self._ami, channel, on=on))
        if on:
            self._muted[call.agent] = channel
        else:
            self._muted.pop(call.agent, None)
        # The function cannot be asked; the next desk has to know of it.
        await self._do(set_var(self._ami, channel, MUTED, "1" if on else ""))

    async def send_keys(self, call: LiveCall, digits: str) -> None:
        """Press keys (`0-9*#`) towards the caller's side."""
        if not _KEYS.fullmatch(digits):
            raise ControlError("bad_keys", "keys are 0 to 9, * and #")
        await self._do(play_dtmf(self._ami, call.caller_channel, digits))

    async def transfer_blind(self, call: LiveCall, to: str) -> None:
        """The caller goes to a destination's name or an agent's number; this agent is out.

        Nobody there: the caller goes back into the queue, before all who wait in it. A hold by the
        desk is over with it.
        """
        self._check_target(call, to)
        await self._send(call, to)

    async def back_to_queue(self, call: LiveCall) -> None:
        """The caller goes back into the queue, before all who wait in it; this agent is out."""
        await self._send(call, TO_QUEUE)

    async def ring_again(self, call: LiveCall) -> None:
        """The caller rings at this agent's phone once more, if that is another one by now."""
        await self._send(call, call.agent)

    async def transfer_attended(self, call: LiveCall, to: str) -> None:
        """Hold music for the caller, the agent asks `to`; then `complete` and its like."""
        self._check_target(call, to)
        await self._off_hold(call)
        await self._begin(call, to, hold=False)

    async def complete(self, call: LiveCall) -> None:
        """Caller and target together, the agent out; from the three-way call too."""
        consult = self._asked(call)
        if consult.state is ConsultState.DIALLING:
            raise ControlError("not_talking_yet", "the other side has not picked up yet")
        await self.hang_up(call)

    async def cancel(self, call: LiveCall) -> None:
        """The target out, agent and caller together again."""
        await self._cancel(call, self._asked(call))

    async def three_way(self, call: LiveCall) -> None:
        """Caller, agent and target together."""
        consult = self._asked(call)
        if consult.state is not ConsultState.TALKING:
            raise ControlError("not_talking_yet", "the other side has not picked up yet")
        await self._do(three_way(self._ami, call.agent_channel))

    async def pause_recording(self, call: LiveCall, on: bool) -> None:
        """Write silence instead of the talk (card numbers), or the talk again."""
        await self._do(mix_monitor_mute(self._ami, call.caller_channel, on=on))

    async def _resync(self) -> None:
        """What was begun before this connection: by a desk that died, or by us."""
        self._muted = await muted_channels(self._ami)
        self._consults.forget_all()
        for consult in await consults_under_way(self._ami, self._clock):
            self._consults.begin(consult)

    # -- within -------------------------------------------------------------------------------

    def _check_target(self, call: LiveCall, to: str) -> None:
        if not _TARGET.fullmatch(to) or to == call.agent:
            raise ControlError("bad_target", "there is no such colleague or destination")

    def _check_free(self, call: LiveCall) -> None:
        consult = self._consults.of(call.agent_channel)
        if consult is not None and consult.state is not ConsultState.FAILED:
            raise ControlError("consult_under_way", "finish the transfer or the hold first")

    def _asked(self, call: LiveCall) -> Consult:
        consult = self._consults.of(call.agent_channel)
        if consult is None or consult.hold or consult.state is ConsultState.FAILED:
            raise ControlError("no_consult", "no transfer is under way")
        return consult

    async def _begin(self, call: LiveCall, to: str, *, hold: bool) -> None:
        self._check_free(call)
        channel = call.agent_channel
        linked_id = await self._do(get_var(self._ami, channel, "CHANNEL(linkedid)"))
        consult = Consult(
            agent=call.agent,
            agent_channel=channel,
            linked_id=linked_id,
            to=to,
            hold=hold,
            since_ms=self._clock.monotonic_ms(),
        )
        self._consults.begin(consult)
        exten = HOLD_EXTEN if hold else ASK_EXTEN
        try:
            await self._do(set_var(self._ami, channel, "__CC_CONSULT", to))
            await self._do(set_var(self._ami, channel, "__CC_HOLDER", channel))
            if not await self._taken(consult, exten):
                await self._taken(consult, exten)
            await asyncio.wait_for(consult.begun.wait(), self._begins_s)
        except TimeoutError:
            self._consults.end(consult)
            word = "no_hold_here" if hold else "no_transfer_here"
            raise ControlError(word, "Asterisk does not let this call do that") from None
        except BaseException:
            self._consults.end(consult)
            raise

    async def _taken(self, consult: Consult, exten: str) -> bool:
        """Dial the transfer's keys; whether they were taken for an order.

        Asterisk loses keys on a channel that is being moved. The music begins at once when they
        were not lost, and only then it is safe to press them again.
        """
        await self._do(attended_transfer(self._ami, consult.agent_channel, CONTEXT, exten))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(consult.taken.wait(), self._begins_s / 2)
        return consult.taken.is_set()

    async def _send(self, call: LiveCall, exten: str) -> None:
        await self._off_hold(call)
        self._check_free(call)
        await self._do(blind_transfer(self._ami, call.agent_channel, BLIND_CONTEXT, exten))

    async def _off_hold(self, call: LiveCall) -> None:
        """A transfer of a held caller begins from the talk: one thing at a time for Asterisk."""
        if self.held(call.agent):
            await self.hold(call, False)

    async def _cancel(self, call: LiveCall, consult: Consult) -> None:
        await self._do(cancel_transfer(self._ami, call.agent_channel))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(consult.back.wait(), self._begins_s)
            await asyncio.sleep(_SETTLES_S)
        self._consults.end(consult)

    async def _do(self, act: Awaitable[T]) -> T:
        try:
            return await act
        except AmiRefusedError as error:
            gone = any(words in error.text.lower() for words in _GONE)
            word = "call_gone" if gone else "refused"
            raise ControlError(word, f"Asterisk did not do it: {error.text}") from error
        except AmiGoneError as error:
            raise ControlError(
                "pbx_away", "no connection to Asterisk; it comes back by itself"
            ) from (error)
        except AmiError as error:
            raise ControlError("refused", f"not possible: {error}") from error

    def _changed(self, agent: str) -> None:
        for tell in tuple(self.on_change):
            tell(agent)
