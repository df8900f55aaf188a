"""What a call's coroutine waits on: one slot a connection, filled again and again.

It follows the protocol of `asyncio.Future` that tasks rely on, with two differences that the
command rate asks for: it is used again, and it wakes the task at once where the loop has just read
the reply, not one turn of the loop later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

from agi.replies import Reply


class ReplySlot:
    """Awaited once per `arm`; settled by a reply or an error."""

    __slots__ = (
        "_asyncio_future_blocking",
        "_callback",
        "_context",
        "_error",
        "_loop",
        "_reply",
        "armed",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asyncio_future_blocking = False
        self._callback: Callable[[Any], object] | None = None
        self._context: Context | None = None
        self._reply: Reply | None = None
        self._error: BaseException | None = None
        self.armed = False

    def arm(self) -> None:
        """Make it ready to be awaited."""
        self._reply = None
        self._error = None
        self.armed = True

    def settle(self, reply: Reply | None, error: BaseException | None = None) -> None:
        """Give what was waited for; called by the loop's own callbacks. Harmless when not armed."""
        if not self.armed:
            return
        self.armed = False
        self._reply = reply
        self._error = error
        callback = self._callback
        if callback is None:
            return
        self._callback = None
        context, self._context = self._context, None
        # A task must not be stepped inside another task's step.
        if context is None or asyncio.current_task(self._loop) is not None:
            self._loop.call_soon(callback, self, context=context)
        else:
            context.run(callback, self)

    async def idle(self, seconds: float, until: asyncio.Future[Any] | None) -> None:
        """Wait for so long, or less when `until` is done. Raises what it is settled with."""
        self.arm()
        timer = self._loop.call_later(seconds, self.settle, None)
        waiting = True

        def wake(_: asyncio.Future[Any]) -> None:
            # It may come a moment late, when a command's reply is waited for.
            if waiting:
                self.settle(None)

        if until is not None:
            until.add_done_callback(wake)
        try:
            await self
        finally:
            waiting = False
            timer.cancel()
            if until is not None:
                until.remove_done_callback(wake)

    def __await__(self) -> Generator[Any, None, Reply | None]:
        if self.armed:
            self._asyncio_future_blocking = True
            yield self
        return self.result()

    def result(self) -> Reply | None:
        if self._error is not None:
            raise self._error
        return self._reply

    def exception(self) -> BaseException | None:
        return self._error

    def done(self) -> bool:
        return not self.armed

    def cancelled(self) -> bool:
        return isinstance(self._error, asyncio.CancelledError)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def add_done_callback(
        self, callback: Callable[[Any], object], *, context: Context | None = None
    ) -> None:
        if self.armed:
            self._callback, self._context = callback, context
        else:
            self._loop.call_soon(callback, self, context=context)

    def remove_done_callback(self, callback: Callable[[Any], object]) -> int:
        removed = int(self._callback == callback)
        if removed:
            self._callback = self._context = None
        return removed

    def cancel(self, msg: object = None) -> bool:
        """A task that waits here is being cancelled."""
        if not self.armed:
            return False
        self.armed = False
        self._error = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
        if self._callback is not None:
            self._loop.call_soon(self._callback, self, context=self._context)
            self._callback = self._context = None
        return True
