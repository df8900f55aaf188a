"""One connection: its hello, its snapshots going out, its orders coming in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import ValidationError
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from calls.floor.orders import WIRE_VERSION, Hello, Order, OrderAnswer, Ordered
from calls.floor.parts import other_parts
from calls.floor.view import PanelView
from desk.server.ports import Desk

HELLO_S: Final = 5.0
LEAST_GAP_S: Final = 0.03
"""Between two snapshots: changes within it go together. An agent's own change waits for none of the
floor's."""

SLOW_S: Final = 10.0
"""A panel that takes in nothing for so long is cut; it comes back to a fresh snapshot."""

MOST_ORDERS: Final = 32
"""Orders under way of one panel; a person gives one at a time."""

_log = structlog.get_logger("desk")


class RefusedError(Exception):
    """The panel is not let in; the text is the word that it is told."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who has connected."""

    agent: str
    watch: bool

    @property
    def shown(self) -> str:
        """Whose changes matter: the agent's, or (empty) the floor's."""
        return "" if self.watch else self.agent


async def read_hello(socket: ServerConnection) -> Hello:
    """The first message. Raises RefusedError."""
    try:
        text = await asyncio.wait_for(socket.recv(), HELLO_S)
        told = json.loads(text)
        # Before the rest: the hello of another version may look otherwise.
        if isinstance(told, dict) and told.get("version") != WIRE_VERSION:
            raise RefusedError(f"version {WIRE_VERSION}")
        return Hello.model_validate(told)
    except TimeoutError:
        raise RefusedError("no_hello") from None
    except (ValueError, RecursionError):
        raise RefusedError("bad_hello") from None


async def refuse(socket: ServerConnection, word: str) -> None:
    """Say why, and close."""
    try:
        await socket.send(json.dumps({"refused": word}))
        await socket.close(1008, word)
    except ConnectionClosed:
        return


class Panel:
    """A guest that was let in."""

    def __init__(self, socket: ServerConnection, desk: Desk, guest: Guest) -> None:
        self.guest = guest
        self._socket = socket
        self._desk = desk
        self._changed, self._own = asyncio.Event(), asyncio.Event()
        self._changed.set()
        self._seq = 0
        self._shown: PanelView | None = None
        """What the panel has; None while it needs a whole one."""

        self._orders: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Until the connection ends."""
        undo = self._desk.on_change(self.guest.shown, self._hear)
        showing = asyncio.create_task(self._show())
        try:
            async for text in self._socket:
                self._take(text)
        except ConnectionClosed:
            pass
        finally:
            undo()
            showing.cancel()
            await asyncio.gather(showing, *self._orders, return_exceptions=True)

    async def leave(self, word: str) -> None:
        """Send it away."""
        await refuse(self._socket, word)

    async def _show(self) -> None:
        while True:
            await self._changed.wait()
            own = self._own.is_set()
            self._changed.clear()
            self._own.clear()
            try:
                snapshot = self._snapshot()
            except Exception as error:  # noqa: BLE001 - the next change may be shown again
                self._shown = None
                _log.exception("no snapshot", agent=self.guest.agent, error=type(error).__name__)
            else:
                await self._send(snapshot)
            await self._gap(own=own)

    async def _gap(self, *, own: bool) -> None:
        if own:
            await asyncio.sleep(LEAST_GAP_S)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAST_GAP_S):
                await self._own.wait()

    def _hear(self, own: bool) -> None:
        if own:
            self._own.set()
        self._changed.set()

    def _snapshot(self) -> str:
        self._seq += 1
        if self.guest.watch:
            return f'{{"wall":{self._desk.wall(self._seq).model_dump_json()}}}'
        view = self._desk.view(self.guest.agent, self._seq)
        before, self._shown = self._shown, view
        if before is None:
            return f'{{"view":{view.model_dump_json()}}}'
        return f'{{"change":{view.model_dump_json(include=other_parts(before, view))}}}'

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(SLOW_S):
                await self._socket.send(text)
        except TimeoutError:
            _log.warning("a panel takes nothing in and is cut", agent=self.guest.agent)
            self._socket.transport.abort()

    def _take(self, text: str | bytes) -> None:
        try:
            ordered = Ordered.model_validate_json(text)
        except ValidationError as error:
            _log.warning("an order not understood", agent=self.guest.agent, wrong=_where(error))
            self._begin(self._answer(OrderAnswer(id=_number(text), problem="not_understood")))
            return
        if len(self._orders) >= MOST_ORDERS:
            self._begin(self._answer(OrderAnswer(id=ordered.id, problem="too_many")))
            return
        self._begin(self._carry_out(ordered.id, ordered.order))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def _carry_out(self, number: int, order: Order) -> None:
        problem = await self._desk.carry_out(self.guest.agent, order)
        await self._answer(OrderAnswer(id=number, problem=problem))

    async def _answer(self, answer: OrderAnswer) -> None:
        try:
            await self._send(f'{{"answer":{answer.model_dump_json()}}}')
        except ConnectionClosed:
            return


def _number(text: str | bytes) -> int:
    """The number of an order that was not understood, as far as it can be told."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    number = told.get("id") if isinstance(told, dict) else 0
    return number if isinstance(number, int) else 0


def _where(error: ValidationError) -> str:
    """Fields only: what a panel wrote stays out of the log."""
    return ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:5])
