"""Silence for the house's side of a line from which nothing comes.

Asterisk's MixMonitor writes a file only while a frame passes in one direction. In a listening
window the house says nothing; when the caller's phone sends nothing either (a key pressed as
RFC 4733 takes the place of its audio, a phone with silence suppression), that time would be missing
in the recording, and everything after it would stand too early. So we say silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from agi.ears.audiosocket import AUDIO_HEADER
from agi.ears.features import FRAME_BYTES, FRAME_MS

TICK_S = FRAME_MS / 1000
JITTER_TICKS = 5
"""A frame that is later than 100 ms is not on its way."""

AT_ONCE = 4
"""Frames said then: Asterisk throws away what is more than 100 ms ahead of the other side."""

_SILENCE = AUDIO_HEADER + bytes(FRAME_BYTES)


class Silent(Protocol):
    """A session, as the filler sees it."""

    frames: int
    """Frames that came so far."""

    @property
    def says_nothing(self) -> bool:
        """Whether it is the only one who could speak to the caller, and does not."""

    def send(self, messages: bytes) -> None:
        """Send whole messages of audio."""


class Filler:
    """One 20 ms tick for all sessions; none while there are none."""

    def __init__(self) -> None:
        self._watched: dict[Silent, tuple[int, int]] = {}
        """Frames at the last tick, and ticks without one."""

        self._timer: asyncio.TimerHandle | None = None

    def watch(self, session: Silent) -> None:
        """Asterisk is on the line; harmless twice."""
        self._watched.setdefault(session, (session.frames, 0))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def forget(self, sessions: Iterable[Silent]) -> None:
        """They are over; harmless for one that is not watched."""
        for session in sessions:
            self._watched.pop(session, None)
        if not self._watched:
            self.stop()

    def stop(self) -> None:
        """No more ticks."""
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for session, (seen, missed) in list(self._watched.items()):
            frames = session.frames
            if frames != seen or not session.says_nothing:
                self._watched[session] = (frames, 0)
                continue
            self._watched[session] = (frames, missed + 1)
            if missed + 1 == JITTER_TICKS:
                session.send(_SILENCE * AT_ONCE)
            elif missed >= JITTER_TICKS:
                session.send(_SILENCE)
        self._timer = loop.call_at(began + TICK_S, self._tick) if self._watched else None
