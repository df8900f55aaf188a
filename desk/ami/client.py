"""The manager interface for the rest of the desk: always connected, or about to be."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from calls.clock import Clock, SystemClock
from desk.ami.errors import AmiError, AmiGoneError
from desk.ami.message import Message
from desk.ami.session import AmiSession, error_of
from desk.ami.takers import Take, Takers

log = structlog.get_logger(__name__)

MOST_HELD = 200_000
"""Events held back while the hooks of a new connection run; beyond, it is given up."""


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where the manager interface is and who we are there."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    """For an Asterisk on another machine (`tlsenable`); None on loopback."""


@dataclass(frozen=True, slots=True)
class AmiTimes:
    """How long to wait for what, in seconds."""

    connect_s: float = 5.0
    """Each of: connection, banner, and each step of the login."""

    ping_every_s: float = 10.0
    ping_answer_s: float = 5.0
    """A connection that does not answer a ping in this time is dead."""

    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    """Back-off between attempts: doubled each time, with jitter of a half to the whole."""

    steady_s: float = 10.0
    """A connection up for so long starts the back-off afresh."""


class AmiClient:
    """One manager connection, kept up by a supervisor task of its own.

    Everything is to be called in the loop's own thread. Events come in order. Those of a new
    connection are held back until every hook of `on_up` is through, then given in order: a hook's
    snapshot may hold already what such an event tells, so the taker must stand hearing it twice.
    """

    def __init__(
        self,
        address: AmiAddress,
        clock: Clock | None = None,
        *,
        times: AmiTimes = AmiTimes(),
        events: str = "call,agent,user",
    ) -> None:
        """`events` is the mask of classes asked for at login; manager.conf's `read` limits it."""
        self.address = address
        self.events = events
        self.on_up: list[Callable[[], Awaitable[None]]] = []
        """Run one after the other after every login, `act` and `ask` work in them: resync here."""

        self.on_down: list[Callable[[], None]] = []
        """Run when a connection that had logged in is lost; not at `stop`."""

        self.up = False
        """Logged in, and every hook of `on_up` through."""

        self.version = ""
        self.connections = 0
        """Logins so far."""

        self._failures = 0
        self.trouble = ""
        """Why the last attempt failed; empty while up."""

        self._told: object = None
        """Which trouble with which address the log has: it is told once, not at each attempt."""

        self._forged = 0
        self._clock = clock or SystemClock()
        self._times = times
        self._takers = Takers()
        self._session: AmiSession | None = None
        self._held: deque[Message] | None = None
        self._task: asyncio.Task[None] | None = None
        self._turned_up = asyncio.Event()

    @property
    def forged(self) -> int:
        """Events passed over because a caller, not Asterisk, wrote them or a part of them."""
        live = self._session.forged if self._session else 0
        return self._forged + live + self._takers.forged

    @property
    def failures(self) -> int:
        """Exceptions of takers and hooks; each is logged, none stops the events."""
        return self._failures + self._takers.failures

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to connect; returns at once. Harmless when it runs already."""
        if self._task is None:
            self._task = asyncio.create_task(self._supervise(), name="ami")

    async def stop(self) -> None:
        """Log off and close without waiting for the other side; harmless twice."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait([task])

    async def wait_up(self, timeout_s: float = 10.0) -> bool:
        """True as soon as it is up; False if that takes longer."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._turned_up.wait(), timeout_s)
        return self.up

    # -- what is asked -------------------------------------------------------------------------

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        """Do one action. AmiRefusedError, AmiGoneError, or AmiHeaderError (nothing was sent)."""
        return await self._live(action).act(action, headers, timeout_s)

    async def ask(
        self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0
    ) -> list[Message]:
        """The list of events by which `QueueStatus`, `CoreShowChannels` and their like answer."""
        return await self._live(action).ask(action, headers, timeout_s)

    async def follow(
        self, action: str, *headers: tuple[str, str], until: str, timeout_s: float = 30.0
    ) -> Message:
        """The later event that tells how this very action ended (`OriginateResponse`).

        It is given to nobody else.
        """
        return await self._live(action).follow(action, headers, until, timeout_s)

    def _live(self, action: str) -> AmiSession:
        if self._session is None:
            raise AmiGoneError(f"no connection to Asterisk: {action} was not sent")
        return self._session

    # -- what is heard -------------------------------------------------------------------------

    def on_event(self, names: Collection[str], take: Take) -> Callable[[], None]:
        """Give `take` every event of these names (`*`: all); the returned function ends that."""
        return self._takers.add(names, take)

    def _hear(self, message: Message) -> None:
        if self._held is None:
            self._takers.give(message)
            return
        self._held.append(message)
        if len(self._held) == MOST_HELD and self._session is not None:
            log.error("ami.too_many_events_held", held=MOST_HELD)
            self._session.abort()

    # -- the supervisor ------------------------------------------------------------------------

    async def _supervise(self) -> None:
        wait_s = self._times.first_wait_s
        while True:
            steady = await self._one_connection()
            if steady:
                wait_s = self._times.first_wait_s
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311
            wait_s = min(wait_s * 2, self._times.longest_wait_s)

    async def _one_connection(self) -> bool:
        """From connecting to the end; True if it was up long enough to trust the next one."""
        session = AmiSession(self._hear)
        logged_in = False
        began_ms = self._clock.monotonic_ms()
        try:
            await self._connect(session)
            logged_in = True
            began_ms = self._clock.monotonic_ms()
            await self._live_through(session)
        except (AmiError, OSError, TimeoutError) as error:
            self.trouble = error_of(error)
            self._tell_trouble(logged_in)
        except Exception as error:  # whatever it is, there is a next attempt
            self.trouble = error_of(error)
            log.exception("ami.connection_failed", port=self.address.port)
        finally:
            session.say_goodbye()
            self._forged += session.forged
            self._forget(session)
            await session.ended()
        if logged_in:
            self._tell_down()
        return logged_in and self._clock.monotonic_ms() - began_ms >= self._times.steady_s * 1000

    def _tell_trouble(self, was_up: bool) -> None:
        port = self.address.port
        trouble = (self.trouble, self.address.host, port)
        # Port 0: nobody has said yet where an Asterisk is.
        if port and (was_up or trouble != self._told):
            log.warning("ami.not_connected", why=self.trouble, port=port)
        self._told = trouble

    async def _connect(self, session: AmiSession) -> None:
        address, limit_s = self.address, self._times.connect_s
        async with asyncio.timeout(limit_s):
            await asyncio.get_running_loop().create_connection(
                lambda: session, address.host, address.port, ssl=address.tls
            )
        async with asyncio.timeout(limit_s):
            self.version = await asyncio.shield(session.greeted)
        # From the login on Asterisk sends events: they wait for the hooks.
        self._held = deque()
        await session.login(address.user, address.secret, self.events, limit_s)

    async def _live_through(self, session: AmiSession) -> None:
        """Resync, give what was held back, then ping until the connection is over."""
        self._session = session
        self.connections += 1
        pinging = asyncio.create_task(self._ping(session), name="ami-ping")
        try:
            for hook in list(self.on_up):
                await self._run_hook(hook)
                if session.closed.done():
                    raise AmiGoneError("the connection was lost while the desk resynced")
            self._release()
            self._turn(up=True)
            log.info("ami.up", version=self.version, connections=self.connections)
            await asyncio.shield(session.closed)
        finally:
            pinging.cancel()
            # Not `await pinging`: it could not be told from our own being cancelled.
            await asyncio.wait([pinging])

    async def _run_hook(self, hook: Callable[[], Awaitable[None]]) -> None:
        try:
            await hook()
        except AmiGoneError:
            raise
        except Exception:  # the others resync all the same
            self._failures += 1
            log.exception("ami.hook_failed")

    def _release(self) -> None:
        held, self._held = self._held, None
        for message in held or ():
            self._takers.give(message)

    async def _ping(self, session: AmiSession) -> None:
        """A connection that is dead without saying so answers no ping."""
        while True:
            await asyncio.sleep(self._times.ping_every_s)
            try:
                await session.act("Ping", (), self._times.ping_answer_s)
            except AmiError:
                self.trouble = "the manager interface does not answer"
                session.abort()
                return

    def _forget(self, session: AmiSession) -> None:
        self._held = None
        if self._session is session:
            self._session = None
        self._turn(up=False)

    def _turn(self, *, up: bool) -> None:
        self.up = up
        if up:
            self.trouble = ""
            self._turned_up.set()
        else:
            self._turned_up.clear()

    def _tell_down(self) -> None:
        self.trouble = self.trouble or "the connection was lost"
        log.warning("ami.down", why=self.trouble)
        for hook in list(self.on_down):
            try:
                hook()
            except Exception:  # the others are told all the same
                self._failures += 1
                log.exception("ami.hook_failed")
