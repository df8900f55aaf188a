"""Who hears whom: everybody speaks a tone of their own, every ear tells which tones it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import numpy as np

from tests.support.g711 import Samples
from tests.support.heard import RATE, tone

CALLER_HZ: Final = 440
AGENT_HZ: Final = 1000
SUPERVISOR_HZ: Final = 2000
TARGET_HZ: Final = 1400
CUE_HZ: Final = 2600
ALL_HZ: Final = (CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ, TARGET_HZ, CUE_HZ)

WINDOW: Final = RATE // 5
"""200 ms: whole periods of every tone."""

_FLOOR_DBOV: Final = -38.0
_STEADY: Final = 3
_SILENT_S: Final = 1.5
"""No packet at all for so long is silence too: Asterisk's MuteAudio sends none."""


def tones_in(samples: Samples) -> frozenset[int]:
    """Which of our tones sound in a stretch, each alone louder than the floor."""
    found = set()
    time_s = np.arange(len(samples)) / RATE
    for hz in ALL_HZ:
        wave = np.exp(-2j * np.pi * hz * time_s)
        amplitude = 2 * abs(np.mean(samples * wave)) / 32768
        if 20 * np.log10(amplitude / 2**0.5 + 1e-9) > _FLOOR_DBOV:
            found.add(hz)
    return frozenset(found)


class Hearing(Protocol):
    """An ear: everything it heard so far, growing."""

    def samples(self) -> Samples: ...


class Kept:
    """What a phone was sent, kept in order."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def take(self, pcm: bytes) -> None:
        """More of it."""
        self._pieces.append(pcm)

    def samples(self) -> Samples:
        """All of it."""
        return np.frombuffer(b"".join(self._pieces), np.int16)


async def hears(ear: Hearing, *wanted: int, timeout_s: float = 40.0) -> None:
    """Wait until the ear has these tones and no other, in three new windows one after the other."""
    loop = asyncio.get_running_loop()
    deadline, at, steady = loop.time() + timeout_s, len(ear.samples()), 0
    grew, seen = loop.time(), list[list[int]]()
    while steady < _STEADY:
        assert loop.time() < deadline, f"wanted {sorted(wanted)}, heard last {seen[-8:]}"
        samples = ear.samples()
        if len(samples) - at < WINDOW:
            if not wanted and loop.time() - grew > _SILENT_S:
                return
            await asyncio.sleep(0.05)
            continue
        now = tones_in(samples[at : at + WINDOW])
        at, grew = at + WINDOW, loop.time()
        seen.append(sorted(now))
        steady = steady + 1 if now == frozenset(wanted) else 0


async def all_hear(*ears: tuple[Hearing, Iterable[int]], timeout_s: float = 40.0) -> None:
    """The same of several ears at a time."""
    async with asyncio.TaskGroup() as group:
        for ear, wanted in ears:
            group.create_task(hears(ear, *wanted, timeout_s=timeout_s))


async def speak_on(hz: int, send: Callable[[bytes], int]) -> None:
    """Say a tone without end; `send` takes what there is room for."""
    tenth = tone(100, hz=float(hz), dbov=-20.0).tobytes()
    rest = b""
    while True:
        rest = rest or tenth
        rest = rest[send(rest) :]
        # Asked often and taken only up to a little ahead: see `VoicedPhone.say`.
        await asyncio.sleep(0.02)


async def until(true: Callable[[], bool], what: str, *, timeout_s: float = 30.0) -> None:
    """Wait for it."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not true():
        assert asyncio.get_running_loop().time() < deadline, f"not so in time: {what}"
        await asyncio.sleep(0.02)
