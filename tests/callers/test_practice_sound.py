"""What a caller in practice sounds like: voice, noise, hold, cut off; on a clock the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest

from callers.loader import find_persona, find_practice, read_persona
from callers.noises import level_of
from callers.persona import Persona
from callers.practice_caller import CALLER, PracticeCaller
from callers.practice_sound import AHEAD_MS, LineSound
from callers.practice_voices import PracticeVoices, Render, own_words
from callers.voicebank import VoiceBank, active_speech_level
from calls.actions import Listen
from calls.clock import ManualClock
from calls.errors import PromptError
from calls.events import CallEvent

AT = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW = Listen(window_ms=4000, wanted=frozenset({"speech", "silence", "noise", "faint"}))


def event(kind: str, **data: object) -> CallEvent:
    return CallEvent("c", 1, AT, 0, kind, data)


SAID = event("said", line="how_may_i_help", ended="completed")


class Tape:
    """A speaker that keeps what it is given; a stop begins a new part."""

    def __init__(self) -> None:
        self.parts: list[bytes] = [b""]
        self.rested = self.stopped = 0

    def say(self, pcm: bytes) -> None:
        self.parts[-1] += pcm

    def rest(self) -> None:
        self.rested += 1
        self.parts.append(b"")

    def stop(self) -> None:
        self.stopped += 1
        self.parts.append(b"")

    async def close(self) -> None:
        self.stop()

    def heard(self) -> list[npt.NDArray[np.float64]]:
        return [np.frombuffer(part, "<i2") / 32768 for part in self.parts if part]


class Line:
    """A persona whose line is played on a tape."""

    def __init__(self, persona: Persona, render: Render | None = None) -> None:
        self.clock, self.tape = ManualClock(), Tape()
        self.voices = PracticeVoices(VoiceBank.load(), persona, render)
        self.caller = PracticeCaller(persona, self.voices.length_ms, self.voices.text, self.clock)
        self.sound = LineSound(self.caller, self.voices, self.tape)
        self.caller.cut_off = self.sound.cut
        self.caller.answered()

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(self.sound.live())
        try:
            yield
        finally:
            self.sound.end()
            await task

    async def go(self, ms: int) -> None:
        for _ in range(ms // 20):
            self.clock.advance_ms(20)
            await asyncio.sleep(0.0005)

    async def listens(self) -> None:
        """The agent asked something and falls silent."""
        session = self.caller.expect()
        await self.caller.tap(CALLER, session.address)
        self.caller.see(SAID)
        self.caller.listens(self.caller.now_ms())


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callers.practice_sound.TICK_S", 0.0001)


async def test_an_utterance_is_played_whole_as_the_voice_bank_has_it() -> None:
    line = Line(find_persona("repair"))
    async with line.playing():
        await line.listens()
        await line.go(6000)

    (heard,) = line.tape.heard()
    voice = VoiceBank.load().samples("zh_f", "repair", -22.0)
    begin = int(np.argmax(np.correlate(heard, voice.astype(np.float64), "valid")))
    stretch = heard[begin : begin + len(voice)]
    assert np.corrcoef(stretch, voice)[0, 1] > 0.999
    assert active_speech_level(stretch.astype(np.float32)) == pytest.approx(-22, abs=0.5)
    assert AHEAD_MS * 8 <= begin <= (AHEAD_MS + 60) * 8
    assert line.tape.rested == 1


async def test_nothing_is_played_while_nobody_speaks() -> None:
    line = Line(find_persona("silent"))
    async with line.playing():
        await line.listens()
        await line.go(4000)

    assert line.tape.heard() == []


async def test_noise_is_on_the_line_at_its_level_with_the_voice_in_it() -> None:
    persona = read_persona(
        "persona: street\nvoice: zh_m\nanswers: [{say: inquiry, after: 2s}]\n"
        "background: {noise: street, level_dbov: -30}\n",
        "street.yaml",
    )
    line = Line(persona)
    async with line.playing():
        await line.listens()
        await line.go(10_000)

    (heard,) = line.tape.heard()
    noise = heard[AHEAD_MS * 8 : AHEAD_MS * 8 + 8000 * 2 - 800]
    spoken = heard[AHEAD_MS * 8 + 8000 * 2 : AHEAD_MS * 8 + 8000 * 4]
    assert level_of(noise.astype(np.float32)) == pytest.approx(-30, abs=3)
    assert level_of(spoken.astype(np.float32)) > -26
    assert len(heard) == pytest.approx(8000 * 10 + AHEAD_MS * 8, abs=8000 * 0.1)


async def test_a_caller_whom_the_agent_talks_over_falls_silent() -> None:
    line = Line(find_persona("repair"))
    async with line.playing():
        await line.listens()
        await line.go(1500)
        before = line.caller.sound()[0]
        line.caller.see(event("saying", line="answer"))
        after = line.caller.sound()[0]
        await line.go(3000)

    (heard,) = line.tape.heard()
    assert (before.value, after.value) == ("speech", "silence")
    assert len(heard) == pytest.approx((1500 - 700 + AHEAD_MS) * 8, abs=800)
    assert line.tape.stopped >= 1
    assert line.tape.rested == 0


async def test_on_hold_nothing_is_heard_and_the_caller_goes_on_afterwards() -> None:
    line = Line(find_persona("repair"))
    async with line.playing():
        await line.listens()
        await line.go(1500)
        line.caller.hold()
        await line.go(2000)
        parts = len(line.tape.heard())
        line.caller.resume()
        await line.go(5000)

    heard = line.tape.heard()
    whole_ms = line.voices.length_ms("repair")
    assert (parts, len(heard)) == (1, 2)
    assert len(heard[1]) / 8 > whole_ms - 900


async def test_after_the_end_not_a_word_is_heard() -> None:
    line = Line(find_persona("repair"))
    async with line.playing():
        await line.listens()
        await line.go(1500)
        line.sound.end()
        parts = len(line.tape.heard())
        await line.go(1500)

    assert len(line.tape.heard()) == parts == 1


async def spoken(text: str, language: str) -> bytes:
    """A second of a tone for what can be spoken."""
    if "不想发火" in text:
        raise PromptError("no engine here speaks it")
    assert language == "zh-Hans"
    at = np.arange(8000) / 8000
    return bytes((9000 * np.sin(2 * np.pi * 300 * at)).astype("<i2").tobytes())


async def test_words_that_no_voice_has_are_spoken_by_the_engines_and_details_too() -> None:
    line = Line(find_practice("angry_again"), spoken)
    await line.voices.render_ahead()
    async with line.playing():
        assert line.caller.asked_for("phone")
        assert line.caller.asked_for("name")
        await line.go(3000)

    (heard,) = line.tape.heard()
    tone = np.abs(np.fft.rfft(heard[AHEAD_MS * 8 + 2000 : AHEAD_MS * 8 + 6000]))
    assert int(np.argmax(tone)) * 2 == 300
    assert line.voices.length_ms("13700002222") == 1000
    assert len(heard) / 8 == pytest.approx(2000 + 400 + AHEAD_MS, abs=60)
    assert line.caller.text == "13700002222；赵强"


async def test_words_that_nothing_can_speak_take_their_time_in_silence() -> None:
    line = Line(find_practice("angry_again"), spoken)
    await line.voices.render_ahead()
    words = "我也不想发火。空调漏水，周一报的修，到今天没有人来。"

    assert words in own_words(find_practice("angry_again"))
    assert len(line.voices.samples("zh_m", words, -22.0)) == 0
    assert line.voices.length_ms(words) > 3000
