"""Prompts played into sessions: one 20 ms tick of the loop for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agi.ears.audiosocket import AUDIO_HEADER, MESSAGE_BYTES
from agi.ears.features import FRAME_BYTES, FRAME_MS

TICK_S = FRAME_MS / 1000
MOST_BEHIND = 10
"""After a stall of ours the next 200 ms are sent at once and the rest later, not all in a heap."""

_PAUSE_FRAMES = 4
_QUIET = 330
"""Peak of a pause: -40 dB of full scale, below every word of a prompt at -22 dBov."""

_EARLY_S = 0.005
"""A timer that fires a little early must not cost a frame its turn."""


@dataclass(slots=True, eq=False)
class Playing:
    """One prompt on its way."""

    send: Callable[[bytes], None]
    over: Callable[[], None]
    messages: bytes
    started_at: float
    sent: int = 0

    @property
    def frames(self) -> int:
        return len(self.messages) // MESSAGE_BYTES

    @property
    def left_s(self) -> float:
        """How long it will go on."""
        return (self.frames - self.sent) * TICK_S

    @property
    def in_pause(self) -> bool:
        """Nothing is to be heard in the next 80 ms: between two words, or phrases."""
        begin = self.sent * MESSAGE_BYTES
        coming = self.messages[begin : begin + _PAUSE_FRAMES * MESSAGE_BYTES]
        samples = b"".join(
            coming[at + len(AUDIO_HEADER) : at + MESSAGE_BYTES]
            for at in range(0, len(coming), MESSAGE_BYTES)
        )
        return bool(np.all(np.abs(np.frombuffer(samples, "<i2").astype(np.int32)) < _QUIET))


class Pacer:
    """Sends each prompt's frames when they are due; costs nothing while none plays."""

    def __init__(self) -> None:
        self._playing: dict[Playing, None] = {}
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def play(self, pcm: bytes, send: Callable[[bytes], None], over: Callable[[], None]) -> Playing:
        """Play signed 16-bit 8 kHz samples; `over` is called when the last one has sounded."""
        loop = asyncio.get_running_loop()
        playing = Playing(send, over, as_messages(pcm), loop.time())
        self._playing[playing] = None
        self._due(playing, playing.started_at)
        if self._timer is None:
            self._next_at = loop.time() + TICK_S
            self._timer = loop.call_at(self._next_at, self._tick)
        return playing

    def cut(self, playing: Playing) -> None:
        """Stop at once; harmless when it is over."""
        self._playing.pop(playing, None)

    def stop(self) -> None:
        """Stop everything."""
        self._playing.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for playing in list(self._playing):
            self._due(playing, now)
        self._timer = None
        if self._playing:
            self._next_at = max(self._next_at + TICK_S, now)
            self._timer = loop.call_at(self._next_at, self._tick)

    def _due(self, playing: Playing, now: float) -> None:
        elapsed = now - playing.started_at
        if playing.sent >= playing.frames:
            if playing in self._playing and elapsed >= playing.frames * TICK_S - _EARLY_S:
                del self._playing[playing]
                playing.over()
            return
        behind = int((elapsed + _EARLY_S) / TICK_S) + 1 - playing.sent
        if behind > MOST_BEHIND:
            playing.started_at += (behind - MOST_BEHIND) * TICK_S
            behind = MOST_BEHIND
        if behind > 0:
            begin = playing.sent * MESSAGE_BYTES
            playing.send(playing.messages[begin : begin + behind * MESSAGE_BYTES])
            playing.sent = min(playing.sent + behind, playing.frames)


def as_messages(pcm: bytes) -> bytes:
    """Samples as AudioSocket messages of 20 ms, the last one filled with silence."""
    rest = -len(pcm) % FRAME_BYTES
    padded = pcm + b"\0" * rest
    return b"".join(
        AUDIO_HEADER + padded[begin : begin + FRAME_BYTES]
        for begin in range(0, len(padded), FRAME_BYTES)
    )
