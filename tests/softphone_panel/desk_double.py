"""A desk of its own WebSocket server that shows what the test says and keeps what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from calls.floor.orders import AnyOrder, FormDraft, Hello, Ordered
from calls.floor.view import PanelView

TOKEN = "secret-of-801"  # noqa: S105  a test's own


class DeskDouble:
    """`async with DeskDouble() as desk`: speaks the desk's protocol on a real socket."""

    def __init__(self) -> None:
        self.hellos: list[Hello] = []
        self.orders: list[AnyOrder] = []
        """All but drafts, in order."""

        self.drafts: list[FormDraft] = []
        self.problems: dict[str, str] = {}
        """Word that an order is refused with, by its kind."""

        self.refuses = ""
        self.mute = False
        """Take orders and never answer."""

        self.view: PanelView | None = None
        self.reacts: Callable[[AnyOrder], PanelView | None] = lambda order: None
        """What is shown after an order."""

        self._server: Server | None = None
        self._panels: set[ServerConnection] = set()
        self._port = 0
        self._seq = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    async def __aenter__(self) -> DeskDouble:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after a stop on the same port again."""
        self._server = await serve(self._serve, "127.0.0.1", self._port, compression=None)
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Gone at once, as a killed process goes."""
        for panel in list(self._panels):
            panel.transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def show(self, view: PanelView) -> None:
        """Send a snapshot to every panel, and to those that come later."""
        self.view = view
        for panel in list(self._panels):
            await self._send(panel)

    async def say(self, text: str) -> None:
        """Send a raw message."""
        for panel in list(self._panels):
            await panel.send(text)

    async def told(self, count: int) -> None:
        """Wait until so many orders have come."""
        async with asyncio.timeout(10):
            while len(self.orders) < count:
                await asyncio.sleep(0.01)

    async def _serve(self, panel: ServerConnection) -> None:
        hello = Hello.model_validate_json(await panel.recv())
        self.hellos.append(hello)
        if self.refuses or hello.token != TOKEN:
            await panel.send(json.dumps({"refused": self.refuses or "token"}))
            return
        self._panels.add(panel)
        try:
            await self._send(panel)
            async for text in panel:
                await self._take(panel, Ordered.model_validate_json(text))
        except ConnectionClosed:
            return
        finally:
            self._panels.discard(panel)

    async def _take(self, panel: ServerConnection, ordered: Ordered) -> None:
        order = ordered.order
        if isinstance(order, FormDraft):
            self.drafts.append(order)
        else:
            self.orders.append(order)
        if self.mute:
            return
        problem = self.problems.get(order.do, "")
        await panel.send(json.dumps({"answer": {"id": ordered.id, "problem": problem}}))
        after = self.reacts(order)
        if after is not None:
            await self.show(after)

    async def _send(self, panel: ServerConnection) -> None:
        if self.view is not None:
            self._seq += 1
            view = self.view.model_copy(update={"seq": self._seq})
            await panel.send(json.dumps({"view": view.model_dump(mode="json")}))
