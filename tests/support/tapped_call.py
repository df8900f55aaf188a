"""Both taps of a coached call over real AudioSocket connections, and what was really sent.

One pacer sends a frame on each leg every 20 ms, so that a frame's number is the same moment on
both. Beside the samples it keeps what the clocks of the coach have to stand for.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from agi.ears.audiosocket import AUDIO_HEADER

FRAME_BYTES, FRAME_MS = 320, 20
Samples = NDArray[np.float32]


def hiss(seconds: float, dbov: float, seed: int = 1) -> bytes:
    """White noise as 16-bit samples."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 8000)) * 10 ** (dbov / 20)
    return pcm(np.asarray(noise, dtype=np.float32))


def trimmed(samples: Samples, above_dbov: float = -40.0) -> Samples:
    """Without what is quiet at both ends."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud = np.flatnonzero(np.mean(frames**2, axis=1) > 10 ** (above_dbov / 10))
    return np.asarray(frames[loud[0] : loud[-1] + 1].ravel(), dtype=np.float32)


def pcm(samples: Samples) -> bytes:
    """As 16-bit samples, whole frames."""
    out = np.asarray(np.clip(samples * 32767, -32768, 32767), dtype="<i2").tobytes()
    return out[: len(out) // FRAME_BYTES * FRAME_BYTES]


@dataclass(slots=True)
class Leg:
    """One channel: what it sends, and where it is connected."""

    quiet: bytes
    """Sent over and over while there is nothing else."""

    writer: asyncio.StreamWriter | None = None
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _coming: bytearray = field(default_factory=bytearray)
    _at: int = 0

    @property
    def speaks(self) -> bool:
        """Whether something said is being sent."""
        return bool(self._coming)

    def say(self, sound: bytes) -> None:
        """Send this next, in real time."""
        self._coming += sound

    async def connect(self, address: str) -> None:
        """As Asterisk does when a tap is ordered."""
        name, where = address.split(",")
        host, port = where.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"\x01\x00\x10" + UUID(name).bytes)
        self.writer = writer
        self.connected.set()
        self._reading = asyncio.create_task(self._until_hung_up(reader, writer))

    _reading: asyncio.Task[None] | None = None

    def next_frame(self) -> None:
        """Send one frame."""
        frame = bytes(self._coming[:FRAME_BYTES])
        del self._coming[:FRAME_BYTES]
        if len(frame) < FRAME_BYTES:
            frame = self.quiet[self._at : self._at + FRAME_BYTES]
            self._at = (self._at + FRAME_BYTES) % len(self.quiet)
        if self.writer is not None:
            self.writer.write(AUDIO_HEADER + frame)

    async def _until_hung_up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while await reader.read(4096):
                break
        writer.close()
        if self.writer is writer:
            self.writer = None


class TappedCall:
    """Caller and agent of one call, as two taps hear them."""

    def __init__(self, caller: str, agent: str, *, line: bytes) -> None:
        """`line` is what comes from the caller while nothing is said: quiet or noise."""
        self._channels = {caller: Leg(line), agent: Leg(hiss(2, -65, seed=2))}
        self.caller, self.agent = self._channels[caller], self._channels[agent]
        self.held = False
        """Set it as the caller is put on hold."""

        self.sent = 0
        self.late_ms = 0.0
        """By how much the latest frame so far went out after its time: how busy this machine is."""

        self._ran: list[bool] = []
        self._task = asyncio.create_task(self._send())

    async def tap(self, channel: str, address: str) -> None:
        """The order that Asterisk gets."""
        await self._channels[channel].connect(address)

    async def up(self) -> None:
        """Return once both taps are connected."""
        await self.caller.connected.wait()
        await self.agent.connected.wait()

    def clock_ms(self, opened: int) -> int:
        """What a clock that opened with frame `opened` should show now."""
        return sum(self._ran[opened:]) * FRAME_MS

    async def over(self, seconds: float) -> None:
        """Let so much audio go by."""
        until = self.sent + round(seconds * 1000 / FRAME_MS)
        while self.sent < until:
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """No more audio."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for leg in self._channels.values():
            if leg.writer is not None:
                leg.writer.close()
            if leg._reading is not None:
                leg._reading.cancel()
                await asyncio.gather(leg._reading, return_exceptions=True)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.late_ms = max(self.late_ms, (loop.time() - due) * 1000)
            self._ran.append(not (self.held or self.agent.speaks))
            self.caller.next_frame()
            self.agent.next_frame()
            self.sent += 1
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))
