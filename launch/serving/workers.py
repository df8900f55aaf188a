"""The further processes of `agi.procs`: started, watched, and started again when one dies."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import ConfigError
from launch import children

_log = structlog.get_logger(__name__)
_STARTS_S = 30.0
_READY = b"ready"


class Backoff:
    """How long to wait before the next start: longer each time, until one has lived a while."""

    FIRST_S = 0.5
    LONGEST_S = 30.0
    LIVED_MS = 60_000
    """A process that lived so long counts as sound, and the next wait is the first again."""

    def __init__(self) -> None:
        self._next_s = self.FIRST_S

    def after(self, lived_ms: int) -> float:
        """Seconds to wait after a process that lived `lived_ms`, 0 for one that never served."""
        if lived_ms >= self.LIVED_MS:
            self._next_s = self.FIRST_S
        wait_s, self._next_s = self._next_s, min(2 * self._next_s, self.LONGEST_S)
        return wait_s


class Workers:
    """So many processes of `worker`, each replaced when it ends before it is told to.

    The first process takes up those calls of a killed one that the dialplan has; the others fall
    back, and it marks them interrupted. Calls that ring meanwhile are answered by the others.
    """

    def __init__(self, order: str, count: int, clock: Clock | None = None) -> None:
        """`order` is the JSON that `launch.serving.worker` reads from its standard input."""
        self._order = order
        self._count = count
        self._clock = clock or SystemClock()
        self._running: dict[int, Process] = {}
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Return when all answer calls. Raises ConfigError when one does not start."""
        first = [await self._start_one(place) for place in range(self._count)]
        self._keepers = [
            asyncio.create_task(self._keep(place, worker)) for place, worker in enumerate(first)
        ]

    async def stop(self) -> None:
        """Tell all to stop and wait until they have; harmless when none was started."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for worker in self._running.values():
            if worker.returncode is None:
                worker.terminate()
        await asyncio.gather(*(worker.wait() for worker in self._running.values()))

    async def _keep(self, place: int, worker: Process) -> None:
        backoff = Backoff()
        while True:
            since_ms = self._clock.monotonic_ms()
            code = await worker.wait()
            lived_ms = self._clock.monotonic_ms() - since_ms
            _log.error(
                "a further process ended; calls it was talking to fell back, it is started again",
                pid=worker.pid,
                code=code,
                after_s=round(lived_ms / 1000),
            )
            worker = await self._successor(place, backoff, lived_ms)
            _log.warning("a further process answers again", pid=worker.pid)

    async def _successor(self, place: int, backoff: Backoff, lived_ms: int) -> Process:
        while True:
            wait_s = backoff.after(lived_ms)
            await asyncio.sleep(wait_s)
            try:
                return await self._start_one(place)
            except (ConfigError, OSError) as error:
                _log.error("a further process could not be started again", problem=str(error))
                lived_ms = 0

    async def _start_one(self, place: int) -> Process:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "launch.serving.worker",
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # a Ctrl-C is for the first process, which tells the others
        )
        self._running[place] = worker
        try:
            ready = await asyncio.wait_for(_ordered(worker, self._order), _STARTS_S)
        except TimeoutError:
            ready = False
        if not ready:
            await children.end(worker)
            raise ConfigError("agi.procs: a further process did not start; its log above says why")
        return worker


async def _ordered(worker: Process, order: str) -> bool:
    """Give a process its order; whether it then says that it serves."""
    stdin, stdout = worker.stdin, worker.stdout
    if stdin is None or stdout is None:
        return False
    try:
        stdin.write(order.encode())
        await stdin.drain()
    except ConnectionError:
        return False
    stdin.close()
    return (await stdout.readline()).strip() == _READY
