"""The FastAGI server: one event loop, a protocol and a coroutine per call, behind caps.

Whoever can reach an AGI port could act for Asterisk, and Asterisk does anything its AGI server
says: so it listens on loopback unless told otherwise, takes only addresses it was given, and can
ask for a shared secret as the third AGI argument.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import resource
from collections import Counter
from collections.abc import Awaitable, Callable, Collection

import structlog

from agi.connection import AgiConnection
from agi.dialogue_log import masked_trace, shown
from agi.environment import Environment
from agi.greenlets import Workers
from agi.limits import Limits
from agi.pyst2 import AGIException
from agi.session import AgiSession
from calls.errors import ConfigError, reason_of

_log = structlog.get_logger("agi.server")

LOOPBACK = frozenset({"127.0.0.1", "::1"})
HEALTH_SCRIPT = "_monitoring"
SECRET_ARGUMENT = 3
_SWEEP_S = 0.25
_CLOSE_S = 5.0
_LOOK_S = 0.02
_LAST_FACTS_S = 1.0
"""For a call whose line is down to record its end."""


class FastAgiServer:
    """Answers FastAGI connections; `answer` is awaited once for each session.

    `flow_known` says whether a name is in the table of flows. A connection that may not be served
    (unknown name, wrong secret, over a cap) is closed without a command: the dialplan falls back.
    """

    def __init__(
        self,
        answer: Callable[[AgiSession], Awaitable[None]],
        *,
        flow_known: Callable[[str], bool],
        limits: Limits | None = None,
        secret: str = "",
        sources: Collection[str] = LOOPBACK,
        log_dialogue: bool = False,
        elsewhere: Callable[[], int] = int,
    ) -> None:
        """`elsewhere` counts callers without a connection here who have to be waited for, too, when
        this server is stopped."""
        self.limits = limits or Limits()
        self.workers = Workers()
        self.log_dialogue = log_dialogue
        self.refusals: Counter[str] = Counter()
        """Connections dropped, by reason, since the start."""

        self._answer = answer
        self._elsewhere = elsewhere
        self._flow_known = flow_known
        self._secret = secret.encode()
        self._sources = frozenset(sources)
        self._open: set[AgiConnection] = set()
        self._by_source: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: set[AgiConnection] = set()
        self._unlogged: Counter[str] = Counter()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._stopping = False

    @property
    def live(self) -> int:
        """Calls being served."""
        return len(self._tasks)

    @property
    def connections(self) -> int:
        """Open connections, calls and greetings."""
        return len(self._open)

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, reuse_port: bool = False
    ) -> tuple[str, int]:
        """Listen; port 0 takes a free one. Returns what is listened on.

        Raises ConfigError when the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        raise_file_limit(self.limits.calls + self.limits.greetings + 256)
        try:
            self._server = await loop.create_server(
                lambda: AgiConnection(self, loop),
                host,
                port,
                backlog=self.limits.backlog,
                reuse_port=reuse_port or None,
            )
        except OSError as error:
            raise ConfigError(
                f"FastAGI cannot listen on {host}:{port} ({reason_of(error)}); "
                "give another port, or stop what uses this one"
            ) from error
        self._sweeper = loop.call_later(_SWEEP_S, self._sweep, loop)
        address = self._server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def stop(self, *, grace_s: float) -> None:
        """Stop accepting, let calls on the line finish for `grace_s` seconds, then cancel the rest.

        A cancelled call is marked by its own coroutine and handed to the dialplan's fallback, or
        left to the next server where the dialplan has the caller: that one is not waited for, as
        nobody is answered meanwhile.
        """
        self._stopping = True
        if self._server is None or self._sweeper is None:
            return
        self._server.close()
        for connection in self._open - self._calls:
            connection.close()
        await self._finish_calls(grace_s)
        for connection in tuple(self._open):
            connection.close()
        self._sweeper.cancel()
        self._sweeper = None
        await asyncio.wait_for(self._server.wait_closed(), _CLOSE_S)
        self._server = None
        self._log_refusals()

    async def _finish_calls(self, grace_s: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + grace_s
        while (self._calls or self._elsewhere()) and loop.time() < until:
            await asyncio.sleep(_LOOK_S)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=min(grace_s, _LAST_FACTS_S))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_S)

    # --- what connections tell (agi.connection.Owner) ---------------------------------------

    def opened(self, connection: AgiConnection, source: str) -> bool:
        reason = self._reason_to_refuse(source)
        if reason:
            self.refused(reason)
            return False
        self._open.add(connection)
        self._by_source[source] += 1
        return True

    def _reason_to_refuse(self, source: str) -> str:
        limits = self.limits
        if self._stopping:
            return "stopping"
        if source not in self._sources:
            return "a source that is not allowed"
        if len(self._calls) >= limits.calls:
            return "the cap of calls"
        if len(self._open) - len(self._calls) >= limits.greetings:
            return "the cap of unfinished greetings"
        if self._by_source[source] >= limits.per_source:
            return "the cap of one source"
        return ""

    def greeted(self, connection: AgiConnection, environment: Environment) -> None:
        reason = self._reason_to_close(environment)
        if reason:
            self.refused(reason)
            connection.close()
            return
        self._calls.add(connection)
        session = AgiSession(connection, environment.lease_s or self.limits.lease_s)
        serve = self._health if environment.network_script == HEALTH_SCRIPT else self._answer
        task = asyncio.get_running_loop().create_task(self._attend(session, serve))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _reason_to_close(self, environment: Environment) -> str:
        if self._stopping:
            return "stopping"
        if self._secret and not hmac.compare_digest(
            environment.argument(SECRET_ARGUMENT).encode("utf-8", "surrogateescape"), self._secret
        ):
            return "a wrong secret"
        # Environments that come at once may pass the check made when they connected.
        if len(self._calls) >= self.limits.calls:
            return "the cap of calls"
        if environment.network_script == HEALTH_SCRIPT:
            return ""
        flow = environment.flow
        if not flow or not self._flow_known(flow):
            _log.warning("unknown flow asked for", flow=shown(environment.network_script, 40))
            return "an unknown flow"
        return ""

    def refused(self, reason: str) -> None:
        self.refusals[reason] += 1
        self._unlogged[reason] += 1

    def closed(self, connection: AgiConnection) -> None:
        if connection not in self._open:
            return
        self._open.discard(connection)
        self._calls.discard(connection)
        self._by_source[connection.source] -= 1
        if not self._by_source[connection.source]:
            del self._by_source[connection.source]

    # --- inside ----------------------------------------------------------------------------

    async def _attend(
        self, session: AgiSession, serve: Callable[[AgiSession], Awaitable[None]]
    ) -> None:
        try:
            await serve(session)
        except AGIException as error:
            _log.info("session ended early", reason=type(error).__name__)
        except Exception as error:  # noqa: BLE001  one call's bug must not take the others down
            _log.error("a session failed", trace=masked_trace(error))
        finally:
            session.close()

    async def _health(self, session: AgiSession) -> None:
        """A real dialogue for whoever probes us: a connect alone proves only the kernel."""
        state = f"ok {len(self._calls) - 1}/{self.limits.calls}"
        await session.run(session.agi.set_variable, "CC_HEALTH", state)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in [late for late in self._open if late.deadline <= now]:
            connection.expire()
        self._log_refusals()
        if self._sweeper is not None:
            self._sweeper = loop.call_later(_SWEEP_S, self._sweep, loop)

    def _log_refusals(self) -> None:
        # One line a sweep and reason: a flood of connections must not become a flood of log.
        for reason, count in self._unlogged.items():
            _log.warning("connections refused", reason=reason, count=count)
        self._unlogged.clear()


def settle_memory() -> None:
    """Take what was loaded so far out of the garbage collector's rounds, and make them rarer.

    For a process that serves, once it has loaded everything: a round over all modules and flows
    costs more than a call. A call leaves few cycles behind, so rarer rounds cost little memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def raise_file_limit(wanted: int) -> None:
    """Let this process open `wanted` files, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
