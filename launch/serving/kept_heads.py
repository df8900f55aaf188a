"""Heads of the books, written now and then by a server into a folder that is kept elsewhere.

Made in a process of its own with the least claim to the machine: reading every hash of a large
ledger takes a minute of a core, and no caller's audio waits for that.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from calls.clock import Clock, SystemClock
from launch import children

_log = structlog.get_logger(__name__)
_FIRST_S: Final = 60.0
_AGAIN_S: Final = 600.0
"""After a failure: the folder may be a share that comes back."""

_NAME: Final = re.compile(r"heads-(\d{8}T\d{6})Z\.json")
_FORM: Final = "%Y%m%dT%H%M%S"


class KeptHeads:
    """Writes `heads-TIME.json` when the last one is old enough; never removes one."""

    def __init__(
        self, folder: Path, state: Path, every: timedelta, clock: Clock | None = None
    ) -> None:
        self._folder, self._state, self._every = folder, state, every
        self._clock = clock or SystemClock()

    def due_in_s(self) -> float:
        """Seconds until the next is due; 0 when it is, or when none was written yet.

        One that a wrong clock dated ahead keeps none from being written.
        """
        now = self._clock.utc_now()
        moments = map(_moment, self._folder.glob("heads-*.json"))
        newest = max((one for one in moments if one is not None and one <= now), default=None)
        if newest is None:
            return 0.0
        return max(0.0, (newest + self._every - now).total_seconds())

    async def write(self) -> bool:
        """Write one; False, with a line in the log that says why, when that fails."""
        to = self._folder / f"heads-{self._clock.utc_now():{_FORM}}Z.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _log.error("no heads were kept", folder=str(self._folder), problem=str(error))
            return False
        nice = ("nice", "-n", "19") if shutil.which("nice") else ()
        program = (*nice, sys.executable, "-m", "launch", "ledger", "head")
        process = await asyncio.create_subprocess_exec(
            *program,
            *("--to", str(to), "--state", str(self._state)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            await children.end(process)
            raise
        if process.returncode:
            problem = said.decode("utf-8", "replace").strip()[-500:]
            _log.error("no heads were kept", folder=str(self._folder), problem=problem)
            return False
        _log.info("heads were kept", file=str(to))
        return True

    async def keep(self) -> None:
        """Write them when they are due, until cancelled."""
        await asyncio.sleep(_FIRST_S)
        while True:
            try:
                due_s = self.due_in_s()
                rest_s = max(due_s, 1.0) if due_s > 0 or await self.write() else _AGAIN_S
            except OSError as error:
                # A share that went stale, or no process to be had just now.
                _log.error("no heads were kept", folder=str(self._folder), problem=str(error))
                rest_s = _AGAIN_S
            await asyncio.sleep(rest_s)


@asynccontextmanager
async def heads_kept(folder: Path | None, state: Path, every: timedelta) -> AsyncIterator[None]:
    """While the block runs, heads are kept in `folder`; None: nobody wants any."""
    if folder is None:
        yield
        return
    keeping = asyncio.create_task(KeptHeads(folder, state, every).keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def _moment(path: Path) -> datetime | None:
    found = _NAME.fullmatch(path.name)
    return datetime.strptime(found[1], _FORM).replace(tzinfo=UTC) if found else None
