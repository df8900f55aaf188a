"""A channel in virtual time: its other end is a persona, and only a clock moves."""

from __future__ import annotations

from typing import Final, assert_never

from callers.virtual_listening import VirtualListening
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Listen,
    Lookup,
    OfficeAction,
    Promise,
    Queue,
    Record,
    RecordCommand,
    Ring,
    Say,
    Ticket,
    Transfer,
    Wait,
)
from calls.events import Fault
from calls.outcomes import Answered, Done, Failed, Outcome
from calls.values import maker

_Once = Ring | Record | Queue | Wait
_Seldom = Transfer | Form | Fetch | Do | Promise | Ticket

RING_TONE_MS: Final = 1000
"""The house answers when the tone of the last ring is over."""


_DONE: Final = Done()
_START: Final = RecordCommand.START
_answered = maker(Answered)


class VirtualChannel(VirtualListening):
    """What a `calls.ports.Channel` does, at once: its other end is a persona."""

    def perform(self, action: Action) -> Outcome:
        """Carry out `action` in no time at all; the clock says how long it took."""
        if self._down or self._fails:
            outcome = self._not_performed(action)
            if outcome is not None:
                return outcome
        if isinstance(action, Listen):
            return self._listen(action)
        if isinstance(action, Say):
            return self._say(action.line)
        if isinstance(action, Lookup):
            return self._office.perform(self.call, action)
        return self._other(action)

    def _not_performed(self, action: Action) -> Outcome | None:
        """What comes of an action for which nobody is there, or that is planned to fail."""
        if self._down and not isinstance(action, OfficeAction):
            return self._gone()
        failing = type(action).__name__.lower() in self._fails
        return self._planned_to_fail(action) if failing else None

    def _planned_to_fail(self, action: Action) -> Failed:
        """The back office notes what it could not do; the other channels' faults differ."""
        failed = Failed(reason="planned to fail")
        if isinstance(action, OfficeAction):
            self.call.record(Fault(where=type(action).__name__.lower(), problem=failed.reason))
        return failed

    def _other(self, action: _Once | _Seldom) -> Outcome:
        """What comes once or twice a call."""
        if isinstance(action, Ring):
            return self._ring(action)
        match action:
            case Record(command=command):
                if command is _START:
                    self._answer()
                return self._recorder.perform(command)
            case Queue():
                return self._queue(action)
            case Wait(ms=ms):
                return _DONE if self._pass(self._time.now_ms + ms) else self._gone()
            case _:
                return self._seldom(action)

    def _seldom(self, action: _Seldom) -> Outcome:
        """What few calls come to."""
        match action:
            case Transfer():
                return self._transfer(action)
            case Form():
                return Failed(reason="a form needs an agent's screen")
            case Fetch() | Do() | Promise() | Ticket():
                took_ms = self._office.took_ms(action)
                if took_ms and not self._down and not self._pass(self._time.now_ms + took_ms):
                    return self._gone()
                return self._office.perform(self.call, action)
            case _:
                assert_never(action)

    def _ring(self, ring: Ring) -> Outcome:
        """Ring up to the end of the last ring's tone, then answer."""
        call = self.call
        if call.answered_ms is not None:
            return Answered(rings=1, waited_ms=call.answered_ms)
        due_ms = (ring.rings - 1) * ring.cycle_ms + RING_TONE_MS if ring.rings > 0 else 0
        if not self._pass(due_ms):
            return self._gone()
        self._answer(ring.cycle_ms)
        waited_ms = self._time.now_ms
        return _answered(rings=waited_ms // ring.cycle_ms + 1, waited_ms=waited_ms)
