"""Where a call is now, between two events, and the clocks that run on it. Pure but for `Clock`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from calls.actions import Ring
from calls.clock import Clock
from calls.events import CallEvent
from softphone_panel.watch.floor import RINGS_ALLOWED
from softphone_panel.watch.live_call import CallState, LiveCall

RING_CYCLE_MS = Ring().cycle_ms


class CallClocks:
    """Each call's own time, carried on from its last event by this machine's monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_ms: dict[str, int] = {}

    def see(self, event: CallEvent) -> None:
        """Learn from an event when its call began.

        The first one is placed by the wall clock (the panel may have opened in mid-call). Each
        event also bounds it: it cannot lie in the future.
        """
        arrived = self._clock.monotonic_ms() - event.offset_ms
        began = self._began_ms.get(event.call_id)
        if began is None:
            age = self._clock.utc_now() - event.at
            began = arrived - max(int(age.total_seconds() * 1000), 0)
        self._began_ms[event.call_id] = min(began, arrived)

    def forget(self, call_id: str) -> None:
        """Drop an ended call."""
        self._began_ms.pop(call_id, None)

    def offset_ms(self, call: LiveCall) -> int:
        """Milliseconds since the call was offered; an ended call stands still."""
        began = self._began_ms.get(call.id)
        if call.is_over or began is None:
            return call.last_ms
        return max(call.last_ms, self._clock.monotonic_ms() - began)


class ClockKind(StrEnum):
    """Which rule's time is running."""

    RINGS = "rings"
    """Three rings (A01)."""

    SILENCE = "silence"
    """The pause a silent caller gets (A11)."""

    NOISE = "noise"
    """The ten seconds a noisy line gets to become clear (A12)."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """A running clock: how much of it is spent."""

    kind: ClockKind
    spent_ms: int
    whole_ms: int
    held: bool = False
    """It stands still: the caller is speaking."""

    @property
    def left_ms(self) -> int:
        """What is left of it."""
        return self.whole_ms - self.spent_ms

    @property
    def share(self) -> float:
        """The part spent, 0 to 1."""
        return self.spent_ms / self.whole_ms if self.whole_ms else 1.0


def countdown(call: LiveCall, now_ms: int) -> Countdown | None:
    """The clock that runs on `call` at `now_ms` of its own time, if any."""
    if call.state is CallState.RINGING:
        whole = RINGS_ALLOWED * RING_CYCLE_MS
        return Countdown(ClockKind.RINGS, min(now_ms, whole), whole)
    window = call.window
    if window is None or window.window_ms <= 0:
        return None
    speaks = call.hearing is not None and call.hearing.what == "speech"
    if window.until == "clear":
        kind, held, until_ms = ClockKind.NOISE, False, now_ms
    else:
        kind, held = ClockKind.SILENCE, speaks
        until_ms = call.hearing.since_ms if call.hearing and speaks else now_ms
    spent = min(max(until_ms - window.opened_ms, 0), window.window_ms)
    return Countdown(kind, spent, window.window_ms, held)


def ring_number(now_ms: int) -> int:
    """Which ring the caller hears, from 1."""
    return now_ms // RING_CYCLE_MS + 1
