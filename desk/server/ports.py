"""What the server needs of the desk behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from calls.floor.orders import Order
from calls.floor.view import PanelView
from calls.floor.wall import WallView


class Desk(Protocol):
    """Builds snapshots and carries out orders. All on one event loop."""

    def knows(self, agent: str) -> bool:
        """Whether there is an agent of this number."""

    def is_supervisor(self, agent: str) -> bool:
        """Whether this agent may see the floor."""

    def view(self, agent: str, seq: int) -> PanelView:
        """The agent's snapshot of now."""

    def wall(self, seq: int) -> WallView:
        """The floor's snapshot of now."""

    async def carry_out(self, agent: str, order: Order) -> str:
        """Do it; a word why not, empty when it was done. Never raises."""

    def on_change(self, agent: str, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell` whenever the agent's snapshot may have changed (an empty number: the
        floor's), with whether the change is the agent's own; gives the undoing."""

    def panel_there(self, agent: str, there: bool) -> None:
        """The agent's panel came, or went."""
