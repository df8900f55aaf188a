"""The desk's snapshots for the console's wallboard: connects while somebody looks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from calls.clock import Clock, SystemClock
from calls.floor.wall import WallView
from console.wall.ports import Sight
from launch.desk_place import desk_place
from softphone_panel.agent.desk_link import DeskWatch
from softphone_panel.agent.link import Lamp, LampState

if TYPE_CHECKING:
    from launch.settings.site import Settings

IDLE_MS: Final = 60_000
"""Nobody has looked for so long: the desk is left alone until somebody does."""

_LOOK_S: Final = 1.0


class DeskFeed:
    """One supervisor's connection to the desk, in a thread of its own. Use as a context."""

    def __init__(self, link: Callable[[], DeskWatch] | None, clock: Clock | None = None) -> None:
        """`link` makes a connection each time somebody begins to look. None: the settings name no
        supervisor, so the desk lets nobody see the floor."""
        self._link, self._clock = link, clock or SystemClock()
        self._lock = threading.Lock()
        self._view: WallView | None = None
        self._view_ms = 0
        self._lamp = Lamp()
        self._asked_ms = 0
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def sight(self) -> Sight:
        """As `console.wall.ports.WallFeed` says."""
        if self._link is None:
            return Sight(None, 0, False, "no_supervisor")
        with self._lock:
            now_ms = self._clock.monotonic_ms()
            self._asked_ms = now_ms
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(
                    target=self._follow, args=(self._link(),), name="wall", daemon=True
                )
                self._thread.start()
            live = self._lamp.state is LampState.LIVE
            why = "" if live else self._lamp.why
            return Sight(self._view, now_ms - self._view_ms, live, why)

    def __enter__(self) -> DeskFeed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        thread = self._thread
        if thread is not None:
            thread.join(5)

    def _follow(self, link: DeskWatch) -> None:
        asyncio.run(self._watch(link))

    async def _watch(self, link: DeskWatch) -> None:
        following = asyncio.create_task(link.run(self._show, self._light))
        while not self._over():
            await asyncio.sleep(_LOOK_S / 10)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    def _over(self) -> bool:
        """Whether to stop; from then on the next look begins anew."""
        with self._lock:
            idle = self._clock.monotonic_ms() - self._asked_ms > IDLE_MS
            if idle or self._closed.is_set():
                self._thread, self._lamp = None, Lamp()
                return True
            return False

    def _show(self, view: WallView) -> None:
        with self._lock:
            self._view, self._view_ms = view, self._clock.monotonic_ms()

    def _light(self, lamp: Lamp) -> None:
        with self._lock:
            self._lamp = lamp


def desk_feed(settings: Settings, state: Path) -> DeskFeed:
    """The feed as the settings' first supervisor, from the desk of a state folder."""
    me = next((number for number, one in settings.agents.items() if one.supervisor), "")
    return DeskFeed(partial(DeskWatch, me, desk_place(state, me)) if me else None)
