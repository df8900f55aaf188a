"""The desk whispers a spoken cue to an agent alone: the caller hears nothing of it.

Asterisk opens a channel to an AudioSocket server of ours and lets it whisper (ChanSpy, `w`); what
we send there the agent hears over the caller's voice. Protocol: res_audiosocket of Asterisk; a
message is a kind, two bytes of length (big-endian), and 20 ms of 8 kHz s16.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from calls.errors import CallCenterError, reason_of
from desk.ami import AmiClient, Message
from desk.ami.listening import whisper_audio

FRAME_BYTES: Final = 320
FRAME_S: Final = 0.02
LONGEST_S: Final = 60.0
"""The longest text that may be ordered, read slowly."""

_END = bytes([0x00, 0, 0])
_KIND_UUID: Final = 0x01
_KIND_AUDIO: Final = 0x10
_CONNECTS_S: Final = 5.0
_OPENS_FRAMES: Final = 150
"""Silence at most until Asterisk tells that the agent is whispered to: nobody hears words before
it, and a busy machine may open it long after the connection."""

_LEAD_FRAMES: Final = 5

_TAIL_FRAMES: Final = 10


class CueError(CallCenterError):
    """The cue was not spoken, or not to its end; the call goes on."""


@dataclass(slots=True)
class _Wanted:
    """A connection that Asterisk has been asked to make."""

    came: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


class Cues:
    """Speaks to agents' ears. `start` before, `close` at the end; all on one loop."""

    def __init__(self, ami: AmiClient, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """`port` 0: any free one. The server listens on `host` only."""
        self._ami = ami
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._wanted: dict[UUID, _Wanted] = {}
        self._one_at_a_time: dict[str, asyncio.Lock] = {}
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen. Raises CueError when the port is taken."""
        try:
            self._server = await asyncio.start_server(self._connected, self._host, self._port)
        except OSError as error:
            raise CueError(
                f"{self._host}:{self._port} cannot be used for spoken cues ({reason_of(error)}); "
                "give another port, or 0 for any"
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop, mid-word if need be; harmless twice."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for writer in tuple(self._writers):
            writer.close()

    async def whisper(self, channel: str, pcm: bytes) -> None:
        """Say `pcm` (8 kHz s16 mono, at most 60 s) to this channel's phone; returns at its end.

        Two cues to one agent are said one after the other. Raises CueError when the call is over
        before the cue, and AmiError when Asterisk would not.
        """
        if not pcm or len(pcm) > LONGEST_S / FRAME_S * FRAME_BYTES:
            raise CueError(f"a cue has 1 frame to {LONGEST_S:.0f} s of sound")
        lock = self._one_at_a_time.setdefault(channel, asyncio.Lock())
        try:
            async with lock:
                await self._say(channel, pcm)
        finally:
            if not lock.locked():
                self._one_at_a_time.pop(channel, None)

    async def _say(self, channel: str, pcm: bytes) -> None:
        if self._server is None:
            raise CueError("spoken cues are not started")
        identity = uuid4()
        wanted = _Wanted(asyncio.get_running_loop().create_future())
        self._wanted[identity] = wanted
        opened = asyncio.Event()
        leave = self._ami.on_event(["ChanSpyStart"], lambda told: _note(told, identity, opened))
        try:
            await whisper_audio(self._ami, channel, self._host, self._port, identity)
            reader, writer = await asyncio.wait_for(wanted.came, _CONNECTS_S)
            await self._speak(reader, writer, _frames(opened, pcm))
        except TimeoutError as error:
            raise CueError("Asterisk did not connect for the cue") from error
        finally:
            leave()
            del self._wanted[identity]

    async def _speak(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frames: Iterator[bytes]
    ) -> None:
        self._writers.add(writer)
        draining = asyncio.create_task(_throw_away(reader))
        try:
            await self._send(writer, draining, frames)
        finally:
            draining.cancel()
            self._writers.discard(writer)
            writer.close()
            await asyncio.gather(draining, return_exceptions=True)

    async def _send(
        self, writer: asyncio.StreamWriter, over: asyncio.Task[None], frames: Iterator[bytes]
    ) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, frame in enumerate(frames, 1):
            if over.done():
                raise CueError("the call was over before the cue")
            writer.write(_message(frame))
            await writer.drain()
            await asyncio.sleep(max(0.0, began + number * FRAME_S - loop.time()))
        writer.write(_END)
        await writer.drain()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_CONNECTS_S):
                head = await reader.readexactly(3)
                length = int.from_bytes(head[1:], "big")
                body = await reader.readexactly(length) if length == 16 else b""
            wanted = self._wanted.get(UUID(bytes=body)) if head[0] == _KIND_UUID and body else None
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            wanted = None
        if wanted is None or wanted.came.done():
            writer.close()
            return
        wanted.came.set_result((reader, writer))


def _note(told: Message, identity: UUID, opened: asyncio.Event) -> None:
    # Asterisk names the channel by the session it carries.
    if str(identity) in told.raw("SpyerChannel"):
        opened.set()


def _frames(opened: asyncio.Event, pcm: bytes) -> Iterator[bytes]:
    """What is sent, a frame each 20 ms; the words begin once it is `opened`."""
    silence = bytes(FRAME_BYTES)
    yield from itertools.takewhile(lambda _: not opened.is_set(), [silence] * _OPENS_FRAMES)
    yield from [silence] * _LEAD_FRAMES
    for at in range(0, len(pcm), FRAME_BYTES):
        yield pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
    yield from [silence] * _TAIL_FRAMES


def _message(frame: bytes) -> bytes:
    return bytes([_KIND_AUDIO]) + len(frame).to_bytes(2, "big") + frame


async def _throw_away(reader: asyncio.StreamReader) -> None:
    """What Asterisk sends (both sides of the talk) until it ends the session."""
    try:
        while head := await reader.readexactly(3):
            await reader.readexactly(int.from_bytes(head[1:], "big"))
            if head[0] == _END[0]:
                return
    except (OSError, asyncio.IncompleteReadError):
        return
