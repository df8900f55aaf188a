"""Those who wait on an event loop for the writer's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from calls.errors import LedgerError


class Waiter:
    """Somebody who waits until everything before this point of the queue is on disk."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.future: asyncio.Future[None] = loop.create_future()


def settle(waiters: Sequence[Waiter], error: LedgerError | None) -> None:
    """Wake all of them, each on its own loop; with `error` they raise it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Waiter]] = {}
    for waiter in waiters:
        by_loop.setdefault(waiter.loop, []).append(waiter)
    for loop, group in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_wake_up, group, error)


def _wake_up(waiters: Sequence[Waiter], error: LedgerError | None) -> None:
    for waiter in waiters:
        if waiter.future.done():
            continue
        if error is None:
            waiter.future.set_result(None)
        else:
            waiter.future.set_exception(LedgerError(str(error)))
