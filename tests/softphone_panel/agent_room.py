"""An agent at a panel whose desk is a double on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from textual.pilot import Pilot

from calls.clock import ManualClock, SystemClock
from calls.floor.orders import AnyOrder
from calls.floor.view import PanelView
from softphone_panel.agent.app import AgentApp
from softphone_panel.agent.desk_link import DeskLink, DeskPlace
from softphone_panel.agent.link import LampState
from tests.softphone_panel.desk_double import TOKEN, DeskDouble

NARROW, WIDE = (80, 24), (140, 40)


@dataclass(slots=True)
class Seat:
    """What a test has in hand: the desk, the panel, the keys, the clock."""

    desk: DeskDouble
    app: AgentApp
    pilot: Pilot[None]
    clock: ManualClock

    async def shows(self, view: PanelView) -> None:
        """Send a snapshot and wait until it is on the screen."""
        await self.desk.show(view)
        await self.until(lambda: _same(self.app.scene().view, view))
        await self.settled()

    async def settled(self) -> None:
        """A form of a new snapshot is built and has its focus."""
        await self.pilot.pause()
        form = self.app.form
        await self.until(lambda: not form.is_open or not form.wants_focus)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Type a text, Chinese too."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))
        await self.pilot.pause()

    async def ordered(self, *orders: AnyOrder) -> None:
        """Wait for exactly these orders."""
        await self.until(lambda: len(self.desk.orders) >= len(orders))
        assert self.desk.orders == list(orders)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await self.pilot.pause(0.02)

    async def says(self, text: str) -> None:
        """Wait until the screen shows `text`."""
        async with asyncio.timeout(10):
            while text not in self.screen():
                await self.pilot.pause(0.02)

    async def lit(self, state: LampState) -> None:
        await self.until(lambda: self.app.scene().lamp.state is state)
        await self.pilot.pause()

    def screen(self) -> str:
        """The screen's characters, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def _same(seen: PanelView | None, sent: PanelView) -> bool:
    return seen is not None and seen.model_copy(update={"seq": sent.seq}) == sent


@asynccontextmanager
async def seat(
    view: PanelView | None = None, *, size: tuple[int, int] = NARROW, **options: Any
) -> AsyncIterator[Seat]:
    """A panel on the line with its desk, showing `view`."""
    clock = ManualClock()
    async with DeskDouble() as desk:
        if view is not None:
            await desk.show(view)
        link = DeskLink("801", lambda: DeskPlace(desk.url, TOKEN), SystemClock())
        app = AgentApp(link, clock=clock, timezone=UTC, **options)
        async with app.run_test(size=size) as pilot:
            at = Seat(desk, app, pilot, clock)
            if view is not None:
                await at.until(lambda: app.scene().view is not None)
                await at.settled()
            yield at
