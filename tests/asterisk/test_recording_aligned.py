"""A recording lies on the call's own clock: what sounds at an offset of the call is there in it.

The truth is threefold: the house's lines by the facts (`said.start_ms`), what the caller said by
when it left the caller's phone, what the agent said by when it reached the caller's ear. Phone and
server are on one machine and one clock.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from calls.events import CallEvent
from recorder.catalog import Catalog
from recorder.store import Store
from recorder.timeline import open_call_sound
from tests.support.agent_phone import agent_phone
from tests.support.ear import Ear
from tests.support.g711 import Samples
from tests.support.heard import FRAME, FRAME_MS, Heard
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
TONE_MS = 600
LOUD = 6000.0
MOST_UNPROVED = 0.5
"""Of a recording where the phones and the machine kept up."""

KEPT_UP_MS = 40
"""Asterisk writes silence for what is later."""


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    running = start_hotline(pbx)
    yield running
    stop_hotline(running)


@dataclass
class Spoken:
    """What a caller did, on the phone's clock (ms)."""

    ear: Ear = field(default_factory=Ear)
    words: list[tuple[Samples, float, float]] = field(default_factory=list)
    """What the caller said, when it left the phone, and how unevenly."""

    by_agent: list[Samples] = field(default_factory=list)
    began_at: float = 0.0
    """When the phone's clock was at 0, in seconds of wall time."""

    late_ms: float = 0.0
    """How late a frame went out at the worst: a busy machine sends late."""

    async def say(self, caller: SipCaller, sound: Samples) -> None:
        began, ended = await caller.play(sound)
        frames = -(-len(sound) // FRAME)
        self.words.append((sound, began, abs(ended - began - frames * FRAME_MS)))


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


def check(legs: Legs, spoken: Spoken, *names: str) -> list[list[int]]:
    """Lines by the facts, all words by the phone's clock, as sure as that is; what is in a stretch
    that the recording says to be not proved proves nothing either. Gives those stretches."""
    kept = next(one for one in legs.events if one.kind == "recording_kept").data
    offered_at = legs.events[0].at - timedelta(milliseconds=legs.events[0].offset_ms)
    shift = (offered_at.timestamp() - spoken.began_at) * 1000
    lines = legs.lines(*names)
    off: dict[str, float] = {
        f"{name} at {start}": place - start for name, start, place in lines if proved(kept, start)
    }
    for number, (sound, sent, uneven) in enumerate(spoken.words, 1):
        places = legs.caller.find(sound)
        assert len(places) == 1, number
        if proved(kept, sent - shift):
            late = places[0] - (sent - shift)
            off[f"caller's word {number}"] = max(abs(late) - max(uneven, spoken.late_ms), 0.0)
    for number, sound in enumerate(spoken.by_agent, 1):
        (place,) = legs.house.find(sound)
        came = spoken.ear.came(sound) + FRAME_MS - shift
        if proved(kept, came):
            off[f"agent's word {number}"] = place - came
    wrong = {what: round(ms) for what, ms in off.items() if abs(ms) > ALIGNED_MS}
    assert wrong == {}, kept["unproved"]
    return unproved_of(kept)


def unproved_of(kept: Mapping[str, Any]) -> list[list[int]]:
    """Nothing is proved of a recording whose growth and lines contradict each other."""
    begins = kept["begins_ms"]
    whole = [[begins, begins + kept["duration_ms"]]]
    return whole if kept["unproved"] is None else list(kept["unproved"])


def word(number: float) -> Samples:
    """A sound that is nowhere the same: of a tone, each of its waves is as good a beginning."""
    drawn = np.random.default_rng(int(number)).normal(0.0, LOUD, TONE_MS * FRAME // FRAME_MS)
    return drawn.clip(-32768, 32767).astype(np.int16)


def kept_up(spoken: Spoken) -> bool:
    """Whether neither phone was late, nor Asterisk between them; in a talk no single frame."""
    late_ms = [spoken.late_ms, spoken.ear.late_ms]
    if spoken.by_agent:
        began, ended = (spoken.ear.came(spoken.by_agent[at]) for at in (0, -1))
        came = [at for at, _ in spoken.ear.frames if began <= at <= ended]
        late_ms.append(float(np.diff(came).max()))
    return max(late_ms) < KEPT_UP_MS


def share(stretches: list[list[int]], legs: Legs) -> float:
    """How much of a recording these stretches are."""
    kept = next(one for one in legs.events if one.kind == "recording_kept").data
    return float(sum(ends - begins for begins, ends in stretches) / kept["duration_ms"])


def proved(kept: Mapping[str, Any], at_ms: float) -> bool:
    """Whether the recording says that its clock is right at an offset, and a word's length on."""
    stretches = unproved_of(kept)
    return not any(begins <= at_ms + TONE_MS and at_ms <= ends for begins, ends in stretches)


async def call(
    new_caller: NewCaller, number: str, does: Callable[[SipCaller, Spoken], Awaitable[None]]
) -> Spoken:
    spoken = Spoken()
    async with new_caller() as caller:
        caller.rtp.heard = spoken.ear
        assert await caller.invite(number=number) is None
        await does(caller, spoken)
        spoken.began_at = time.time() - caller.now_ms() / 1000
        spoken.late_ms = caller.rtp.late_ms
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
        await spoken.say(caller, word(900.0))
        await has_heard(caller, line_sound("closing"))
        await caller.listen(10)

    spoken = await call(new_caller, "13810000001", presses_and_speaks)
    legs = await recorded(hotline, "13810000001")

    unproved = check(
        legs, spoken, "how_may_i_help", "main_menu", "menu_again", "service_hours", "closing"
    )

    assert not kept_up(spoken) or share(unproved, legs) <= MOST_UNPROVED, unproved


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
        await spoken.say(caller, word(700.0))
        await has_heard(caller, line_sound("service_hours"))

    spoken = await call(new_caller, "13810000002", sends_nothing_for_a_while)
    legs = await recorded(hotline, "13810000002")

    kept = next(event for event in legs.events if event.kind == "recording_kept").data
    assert kept["problem"] == ""
    check(legs, spoken, "how_may_i_help", "main_menu", "service_hours")


async def both_speak(caller: SipCaller, talk: Any, spoken: Spoken, number: float) -> None:
    """A word of the agent's, then one of the caller's, each of its own."""
    from baresip.errors import AudioRestarted

    agents = word(number + 600)
    try:
        talk.audio.write(agents.tobytes())
    except AudioRestarted:  # told once after a hold
        talk.audio.write(agents.tobytes())
    spoken.by_agent.append(agents)
    await asyncio.sleep(2)
    await spoken.say(caller, word(number))


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
            for number in (700.0, 900.0):
                await both_speak(caller, talk, spoken, number)
                await asyncio.sleep(8)
            await talk.hangup()
            await caller.listen(2)

    spoken = await call(new_caller, "13810000003", talks)
    legs = await recorded(hotline, "13810000003")

    unproved = check(legs, spoken, "how_may_i_help", "main_menu", "please_hold")
    assert not kept_up(spoken) or share(unproved, legs) <= MOST_UNPROVED, unproved
    measured = next(one for one in legs.events if one.kind == "recording_measured").data
    over_ms = next(one for one in legs.events if one.kind == "left_queue").offset_ms
    first, second = (legs.caller.find(sound)[0] + TONE_MS for sound, *_ in spoken.words)
    quiet = max(legs.house.find(spoken.by_agent[1])[0] - first, over_ms - second)
    assert abs(measured["dead_air_ms"] - quiet) <= 100
    assert measured["talk_overs"] == []


@pytest.mark.skipif("THIRDRING_LONG_TALK" not in os.environ, reason="80 s long: make soak")
async def test_a_long_talk_with_a_hold_stands_where_it_was_to_its_end_and_the_survey_behind_it(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async def talks_long(caller: SipCaller, spoken: Spoken) -> None:
        async with agent_phone(pbx) as agent:
            await has_heard(caller, line_sound("how_may_i_help"))
            await caller.press("0")
            await has_heard(caller, line_sound("main_menu"))
            await caller.press("0")
            await has_heard(caller, line_sound("please_hold"))
            talk = await agent.pick_up()
            await asyncio.sleep(1)
            for number in range(8):
                await both_speak(caller, talk, spoken, 500.0 + 70 * number)
                if number == 3:
                    await talk.hold()
                    await asyncio.sleep(5)
                    await talk.resume()
                await asyncio.sleep(4)
            await talk.hangup()
            await starts_to_hear(caller, line_sound("survey_satisfaction"))

    spoken = await call(new_caller, "13810000004", talks_long)
    legs = await recorded(hotline, "13810000004")

    assert len(spoken.words) == len(spoken.by_agent) == 8
    unproved = check(
        legs, spoken, "how_may_i_help", "main_menu", "please_hold", "survey_satisfaction"
    )
    assert not kept_up(spoken) or share(unproved, legs) <= MOST_UNPROVED, unproved
