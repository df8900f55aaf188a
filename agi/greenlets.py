"""pyst2's blocking methods on an event loop: a method runs in a greenlet that yields for replies.

The way SQLAlchemy's asyncio side does it: the method calls `exchange` as if it blocked; that
switches to the greenlet of the event loop, which awaits the reply and switches back with it.
Greenlets are used again, since a new one costs a page of memory from the system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet  # type: ignore[import-untyped]

_MOST_IDLE = 256


class _Waiting:
    """What a method's greenlet hands out while it waits for a reply."""


WAITING = _Waiting()

Finished = tuple[Any, BaseException | None]


def _work(method: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    parent = getcurrent().parent
    assert parent is not None  # noqa: S101  only a thread's first greenlet has none
    while True:
        try:
            finished: Finished = (method(*arguments), None)
        except GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001  handed to the awaiting coroutine
            finished = (None, error)
        method, arguments = parent.switch(finished)


class Workers:
    """The greenlets of one event loop. Not for use from another thread."""

    def __init__(self) -> None:
        self._idle: list[greenlet] = []

    def take(self) -> greenlet:
        """A greenlet to `switch(method, arguments)` into.

        It answers WAITING (then switch in a reply, or throw an error) or what the method came to.
        """
        return self._idle.pop() if self._idle else greenlet(_work)

    def give_back(self, worker: greenlet) -> None:
        """Its method has finished."""
        if len(self._idle) < _MOST_IDLE and not worker.dead:
            self._idle.append(worker)


def switch_out() -> Any:
    """Called from inside a method: wait for what the event loop switches in."""
    parent = getcurrent().parent
    assert parent is not None  # noqa: S101
    return parent.switch(WAITING)
