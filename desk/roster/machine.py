"""One agent as a state machine: what is known in, facts out. No I/O.

The state is not moved from place to place; it follows from what is known, so that no order of
events can leave it stuck: a call at the ear, else a phone that rings, else a wrap-up that is due,
else what the agent wishes, if there is a phone to do it with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from calls.clock import Clock
from calls.fact import Fact
from calls.floor.events import AfterCall, FloorEvent, StateEntered, WrappedUp
from calls.floor.states import TALKING, AgentState

MISSED: Final = "missed"
UNREACHABLE: Final = "unreachable"

_PICKED_UP: Final = (AgentState.ON_CALL, AgentState.CONSULT)

_WISHES: Final = {
    AgentState.READY.value: AgentState.READY,
    AgentState.NOT_READY.value: AgentState.NOT_READY,
    AgentState.SIGNED_OUT.value: AgentState.SIGNED_OUT,
}


@dataclass(frozen=True, slots=True)
class Place:
    """How the agent stands in the queues."""

    paused: bool
    """To be offered no call now."""

    reason: str
    """Why, for whoever looks at the queue."""

    away: bool
    """Not to be waited for either: signed out, at lunch, without a phone. One who talks or wraps
    up is back in a moment, so callers may wait."""


class AgentMachine:
    """One agent. Each method gives the facts that it brought about, in order."""

    def __init__(self, number: str, clock: Clock) -> None:
        self.number = number
        self._clock = clock
        self.wish = AgentState.SIGNED_OUT
        self.wish_reason = ""
        self.phone_here = True
        """Until Asterisk says otherwise."""

        self.rings_for: str | None = None
        self.talks_on: str | None = None
        """Call ids; empty for a call that is none of ours."""

        self.held = self.asked = False
        self.to_wrap: list[str] = []
        self._wrapped_early = ""
        self._spent = dict.fromkeys(TALKING, 0)
        self.state, self.reason, self.call_id = AgentState.SIGNED_OUT, "", ""
        self.since_ms = clock.monotonic_ms()

    @property
    def for_ms(self) -> int:
        """How long the state has lasted."""
        return max(0, self._clock.monotonic_ms() - self.since_ms)

    def spent_ms(self, state: AgentState) -> int:
        """Time in a state of `TALKING` of the call at the ear, or of the last one."""
        now_ms = self.for_ms if self.state is state else 0
        return self._spent.get(state, 0) + now_ms

    @property
    def after_call(self) -> str:
        """What comes when call and wrap-up are over: a reason of `not_ready`, `signed_out`, or
        empty for ready."""
        if not self._engaged or self.wish is AgentState.READY:
            return ""
        return self.wish_reason or self.wish.value

    @property
    def place(self) -> Place:
        """How the agent must stand in the queues."""
        paused = self.state is not AgentState.READY
        away = self.wish is not AgentState.READY or not self.phone_here
        return Place(paused, (self.reason or self.state.value) if paused else "", away)

    # -- what the agent wishes -----------------------------------------------------------------

    def ready(self) -> list[Fact]:
        """Offer me calls; signs in. During a call: after it."""
        return self._wishes(AgentState.READY, "")

    def not_ready(self, reason: str) -> list[Fact]:
        """Don't; signs in. During a call: after it."""
        return self._wishes(AgentState.NOT_READY, reason)

    def sign_out(self) -> list[Fact]:
        """The shift is over; during a call, after it."""
        return self._wishes(AgentState.SIGNED_OUT, "")

    def _wishes(self, wish: AgentState, reason: str) -> list[Fact]:
        changed = (self.wish, self.wish_reason) != (wish, reason)
        self.wish, self.wish_reason = wish, reason
        facts = self._settle()
        # `unreachable` may be the phone's state or, for an agent without a panel, a wish.
        shown = (self.state, self.reason) == (wish, reason) and reason != UNREACHABLE
        if changed and not shown:
            facts.insert(0, AfterCall(state=wish.value, reason=reason))
        return facts

    # -- what the phone does -------------------------------------------------------------------

    def phone(self, here: bool) -> list[Fact]:
        """The phone is registered, or is not any more."""
        self.phone_here = here
        return self._settle()

    def rings(self, call_id: str) -> list[Fact]:
        """The phone rings for a call."""
        self.rings_for = call_id
        return self._settle()

    def rings_no_more(self, *, missed: bool = False) -> list[Fact]:
        """It stopped, unanswered; one who missed a call is offered no other until ready again."""
        self.rings_for = None
        if missed and self.wish is AgentState.READY:
            return self._wishes(AgentState.NOT_READY, MISSED)
        return self._settle()

    def answered(self, call_id: str, *, asked: bool = False) -> list[Fact]:
        """The agent is on a call, or with a colleague who asks about it. Hearing it twice does no
        harm."""
        facts = self.named(call_id)
        if self.talks_on is not None and self.talks_on != call_id:
            facts += self.call_over()
        if self.talks_on is None:
            self._spent = dict.fromkeys(self._spent, 0)
        self.rings_for, self.talks_on, self.asked = None, call_id, asked
        return facts + self._settle()

    def has_caller(self) -> list[Fact]:
        """The call that the agent was asked about is theirs now."""
        self.asked = False
        return self._settle()

    def holds(self, on: bool) -> list[Fact]:
        """The caller is on hold, or is back."""
        self.held = on and self.talks_on is not None
        return self._settle()

    def call_over(self, *, wraps: bool = True) -> list[Fact]:
        """The agent's phone is off the call, whoever hung up and wherever the caller went on.

        `wraps` False: it was a colleague's, who asked; theirs to wrap up.
        """
        call_id, self.talks_on = self.talks_on, None
        self.held = self.asked = False
        known = call_id == self._wrapped_early or call_id in self.to_wrap
        if call_id and wraps and not known:
            self.to_wrap.append(call_id)
        self._wrapped_early = ""
        return self._settle()

    def named(self, call_id: str) -> list[Fact]:
        """The call at this phone is known by name now, if it was not."""
        if self.talks_on == "":
            self.talks_on = call_id
        elif self.talks_on is None and self.rings_for == "":
            self.rings_for = call_id
        return self._settle()

    # -- wrap-up -------------------------------------------------------------------------------

    def wraps_up(self, call_id: str, disposition: str, note: str) -> list[Fact] | None:
        """The call's disposition, after it or during it already; None: no such call to wrap up."""
        if call_id in self.to_wrap:
            self.to_wrap.remove(call_id)
        elif call_id and call_id == self.talks_on:
            self._wrapped_early = call_id
        else:
            return None
        fact = WrappedUp(call_id=call_id, disposition=disposition, note=note)
        return [fact, *self._settle()]

    # -- what it comes to ----------------------------------------------------------------------

    @property
    def _engaged(self) -> bool:
        return self.talks_on is not None or self.rings_for is not None or bool(self.to_wrap)

    def _follows(self) -> tuple[AgentState, str, str]:
        if self.talks_on is not None:
            talks = AgentState.CONSULT if self.asked else AgentState.ON_CALL
            return (AgentState.HOLD if self.held else talks), "", self.talks_on
        if self.rings_for is not None:
            return AgentState.RINGING, "", self.rings_for
        if self.to_wrap:
            return AgentState.WRAP_UP, "", self.to_wrap[0]
        if self.wish is AgentState.READY and not self.phone_here:
            return AgentState.NOT_READY, UNREACHABLE, ""
        return self.wish, self.wish_reason, ""

    def _settle(self) -> list[Fact]:
        follows = self._follows()
        if follows == (self.state, self.reason, self.call_id):
            return []
        before, lasted_ms = self.state, self.for_ms
        if before in self._spent:
            self._spent[before] += lasted_ms
        self.state, self.reason, self.call_id = follows
        self.since_ms = self._clock.monotonic_ms()
        return [
            StateEntered(
                state=self.state.value,
                reason=self.reason,
                call_id=self.call_id,
                before=before.value,
                lasted_ms=lasted_ms,
            )
        ]

    # -- after a restart -----------------------------------------------------------------------

    def restore(self, events: Iterable[FloorEvent]) -> None:
        """Take up where the agent's facts end; what came of a call since, the channels tell."""
        reason = ""
        for event in events:
            if event.kind == "state":
                self._was(event)
                reason = str(event.data.get("reason") or "")
            elif event.kind == "after_call":
                self._wished(event.data)
            elif event.kind == "wrapped_up":
                self._wrapped(str(event.data.get("call_id")))
        # Ready and yet not: there was no phone. Otherwise the first look at the phones tells.
        self.phone_here = not (reason == UNREACHABLE and self.wish is AgentState.READY)
        self.state, self.reason, self.call_id = self._follows()

    def _was(self, event: FloorEvent) -> None:
        entered = str(event.data.get("state"))
        call_id = str(event.data.get("call_id") or "")
        self._was_spent(event.data)
        # The wall clock bridges the time that no process of ours was there.
        ago = self._clock.utc_now() - event.at
        self.since_ms = self._clock.monotonic_ms() - max(0, round(ago.total_seconds() * 1000))
        self.rings_for = call_id if entered == AgentState.RINGING else None
        talks = entered in list(TALKING)
        self.talks_on = call_id if talks else None
        self.held = entered == AgentState.HOLD
        self.asked = talks and (entered == AgentState.CONSULT or (self.held and self.asked))
        self._wrapped_early = self._wrapped_early if talks else ""
        if entered == AgentState.WRAP_UP and call_id not in self.to_wrap:
            self.to_wrap.append(call_id)
        elif entered in _WISHES:
            self.to_wrap.clear()
            if event.data.get("reason") != UNREACHABLE:
                self._wished(event.data)
            elif self.wish is AgentState.SIGNED_OUT:
                self.wish, self.wish_reason = AgentState.NOT_READY, UNREACHABLE

    def _was_spent(self, data: dict[str, Any]) -> None:
        before, lasted_ms = str(data.get("before")), data.get("lasted_ms")
        for state in self._spent:
            if before == state and isinstance(lasted_ms, int):
                self._spent[state] += lasted_ms
        if data.get("state") in list(_PICKED_UP) and before not in list(self._spent):
            self._spent = dict.fromkeys(self._spent, 0)

    def _wished(self, data: dict[str, Any]) -> None:
        self.wish = _WISHES.get(str(data.get("state")), AgentState.SIGNED_OUT)
        self.wish_reason = str(data.get("reason") or "")

    def _wrapped(self, call_id: str) -> None:
        if call_id in self.to_wrap:
            self.to_wrap.remove(call_id)
        elif call_id == self.talks_on:
            self._wrapped_early = call_id
