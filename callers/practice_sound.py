"""What a caller in practice sounds like: voice and noise as they fall due, into the speakers."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from callers.acting import Acting
from callers.audio import CallerAudio, Voices, to_pcm
from callers.noises import RATE
from callers.speaker import Speaker

TICK_S: Final = 0.04
AHEAD_MS: Final = 240
"""Silence before each sound, so that the player never runs dry between two looks."""

REST_MS: Final = 400
"""After so long without a sound the player is let go."""

_PER_MS: Final = RATE // 1000


class Sounding(Protocol):
    """A caller, as far as it can be heard."""

    acting: Acting

    def now_ms(self) -> int:
        """The caller's own time; it stands on hold."""

    @property
    def held(self) -> bool:
        """Whether the line is on hold."""


class LineSound:
    """Everything on one caller's line. Cut off with `stop`; on hold there is silence."""

    def __init__(self, caller: Sounding, voices: Voices, speaker: Speaker, seed: int = 0) -> None:
        self._caller, self._speaker = caller, speaker
        self._audio = CallerAudio(caller.acting, voices, seed)
        self._said_ms = caller.now_ms()
        """Up to there the line was played, or had nothing on it."""

        self._over = False
        self._silent_ms: int | None = None
        """How long nothing has sounded; None while the player is at rest."""

    async def live(self) -> None:
        """Play on until the line is down."""
        try:
            while not self._over:
                self._play_on()
                await asyncio.sleep(TICK_S)
        finally:
            self._speaker.stop()

    def end(self) -> None:
        """The line is down: not a word more."""
        self._over = True
        self._speaker.stop()

    def cut(self) -> None:
        """The caller was cut off: what was still to be heard is not."""
        self._speaker.stop()
        self._silent_ms = None
        self._said_ms = self._caller.now_ms()

    def _play_on(self) -> None:
        if self._caller.held:
            self.cut()
            return
        from_ms, to_ms = self._said_ms, self._caller.now_ms()
        if to_ms <= from_ms:
            return
        self._said_ms = to_ms
        if sounds(self._caller.acting, from_ms, to_ms):
            if self._silent_ms is None:
                self._speaker.say(bytes(2 * AHEAD_MS * _PER_MS))
            self._silent_ms = 0
        elif self._silent_ms is None:
            return
        else:
            self._silent_ms += to_ms - from_ms
        samples = self._audio.samples(from_ms * _PER_MS, (to_ms - from_ms) * _PER_MS)
        self._speaker.say(to_pcm(samples))
        if self._silent_ms >= REST_MS:
            self._silent_ms = None
            self._speaker.rest()


def sounds(acting: Acting, from_ms: int, to_ms: int) -> bool:
    """Whether a voice or a noise is on the line between the two."""
    spoken = any(one.begin_ms < to_ms and one.end_ms > from_ms for one in acting.spoken)
    return spoken or any(
        begin_ms < to_ms and (end_ms is None or end_ms > from_ms)
        for begin_ms, end_ms, _ in acting.background_spans()
    )
