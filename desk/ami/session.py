"""One connection to the manager interface: replies to who asked, events to who listens."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

from desk.ami.errors import AmiError, AmiGoneError, AmiLoginError, AmiRefusedError
from desk.ami.message import Message
from desk.ami.wire import BlockReader, Header, encode

_GRANTED = frozenset({"success", "follows", "goodbye", "pong"})
MOST_UNSENT = 1024 * 1024
"""Bytes that Asterisk has not taken: beyond, it is not reading and the connection is given up."""


class _Asked:
    """An action that waits: for its reply, its list, or the event that tells how it went."""

    def __init__(self, action: str, *, rows: bool = False, until: str = "") -> None:
        self.action = action
        self.messages: list[Message] = []
        self.done: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self.listing = False
        """In the middle of its list."""

        self._rows = rows
        self._until = until.lower()

    def take(self, message: Message) -> None:
        """One message with its ActionID; `done` is set by the last of them."""
        if self.done.done():
            return
        if self.listing:
            self._take_row(message)
        elif message.response:
            self._take_response(message)
        elif message.event.lower() == self._until:
            self.done.set_result([message])

    def _take_row(self, message: Message) -> None:
        # Only a genuine end has the ActionID first: nobody else can know it.
        ends = message.get("EventList").lower() if message.headed_by_id else ""
        self.listing = ends not in {"complete", "cancelled"}
        if ends == "complete":
            self.done.set_result(self.messages)
        elif ends == "cancelled":
            self.done.set_exception(AmiRefusedError(self.action, "the list was cancelled"))
        elif message.event and not message.doubled:
            self.messages.append(message)

    def _take_response(self, message: Message) -> None:
        if message.response.lower() not in _GRANTED:
            self.done.set_exception(AmiRefusedError(self.action, message.get("Message")))
        elif self._rows:
            self.listing = message.get("EventList").lower() == "start"
            if not self.listing:
                self.done.set_result([])
        elif not self._until:
            self.done.set_result([message])


class AmiSession(asyncio.Protocol):
    """A connection from its banner to its end. Everything happens in the loop's own thread."""

    def __init__(self, hear: Callable[[Message], None]) -> None:
        """`hear` gets every event that is no answer to an action; it must not raise."""
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[str] = loop.create_future()
        """The interface's version, once the banner is here."""

        self.closed: asyncio.Future[None] = loop.create_future()
        """Done when the connection is over, whoever ended it."""

        self.strays = 0
        """Replies that nobody waits for any more: they came after their time."""

        self.forged = 0
        """Events passed over because a caller, not Asterisk, wrote them or a part of them."""

        self._torn = False
        self._system = ""
        self._hear = hear
        self._asked: dict[str, _Asked] = {}
        self._transport: asyncio.Transport | None = None
        # Not to be guessed: a value that a caller has a hand in cannot pass for an answer.
        self._prefix = secrets.token_hex(6)
        self._reader = BlockReader(self._prefix)
        self._count = 0

    @property
    def passed_over(self) -> int:
        """Blocks over the reader's limits."""
        return self._reader.passed_over

    # -- the transport's side ------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._reader.feed(data)
        except AmiLoginError as error:
            if not self.greeted.done():
                self.greeted.set_exception(error)
            self.abort()
            return
        if self._reader.version is not None and not self.greeted.done():
            self.greeted.set_result(self._reader.version)
        for message in messages:
            self._route(message)

    def connection_lost(self, exc: Exception | None) -> None:
        gone = AmiGoneError(
            "the connection to Asterisk's manager interface is lost; "
            "whether the action was carried out is not known"
        )
        for asked in self._asked.values():
            if not asked.done.done():
                asked.done.set_exception(gone)
        self._asked.clear()
        if not self.greeted.done():
            self.greeted.set_exception(gone)
        # Perhaps nobody waits for it any more, and then it is not to complain.
        self.greeted.exception()
        if not self.closed.done():
            self.closed.set_result(None)

    def _route(self, message: Message) -> None:
        action_id = message.action_id
        asked = self._asked.get(action_id) if action_id else None
        if asked is not None and self._torn and not message.headed_by_id:
            self._torn = False
            self.forged += 1
        elif asked is not None:
            self._torn = False
            asked.take(message)
        elif message.event and message.issued_by(self._system):
            self._hear(message)
        elif message.response:
            self.strays += 1
        else:
            self.forged += 1
            # Asterisk writes a list in one go. What stands in it without the ActionID is the head
            # of a row torn by an empty line in a caller's number, and its tail comes next.
            self._torn = self._torn or any(one.listing for one in self._asked.values())

    # -- our side ------------------------------------------------------------------------------

    async def login(self, user: str, secret: str, events: str, timeout_s: float) -> None:
        """MD5 challenge, so that the secret is never sent. AmiLoginError when it is refused."""
        try:
            told = await self.act("Challenge", [("AuthType", "MD5")], timeout_s)
            challenge = told.get("Challenge")
            key = hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
            if not challenge:
                raise AmiLoginError("the manager interface gave no challenge; check manager.conf")
            login = [("AuthType", "MD5"), ("Username", user), ("Key", key), ("Events", events)]
            reply = await self.act("Login", login, timeout_s)
        except AmiRefusedError as error:
            raise AmiLoginError(
                f"the manager interface refuses user {user!r} ({error.text}); check the secret "
                "and `permit` in manager.conf"
            ) from error
        if reply.response.lower() != "success":
            raise AmiLoginError(f"the manager interface answered the login {reply.response!r}")
        with suppress(AmiRefusedError):
            told = await self.act("Getvar", [("Variable", "SYSTEMNAME")], timeout_s)
            self._system = told.get("Value")

    async def act(self, action: str, headers: Sequence[Header], timeout_s: float) -> Message:
        """The one reply."""
        return (await self._ask(_Asked(action), headers, timeout_s))[0]

    async def ask(self, action: str, headers: Sequence[Header], timeout_s: float) -> list[Message]:
        """The events of a list, without the reply before and the `Complete` after them."""
        return await self._ask(_Asked(action, rows=True), headers, timeout_s)

    async def follow(
        self, action: str, headers: Sequence[Header], until: str, timeout_s: float
    ) -> Message:
        """The event named `until` that carries this action's ActionID."""
        return (await self._ask(_Asked(action, until=until), headers, timeout_s))[0]

    async def _ask(
        self, asked: _Asked, headers: Sequence[Header], timeout_s: float
    ) -> list[Message]:
        self._count += 1
        action_id = f"{self._prefix}-{self._count}"
        block = encode(asked.action, action_id, headers)
        # Who waits is known before anything is sent: no answer can be too early.
        self._asked[action_id] = asked
        try:
            self._send(asked.action, block)
            async with asyncio.timeout(timeout_s):
                return await asked.done
        except TimeoutError as error:
            raise AmiGoneError(
                f"Asterisk did not answer {asked.action} within {timeout_s:g} s; "
                "whether it was carried out is not known"
            ) from error
        finally:
            self._asked.pop(action_id, None)

    def _send(self, action: str, block: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            raise AmiGoneError(f"no connection to Asterisk: {action} was not sent")
        if transport.get_write_buffer_size() > MOST_UNSENT:
            self.abort()
            raise AmiGoneError(f"Asterisk takes nothing more: {action} was not sent")
        transport.write(block)

    def say_goodbye(self) -> None:
        """Log off and close, without waiting for the other side."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(encode("Logoff", f"{self._prefix}-bye", ()))
            self.abort()

    async def ended(self, timeout_s: float = 1.0) -> None:
        """Wait until the socket is given back."""
        if self._transport is not None:
            await asyncio.wait([self.closed], timeout=timeout_s)

    def abort(self) -> None:
        """Close now, whatever the other side does."""
        if self._transport is not None:
            self._transport.abort()


def error_of(problem: BaseException) -> str:
    """Why a connection could not be had, in words for a log."""
    if isinstance(problem, AmiError):
        return str(problem)
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return getattr(problem, "strerror", None) or type(problem).__name__
