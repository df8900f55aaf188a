"""Supervisors on a live call, and spoken cues: told by the tone at each ear, real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from calls.call import Call
from calls.clock import SystemClock
from calls.events import CallEvent
from calls.floor.events import FloorEvent
from calls.floor.states import SpyMode
from desk.ami import AmiClient
from desk.control import ControlError, LiveCall
from desk.supervision.asides import Asides
from desk.supervision.cue import CueError, Cues
from desk.supervision.spying import Spies
from tests.support.floor import CALL, VoicedPhone, floor_phones, live_call, manager, talk
from tests.support.heard import read_wav, tone
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.tones import (
    AGENT_HZ,
    CALLER_HZ,
    CUE_HZ,
    SUPERVISOR_HZ,
    TARGET_HZ,
    all_hear,
    tones_in,
    until,
)

pytestmark = pytest.mark.asterisk


class Kept:
    """A ledger in memory: what was recorded, without its time."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, str, dict[str, Any]]] = []

    def append_floor(self, event: FloorEvent) -> None:
        self.facts.append((event.agent, event.kind, event.data))

    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.facts]


@dataclass(slots=True)
class Watched:
    """A talk of 801 with a caller; 803 is the supervisor."""

    caller: SipCaller
    agent: VoicedPhone
    supervisor: VoicedPhone
    spies: Spies
    ledger: Kept
    ami: AmiClient
    calls: dict[str, LiveCall]

    async def come(self, mode: SpyMode) -> None:
        """The supervisor orders it and picks up."""
        ordering = asyncio.create_task(self.spies.order("803", "801", mode))
        await self.supervisor.pick_up()
        await ordering

    async def each_hears(self, caller: list[int], agent: list[int], supervisor: list[int]) -> None:
        """All three ears at a time."""
        await all_hear(
            (self.caller.heard, caller), (self.agent.ear, agent), (self.supervisor.ear, supervisor)
        )


@pytest.fixture
async def ami(pbx: HousePbx) -> AsyncIterator[AmiClient]:
    async with manager(pbx) as client:
        yield client


@pytest.fixture
async def watched(pbx: HousePbx, caller: SipCaller, ami: AmiClient) -> AsyncIterator[Watched]:
    async with (
        floor_phones(pbx, agent_801=AGENT_HZ, agent_803=SUPERVISOR_HZ) as phones,
        talk(pbx, caller, phones["801"]),
    ):
        await all_hear((caller.heard, [AGENT_HZ]), (phones["801"].ear, [CALLER_HZ]))
        calls = {"801": await live_call(ami)}
        ledger = Kept()
        spies = Spies(
            ami,
            ledger,
            call_of=calls.get,
            is_supervisor="803".__eq__,
            shown=False,
            rings_s=30.0,
        )
        yield Watched(caller, phones["801"], phones["803"], spies, ledger, ami, calls)
        spies.close()
        if phones["803"].phone.on_call:
            await phones["803"].phone.hang_up()


class Facts:
    """What a call records, in memory."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        return

    def of_recordings(self) -> list[tuple[str, str]]:
        return [(one.kind, str(one.data["recording"])) for one in self.events]


def tones_of(file: Path) -> set[int]:
    """The tones of the floor in a sound file."""
    samples = read_wav(file).astype(float)
    strength = {hz: _strength(samples, hz) for hz in (CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ)}
    return {hz for hz, value in strength.items() if value > 300}


def _strength(samples: NDArray[np.float64], hz: int) -> float:
    """The highest amplitude of a tone in any half second (Goertzel by correlation)."""
    count = 4000
    turn = np.exp(-2j * np.pi * hz * np.arange(count) / 8000)
    starts = range(0, max(1, len(samples) - count), count)
    pieces = (samples[at : at + count] for at in starts)
    return max((2 * abs(np.dot(one, turn[: len(one)])) / count for one in pieces), default=0.0)


async def word_of(order: Awaitable[None]) -> str:
    """Why an order was not carried out."""
    with pytest.raises(ControlError) as refused:
        await order
    return refused.value.word


async def test_listen_whisper_and_barge_are_switched_live_and_each_ear_hears_its_part(
    watched: Watched,
) -> None:
    await watched.come(SpyMode.LISTEN)
    await watched.each_hears([AGENT_HZ], [CALLER_HZ], [CALLER_HZ, AGENT_HZ])
    assert watched.spies.listeners("801") == ()
    assert [(one.number, one.mode) for one in watched.spies.watchers("801")] == [("803", "listen")]

    await watched.spies.order("803", "801", SpyMode.WHISPER)
    await watched.each_hears([AGENT_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ])
    assert watched.spies.listeners("801") == ()

    await watched.spies.order("803", "801", SpyMode.BARGE)
    await watched.each_hears(
        [AGENT_HZ, SUPERVISOR_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ]
    )
    assert watched.spies.listeners("801") == ("803",)

    await watched.spies.order("803", "801", SpyMode.LISTEN)
    await watched.each_hears([AGENT_HZ], [CALLER_HZ], [CALLER_HZ, AGENT_HZ])

    await watched.spies.order("803", "801", None)
    await until(lambda: not watched.supervisor.phone.on_call, "the supervisor is off")
    await all_hear((watched.caller.heard, [AGENT_HZ]), (watched.agent.ear, [CALLER_HZ]))

    facts = watched.ledger.facts
    lasted_ms = facts[-1][2].pop("lasted_ms")
    who = {"by": "803", "call_id": CALL}
    assert facts == [
        ("801", "spy_began", {**who, "mode": "listen"}),
        ("801", "spy_moved", {**who, "mode": "whisper"}),
        ("801", "spy_moved", {**who, "mode": "barge"}),
        ("801", "spy_moved", {**who, "mode": "listen"}),
        ("801", "spy_ended", who),
    ]
    assert lasted_ms > 0
    assert watched.spies.watchers("801") == ()


async def test_a_supervisor_may_begin_with_a_whisper(watched: Watched) -> None:
    await watched.come(SpyMode.WHISPER)
    await watched.each_hears([AGENT_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ])


async def test_a_supervisor_may_begin_with_a_barge(watched: Watched) -> None:
    await watched.come(SpyMode.BARGE)
    await watched.each_hears(
        [AGENT_HZ, SUPERVISOR_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ]
    )


async def test_listening_ends_with_the_call(watched: Watched) -> None:
    await watched.come(SpyMode.LISTEN)
    await watched.agent.phone.hang_up()
    await until(lambda: not watched.supervisor.phone.on_call, "the supervisor is off")
    await until(lambda: watched.ledger.kinds()[-1] == "spy_ended", "recorded")

    assert watched.ledger.kinds() == ["spy_began", "spy_ended"]


async def test_a_supervisor_who_hangs_up_is_off_and_the_talk_goes_on(watched: Watched) -> None:
    await watched.come(SpyMode.BARGE)
    await watched.supervisor.phone.hang_up()
    await until(lambda: watched.ledger.kinds()[-1] == "spy_ended", "recorded")
    await all_hear((watched.caller.heard, [AGENT_HZ]), (watched.agent.ear, [CALLER_HZ]))


async def test_what_a_supervisor_says_is_recorded_apart_and_the_calls_own_legs_never_have_a_whisper(
    watched: Watched, pbx: HousePbx
) -> None:
    facts = Facts()
    call = Call(SystemClock(), facts, id=CALL)
    spies = Spies(
        watched.ami,
        watched.ledger,
        call_of=watched.calls.get,
        is_supervisor="803".__eq__,
        shown=False,
        asides=Asides({CALL: call}.get, pbx.state),
    )
    monitor = pbx.state / "monitor"
    monitor.mkdir(exist_ok=True)
    for left in monitor.glob(f"{CALL}*"):
        left.unlink()
    legs = monitor / f"{CALL}-1-in.wav", monitor / f"{CALL}-1-out.wav"
    first, second = (monitor / f"{CALL}-s{count}-out.wav" for count in (1, 2))
    caller = watched.calls["801"].caller_channel
    pbx.cli(f"mixmonitor start {caller} ,r({legs[0]})t({legs[1]})")
    watched.spies, own = spies, watched.spies
    try:
        await watched.come(SpyMode.WHISPER)
        await watched.each_hears([AGENT_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ])
        await spies.order("803", "801", SpyMode.LISTEN)
        await watched.each_hears([AGENT_HZ], [CALLER_HZ], [CALLER_HZ, AGENT_HZ])
        pbx.cli(f"mixmonitor stop {caller}")
        size = first.stat().st_size
        await asyncio.sleep(1)
        assert first.stat().st_size == size, "whoever only listens is not recorded"
        assert facts.of_recordings() == [
            ("recording_started", f"{CALL}-s1"),
            ("recording_stopped", f"{CALL}-s1"),
        ]
        assert (tones_of(first), tones_of(legs[0]), tones_of(legs[1])) == (
            {SUPERVISOR_HZ},
            {CALLER_HZ},
            {AGENT_HZ},
        )

        await spies.order("803", "801", SpyMode.BARGE)
        await watched.each_hears(
            [AGENT_HZ, SUPERVISOR_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ]
        )
        await spies.order("803", "801", SpyMode.WHISPER)
        await watched.each_hears([AGENT_HZ], [CALLER_HZ, SUPERVISOR_HZ], [CALLER_HZ, AGENT_HZ])
        await spies.order("803", "801", None)
        await until(lambda: not watched.supervisor.phone.on_call, "the supervisor is off")
        await until(lambda: len(facts.events) == 4, "the second one is over")
        assert tones_of(second) == {SUPERVISOR_HZ}
        assert {file.name for file in monitor.glob(f"{CALL}-s*")} == {first.name, second.name}
        assert facts.of_recordings()[2:] == [
            ("recording_started", f"{CALL}-s2"),
            ("recording_stopped", f"{CALL}-s2"),
        ]
    finally:
        spies.close()
        watched.spies = own


async def test_the_agent_on_hold_is_still_listened_to(watched: Watched) -> None:
    await watched.come(SpyMode.LISTEN)
    await watched.agent.phone.hold(True)
    await until(lambda: watched.agent.phone.on_hold, "on hold")
    await watched.agent.phone.hold(False)
    await watched.each_hears([AGENT_HZ], [CALLER_HZ], [CALLER_HZ, AGENT_HZ])


async def test_a_supervisor_who_does_not_pick_up_leaves_no_trace(watched: Watched) -> None:
    ordering = asyncio.create_task(watched.spies.order("803", "801", SpyMode.LISTEN))
    await until(lambda: watched.supervisor.phone.ringing, "803 rings")
    assert watched.spies.watchers("801") == ()
    await watched.supervisor.phone.hang_up()

    assert await word_of(ordering) == "no_phone"
    assert watched.ledger.facts == []


async def test_an_order_may_be_called_off_while_the_phone_rings(watched: Watched) -> None:
    ordering = asyncio.create_task(watched.spies.order("803", "801", SpyMode.LISTEN))
    await until(lambda: watched.supervisor.phone.ringing, "803 rings")
    await watched.spies.order("803", "801", None)
    await until(lambda: not watched.supervisor.phone.ringing, "803 rings no more")

    assert await word_of(ordering) in {"no_call_there", "no_phone"}
    assert watched.ledger.facts == []


async def test_who_may_not_and_what_cannot_be_is_said(watched: Watched) -> None:
    order = watched.spies.order

    assert await word_of(order("802", "801", SpyMode.LISTEN)) == "not_supervisor"
    assert await word_of(order("803", "802", SpyMode.LISTEN)) == "no_call_there"
    assert await word_of(order("803", "803", SpyMode.LISTEN)) == "own_call"
    assert await word_of(order("803", "801", None)) == "no_call_there"
    watched.calls["803"] = watched.calls["801"]
    assert await word_of(order("803", "801", SpyMode.LISTEN)) == "own_call"
    assert watched.ledger.facts == []


async def test_a_desk_that_comes_back_ends_a_spying_it_knows_nothing_of(
    pbx: HousePbx, watched: Watched
) -> None:
    await watched.come(SpyMode.WHISPER)
    ledger = Kept()
    async with manager(pbx) as other:
        fresh = Spies(
            other, ledger, call_of=watched.calls.get, is_supervisor="803".__eq__, shown=True
        )
        await fresh._resync()
        fresh.close()
    await until(lambda: not watched.supervisor.phone.on_call, "the supervisor is off")
    await all_hear((watched.caller.heard, [AGENT_HZ]), (watched.agent.ear, [CALLER_HZ]))

    assert [(agent, kind, data["by"], data["call_id"]) for agent, kind, data in ledger.facts] == [
        ("801", "spy_ended", "803", CALL)
    ]


async def test_a_spoken_cue_reaches_the_agent_alone(watched: Watched) -> None:
    cues = Cues(watched.ami)
    await cues.start()
    call = watched.calls["801"]
    try:
        saying = asyncio.create_task(
            cues.whisper(call.agent_channel, tone(6000, hz=float(CUE_HZ)).tobytes())
        )
        await all_hear((watched.caller.heard, [AGENT_HZ]), (watched.agent.ear, [CALLER_HZ, CUE_HZ]))
        await saying
        await all_hear((watched.caller.heard, [AGENT_HZ]), (watched.agent.ear, [CALLER_HZ]))
    finally:
        await cues.close()


async def test_a_cue_is_heard_whole(watched: Watched) -> None:
    """From its beginning to its end; a frame that the talk itself lost in between is no matter."""
    parts = ((SUPERVISOR_HZ, 200), (CUE_HZ, 600), (TARGET_HZ, 200))
    cues = Cues(watched.ami)
    await cues.start()
    began = len(watched.agent.ear.samples())
    try:
        await cues.whisper(
            watched.calls["801"].agent_channel,
            b"".join(tone(long_ms, hz=float(hz)).tobytes() for hz, long_ms in parts),
        )
        await until(
            lambda: len(watched.agent.ear.samples()) - began > 16_000, "two seconds at the ear"
        )
    finally:
        await cues.close()

    heard = watched.agent.ear.samples()[began:]
    tones = [tones_in(frame) for frame in heard[: len(heard) // 160 * 160].reshape(-1, 160)]
    begin, middle, end = ([at for at, found in enumerate(tones) if hz in found] for hz, _ in parts)
    assert len(begin) >= 8
    assert len(end) >= 8
    assert median(begin) < median(middle) < median(end)
    assert 44 <= len({*begin, *middle, *end}) <= 53


async def test_a_cue_into_a_call_that_ends_is_said_to_be_cut(watched: Watched) -> None:
    cues = Cues(watched.ami)
    await cues.start()
    try:
        saying = asyncio.create_task(
            cues.whisper(
                watched.calls["801"].agent_channel, tone(20_000, hz=float(CUE_HZ)).tobytes()
            )
        )
        await all_hear((watched.agent.ear, [CALLER_HZ, CUE_HZ]))
        await watched.agent.phone.hang_up()
        with pytest.raises(CueError):
            await saying
    finally:
        await cues.close()
