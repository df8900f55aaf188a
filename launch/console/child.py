"""Keeps the console's process running beside `thirdring serve`."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from calls.clock import Clock, SystemClock
from launch import children
from launch.serving.workers import Backoff
from launch.settings.site import Settings

_log = structlog.get_logger(__name__)
_STARTS_S = 60.0
_STOPS_S = 8.0


class ConsoleChild:
    """One process of `launch.console.process`, started again when it dies.

    A console that cannot be started keeps no call from being answered: it is said, and tried again.
    """

    def __init__(self, order: str, tell: Callable[[str], None], clock: Clock | None = None) -> None:
        """`order` is what the process reads; `tell` is given its address each time it serves, and
        an empty text when it is gone."""
        self._order = order
        self._tell = tell
        self._clock = clock or SystemClock()
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    def start(self) -> None:
        """Begin; returns at once."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End it; harmless when it never ran."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOPS_S)
        except TimeoutError:
            await children.end(process)

    async def _keep(self) -> None:
        backoff = Backoff()
        while True:
            since_ms = self._clock.monotonic_ms()
            address = await self._begin()
            lived_ms = 0
            if address and self._process is not None:
                self._tell(address)
                code = await self._process.wait()
                lived_ms = self._clock.monotonic_ms() - since_ms
                self._tell("")
                _log.error("the console ended; it is started again", code=code)
            await asyncio.sleep(backoff.after(lived_ms))

    async def _begin(self) -> str:
        """Its address, or empty when it did not start."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "launch.console.process",
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # a Ctrl-C is for the first process, which tells this one
        )
        try:
            address = await asyncio.wait_for(_ordered(process, self._order), _STARTS_S)
        except (TimeoutError, ConnectionError):
            address = ""
        if not address:
            await children.end(process)
            _log.error("the console did not start; what it wrote above says why")
        return address


async def _ordered(process: Process, order: str) -> str:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return ""
    # It stays open: its end tells the process that this one is gone.
    stdin.write(order.encode() + b"\n")
    await stdin.drain()
    word, _, address = (await stdout.readline()).decode().strip().partition(" ")
    return address if word == "ready" else ""


@asynccontextmanager
async def console_beside(
    settings: Settings, state: Path, tell: Callable[[str], None]
) -> AsyncIterator[ConsoleChild | None]:
    """The console of a server while the block runs; None where the settings want none."""
    if not settings.console.on:
        yield None
        return
    order = {"settings": settings.model_dump(mode="json"), "state": str(state.resolve())}
    child = ConsoleChild(json.dumps(order), tell)
    child.start()
    try:
        yield child
    finally:
        await child.stop()
