"""What runs beside a coach, ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import structlog

_log = structlog.get_logger("desk.coaching")


class Tasks:
    """Tasks of one owner; one that breaks is told to the log, then to `broken`."""

    def __init__(self, broken: Callable[[], None]) -> None:
        self._broken = broken
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run this on the loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def cancel(self) -> None:
        """End all of them."""
        for task in self._tasks:
            task.cancel()

    async def over(self) -> None:
        """Return once none runs any more."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("a coach broke", error=repr(error))
            self._broken()
