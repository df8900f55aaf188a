"""Listens for panels, lets them in by token, and lets the newest one have its agent."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve

from desk.server.panel import Guest, Panel, RefusedError, read_hello, refuse
from desk.server.ports import Desk
from desk.server.tokens import Tokens

MOST_BYTES: Final = 256 * 1024
MOST_PANELS: Final = 1000
WRONG_TOKEN_S: Final = 1.0
"""A wrong token is answered this late: some 86,000 tries a day and connection, of 2^192."""

ALIVE_S: Final = 5.0

_log = structlog.get_logger("desk")


class DeskServer:
    """One desk's listener. Use on the desk's event loop."""

    def __init__(self, desk: Desk, tokens: Tokens) -> None:
        self._desk = desk
        self._tokens = tokens
        self._server: Server | None = None
        self._panels: dict[str, Panel] = {}
        self._guests = 0

    @property
    def panels(self) -> int:
        """Agents who have a panel just now."""
        return len(self._panels)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; gives the address (port 0 asks the system for one). OSError when it is taken."""
        self._server = await serve(
            self._receive,
            host,
            port,
            ping_interval=ALIVE_S,
            ping_timeout=2 * ALIVE_S,
            close_timeout=1,
            max_size=MOST_BYTES,
            max_queue=16,
            compression=None,
            # A browser page must not reach the desk of whoever opens it.
            origins=[None],
        )
        name = next(iter(self._server.sockets)).getsockname()
        return name[0], name[1]

    async def stop(self) -> None:
        """Close every connection; panels come back to the next desk by themselves."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _receive(self, socket: ServerConnection) -> None:
        self._guests += 1
        try:
            if self._guests > MOST_PANELS:
                raise RefusedError("full")
            guest = await self._let_in(socket)
        except RefusedError as refused:
            await refuse(socket, str(refused))
            return
        finally:
            self._guests -= 1
        await self._seat(Panel(socket, self._desk, guest))

    async def _let_in(self, socket: ServerConnection) -> Guest:
        hello = await read_hello(socket)
        if not self._tokens.fits(hello.agent, hello.token) or not self._desk.knows(hello.agent):
            await asyncio.sleep(WRONG_TOKEN_S)
            _log.warning("a panel with a wrong token")
            raise RefusedError("token")
        if hello.watch and not self._desk.is_supervisor(hello.agent):
            raise RefusedError("no_supervisor")
        return Guest(hello.agent, hello.watch)

    async def _seat(self, panel: Panel) -> None:
        guest = panel.guest
        if guest.watch:
            await panel.serve()
            return
        before = self._panels.get(guest.agent)
        self._panels[guest.agent] = panel
        if before is not None:
            await before.leave("elsewhere")
        self._desk.panel_there(guest.agent, True)
        try:
            await panel.serve()
        finally:
            if self._panels.get(guest.agent) is panel:
                del self._panels[guest.agent]
                self._desk.panel_there(guest.agent, False)
