"""The ears of one process: the AudioSocket server, its sessions and the one worker thread.

Frames of all sessions are gathered for up to 10 ms and measured in one batch in the worker thread;
while it works, the next batch gathers. The loop never does signal work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import structlog

from agi.ears.audiosocket import AudioSocketProtocol, Caller
from agi.ears.filling import Filler
from agi.ears.listener import Listener, Message, Report, work
from agi.ears.pacer import Pacer
from agi.ears.session import HearingSession
from agi.ears.vad import EarsError, VadBackend
from calls.clock import Clock, SystemClock

GATHER_S = 0.010
WATCH_S = 0.1
BACKLOG = 4096
MOST_UNKNOWN = 512
"""Connections that have not said who they are; more are closed at once."""

_log = structlog.get_logger("ears")

_Batch = list[tuple[HearingSession, list[Message]]]


class EarsService:
    """Hears callers. Use on one event loop, asyncio's or uvloop's."""

    def __init__(self, backend: VadBackend, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.pacer = Pacer()
        self.filler = Filler()
        self._backend = backend
        self._server: asyncio.Server | None = None
        self._address = ("", 0)
        self._expected: dict[UUID, HearingSession] = {}
        self._unknown: set[AudioSocketProtocol] = set()
        self._connections: set[AudioSocketProtocol] = set()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self._waiting: dict[HearingSession, None] = {}
        self._gathering: asyncio.TimerHandle | None = None
        self._working = False
        self._sent_at = 0.0
        self._idle = asyncio.Event()
        self._idle.set()
        self._watch: asyncio.TimerHandle | None = None
        self._watched_at = 0.0
        self._stopped = False
        self.refused = 0
        """Connections turned away since the start."""

    @property
    def sessions(self) -> int:
        """Sessions expected or going on."""
        return len(self._expected)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; gives the address (port 0 asks the system for one). OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: AudioSocketProtocol(self), host, port, backlog=BACKLOG
        )
        name = self._server.sockets[0].getsockname()
        self._address = (name[0], name[1])
        self._watched_at = loop.time()
        self._watch = loop.call_later(WATCH_S, self._watch_gaps)
        return self._address

    def expect(self, *, max_wait_s: float = 5) -> HearingSession:
        """A session under a fresh identity, for Asterisk to connect to. Always `close()` it."""
        if self._server is None or self._stopped:
            raise EarsError("the ears are not started; await start() first")
        identity = uuid4()
        address = f"{identity},{self._address[0]}:{self._address[1]}"
        session = HearingSession(self, identity, address, Listener(self._backend), max_wait_s)
        self._expected[identity] = session
        return session

    async def stop(self) -> None:
        """Stop listening, end every session (its question is answered with a hang-up)."""
        if self._stopped:
            return
        if self._server is not None:
            self._server.close()
        for session in list(self._expected.values()):
            session.close()
        # Until the worker has carried out what the sessions' end brought.
        while not self._idle.is_set():
            await self._idle.wait()
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()
        self.pacer.stop()
        self.filler.stop()
        for connection in list(self._connections):
            connection.cut()
        if self._server is not None:
            await self._server.wait_closed()
        self._worker.shutdown(wait=True)

    # For the connections; see `audiosocket.Reception`.

    def may_connect(self, connection: AudioSocketProtocol) -> bool:
        self._connections.add(connection)
        if self._stopped or len(self._unknown) >= MOST_UNKNOWN:
            return False
        self._unknown.add(connection)
        return True

    def claim(self, identity: UUID, connection: AudioSocketProtocol) -> Caller | None:
        session = self._expected.get(identity)
        if session is None or not session.take_connection(connection):
            return None
        self._unknown.discard(connection)
        return session

    def gone(self, connection: AudioSocketProtocol, refused: str) -> None:
        self._connections.discard(connection)
        self._unknown.discard(connection)
        if refused:
            self.refused += 1
            # A flood must not fill the disk: each power of two is logged.
            if self.refused & (self.refused - 1) == 0:
                _log.warning("audiosocket refused", why=refused, so_far=self.refused)

    # For the sessions; see `session.Ears`.

    def wake(self, session: HearingSession) -> None:
        if self._stopped:
            return
        self._waiting[session] = None
        if self._gathering is None and not self._working:
            self._idle.clear()
            self._gather()

    def forget(self, session: HearingSession) -> None:
        self._expected.pop(session.identity, None)

    def _gather(self) -> None:
        """Send the next batch 10 ms after the last one, or now when that is over."""
        loop = asyncio.get_running_loop()
        self._gathering = loop.call_at(self._sent_at + GATHER_S, self._send_batch)

    def _send_batch(self) -> None:
        self._gathering = None
        self._sent_at = asyncio.get_running_loop().time()
        batch: _Batch = []
        for session in self._waiting:
            batch.append((session, session.inbox))
            session.inbox = []
        self._waiting.clear()
        self._working = True
        self._worker.submit(self._work, batch, asyncio.get_running_loop())

    def _work(self, batch: _Batch, loop: asyncio.AbstractEventLoop) -> None:
        """In the worker thread."""
        try:
            reports = work(self._backend, [(s.listener, inbox) for s, inbox in batch])
            loop.call_soon_threadsafe(self._carry_out, batch, reports)
        except Exception as error:  # noqa: BLE001 - the thread serves every call and must live on
            loop.call_soon_threadsafe(self._failed, batch, error)

    def _carry_out(self, batch: _Batch, reports: Sequence[Sequence[Report]]) -> None:
        for (session, _), of_session in zip(batch, reports, strict=True):
            for report in of_session:
                self._tell(session, report)
        self._next_batch()

    def _tell(self, session: HearingSession, report: Report) -> None:
        try:
            session.report(report)
        except Exception as error:  # noqa: BLE001 - who listens in must not deafen all other calls
            _log.error("whoever was told what is heard broke", error=repr(error))

    def _failed(self, batch: _Batch, error: Exception) -> None:
        _log.error("the ears failed", error=repr(error), sessions=len(batch))
        for session, _ in batch:
            session.fail(EarsError(f"the ears failed: {error!r}; see the log"))
        self._next_batch()

    def _next_batch(self) -> None:
        self._working = False
        if self._waiting and not self._stopped:
            self._gather()
        else:
            self._idle.set()

    def _watch_gaps(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        # A stall of ours is not the caller's silence: what came meanwhile is still to be read.
        elapsed_ms = min(now - self._watched_at, 2 * WATCH_S) * 1000
        self._watched_at = now
        for session in list(self._expected.values()):
            if session.waits_for_audio:
                session.time_passed(elapsed_ms)
        self._watch = loop.call_later(WATCH_S, self._watch_gaps)
