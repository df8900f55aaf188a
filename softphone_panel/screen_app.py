"""The base of every screen: one that fails gives the terminal back and says so, without data."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.worker import WorkerFailed

from calls.errors import CallCenterError

_MOST_FRAMES: Final = 8
_ENDING: Final = (signal.SIGHUP, signal.SIGTERM)


class ScreenFailedError(CallCenterError):
    """A screen ended by a fault of its own; the message says which, and where in the code."""


class NoTerminalError(CallCenterError):
    """There is nothing to draw a screen on, or no keys to hear."""


class ScreenApp(App[Any]):
    """An `App` whose `run` and `run_async` raise ScreenFailedError when the screen failed, and
    NoTerminalError where it cannot be seen.

    A terminal that is closed and a SIGTERM end it in order: whoever opened it closes what is open,
    a phone on a call before all.
    """

    async def run_async(self, **options: Any) -> Any:
        if not (options.get("headless") or on_terminal()):
            raise NoTerminalError(
                "a screen needs a terminal for its keys and its picture: open it in one, by ssh -t"
                " from another machine, or in tmux"
            )
        with self._ended_by_signals():
            given = await super().run_async(**options)
        if self._exception is not None:
            raise ScreenFailedError(told(self._exception)) from None
        return given

    @contextlib.contextmanager
    def _ended_by_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for one in _ENDING:
            loop.add_signal_handler(one, self.exit)
        try:
            yield
        finally:
            for one in _ENDING:
                loop.remove_signal_handler(one)

    def _fatal_error(self) -> None:
        # Textual would print the values of all variables: what callers said, their numbers.
        self.bell()
        self._close_messages_no_wait()


def on_terminal() -> bool:
    """Whether keys and picture are those of a terminal; Textual draws on standard error."""
    ends = (sys.__stdin__, sys.__stderr__)
    return all(end is not None and end.isatty() for end in ends)


def told(error: BaseException) -> str:
    """The fault by its kind and its last frames; not its text, which may hold a caller's data."""
    kinds = " < ".join(type(one).__name__ for one in _chain(error))
    frames = [
        f"  {Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}"
        f" {frame.name}"
        for one in reversed(list(_chain(error)))
        for frame in traceback.extract_tb(one.__traceback__)[-_MOST_FRAMES:]
    ]
    first = (
        f"the screen ended by a fault of its own ({kinds}); calls go on without it: "
        "open it again, and report these lines"
    )
    return "\n".join((first, *frames))


def _chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    cause = error.error if isinstance(error, WorkerFailed) else error.__cause__
    if cause is not None:
        yield from _chain(cause)
