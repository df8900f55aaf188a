"""A simulated caller at the ears of a coach, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from callers.loader import find_persona, read_persona
from callers.persona import Persona
from callers.practice_caller import CALLER, PracticeCaller
from callers.practice_ears import Heard, PracticeSession
from callers.practice_voices import PracticeVoices
from callers.virtual import shipped_lengths
from callers.voicebank import VoiceBank
from calls.actions import Listen, Until
from calls.clock import ManualClock
from calls.events import CallEvent
from calls.outcomes import Sound

WINDOW = Listen(window_ms=4000, wanted=frozenset({"speech", "silence", "noise", "faint"}))
AT = datetime(2026, 3, 2, tzinfo=UTC)


def event(kind: str, **data: object) -> CallEvent:
    return CallEvent("c", 1, AT, 0, kind, data)


SAID = event("said", line="how_may_i_help", ended="completed")


class Line:
    """A persona, a session that hears it, and the clock of both."""

    def __init__(self, persona: Persona) -> None:
        self.clock = ManualClock()
        voices = PracticeVoices(VoiceBank.load(), persona)
        self.caller = PracticeCaller(persona, voices.length_ms, str, self.clock)
        self.session = self.caller.expect()

    async def begin(self) -> PracticeSession:
        await self.caller.tap(CALLER, self.session.address)
        await self.session.connection()
        self.caller.answered()
        return self.session

    async def run(self, asked: asyncio.Task[Heard]) -> Heard:
        """Let the clock go, far faster than a real one, until the window is answered."""
        async with asyncio.timeout(20):
            while not asked.done():
                self.clock.advance_ms(20)
                await asyncio.sleep(0.0002)
        return asked.result()

    async def ask(self, question: Listen = WINDOW, late_ms: int = 0) -> Heard:
        self.caller.see(SAID)
        asked = asyncio.ensure_future(self.session.ask(question, late_ms=late_ms))
        await asyncio.sleep(0)
        return await self.run(asked)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the clock as often as the test moves it."""
    monkeypatch.setattr("callers.practice_ears.TICK_S", 0.0001)
    monkeypatch.setattr("callers.practice_caller.TICK_S", 0.0001)


async def test_a_caller_who_answers_is_heard_out_with_a_pause() -> None:
    line = Line(find_persona("repair"))
    await line.begin()

    heard = await line.ask()

    spoken_ms = shipped_lengths("zh_f")("repair")
    assert (heard.kind, heard.from_ms) == ("speech", 700)
    assert heard.to_ms == pytest.approx(700 + spoken_ms, abs=60)
    assert line.clock.monotonic_ms() == pytest.approx(700 + spoken_ms + 700, abs=60)


async def test_a_silent_caller_runs_the_window_out() -> None:
    line = Line(find_persona("silent"))
    await line.begin()

    heard = await line.ask()

    assert heard.kind == "silence"
    assert line.clock.monotonic_ms() == pytest.approx(4000, abs=60)


async def test_a_window_that_opened_earlier_runs_out_earlier() -> None:
    line = Line(find_persona("silent"))
    await line.begin()
    line.clock.advance_ms(1500)

    await line.ask(late_ms=1500)

    assert line.clock.monotonic_ms() == pytest.approx(4000, abs=60)


async def test_noise_is_heard_as_noise_and_clears_when_it_ends() -> None:
    line = Line(find_persona("noisy_then_clear"))
    await line.begin()
    clear = Listen(window_ms=10_000, wanted=frozenset({"clear", "noise"}), until=Until.CLEAR)

    assert (await line.ask()).kind == "noise"
    assert (await line.ask(clear)).kind == "clear"


async def test_the_callers_time_stands_on_hold() -> None:
    line = Line(find_persona("silent"))
    session = await line.begin()
    asked = asyncio.ensure_future(session.ask(WINDOW))
    await asyncio.sleep(0)
    session.hold()
    line.clock.advance_ms(60_000)
    await asyncio.sleep(0.01)
    assert not asked.done()

    session.resume()
    heard = await line.run(asked)

    assert heard.kind == "silence"
    assert line.clock.monotonic_ms() == pytest.approx(64_000, abs=60)


async def test_an_agents_session_hears_nobody() -> None:
    line = Line(find_persona("polite"))
    await line.begin()
    other = line.caller.expect()
    await line.caller.tap("practice/agent", other.address)

    assert other.reading is None
    assert line.session.reading is not None


async def test_each_change_of_the_sound_is_told_while_the_window_is_open() -> None:
    line = Line(find_persona("repair"))
    session = await line.begin()
    line.caller.see(SAID)
    told: list[Sound] = []
    asked = asyncio.ensure_future(
        session.ask(WINDOW, on_hearing=lambda what, level: told.append(what))
    )
    await asyncio.sleep(0)
    await line.run(asked)

    assert told == [Sound.SILENCE, Sound.SPEECH, Sound.SILENCE]


async def test_a_caller_whom_nobody_spoke_to_says_nothing() -> None:
    line = Line(find_persona("repair"))
    await line.begin()
    await line.ask()
    said = line.caller.text
    asked = asyncio.ensure_future(line.session.ask(WINDOW))
    await asyncio.sleep(0)

    assert (await line.run(asked)).kind == "silence"
    assert line.caller.text == said


PERSONA = """
persona: moved
voice: zh_m
answers: [{say: complaint, after: 500ms}]
when:
  - {said: calming, reply: 那好吧, after: 300ms}
  - {skipped: any, hang_up: {after: 1s}}
details: {phone: '13912345678', name: 王芳}
"""


@asynccontextmanager
async def living(line: Line, changed: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    task = asyncio.ensure_future(line.caller.live(changed))
    try:
        yield
    finally:
        task.cancel()


async def test_what_the_agent_said_changes_the_answer_once() -> None:
    line = Line(read_persona(PERSONA, "moved.yaml"))
    await line.begin()
    async with living(line):
        line.caller.see(event("said", line="calming", ended="completed"))
        await line.ask()
        first = line.caller.text
        line.caller.see(event("said", line="calming", ended="completed"))
        await line.ask()

    assert (first, line.caller.text) == ("那好吧", "complaint")


async def test_a_line_left_out_may_cost_the_caller() -> None:
    line = Line(read_persona(PERSONA, "moved.yaml"))
    await line.begin()
    async with living(line):
        line.caller.see(event("said", line="greeting", ended="skipped"))
        asked = asyncio.ensure_future(line.session.ask(WINDOW))
        await asyncio.sleep(0)
        await line.run(asked)

        assert line.caller.hung_up.is_set()


async def test_the_caller_answers_what_a_form_asks_for_and_repeats_nothing() -> None:
    line = Line(read_persona(PERSONA, "moved.yaml"))

    assert line.caller.asked_for("phone")
    assert not line.caller.asked_for("phone")
    assert line.caller.asked_for("name")
    assert not line.caller.asked_for("address")
    assert line.caller.text == "13912345678；王芳"
