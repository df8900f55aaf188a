"""A panel without a screen: snapshots from the real desk, orders to it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect

from calls.floor.orders import WIRE_VERSION, Hello, Order
from calls.floor.parts import with_parts
from calls.floor.script_view import ScriptView
from calls.floor.view import CallView, PanelView
from calls.floor.wall import WallView


class DeskPanel:
    """One agent's connection; `view` is the latest snapshot."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[str]] = {}
        self._changed = asyncio.Condition()
        self.view: PanelView | None = None
        self.views: list[PanelView] = []

    async def read(self) -> None:
        """Take in what the desk sends, until the connection ends."""
        async for text in self._socket:
            told = json.loads(text)
            if "answer" not in told:
                self._show(told)
                async with self._changed:
                    self._changed.notify_all()
            else:
                self._answers.pop(told["answer"]["id"]).set_result(told["answer"]["problem"])

    def _show(self, told: dict[str, Any]) -> None:
        change = told.get("change")
        self.view = (
            PanelView.model_validate(told["view"])
            if change is None
            else with_parts(self.view, change)
        )
        self.views.append(self.view)

    async def order(self, order: Order) -> str:
        """The problem's word; empty when it was done."""
        number = next(self._numbers)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        told: dict[str, Any] = {"id": number, "order": order.model_dump(mode="json")}
        await self._socket.send(json.dumps(told))
        return await asyncio.wait_for(answer, 15)

    async def until(
        self, fits: Callable[[PanelView], bool], *, timeout_s: float = 30.0
    ) -> PanelView:
        """The first snapshot from now on that fits, or the latest if it does."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self.view is not None and fits(self.view))
        except TimeoutError:
            raise AssertionError(f"not shown in {timeout_s} s; last: {self.view}") from None
        assert self.view is not None
        return self.view

    async def says(self, line: str, *, timeout_s: float = 30.0) -> ScriptView:
        """Wait until this line is to be said now."""
        view = await self.until(lambda view: line_of(view) == line, timeout_s=timeout_s)
        return script_of(view)


class DeskWall(DeskPanel):
    """A supervisor's wallboard; `wall` is the latest snapshot."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.wall: WallView | None = None

    def _show(self, told: dict[str, Any]) -> None:
        self.wall = WallView.model_validate(told["wall"])

    async def until_wall(
        self, fits: Callable[[WallView], bool], *, timeout_s: float = 30.0
    ) -> WallView:
        """As `until`, of the floor."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self.wall is not None and fits(self.wall))
        except TimeoutError:
            raise AssertionError(f"not shown in {timeout_s} s; last: {self.wall}") from None
        assert self.wall is not None
        return self.wall


def call_of(view: PanelView | None) -> CallView:
    """The call it shows."""
    assert view is not None
    assert view.call is not None, view.state
    return view.call


def script_of(view: PanelView | None) -> ScriptView:
    """Where the flow is."""
    script = call_of(view).script
    assert script is not None
    return script


def line_of(view: PanelView) -> str:
    """The line to say now; empty for none."""
    script = view.call.script if view.call else None
    return script.line.name if script and script.line else ""


@asynccontextmanager
async def desk_panel(state: Path, agent: str = "801") -> AsyncIterator[DeskPanel]:
    """A panel let in by the token that lies in the state folder."""
    async with _connected(state, agent, DeskPanel, watch=False) as panel:
        await panel.until(lambda view: True)
        yield panel


@asynccontextmanager
async def desk_wall(state: Path, agent: str = "803") -> AsyncIterator[DeskWall]:
    """The same with the floor to see; orders can be given by it, too."""
    async with _connected(state, agent, DeskWall, watch=True) as wall:
        await wall.until_wall(lambda wall: True)
        yield wall


P = TypeVar("P", bound=DeskPanel)


@asynccontextmanager
async def _connected(state: Path, agent: str, kind: type[P], *, watch: bool) -> AsyncIterator[P]:
    host, port = json.loads((state / "serve.json").read_text(encoding="utf-8"))["desk"]
    token = json.loads((state / "tokens.json").read_text(encoding="utf-8"))[agent]
    async with connect(f"ws://{host}:{port}", proxy=None, max_size=1 << 20) as socket:
        hello = Hello(version=WIRE_VERSION, agent=agent, token=token, watch=watch)
        await socket.send(hello.model_dump_json())
        panel = kind(socket)
        reading = asyncio.create_task(panel.read())
        try:
            yield panel
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
