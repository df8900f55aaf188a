"""What the panel needs of whoever sends it snapshots and takes its orders.

The desk over a WebSocket (`desk_link`), practice mode in the same process (`LocalLink`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from calls.floor.orders import Order
from calls.floor.view import PanelView

NO_DESK: Final = "no_desk"
"""The problem of an order given while no desk is there; it was not sent."""

LOST: Final = "lost"
"""The desk went away before it answered: the order may or may not have been done."""


class LampState(StrEnum):
    """How the panel stands with its desk."""

    CONNECTING = "connecting"
    """Not yet there, since the panel was opened."""

    LIVE = "live"
    AWAY = "away"
    """It was there and is gone; tried again without end."""

    REFUSED = "refused"
    """It does not want this panel; `why` says the reason."""

    @property
    def is_live(self) -> bool:
        """Orders can be given."""
        return self is LampState.LIVE


@dataclass(frozen=True, slots=True)
class Lamp:
    """The state, since when by the monotonic clock, and why."""

    state: LampState = LampState.CONNECTING
    since_ms: int = 0
    why: str = ""


DARK: Final = Lamp()
"""Before the first try."""

Show = Callable[[PanelView], None]
Light = Callable[[Lamp], None]


class Link(Protocol):
    """Snapshots in, orders out."""

    async def run(self, show: Show, light: Light) -> None:
        """Hand on every snapshot and every change of the lamp, until cancelled."""

    async def order(self, order: Order) -> str:
        """Give an order. The desk's word why it was not done; empty when it was."""

    def again(self) -> None:
        """Try now, even if the desk has refused this panel."""


class LocalLink:
    """A desk in the same process: practice mode, tests."""

    def __init__(self, carry_out: Callable[[Order], Awaitable[str]]) -> None:
        """`carry_out` does an order and gives the word why not, or nothing."""
        self._carry_out = carry_out
        self._views: asyncio.Queue[PanelView] = asyncio.Queue()

    def put(self, view: PanelView) -> None:
        """Show this next."""
        self._views.put_nowait(view)

    async def run(self, show: Show, light: Light) -> None:
        light(Lamp(LampState.LIVE))
        while True:
            show(await self._views.get())

    async def order(self, order: Order) -> str:
        return await self._carry_out(order)

    def again(self) -> None:
        """Nothing is ever lost here."""
