"""What the clock shows while it is not yet known whether the agent speaks, or is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from agi.ears.answer import Answer
from agi.ears.metering import Reading, Voice
from calls.actions import Listen
from calls.call import Call
from calls.clock import SystemClock
from calls.outcomes import Sound
from desk.coaching.ports import Voice as AnyVoice
from desk.coaching.taps import Hearing
from desk.coaching.windows import PAUSED_MS, Window
from tests.desk.coached import AGENT, CALLER, Sink


@dataclass
class Leg:
    """A tap whose reading is set by hand."""

    address: str
    reading: Reading | None = None
    first_frame_at_ms: int | None = 0
    frames: int = 0
    on_voice: Callable[[AnyVoice], None] | None = None
    orders: list[tuple[str, int]] = field(default_factory=list)

    def watch(
        self,
        on_voice: Callable[[AnyVoice], None] | None = None,
        *,
        end_ms: int = 400,
        sounds: bool = True,
    ) -> None:
        self.on_voice = on_voice

    async def connection(self) -> None:
        """It is there at once."""

    async def over(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def ask(
        self,
        question: Listen,
        /,
        *,
        on_hearing: Callable[[Sound, float], None] | None = None,
        late_ms: int = 0,
    ) -> Answer:
        raise AssertionError("nobody asks here")

    def hold(self, *, late_ms: int = 0) -> None:
        self.orders.append(("hold", late_ms))

    def resume(self, *, late_ms: int = 0) -> None:
        self.orders.append(("resume", late_ms))

    def close(self) -> None:
        """Nothing is open."""


def read(
    *, waited_ms: int = 0, quiet_ms: int = 9000, rising_ms: int = 0, stands: bool = False
) -> Reading:
    return Reading(
        level_dbov=-60.0,
        what=None,
        speaks=False,
        spoken_ms=0,
        quiet_ms=quiet_ms,
        rising_ms=rising_ms,
        frames=100,
        waited_ms=waited_ms,
        answering=False,
        stands=stands,
    )


def voice(*, speaks: bool, late_ms: int) -> Voice:
    return Voice(speaks=speaks, began_ms=5000 - late_ms, ended_ms=5000 - late_ms, known_ms=5000)


class Desk:
    """A window over two legs."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        call = Call(SystemClock(), Sink())
        self.hearing = Hearing(call.clock, call.elapsed_ms, lambda: None, lambda _speaks: None)
        action = Listen(window_ms=4000, wanted=frozenset({"speech", "silence"}))
        self.window = Window(call, action, self.hearing, lambda: None)
        self._made: list[Leg] = []
        self.hearing.begin(self, self._tap, CALLER, AGENT)

    def expect(self) -> Leg:
        self._made.append(Leg(str(len(self._made))))
        return self._made[-1]

    async def _tap(self, channel: str, address: str) -> None:
        self.legs[channel] = self._made[int(address)]

    @property
    def shown(self) -> tuple[int, str]:
        clock = self.window.clock()
        return clock.spent_ms, clock.held_by

    def agent(self, told: Voice) -> None:
        on_voice = self.legs[AGENT].on_voice
        assert on_voice is not None
        on_voice(told)


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    while made.hearing.session is None or made.hearing.agent_session is None:
        await asyncio.sleep(0)
    made.legs[CALLER].reading, made.legs[AGENT].reading = read(waited_ms=1000), read()
    return made


async def test_a_sound_of_the_agents_stops_the_clock_and_gives_the_time_back(desk: Desk) -> None:
    assert desk.shown == (1000, "")
    desk.legs[CALLER].reading = read(waited_ms=1100)
    desk.legs[AGENT].reading = read(rising_ms=100)
    assert desk.shown == (1000, "agent_speaks")
    desk.legs[AGENT].reading = read(rising_ms=0)
    desk.legs[CALLER].reading = read(waited_ms=1280)

    assert desk.shown == (1280, "")
    assert desk.legs[CALLER].orders == []
    desk.hearing.close()


async def test_the_clock_is_right_before_the_ears_have_carried_an_order_out(desk: Desk) -> None:
    desk.legs[CALLER].reading = read(waited_ms=1100)
    desk.legs[AGENT].reading = read(quiet_ms=0)
    desk.agent(voice(speaks=True, late_ms=100))
    assert desk.shown == (1000, "agent_speaks")
    desk.legs[CALLER].reading = read(waited_ms=1000, stands=True)
    assert desk.shown == (1000, "agent_speaks")
    desk.agent(voice(speaks=False, late_ms=600))
    assert desk.shown == (1600, "")
    desk.legs[CALLER].reading = read(waited_ms=1600)

    assert desk.shown == (1600, "")
    assert desk.legs[CALLER].orders == [("hold", 100), ("resume", 600)]
    desk.hearing.close()


async def test_between_words_the_clock_gives_a_third_back_and_after_a_pause_all(
    desk: Desk,
) -> None:
    desk.agent(voice(speaks=True, late_ms=0))
    desk.legs[CALLER].reading = read(waited_ms=1000, stands=True)
    shown = []
    for quiet_ms in (80, 120, 300, PAUSED_MS):
        desk.legs[AGENT].reading = read(quiet_ms=quiet_ms)
        shown.append(desk.shown)

    assert shown == [
        (1000, "agent_speaks"),
        (1040, "agent_speaks"),
        (1100, "agent_speaks"),
        (1000 + PAUSED_MS, ""),
    ]
    desk.hearing.close()
