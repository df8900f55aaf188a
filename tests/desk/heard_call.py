"""A coach on real ears, and how far its clock is from the audio that was really sent."""

from __future__ import annotations

import asyncio

from agi.ears.service import EarsService
from calls.call import Call
from calls.clock import SystemClock
from calls.events import CallEvent
from calls.floor.script_view import ClockView
from calls.ports import Talk
from desk.coaching.coach import Coach
from desk.coaching.live_events import LiveEvents
from desk.coaching.means import Means
from launch.settings.site import Settings
from tests.callers.house import house
from tests.desk.coached import AGENT, CALLER, HandOffice, Sink
from tests.support.tapped_call import TappedCall


class HeardCall:
    """One call with both taps, coached through `agent_call`."""

    def __init__(self, ears: EarsService, line: bytes) -> None:
        self.taps = TappedCall(CALLER, AGENT, line=line)
        self.sink = Sink()
        live = LiveEvents(self.sink)
        means = Means(
            house=house(), live=live, ears=ears, tapper=self.taps.tap, office=HandOffice()
        )
        talk = Talk(
            call=Call(SystemClock(), live),
            agent="801",
            caller_channel=CALLER,
            agent_channel=AGENT,
            queue="operators",
            flow="agent_call",
            variables={**Settings().house.variables("zh-Hans"), "agent_no": "801"},
        )
        self.coach = Coach.begin(talk, means, lambda: None)
        self.errors: list[int] = []
        """Of the clock, in ms, as often as it was looked at."""

    async def until(self, line: str) -> None:
        """Return once this line is shown; AssertionError when it is not within 20 s."""
        for _ in range(2000):
            if self.line == line:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{self.line} is shown, not {line}")

    @property
    def line(self) -> str:
        """The line shown, by name; empty for none."""
        script = self.coach.script()
        return script.line.name if script is not None and script.line is not None else ""

    @property
    def clock(self) -> ClockView | None:
        """The clock shown."""
        script = self.coach.script()
        return None if script is None else script.clock

    async def held_by(self, what: str) -> None:
        """Return once the clock shown stands for this; AssertionError when not within 20 s."""
        for _ in range(2000):
            if self.clock is not None and self.clock.held_by == what:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the clock is not held by {what}: {self.clock}")

    async def confirm(self, line: str) -> int:
        """Confirm the line; gives the frame with which its window opens."""
        await self.until(line)
        opened = self.taps.sent
        assert self.coach.line_done(line, "confirmed") == ""
        return opened

    async def watch(self, seconds: float, opened: int) -> None:
        """Compare the clock with what was sent, for so much audio."""
        until = self.taps.sent + seconds * 50
        while self.taps.sent < until:
            await asyncio.sleep(0.03)
            clock = self.clock
            if clock is not None:
                self.errors.append(abs(clock.spent_ms - self.taps.clock_ms(opened)))

    def of(self, kind: str) -> list[CallEvent]:
        """The facts of one kind."""
        return [event for event in self.sink.events if event.kind == kind]

    async def hold(self, *, on: bool) -> None:
        """Put the caller on hold, or take them back."""
        self.taps.held = on
        self.coach.hold(on=on)

    async def close(self) -> None:
        """The caller hangs up."""
        self.coach.stop("caller")
        await self.coach.closed()
        await self.taps.close()
