"""Facts from the other processes of `procs: N` to the one writer, over a Unix socket.

A frame is a length (4 bytes, big-endian) and JSON: `[ack, rows]` to the writer, where rows are
stored-form events and `ack` is a number that wants an answer (0: none); `[ack, problem]` back,
`problem` empty when everything sent before is on disk.
"""

from __future__ import annotations

import asyncio
import json
import struct
import tempfile
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from calls.call import EventSink
from calls.errors import LedgerError
from calls.events import CallEvent
from ledger.encoding import EventRow, check_row, event_row
from ledger.writer import GROUP_MS, GROUP_ROWS, LedgerWriter

log = structlog.get_logger(__name__)

_LENGTH = struct.Struct(">I")
_MOST_FRAME = 16 * 1024 * 1024
_MOST_UNSENT = 64 * 1024 * 1024
"""Bytes a child keeps for a parent that does not read; more are refused."""

Left = Callable[[Collection[str]], Awaitable[None]]
"""What becomes of calls that nobody carries any more; may raise LedgerError."""

_LONGEST_ADDRESS = 100
"""A Unix socket's path may have 107 bytes on Linux."""


def relay_address(state: Path) -> Path:
    """Where the socket for a state folder goes: in it, or in a new private folder if too deep."""
    address = state.resolve() / "ledger.sock"
    if len(str(address).encode()) <= _LONGEST_ADDRESS:
        return address
    return Path(tempfile.mkdtemp(prefix="thirdring-")) / "ledger.sock"


class RelayServer:
    """The parent's end: takes the children's rows into its writer and answers for them."""

    def __init__(self, writer: LedgerWriter, address: Path, left: Left) -> None:
        """`left` is told of calls that a child left open when its connection ended, once the
        writer has all that came of them; of none once this is stopped.
        """
        self.address = address
        self._writer = writer
        self._left = left
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; only this user may connect. LedgerError when the socket cannot be made."""
        self.address.unlink(missing_ok=True)
        try:
            self._server = await asyncio.start_unix_server(
                self._take, path=str(self.address), limit=_MOST_FRAME
            )
        except OSError as error:
            raise LedgerError(
                f"{self.address}: no socket for the other processes: {error}; use procs: 1"
            ) from None
        self.address.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening, end the talks, remove the socket."""
        if self._server is not None:
            self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self.address.unlink(missing_ok=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        open_calls: set[str] = set()
        answers: set[asyncio.Task[None]] = set()
        try:
            while True:
                ack, rows = json.loads(await _read_frame(reader))
                self._append(rows, open_calls)
                if ack:
                    answer = asyncio.create_task(self._answer(ack, writer))
                    answers.add(answer)
                    answer.add_done_callback(answers.discard)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except (ValueError, TypeError, LedgerError) as error:
            log.error("a relay of events ends", problem=str(error))
        finally:
            await asyncio.gather(*answers, return_exceptions=True)
            await _close(writer)
        if open_calls:
            # A ledger that is closing takes no more: the next start sees to these calls.
            with suppress(LedgerError):
                await self._left(open_calls)

    def _append(self, rows: Sequence[Sequence[Any]], open_calls: set[str]) -> None:
        for call_id, seq, at, offset_ms, kind, data in rows:
            row = EventRow(call_id, seq, at, offset_ms, kind, data, json.loads(data))
            check_row(row)
            self._writer.append(row)
            if kind == "ended":
                open_calls.discard(call_id)
            else:
                open_calls.add(call_id)

    async def _answer(self, ack: int, writer: asyncio.StreamWriter) -> None:
        problem = ""
        try:
            await self._writer.durable()
        except LedgerError as error:
            problem = str(error)
        if not writer.is_closing():
            writer.write(_frame([ack, problem]))


class RelaySink(EventSink):
    """A child's `EventSink`: same promises as the writer, kept by the parent.

    Used from the child's event loop alone. When the relay breaks, `append` and `durable` raise
    LedgerError and `on_break` is called once: the child has lost its parent and should end.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_break: Callable[[], None] | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_break = on_break
        self._loop = asyncio.get_running_loop()
        self._events: list[CallEvent] = []
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._last_ack = 0
        self._broken = ""
        self._unstored = ""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def connect(cls, address: Path, on_break: Callable[[], None] | None = None) -> RelaySink:
        """Reach the parent's `RelayServer`; LedgerError when nobody is there."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(address))
        except OSError as error:
            raise LedgerError(
                f"{address}: the process that keeps the ledger is not there: {error}"
            ) from None
        return cls(reader, writer, on_break)

    def append(self, event: CallEvent) -> None:
        """Take an event in order; sent within the group-commit time."""
        if self._broken:
            raise LedgerError(self._broken)
        self._events.append(event)
        if len(self._events) >= GROUP_ROWS:
            self._send(0)
        elif self._timer is None:
            self._timer = self._loop.call_later(GROUP_MS / 1000, self._send, 0)

    async def durable(self) -> None:
        """Return once the parent has everything appended before on disk."""
        if self._broken:
            raise LedgerError(self._broken)
        self._last_ack += 1
        future = self._waiting[self._last_ack] = self._loop.create_future()
        self._send(self._last_ack)
        await future
        if self._unstored:
            problem, self._unstored = self._unstored, ""
            raise LedgerError(problem)

    async def close(self) -> None:
        """Send what is left, wait until it is on disk, and part; harmless when broken already.

        Raises LedgerError, parted all the same, when it cannot be on disk.
        """
        try:
            if not self._broken:
                await self.durable()
        finally:
            self._break("the relay is closed", tell=False)
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            await _close(self._writer)

    async def __aenter__(self) -> RelaySink:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _send(self, ack: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._broken or not (self._events or ack):
            return
        rows = self._rows()
        if self._writer.transport.get_write_buffer_size() > _MOST_UNSENT:
            self._break("the process that keeps the ledger takes no more events", tell=True)
            return
        self._writer.write(_frame([ack, rows]))

    def _rows(self) -> list[tuple[Any, ...]]:
        rows = []
        for event in self._events:
            try:
                rows.append(event_row(event)[:6])
            except (TypeError, ValueError, AttributeError) as error:
                log.error("an event cannot be stored", kind=str(event.kind), problem=str(error))
                self._unstored = f"an event cannot be stored: {error}"
        self._events.clear()
        return rows

    async def _listen(self) -> None:
        try:
            while True:
                ack, problem = json.loads(await _read_frame(self._reader))
                future = self._waiting.pop(ack, None)
                if future is None or future.done():
                    continue
                if problem:
                    future.set_exception(LedgerError(problem))
                else:
                    future.set_result(None)
        except (asyncio.IncompleteReadError, OSError, ValueError) as error:
            self._break(f"the process that keeps the ledger is gone ({error})", tell=True)

    def _break(self, problem: str, *, tell: bool) -> None:
        if self._broken:
            return
        self._broken = f"{problem}; events since the last answer may be lost"
        self._writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LedgerError(self._broken))
        self._waiting.clear()
        if tell:
            log.critical("the relay to the ledger broke", problem=problem)
            if self._on_break is not None:
                self._on_break()


def _frame(value: object) -> bytes:
    body = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > _MOST_FRAME:
        raise ValueError(f"a frame of {length} bytes is no frame of ours")
    return await reader.readexactly(length)
