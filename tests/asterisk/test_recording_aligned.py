"""A recording lies on the call's own clock: what sounds at an offset of the call is there in it.

The truth is twofold: the house's lines by the facts (`said.start_ms`), and the caller's and the
agent's tones by when they left the caller's phone or reached its ear. The phone's clock is put on
the call's by the lines it heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from statistics import median

import pytest

from calls.events import CallEvent
from recorder.catalog import Catalog
from recorder.store import Store
from recorder.timeline import open_call_sound
from tests.support.agent_phone import agent_phone
from tests.support.g711 import Samples
from tests.support.heard import FRAME_MS, Heard, tone
from tests.support.hotline import (
    Hotline,
    has_heard,
    line_sound,
    start_hotline,
    starts_to_hear,
    stop_hotline,
    utterance,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]

ALIGNED_MS = 50
TALK_MS = 150
"""More for a tone in a talk: no line of the house corrects the file's clock there (ADR 0020), and
the agent's comes to the caller's phone by a way that a busy machine holds up."""

TONE_MS = 600


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    running = start_hotline(pbx)
    yield running
    stop_hotline(running)


@dataclass
class Spoken:
    """What a caller did, on the phone's clock (ms)."""

    heard: Heard = field(default_factory=Heard)
    words: list[tuple[Samples, float]] = field(default_factory=list)
    """What the caller said, and when it left the phone."""

    by_agent: list[Samples] = field(default_factory=list)
    late_ms: float = 0.0
    """How late a frame went out at the worst: a busy machine sends late."""

    async def say(self, caller: SipCaller, sound: Samples) -> None:
        began, _ = await caller.play(sound)
        self.words.append((sound, began))


@dataclass
class Legs:
    """A call's sound; places are offsets of the call."""

    caller: Heard
    house: Heard
    events: list[CallEvent]

    def lines(self, *names: str) -> list[tuple[str, int, int]]:
        """Every time one of these lines was said: its name, when it was, and where it is."""
        begins = next(one for one in self.events if one.kind == "recording_kept").data["begins_ms"]
        found = []
        for name in names:
            starts = [
                event.data["start_ms"]
                for event in self.events
                if event.kind == "said" and event.data["line"] == name
            ]
            places = self.house.find(line_sound(name))
            starts = [start for start in starts if start >= begins]
            assert len(places) == len(starts) > 0, f"{name}: said at {starts}, found at {places}"
            found += [(name, *pair) for pair in zip(starts, places, strict=True)]
        return found


async def recorded(hotline: Hotline, number: str) -> Legs:
    """The whole sound of the latest call from a number, once it is measured."""
    _, events = await hotline.call_of(number, until="recording_measured")
    catalog = Catalog()
    catalog.take(events)
    with open_call_sound(Store(hotline.state), catalog.all()) as sound:
        samples = sound.samples(0, sound.duration_ms)
    legs = Heard(), Heard()
    for leg, channel in zip(legs, (0, 1), strict=True):
        leg.take(0.0, 0, samples[:, channel])
    return Legs(legs[0], legs[1], events)


def check(legs: Legs, spoken: Spoken, *names: str) -> None:
    """Lines by the facts, then all tones by the clock of the caller's phone."""
    lines = legs.lines(*names)
    off: dict[str, float] = {f"{name} at {start}": place - start for name, start, place in lines}
    shift, known_ms = phones_clock(lines, spoken.heard)
    known_ms += spoken.late_ms
    for number, (sound, sent) in enumerate(spoken.words, 1):
        places = legs.caller.find(sound)
        assert len(places) == 1, number
        off[f"caller's word {number}"] = places[0] - (sent - shift)
    for number, sound in enumerate(spoken.by_agent, 1):
        places, ears = legs.house.find(sound), spoken.heard.find(sound)
        assert len(places) == len(ears) == 1, number
        off[f"agent's word {number}"] = places[0] - (ears[0] + FRAME_MS - shift)
    more = TALK_MS if spoken.by_agent else 0
    known_to = {what: 0.0 if " at " in what else known_ms + more for what in off}
    wrong = {what: round(ms) for what, ms in off.items() if abs(ms) > ALIGNED_MS + known_to[what]}
    assert wrong == {}


def phones_clock(lines: list[tuple[str, int, int]], heard: Heard) -> tuple[float, float]:
    """What to take from a time of the caller's phone to have the call's offset, and how exactly
    that is known: how far the lines it heard are from agreeing."""
    shifts = []
    for name in {name for name, _, _ in lines}:
        starts = [start for other, start, _ in lines if other == name]
        ears = heard.find(line_sound(name))[-len(starts) :]
        shifts += [ear + FRAME_MS - start for ear, start in zip(ears, starts, strict=True)]
    middle = median(shifts)
    return middle, max(abs(shift - middle) for shift in shifts)


async def call(
    new_caller: NewCaller, number: str, does: Callable[[SipCaller, Spoken], Awaitable[None]]
) -> Spoken:
    spoken = Spoken()
    async with new_caller() as caller:
        assert await caller.invite(number=number) is None
        await does(caller, spoken)
        spoken.heard, spoken.late_ms = caller.heard, caller.rtp.late_ms
        caller.hang_up()
    return spoken


async def test_lines_and_words_stand_where_they_were_said_whatever_keys_were_pressed(
    new_caller: NewCaller, hotline: Hotline
) -> None:
    async def presses_and_speaks(caller: SipCaller, spoken: Spoken) -> None:
        await has_heard(caller, line_sound("how_may_i_help"))
        await asyncio.sleep(0.5)
        await spoken.say(caller, utterance("inquiry"))
        await has_heard(caller, line_sound("main_menu"))
        await caller.rtp.press("9", each_ms=300)
        again = await has_heard(caller, line_sound("menu_again"))
        await caller.press("9")
        await has_heard(caller, line_sound("menu_again"), after_ms=again + 500)
        await caller.press("1")
        await starts_to_hear(caller, line_sound("service_hours"))
        await spoken.say(caller, tone(TONE_MS, hz=900.0))
        await has_heard(caller, line_sound("closing"))
        await caller.listen(10)

    spoken = await call(new_caller, "13810000001", presses_and_speaks)
    legs = await recorded(hotline, "13810000001")

    check(legs, spoken, "how_may_i_help", "main_menu", "menu_again", "service_hours", "closing")


async def test_a_phone_that_sends_nothing_in_silence_takes_no_time_from_the_recording(
    new_caller: NewCaller, hotline: Hotline
) -> None:
    async def sends_nothing_for_a_while(caller: SipCaller, spoken: Spoken) -> None:
        await has_heard(caller, line_sound("how_may_i_help"))
        await asyncio.sleep(0.5)
        caller.rtp.pause()
        await asyncio.sleep(2.5)
        caller.rtp.go_on()
        await spoken.say(caller, utterance("inquiry"))
        await has_heard(caller, line_sound("main_menu"))
        await caller.press("1")
        await starts_to_hear(caller, line_sound("service_hours"))
        await spoken.say(caller, tone(TONE_MS, hz=700.0))
        await has_heard(caller, line_sound("service_hours"))

    spoken = await call(new_caller, "13810000002", sends_nothing_for_a_while)
    legs = await recorded(hotline, "13810000002")

    kept = next(event for event in legs.events if event.kind == "recording_kept").data
    assert kept["problem"] == ""
    check(legs, spoken, "how_may_i_help", "main_menu", "service_hours")


async def test_the_talk_with_an_agent_stands_where_it_was_after_queue_and_music(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async def talks(caller: SipCaller, spoken: Spoken) -> None:
        async with agent_phone(pbx) as agent:
            await has_heard(caller, line_sound("how_may_i_help"))
            await caller.press("0")
            await has_heard(caller, line_sound("main_menu"))
            await caller.press("0")
            await has_heard(caller, line_sound("please_hold"))
            await asyncio.sleep(4)  # rings, music
            talk = await agent.pick_up()
            await asyncio.sleep(1)
            for hz in (700.0, 900.0):
                word = tone(TONE_MS, hz=hz + 600)
                talk.audio.write(word.tobytes())
                spoken.by_agent.append(word)
                await asyncio.sleep(2)
                await spoken.say(caller, tone(TONE_MS, hz=hz))
                await asyncio.sleep(8)
            await talk.hangup()
            await caller.listen(2)

    spoken = await call(new_caller, "13810000003", talks)
    legs = await recorded(hotline, "13810000003")

    check(legs, spoken, "how_may_i_help", "main_menu", "please_hold")
    measured = next(one for one in legs.events if one.kind == "recording_measured").data
    over_ms = next(one for one in legs.events if one.kind == "left_queue").offset_ms
    first, second = (legs.caller.find(sound)[0] + TONE_MS for sound, _ in spoken.words)
    quiet = max(legs.house.find(spoken.by_agent[1])[0] - first, over_ms - second)
    assert abs(measured["dead_air_ms"] - quiet) <= 100
    assert measured["talk_overs"] == []
