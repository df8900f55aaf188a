"""RTP of one call: paced sending of A-law and keys, everything received kept with its time.

A packet's time is the kernel's: a busy test reads late, and what it reads late did not come late.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from tests.support import g711
from tests.support.heard import FRAME, FRAME_MS, Heard

_SILENCE = b"\xd5" * FRAME
_KEYS = "0123456789*#ABCD"
_TIMESTAMPNS: Final = 35
"""SO_TIMESTAMPNS of Linux (asm-generic/socket.h), which `socket` does not name."""

_TIMESPEC: Final = struct.Struct("@ll")
_ONE_MOMENT_MS: Final = 1.0


class RtpSession:
    """Sends 50 frames a second from `start` on: what was queued, else silence, as a phone does."""

    def __init__(self, clock_ms: Callable[[], float]) -> None:
        self.heard = Heard()
        self.keys = ""
        """Keys that the other side pressed (RFC 4733), in order."""

        self._last_key: int | None = None
        self._clock_ms = clock_ms
        self._socket: socket.socket | None = None
        self._to: tuple[str, int] | None = None
        self._frames: deque[bytes] = deque()
        self._waiting: deque[tuple[int, asyncio.Future[float]]] = deque()
        self._sequence = secrets.randbelow(2**15)
        self._time = secrets.randbelow(2**31)
        self._source = secrets.randbelow(2**32)
        self._sent = 0
        self._queued = 0
        self._pacing: asyncio.Task[None] | None = None
        self._last_hearing_ms = 0.0
        self.late_ms = 0.0
        """By how much the latest frame so far went out after its time: how busy this machine is."""

    @property
    def last_hearing_ms(self) -> float:
        """When the last packet came."""
        return self._last_hearing_ms

    def open(self, address: str) -> None:
        """Take a port of this address and keep what comes to it; in the running loop."""
        own = self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.setblocking(False)
        own.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        own.bind((address, 0))
        asyncio.get_running_loop().add_reader(own, self._read, own)

    @property
    def port(self) -> int:
        """Our own port."""
        assert self._socket is not None
        port: int = self._socket.getsockname()[1]
        return port

    def _read(self, own: socket.socket) -> None:
        while True:
            try:
                data, beside, _, _ = own.recvmsg(2048, 128)
            except BlockingIOError:
                return
            self._received(data, self._came_ms(beside))

    def _came_ms(self, beside: Iterable[tuple[int, int, bytes]]) -> float:
        """When the kernel had it, on our clock."""
        (stamp,) = (data for level, kind, data in beside if kind == _TIMESTAMPNS)
        stamped_ns = _nanoseconds(stamp)
        while True:
            before_ms, now_ns, after_ms = self._clock_ms(), time.time_ns(), self._clock_ms()
            # Else we were held up between the two clocks.
            if after_ms - before_ms < _ONE_MOMENT_MS:
                return before_ms - (now_ns - stamped_ns) / 1e6

    def _received(self, data: bytes, came_ms: float) -> None:
        if len(data) <= 12 or data[0] >> 6 != 2:
            return
        if data[1] & 0x7F == 101:
            self._take_key(data)
        if data[1] & 0x7F != 8:
            return
        self._last_hearing_ms = came_ms
        (rtp_time,) = struct.unpack_from(">I", data, 4)
        samples = g711.decode(data[12:])
        self.heard.take(came_ms - len(samples) / 8, rtp_time, samples)

    def _take_key(self, data: bytes) -> None:
        # All packets of one key carry the time it began at.
        (began,) = struct.unpack_from(">I", data, 4)
        if began != self._last_key and len(data) >= 16 and data[12] < len(_KEYS):
            self._last_key = began
            self.keys += _KEYS[data[12]]

    def start(self, to: tuple[str, int]) -> None:
        """Begin to send to `to`."""
        self._to = to
        if self._pacing is None:
            self._pacing = asyncio.get_running_loop().create_task(self._pace())

    def pause(self) -> None:
        """Send nothing any more, as a phone with silence suppression in silence."""
        if self._pacing is not None:
            self._pacing.cancel()
            self._pacing = None

    def go_on(self) -> None:
        """Send again after a pause."""
        if self._pacing is None:
            self._pacing = asyncio.get_running_loop().create_task(self._pace())

    async def play(self, samples: g711.Samples) -> tuple[float, float]:
        """Send `samples` after what is queued; times (ms) of its first and after its last frame."""
        padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
        alaw = g711.encode(padded)
        frames = [alaw[at : at + FRAME] for at in range(0, len(alaw), FRAME)]
        loop = asyncio.get_running_loop()
        first: asyncio.Future[float] = loop.create_future()
        last: asyncio.Future[float] = loop.create_future()
        self._waiting.append((self._queued + 1, first))
        self._queued += len(frames)
        self._waiting.append((self._queued, last))
        self._frames.extend(frames)
        return await first, await last + FRAME_MS

    def hush(self) -> None:
        """Throw away what is queued and not sent."""
        self._sent += len(self._frames)
        self._frames.clear()
        self._note_sent()

    async def press(self, keys: str, *, each_ms: int = 100, between_ms: int = 100) -> None:
        """Send telephone events (RFC 4733) beside the audio."""
        for key in keys:
            event, began = _KEYS.index(key), self._time
            for step in range(each_ms // FRAME_MS + 3):
                over = step >= each_ms // FRAME_MS
                lasted = min(step + 1, each_ms // FRAME_MS) * FRAME
                body = struct.pack(">BBH", event, 0x8A if over else 0x0A, lasted)
                self._send(101, body, began, marked=step == 0)
                await asyncio.sleep(0 if over else FRAME_MS / 1000)
            await asyncio.sleep(between_ms / 1000)

    def close(self) -> None:
        """Stop sending and give the port back."""
        if self._pacing is not None:
            self._pacing.cancel()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        while self._waiting:
            self._waiting.popleft()[1].cancel()

    async def _pace(self) -> None:
        began, sent = self._clock_ms(), 0
        while True:
            self.late_ms = max(self.late_ms, self._clock_ms() - began - sent * FRAME_MS)
            if self._frames:
                self._send(8, self._frames.popleft(), self._time)
                self._sent += 1
                self._note_sent()
            else:
                self._send(8, _SILENCE, self._time)
            self._time = (self._time + FRAME) % 2**32
            sent += 1
            await asyncio.sleep(max(0.0, began + sent * FRAME_MS - self._clock_ms()) / 1000)

    def _note_sent(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._sent:
            _, done = self._waiting.popleft()
            if not done.done():
                done.set_result(self._clock_ms())

    def _send(self, kind: int, payload: bytes, rtp_time: int, *, marked: bool = False) -> None:
        head = struct.pack(
            ">BBHII", 0x80, kind | (0x80 if marked else 0), self._sequence, rtp_time, self._source
        )
        self._sequence = (self._sequence + 1) % 2**16
        if self._socket is not None and self._to is not None:
            self._socket.sendto(head + payload, self._to)


def _nanoseconds(stamp: bytes) -> int:
    seconds, nanoseconds = _TIMESPEC.unpack(stamp)
    return int(seconds * 10**9 + nanoseconds)
