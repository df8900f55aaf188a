"""Who is told that a snapshot may be another one now, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Tell = Callable[[bool], None]
"""Told whether the change is the listener's own, not the whole floor's."""


class Telling:
    """Tells panels of changes: an agent's own at once, those of the whole floor one by one.

    Fifty snapshots made in one go keep an agent's own, whose phone rings just then, waiting for
    all of them. One a turn of the event loop costs the floor nothing, and what happens meanwhile
    is shown between two of them.
    """

    def __init__(self) -> None:
        self._listening: dict[str, list[Tell]] = {}
        self._due: dict[str, None] = {}
        self._turn: asyncio.Handle | None = None

    def listen(self, agent: str, tell: Tell) -> Callable[[], None]:
        """Tell of the agent's changes (empty: of anybody's); gives the undoing."""
        listening = self._listening.setdefault(agent, [])
        listening.append(tell)
        return lambda: listening.remove(tell)

    def changed(self, agent: str) -> None:
        """The agent's snapshot may be another one now; empty: everybody's, in turn."""
        if agent:
            self._due.pop(agent, None)
            self._tell(agent, own=True)
            self._tell("", own=False)
            return
        self._due |= dict.fromkeys(["", *self._listening])
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self._next)

    def close(self) -> None:
        """Nobody is told any more of what waits for its turn."""
        self._due.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _next(self) -> None:
        self._turn = None
        if not self._due:
            return
        agent = next(iter(self._due))
        del self._due[agent]
        self._turn = asyncio.get_running_loop().call_soon(self._next)
        self._tell(agent, own=False)

    def _tell(self, agent: str, *, own: bool) -> None:
        for tell in self._listening.get(agent, [])[:]:
            tell(own)
