"""The folder of the house's files: read at the start, and again when one changes."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import structlog

from calls.errors import ConfigError
from casework.directory import Directory, read_directory
from casework.phone_numbers import NumberPlan

_log = structlog.get_logger(__name__)
_PAUSE_S = 0.0005
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

Stamp = tuple[int, int, int]


class Directories:
    """Every `NAME.csv` of a folder. A file that turns bad keeps the rows it had before."""

    def __init__(self, folder: Path, plan: NumberPlan | None = None) -> None:
        self.folder = folder
        self._plan = plan or NumberPlan()
        self._stamps: dict[str, Stamp] = {}
        self._read: dict[str, Directory] = {}
        self._broken: dict[str, str] = {}

    @property
    def read(self) -> Mapping[str, Directory]:
        """What is there now, by name."""
        return self._read

    def knows(self, name: str) -> bool:
        """Whether there is such a file, be it broken."""
        return name in self._stamps

    def find(self, name: str) -> Directory | None:
        """One directory; None when there is no such file. Raises ConfigError for a broken one."""
        directory = self._read.get(name)
        if directory is None and name in self._broken:
            raise ConfigError(self._broken[name])
        return directory

    def refresh(self, pause: Callable[[], object] = lambda: None) -> None:
        """Read what is new or changed and forget what is gone; says in the log what came of it.

        `pause` as in `read_directory`.
        """
        found = self._files()
        for name in [name for name in self._stamps if name not in found]:
            del self._stamps[name]
            self._read.pop(name, None)
            self._broken.pop(name, None)
            _log.warning("a directory is gone; look-ups in it find nothing", directory=name)
        for name, (path, stamp) in found.items():
            if self._stamps.get(name) != stamp:
                self._stamps[name] = stamp
                self._take(name, path, pause)

    async def watch(self, every_s: float = 1.0) -> None:
        """Look at the folder now and then, until cancelled."""
        # Without it the thread holds the interpreter 5 ms at a time, a quarter of a frame of sound.
        pause = partial(threading.Event().wait, _PAUSE_S)
        while True:
            await asyncio.sleep(every_s)
            try:
                await asyncio.to_thread(self.refresh, pause)
            except Exception as error:  # noqa: BLE001  the next change is looked at all the same
                _log.error("the directories could not be looked at", problem=type(error).__name__)

    def _take(self, name: str, path: Path, pause: Callable[[], object]) -> None:
        try:
            directory = read_directory(path, self._plan, pause)
        except ConfigError as error:
            self._broken[name] = str(error)
            kept = self._read.get(name)
            _log.error(
                "a directory cannot be read",
                directory=name,
                problem=str(error),
                rows_kept=kept.rows if kept else 0,
            )
            return
        self._broken.pop(name, None)
        self._read[name] = directory
        _log.info("directory read", directory=name, rows=directory.rows)
        if directory.problem_count:
            _log.warning(
                "rows of a directory were left out",
                directory=name,
                count=directory.problem_count,
                first=[str(problem) for problem in directory.problems],
            )

    def _files(self) -> dict[str, tuple[Path, Stamp]]:
        found: dict[str, tuple[Path, Stamp]] = {}
        try:
            paths = sorted(self.folder.glob("*.csv"))
        except OSError:
            paths = []
        for path in paths:
            if not _NAME.fullmatch(path.stem):
                continue
            try:
                status = path.stat()
            except OSError:
                continue  # gone between the two looks
            found[path.stem] = (path, (status.st_mtime_ns, status.st_size, status.st_ino))
        return found
