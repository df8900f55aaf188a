"""The house a running server speaks: reloaded when its files change, kept when they are wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from callflow.engine import FlowRun
from callflow.house import House, house_files, house_texts
from calls.errors import FlowFileError, Problem
from launch.serving.vetting import Vetting

_log = structlog.get_logger(__name__)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise FlowFileError(problems)


Keep = Callable[[Mapping[str, str], House], None]
"""Takes the texts of a house, by path, and the house made of them."""


class LiveHouse:
    """Holds the current House; a run keeps the version it was started with."""

    def __init__(
        self, folder: Path, vetting: Vetting | None = None, keep: Keep | None = None
    ) -> None:
        """Load `folder`; raises FlowFileError with every problem, and what `vetting` finds.

        `keep` is given the texts of every house that calls are answered with.
        """
        self._folder = folder
        self._vetting = vetting
        self._seen = self._stamp()
        texts = house_texts(folder)
        self.current = House.of_texts(texts)
        _refuse(vetting.problems(texts) if vetting is not None else ())
        self._keep = keep
        if keep is not None:
            keep(texts, self.current)
        self.changed: list[Callable[[House], None]] = []
        """Called on the loop after each good reload (prompts get warm this way)."""

    def start(self, flow: str, variables: Mapping[str, Any], language: str) -> FlowRun:
        """A run on the version of now."""
        return self.current.start(flow, variables, language)

    def knows(self, flow: str) -> bool:
        """Whether `flow` may be an entry: it exists and nobody waits for what it returns."""
        found = self.current.flows.get(flow)
        return found is not None and found.direction == "inbound" and found.is_entry

    def places(self, flow: str) -> bool:
        """Whether a call that we place may begin in `flow`."""
        found = self.current.flows.get(flow)
        return found is not None and found.direction == "outbound" and found.is_entry

    async def watch(self, every_s: float = 1.0) -> None:
        """Look at the files now and then, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            stamp = await asyncio.to_thread(self._stamp)
            if stamp == self._seen:
                continue
            self._seen = stamp
            try:
                await self.reload()
            except Exception as error:  # noqa: BLE001  the next change is looked at all the same
                _log.error("flows not reloaded, the old ones stay", problems=[repr(error)])

    async def reload(self) -> bool:
        """Load the folder again; a bad one is logged in full and the old house goes on.

        Bad is also one that can break a house rule marked `must`.
        """
        try:
            texts = await asyncio.to_thread(house_texts, self._folder)
            house = await asyncio.to_thread(House.of_texts, texts)
            if self._vetting is not None:
                _refuse(await self._vetting.problems_aside(texts))
        except FlowFileError as error:
            _log.error(
                "flows not reloaded, the old ones stay",
                problems=[str(problem) for problem in error.problems],
            )
            return False
        if self._keep is not None:
            await asyncio.to_thread(self._keep, texts, house)
        self.current = house
        _log.info("flows reloaded", flows=sorted(house.flows))
        for tell in self.changed:
            tell(house)
        return True

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in house_files(self._folder):
            try:
                status = path.stat()
            except OSError:
                continue  # gone or hidden between the two looks: loading will say so
            found.append((path.name, status.st_mtime_ns, status.st_size))
        return tuple(found)
