"""Whole calls: real Asterisk, real server, real ears, audio both ways, measured at the caller."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from calls.events import CallEvent
from tests.support.agent_phone import agent_phone
from tests.support.heard import Heard
from tests.support.hotline import (
    THIRDRING,
    Hotline,
    has_heard,
    length_ms,
    line_sound,
    noise,
    start_hotline,
    stop_hotline,
    utterance,
)
from tests.support.pbx import HousePbx, socket_pause
from tests.support.sip_caller import SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]
PAUSE_MS = 4000
"""The window of silent_call.yaml."""

SLACK_MS = 500
"""Asterisk's own time between two commands, jitter, and the quiet ends of a prompt."""


POOLS = 8
"""Threads a bounded pool may start once and keep (prompts, files, the loop's own)."""


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    running = start_hotline(pbx)
    yield running
    stop_hotline(running)


@pytest.fixture(autouse=True)
def _server_as_before(hotline: Hotline) -> Iterator[None]:
    """Files and threads of the server return to the start value after every test."""
    with socket.create_connection(("127.0.0.1", hotline.agi_port)):
        pass  # pools that start with the first call have started
    files, threads = hotline.held()
    yield
    deadline = time.monotonic() + 10
    while (held := hotline.held()) > (files, threads) and time.monotonic() < deadline:
        socket_pause(0.1)
    assert held[0] <= files, "open files"
    assert held[1] <= threads + POOLS, "threads"


def said(events: list[CallEvent]) -> list[str]:
    return [event.data["line"] for event in events if event.kind == "said"]


def of(events: list[CallEvent], kind: str) -> list[CallEvent]:
    return [event for event in events if event.kind == kind]


def starts(heard: Heard, *lines: str) -> list[int]:
    """Where each line began, in the order given; each was heard exactly as often as named."""
    found: list[int] = []
    for line in dict.fromkeys(lines):
        places = heard.find(line_sound(line))
        assert len(places) == lines.count(line), f"{line}: heard at {places}"
        found += places
    assert found == sorted(found), f"heard in another order: {lines} at {found}"
    return found


async def test_a_silent_caller_is_greeted_three_times_and_hung_up_on(
    caller: SipCaller, hotline: Hotline
) -> None:
    assert await caller.invite(number="13800000001") is None
    await caller.listen(60)
    assert caller.hung_up.is_set()
    call, events = await hotline.call_of("13800000001", until="recording_kept")

    at = starts(
        caller.heard, "greeting", "recording_notice", "how_may_i_help", "hello", "hello", "no_voice"
    )
    ends = [
        start + length_ms(line_sound(line))
        for start, line in zip(at[2:5], ["how_may_i_help", "hello", "hello"], strict=True)
    ]
    pauses = [start - end for start, end in zip(at[3:], ends, strict=True)]
    assert all(PAUSE_MS - 100 <= pause <= PAUSE_MS + SLACK_MS for pause in pauses), pauses
    assert said(events)[-3:] == ["hello", "hello", "no_voice"]
    assert (call.rings, call.end_reason, call.disposition) == (1, "completed", "silent")
    assert [event.data["by"] for event in of(events, "hung_up")] == ["us"]
    windows = [event.data["to_ms"] - event.data["from_ms"] for event in of(events, "heard")]
    assert windows == [PAUSE_MS] * 3


async def test_a_noisy_caller_gets_ten_seconds_by_frame_count_and_the_closing(
    caller: SipCaller, hotline: Hotline
) -> None:
    assert await caller.invite(number="13800000002") is None
    talking = asyncio.create_task(caller.play(noise(55)))
    await caller.listen(60)
    talking.cancel()
    assert caller.hung_up.is_set()
    call, events = await hotline.call_of("13800000002")

    asked, closed = starts(caller.heard, "ask_louder", "noise_closing")
    held = closed - asked - length_ms(line_sound("ask_louder"))
    assert 10_000 - 100 <= held <= 10_000 + SLACK_MS
    window = of(events, "heard")[-1].data
    assert (window["what"], window["to_ms"] - window["from_ms"]) == ("noise", 10_000)
    assert call.disposition == "noise"


async def test_when_the_line_clears_the_call_goes_on_within_two_seconds(
    caller: SipCaller, hotline: Hotline
) -> None:
    assert await caller.invite(number="13800000003") is None
    noisy = asyncio.create_task(caller.play(noise(60)))
    asked = await has_heard(caller, line_sound("ask_louder"))
    await asyncio.sleep(3)
    caller.rtp.hush()
    _, cleared = await noisy
    again = await has_heard(caller, line_sound("how_may_i_help"), after_ms=asked)
    caller.hang_up()
    _, events = await hotline.call_of("13800000003")

    assert again - cleared <= 2000
    assert "noise_closing" not in said(events)
    assert "clear" in [event.data["what"] for event in of(events, "heard")]


async def test_a_speaking_caller_is_never_asked_twice_nor_talked_over(
    caller: SipCaller, hotline: Hotline
) -> None:
    assert await caller.invite(number="13800000004") is None
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.6)
    _, finished = await caller.play(utterance("inquiry"))
    menu = await has_heard(caller, line_sound("main_menu"))
    await caller.press("1")
    await has_heard(caller, line_sound("service_hours"))
    closing = await has_heard(caller, line_sound("closing"))
    await caller.listen(10)
    call, events = await hotline.call_of("13800000004")

    assert caller.heard.find(line_sound("hello")) == []
    assert 600 <= menu - finished <= 1300
    assert closing > menu
    assert said(events)[-1] == "closing"
    assert [event.data["digits"] for event in of(events, "key")] == ["1"]
    assert (call.disposition, call.hung_up_by) == ("served", "us")


async def test_a_faint_caller_is_asked_to_speak_louder(caller: SipCaller, hotline: Hotline) -> None:
    assert await caller.invite(number="13800000005") is None
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.5)
    await caller.play(utterance("inquiry", level_dbov=-43.0))
    asked = await has_heard(caller, line_sound("speak_up"))
    await asyncio.sleep(0.5)
    await caller.play(utterance("louder"))
    await has_heard(caller, line_sound("how_may_i_help"), after_ms=asked)
    caller.hang_up()
    _, events = await hotline.call_of("13800000005")

    heard = [event.data["what"] for event in of(events, "heard")]
    assert heard[:2] == ["faint", "speech"]
    assert said(events).count("speak_up") == 1


async def test_a_caller_who_speaks_into_the_menu_is_heard_and_not_talked_over(
    caller: SipCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    assert await caller.invite(number="13800000006") is None
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.5)
    _, finished = await caller.play(utterance("hello"))
    await asyncio.sleep(2.2)  # the menu is being spoken
    began, over = await caller.play(utterance("hurry"))
    hold = await has_heard(caller, line_sound("please_hold"))
    caller.hang_up()
    _, events = await hotline.call_of("13800000006")

    cut = [
        span.end_ms
        for span in caller.heard.spans(join_ms=400)
        if finished < span.end_ms < hold - 200
    ][-1]
    assert cut - began < 900
    assert hold >= over + 600
    menu = next(event for event in of(events, "said") if event.data["line"] == "main_menu")
    assert menu.data["ended"] == "barge_in"


async def test_an_agent_takes_the_call_and_the_talk_survives_our_server(
    caller: SipCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with agent_phone(pbx) as agent:
        assert await caller.invite(number="13800000007") is None
        await has_heard(caller, line_sound("how_may_i_help"))
        await caller.press("0")
        await has_heard(caller, line_sound("main_menu"))
        await caller.press("0")
        talk = await agent.pick_up()
        await asyncio.sleep(2)
        await talk.hangup()
        await caller.listen(15)
    call, events = await hotline.call_of("13800000007")

    kinds = [event.kind for event in events]
    assert kinds.index("queued") < kinds.index("agent_offered") < kinds.index("agent_answered")
    assert (call.queue, call.agent, call.disposition) == ("support", "801", "served")
    left = of(events, "left_queue")[0].data
    assert left["result"] == "answered"
    assert left["talked_ms"] >= 1500


async def test_callers_who_hang_up_at_any_step_leave_a_whole_row_and_nothing_else(
    new_caller: NewCaller, hotline: Hotline
) -> None:
    async def hangs_up(number: str, after_s: float) -> None:
        async with new_caller() as one:
            ringing = asyncio.create_task(one.invite(number=number))
            await asyncio.sleep(after_s)
            one.hang_up()
            if not ringing.done():
                await asyncio.wait([ringing], timeout=5)
            await asyncio.sleep(0.5)

    moments = {f"1380000010{step}": 0.3 + 1.5 * step for step in range(8)}
    await asyncio.gather(*(hangs_up(number, after_s) for number, after_s in moments.items()))

    for number in moments:
        call, events = await hotline.call_of(number)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert call.end_reason == "caller_hung_up"
        assert [event.data["by"] for event in of(events, "hung_up")] == ["caller"]
        assert call.ended_at is not None


async def test_the_recording_holds_both_legs_of_the_call(
    caller: SipCaller, hotline: Hotline
) -> None:
    assert await caller.invite(number="13800000009") is None
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.5)
    await caller.play(utterance("repair"))
    await has_heard(caller, line_sound("main_menu"))
    caller.hang_up()
    _, events = await hotline.call_of("13800000009", until="recording_kept")
    kept = of(events, "recording_kept")[0].data
    house, spoken = _legs(hotline.state / kept["file"])

    assert kept["problem"] == ""
    assert len(house.find(line_sound("how_may_i_help"))) == 1
    assert len(house.find(line_sound("main_menu"))) == 1
    assert len(spoken.find(utterance("repair"))) == 1
    assert spoken.find(line_sound("main_menu")) == []
    recordings = [kept["recording"], "--state", str(hotline.state)]
    done = subprocess.run([*THIRDRING, "recordings", "verify", *recordings], check=False)
    assert done.returncode == 0


def _legs(path: object) -> tuple[Heard, Heard]:
    """The house's and the caller's leg of a recording."""
    import wave

    import numpy as np

    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    legs = Heard(), Heard()
    for leg, channel in zip(legs, (1, 0), strict=True):
        leg.take(0.0, 0, both[:, channel])
    return legs
