"""Asterisk's side of an AudioSocket session: the caller's sound out, the house's sound in."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Final

from callers.audio import FRAME_MS, from_pcm
from callers.noises import Samples, level_of

KIND_END: Final = 0x00
KIND_UUID: Final = 0x01
KIND_DTMF: Final = 0x03
KIND_AUDIO: Final = 0x10

VOICED_DBOV: Final = -55.0
"""A frame of the house above this is a prompt, below it a pause."""

_CONNECT_S: Final = 2.0


def message(kind: int, payload: bytes = b"") -> bytes:
    """One AudioSocket message: kind, length (big-endian, 16 bits), payload."""
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


class AudioSocketPeer:
    """One session; `heard` is told of each frame of the house as it comes."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        heard: Callable[[Samples], None],
    ) -> None:
        self._writer = writer
        self._heard = heard
        self.ended = asyncio.Event()
        """Set once the other side has ended the session."""

        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    @classmethod
    async def connect(
        cls, host: str, port: int, identity: uuid.UUID, heard: Callable[[Samples], None]
    ) -> AudioSocketPeer:
        """Connect and say which call this is. Raises OSError when nobody listens there."""
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port)
        peer = cls(reader, writer, heard)
        writer.write(message(KIND_UUID, identity.bytes))
        return peer

    def send(self, frame: bytes) -> None:
        """Send one frame of the caller's sound."""
        if not self.ended.is_set() and not self._writer.is_closing():
            self._writer.write(message(KIND_AUDIO, frame))

    def press(self, key: str) -> None:
        """Send one key."""
        if not self.ended.is_set() and not self._writer.is_closing():
            self._writer.write(message(KIND_DTMF, key.encode("ascii")))

    async def close(self) -> None:
        """Close the session; harmless twice."""
        self._reading.cancel()
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            return

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                header = await reader.readexactly(3)
                payload = await reader.readexactly(int.from_bytes(header[1:], "big"))
                if header[0] == KIND_END:
                    return
                if header[0] == KIND_AUDIO:
                    self._heard(from_pcm(payload))
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            self.ended.set()


class HouseEar:
    """Tells from the frames the house sends when a line begins and when it is over.

    A house that plays a prompt sends frames without a break; it is over when none has come for
    `gap_ms` (longer than a busy machine holds frames back), or none but silence for `pause_ms`
    (longer than a pause inside a sentence).
    """

    def __init__(self, gap_ms: int = 15 * FRAME_MS, pause_ms: int = 700) -> None:
        self._gap_ms = gap_ms
        self._pause_ms = pause_ms
        self._last_frame_ms = -(1 << 40)
        self._last_voiced_ms = -(1 << 40)
        self.speaking = False

    def frame(self, at_ms: int, frame: Samples) -> bool:
        """Take a frame; True when a line begins with it."""
        self._last_frame_ms = at_ms
        if level_of(frame) < VOICED_DBOV:
            return False
        self._last_voiced_ms = at_ms
        began = not self.speaking
        self.speaking = True
        return began

    def over(self, now_ms: int) -> int | None:
        """When the line that was being spoken ended, once it is known to be over."""
        silent = now_ms - self._last_voiced_ms >= self._pause_ms
        if not self.speaking or not (silent or now_ms - self._last_frame_ms >= self._gap_ms):
            return None
        self.speaking = False
        return (self._last_voiced_ms if silent else self._last_frame_ms) + FRAME_MS
