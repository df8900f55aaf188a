"""The AudioSocket protocol: one connection of Asterisk's, one caller's audio.

Source: Asterisk `res_audiosocket.c` and the protocol page of its documentation. A message is one
byte of kind, two bytes of length (big-endian), then the payload.
"""

from __future__ import annotations

import asyncio
from typing import Protocol, cast
from uuid import UUID

from agi.ears.features import FRAME_BYTES

HANGUP, IDENTITY, KEY, AUDIO, FAILURE = 0x00, 0x01, 0x03, 0x10, 0xFF
HEADER_BYTES = 3
HANGUP_MESSAGE = b"\x00\x00\x00"
AUDIO_HEADER = bytes((AUDIO,)) + FRAME_BYTES.to_bytes(2, "big")
MESSAGE_BYTES = HEADER_BYTES + FRAME_BYTES

MOST_AUDIO_BYTES = 8 * FRAME_BYTES
"""In one message: Asterisk sends one frame."""

MOST_OTHER_BYTES = 64
MOST_UNSENT_BYTES = 100 * MESSAGE_BYTES
"""Two seconds of prompt that the peer does not take: it is gone."""

IDENTITY_WITHIN_S = 2.0
HANGUP_WITHIN_S = 2.0


class Caller(Protocol):
    """Who gets what a connection brings, once its identity is known. Called on the loop."""

    def frame(self, pcm: bytes) -> bool:
        """One frame of 320 bytes; False closes the connection: it sends too much."""

    def key(self, digit: str) -> None:
        """A key was pressed."""

    def line_down(self, why: str) -> None:
        """The connection ended, said once."""


class Reception(Protocol):
    """Who knows which caller an identity belongs to."""

    def may_connect(self, connection: AudioSocketProtocol) -> bool:
        """Whether one more unknown connection is taken."""

    def claim(self, identity: UUID, connection: AudioSocketProtocol) -> Caller | None:
        """The caller expected under this identity; None when nobody is."""

    def gone(self, connection: AudioSocketProtocol, refused: str) -> None:
        """A connection ended; `refused` says what was wrong with it, or is empty."""


class AudioSocketProtocol(asyncio.Protocol):
    """Reads messages; anything out of order closes the connection and nothing else."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._transport: asyncio.Transport | None = None
        self._caller: Caller | None = None
        self._buffer = bytearray()
        self._audio = b""
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._refused = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if not self._reception.may_connect(self):
            self._refuse("too many connections without identity")
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(IDENTITY_WITHIN_S, self._refuse, "no identity in time")

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        if not self._buffer and len(data) == MESSAGE_BYTES and data.startswith(AUDIO_HEADER):
            self._message(AUDIO, data[HEADER_BYTES:])
            return
        self._buffer += data
        place = 0
        while not self._closing and len(self._buffer) - place >= HEADER_BYTES:
            kind = self._buffer[place]
            size = int.from_bytes(self._buffer[place + 1 : place + 3], "big")
            if size > (MOST_AUDIO_BYTES if kind == AUDIO else MOST_OTHER_BYTES):
                self._refuse("message too long")
                return
            end = place + HEADER_BYTES + size
            if len(self._buffer) < end:
                break
            self._message(kind, bytes(self._buffer[place + HEADER_BYTES : end]))
            place = end
        del self._buffer[:place]

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._closing = True
        self._buffer.clear()
        self._end_line("connection lost" if exc else "connection closed")
        self._reception.gone(self, self._refused)
        self._transport = None

    def send(self, messages: bytes) -> None:
        """Send whole messages; a peer that takes none for two seconds is cut off."""
        transport = self._transport
        if transport is None or self._closing:
            return
        if transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self._refuse("takes no audio")
            return
        transport.write(messages)

    def hang_up(self) -> None:
        """End `EXEC AudioSocket`: the call itself goes on. Asterisk closes, or we do after 2 s.

        Not closed at once: unread audio in our socket would turn the close into a reset, which
        may overtake the hang-up message.
        """
        if self._transport is None or self._closing:
            return
        self._transport.write(HANGUP_MESSAGE)
        self._closing = True
        self._caller = None
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(HANGUP_WITHIN_S, self.cut)

    def _message(self, kind: int, payload: bytes) -> None:
        if self._caller is None:
            self._identify(kind, payload)
        elif kind == AUDIO:
            self._hear(self._caller, payload)
        elif kind == KEY:
            digit = payload.decode("ascii", "replace")
            if len(digit) == 1 and digit in "0123456789*#ABCD":
                self._caller.key(digit)
        elif kind in (HANGUP, FAILURE):
            self._end_line("hang-up" if kind == HANGUP else "failure of Asterisk's")
            self.cut()
        else:
            self._refuse("unknown kind of message")

    def _identify(self, kind: int, payload: bytes) -> None:
        if kind != IDENTITY or len(payload) != 16:
            self._refuse("no identity first")
            return
        self._caller = self._reception.claim(UUID(bytes=payload), self)
        if self._caller is None:
            self._refuse("unknown identity")
            return
        self._stop_timer()

    def _hear(self, caller: Caller, payload: bytes) -> None:
        if len(payload) != FRAME_BYTES or self._audio:
            payload = self._audio + payload
            whole = len(payload) // FRAME_BYTES * FRAME_BYTES
            self._audio = payload[whole:]
            payload = payload[:whole]
        for begin in range(0, len(payload), FRAME_BYTES):
            if not caller.frame(payload[begin : begin + FRAME_BYTES]):
                self._refuse("more audio than time")
                return

    def _refuse(self, why: str) -> None:
        if not self._closing:
            self._refused = why
            self._end_line(why)
            self.cut()

    def _end_line(self, why: str) -> None:
        caller, self._caller = self._caller, None
        if caller is not None:
            caller.line_down(why)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def cut(self) -> None:
        """End the connection now."""
        self._closing = True
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()
