"""Silence that stands in on the house's side while nothing comes from a phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from agi.ears.audiosocket import AUDIO_HEADER, MESSAGE_BYTES
from agi.ears.filling import AT_ONCE, JITTER_TICKS, Filler
from agi.ears.service import EarsService
from agi.ears.vad import SileroVad
from calls.actions import Listen
from tests.agi.ears.test_service import QUIET, WANTED, Phone

SILENCE = AUDIO_HEADER + bytes(320)


@dataclass(eq=False)
class Line:
    """A session as the filler sees it."""

    frames: int = 0
    says_nothing: bool = True
    said: list[bytes] = field(default_factory=list)

    def send(self, messages: bytes) -> None:
        self.said.append(messages)

    @property
    def frames_said(self) -> int:
        return sum(len(messages) for messages in self.said) // MESSAGE_BYTES


@pytest.fixture
async def filler() -> AsyncIterator[Filler]:
    made = Filler()
    yield made
    made.stop()


def ticks(filler: Filler, count: int, line: Line, *, comes: bool = False) -> None:
    """20 ms each, without waiting for them."""
    for _ in range(count):
        line.frames += comes
        if filler._timer is not None:
            filler._timer.cancel()
        filler._tick()


async def test_while_frames_come_nothing_is_said(filler: Filler) -> None:
    line = Line()
    filler.watch(line)

    ticks(filler, 100, line, comes=True)

    assert line.said == []


async def test_a_frame_that_is_a_little_late_is_waited_for(filler: Filler) -> None:
    line = Line()
    filler.watch(line)

    for _ in range(10):
        ticks(filler, JITTER_TICKS - 1, line)
        ticks(filler, 1, line, comes=True)

    assert line.said == []


async def test_when_nothing_comes_silence_is_said_frame_by_frame(filler: Filler) -> None:
    line = Line()
    filler.watch(line)

    ticks(filler, 100, line)

    assert line.said[0] == SILENCE * AT_ONCE
    assert line.said[1:] == [SILENCE] * (100 - JITTER_TICKS)


async def test_it_ends_with_the_next_frame(filler: Filler) -> None:
    line = Line()
    filler.watch(line)
    ticks(filler, 20, line)
    said = line.frames_said

    ticks(filler, 50, line, comes=True)

    assert line.frames_said == said


async def test_while_a_prompt_plays_nothing_is_added_to_it(filler: Filler) -> None:
    line = Line(says_nothing=False)
    filler.watch(line)

    ticks(filler, 100, line)

    assert line.said == []


async def test_without_sessions_there_is_no_tick(filler: Filler) -> None:
    line = Line()
    filler.watch(line)
    assert filler._timer is not None

    filler.forget((line,))

    assert filler._timer is None


async def test_in_a_listening_window_a_phone_that_sends_nothing_is_sent_silence() -> None:
    ears = EarsService(SileroVad())
    await ears.start("127.0.0.1", 0)
    session = ears.expect()
    asking = asyncio.create_task(session.ask(Listen(window_ms=1500, wanted=WANTED)))
    phone = await Phone.dial(session)
    await phone.send(QUIET[: 320 * 10])
    while phone.frames_heard < 10:
        await asyncio.sleep(0.02)
    await phone.send(QUIET)
    await asking
    session.close()
    await asyncio.wait_for(phone.ended.wait(), 2)
    await ears.stop()

    heard = bytes(phone.received)
    frames = [heard[at : at + MESSAGE_BYTES] for at in range(0, len(heard) - 3, MESSAGE_BYTES)]
    assert set(frames) == {SILENCE}


async def test_a_tap_is_never_spoken_into() -> None:
    ears = EarsService(SileroVad())
    await ears.start("127.0.0.1", 0)
    session = ears.expect()
    session.watch()
    phone = await Phone.dial(session)
    await session.connection()

    assert ears.filler._timer is None
    session.close()
    await asyncio.wait_for(phone.ended.wait(), 2)
    await ears.stop()
