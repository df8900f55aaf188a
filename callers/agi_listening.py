"""`EXEC AudioSocket` with a persona on the line: its sound goes to the ears frame by frame."""

from __future__ import annotations

import uuid
from typing import Final

from callers.audio import FRAME_MS
from callers.audiosocket import AudioSocketPeer, HouseEar
from callers.caller_line import CallerLine
from callers.noises import Samples

_HOUSE_FIRST_MS: Final = 80
"""A house that is going to play a prompt in the session has begun by then."""

_LENT_ANEW_MS: Final = 1500
"""A gap up to this in a prompt, where the audio is lent anew, is no turn of the caller's."""


class AudioLender:
    """Runs the `EXEC AudioSocket` commands of one AGI session."""

    def __init__(self, line: CallerLine) -> None:
        self._line = line
        self._identity = ""
        self._stream = _Stream(line)

    async def lend(self, options: str) -> int:
        """Run one command, given `uuid,host:port`; 0, or -1 when nobody listens there.

        It lasts until the other side ends it or the caller hangs up. The same uuid again goes on
        where it left off: to the caller it is one window. Raises ServerGoneError.
        """
        identity, _, address = options.partition(",")
        host, _, port = address.rpartition(":")
        if identity != self._identity:
            self._identity, self._stream = identity, _Stream(self._line)
        stream = self._stream
        try:
            socket = await AudioSocketPeer.connect(
                host, int(port), uuid.UUID(identity), stream.heard
            )
        except (OSError, ValueError, TimeoutError):
            return -1
        try:
            await stream.run(socket)
        finally:
            await socket.close()
        return 0


class _Stream:
    """One window: frames and keys out, the house's prompt in, turns by what the house does."""

    def __init__(self, line: CallerLine) -> None:
        self._line = line
        self._ear = HouseEar()
        self._listening = False
        self._prompted = False
        self._prompt_ms: int | None = None
        self._opened_ms: int | None = None
        self._lent_anew = False

    def heard(self, frame: Samples) -> None:
        """A frame of the house."""
        line = self._line
        now_ms = line.now_ms
        line.track.arrived(now_ms, frame)
        if self._ear.frame(now_ms, frame):
            self._prompt_ms = now_ms
            # A window has one prompt: sound after a gap is the rest of it, not a new line.
            rest = self._lent_anew or self._listening
            line.acting.house_speaks(
                now_ms, pause_up_to_ms=_LENT_ANEW_MS if rest else 0, late=not self._prompted
            )
            self._prompted = True

    async def run(self, socket: AudioSocketPeer) -> None:
        """Send the caller's sound until the session or the call is over."""
        line = self._line
        if self._opened_ms is None:
            line.forget_keys()
            self._opened_ms = line.now_ms
        else:
            self._lent_anew = True
            if self._ear.speaking:
                self._prompt_ms = line.now_ms
        index = line.now_ms // FRAME_MS
        while not socket.ended.is_set():
            self._attend(self._opened_ms)
            now_ms = line.now_ms
            for key in line.keys_up_to(now_ms + 1):
                socket.press(key.key)
                line.press(key)
            while (index + 1) * FRAME_MS <= now_ms:
                socket.send(line.audio.frame(index))
                index += 1
            if not await line.until((index + 1) * FRAME_MS):
                break
        self._prompt_over(line.now_ms)

    def _attend(self, opened_ms: int) -> None:
        """Tell the persona when the house begins to listen."""
        line = self._line
        now_ms = line.now_ms
        over_ms = self._ear.over(now_ms)
        if over_ms is not None:
            self._prompt_over(over_ms)
            line.acting.house_listens(over_ms, known_ms=now_ms)
            self._listening = True
            return
        waited = now_ms - opened_ms >= _HOUSE_FIRST_MS
        if waited and not self._listening and not self._ear.speaking:
            line.acting.house_listens(opened_ms, known_ms=now_ms)
            self._listening = True

    def _prompt_over(self, at_ms: int) -> None:
        if self._prompt_ms is not None:
            self._line.note("heard", "prompt", at_ms=self._prompt_ms, until_ms=at_ms)
            self._prompt_ms = None
