"""The desk over a WebSocket: kept up without end, orders with their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from calls.clock import Clock, SystemClock
from calls.errors import CallCenterError, ConfigError
from calls.floor.orders import WIRE_VERSION, Hello, Order, OrderAnswer
from calls.floor.parts import OutOfStepError, with_parts
from calls.floor.view import PanelView
from calls.floor.wall import WallView
from softphone_panel.agent.link import LOST, NO_DESK, Lamp, LampState, Light
from softphone_panel.safe import all_harmless, harmless_tree

V = TypeVar("V")

_log = structlog.get_logger(__name__)

TRIES_S = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Pauses between tries; the last one goes on."""

REFUSED_TRY_S = 10.0
"""A refusing desk is asked again after this, or at once by the agent's key."""

OPEN_S = 4.0
ANSWER_S = 6.0
ALIVE_S = 5.0
"""A desk that answers no ping for this long is gone."""

MOST_BYTES = 1 << 20
STAYS_REFUSED = frozenset({"elsewhere"})
"""Refusals that the panel does not ask again by itself: another panel has this agent now, and two
panels must not throw each other out for ever."""


class FromDesk(BaseModel):
    """One message of the desk: one of these."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    view: PanelView | None = None
    change: dict[str, Any] | None = None
    """Parts of the view that differ from the one before."""

    wall: WallView | None = None
    answer: OrderAnswer | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """Where the desk is, and the token that lets this agent in."""

    url: str
    token: str


class DeskRefusedError(CallCenterError):
    """The desk does not let this panel in; the text is the desk's own word."""


class Connection(Generic[V]):
    """Reconnects with back-off; every try asks `where` anew, since a new desk may have moved."""

    def __init__(
        self,
        agent: str,
        where: Callable[[], DeskPlace],
        snapshot: Callable[[FromDesk, V | None], V | None],
        *,
        watch: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """`where` raises ConfigError when it does not know; `snapshot` finds one in a message, with
        the one before it on this connection (raises OutOfStepError, ValueError)."""
        self._hello = partial(Hello, version=WIRE_VERSION, agent=agent, watch=watch)
        self._where = where
        self._snapshot = snapshot
        self._last: V | None = None
        self._clock = clock or SystemClock()
        self._socket: ClientConnection | None = None
        self._asked: dict[int, asyncio.Future[str]] = {}
        self._last_id = 0
        self._again = asyncio.Event()
        self._lamp = Lamp(since_ms=self._clock.monotonic_ms())
        self._light: Light = lambda lamp: None
        self.tries = 0
        """Times it tried to connect so far."""

    async def run(self, show: Callable[[V], None], light: Light) -> None:
        self._light = light
        failed = 0
        while True:
            refusal = ""
            try:
                self.tries += 1
                await self._session(show)
                failed = 0
            except DeskRefusedError as error:
                refusal = str(error)
            except (OSError, TimeoutError, WebSocketException, ConfigError) as error:
                failed = 0 if self._lamp.state is LampState.LIVE else failed
                self._down(_reason(error))
            if refusal:
                self._change(LampState.REFUSED, refusal)
                await self._pause(None if refusal in STAYS_REFUSED else REFUSED_TRY_S)
            else:
                self._down("")
                await self._pause(TRIES_S[min(failed, len(TRIES_S) - 1)])
            failed += 1

    def again(self) -> None:
        self._again.set()

    async def order(self, order: Order) -> str:
        socket = self._socket
        if socket is None:
            return NO_DESK
        self._last_id = number = self._last_id + 1
        answer = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        text = json.dumps({"id": number, "order": order.model_dump(mode="json")})
        try:
            async with asyncio.timeout(ANSWER_S):
                await socket.send(text)
                return str(await answer)
        except (TimeoutError, WebSocketException):
            return LOST
        finally:
            self._asked.pop(number, None)

    async def _session(self, show: Callable[[V], None]) -> None:
        """One connection from hello to its end."""
        place = self._where()
        async with connect(
            place.url,
            open_timeout=OPEN_S,
            ping_interval=ALIVE_S,
            ping_timeout=ALIVE_S,
            close_timeout=1,
            max_size=MOST_BYTES,
            compression=None,
            proxy=None,
        ) as socket:
            self._last = None
            await socket.send(self._hello(token=place.token).model_dump_json())
            try:
                async for text in socket:
                    self._take(text, show, socket)
            except OutOfStepError as error:
                _log.warning("the desk's snapshots are out of step", problem=str(error))
            finally:
                self._socket = None
                self._lose_answers()

    def _take(self, text: str | bytes, show: Callable[[V], None], socket: ClientConnection) -> None:
        try:
            message = _read(text)
            view = self._snapshot(message, self._last)
        except (ValueError, ValidationError, RecursionError) as error:
            _log.warning("message of the desk not understood", error=type(error).__name__)
            return
        if message.refused is not None:
            raise DeskRefusedError(message.refused or "refused")
        if view is not None:
            self._socket, self._last = socket, view
            self._change(LampState.LIVE)
            show(view)
        if message.answer is not None:
            waiting = self._asked.get(message.answer.id)
            if waiting is not None and not waiting.done():
                waiting.set_result(message.answer.problem)

    def _lose_answers(self) -> None:
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_result(LOST)

    def _down(self, why: str) -> None:
        """Gone, or never there; the word of a refusal stays until the desk is really back."""
        first = self._lamp.state is LampState.CONNECTING
        self._change(LampState.CONNECTING if first else LampState.AWAY, why or self._lamp.why)

    def _change(self, state: LampState, why: str = "") -> None:
        """`since_ms` moves only when the state does."""
        same = state is self._lamp.state
        if same and why == self._lamp.why:
            return
        since = self._lamp.since_ms if same else self._clock.monotonic_ms()
        self._lamp = Lamp(state, since, why)
        self._light(self._lamp)

    async def _pause(self, seconds: float | None) -> None:
        """Wait, but no longer than until the agent asks for it."""
        self._again.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._again.wait()
        except TimeoutError:
            return


class DeskLink(Connection[PanelView]):
    """An agent's panel at its desk."""

    def __init__(
        self, agent: str, where: Callable[[], DeskPlace], clock: Clock | None = None
    ) -> None:
        super().__init__(agent, where, _panel_view, clock=clock)


class DeskWatch(Connection[WallView]):
    """A supervisor's wallboard at its desk."""

    def __init__(
        self, agent: str, where: Callable[[], DeskPlace], clock: Clock | None = None
    ) -> None:
        super().__init__(agent, where, lambda message, _: message.wall, watch=True, clock=clock)


def _read(text: str | bytes) -> FromDesk:
    """A message with harmless texts. Raises ValueError, RecursionError."""
    tree = json.loads(text)
    fine = isinstance(text, str) and all_harmless(text)
    return FromDesk.model_validate(tree if fine else harmless_tree(tree))


def _panel_view(message: FromDesk, before: PanelView | None) -> PanelView | None:
    return message.view if message.change is None else with_parts(before, message.change)


def _reason(error: Exception) -> str:
    """Why there is no connection, in one of the catalogue's words or as it was told."""
    if isinstance(error, ConfigError):
        return str(error)
    if isinstance(error, InvalidURI):
        return "bad_address"
    if isinstance(error, InvalidHandshake):
        return "no_desk_there"
    return "silent" if isinstance(error, TimeoutError) else "no_connection"
