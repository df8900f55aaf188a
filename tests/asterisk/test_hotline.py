"""Whole calls: real Asterisk, real server, real ears, audio both ways, measured at the caller."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

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
from tests.support.sip_caller import SipCaller, sip_caller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]
Does = Callable[[SipCaller, "Played"], Awaitable[None]]
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
        assert len(places) == lines.count(line), f"{line}: heard at {places}, {heard.breaks}"
        found += places
    assert found == sorted(found), f"heard in another order: {lines} at {found}"
    return found


@dataclass
class Played:
    """One caller's call after it is over: what the caller heard, and when what was done."""

    number: str
    heard: Heard = field(default_factory=Heard)
    at: dict[str, float] = field(default_factory=dict)
    hung_up_on: bool = False
    problem: BaseException | None = None

    def checked(self) -> Played:
        """This call, unless it went wrong on the way; then that is the failure."""
        if self.problem is not None:
            raise self.problem
        return self


NOISE_S = 60


async def is_silent(caller: SipCaller, played: Played) -> None:
    await caller.listen(60)


async def is_noisy(caller: SipCaller, played: Played) -> None:
    talking = asyncio.create_task(caller.play(noise(NOISE_S)))
    await caller.listen(60)
    talking.cancel()


async def is_noisy_then_clear(caller: SipCaller, played: Played) -> None:
    noisy = asyncio.create_task(caller.play(noise(NOISE_S)))
    played.at["asked"] = await has_heard(caller, line_sound("ask_louder"))
    await asyncio.sleep(3)
    caller.rtp.hush()
    _, played.at["cleared"] = await noisy
    help_ = line_sound("how_may_i_help")
    played.at["again"] = await has_heard(caller, help_, after_ms=played.at["asked"])


async def speaks(caller: SipCaller, played: Played) -> None:
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.6)
    _, played.at["finished"] = await caller.play(utterance("inquiry"))
    played.at["menu"] = await has_heard(caller, line_sound("main_menu"))
    await caller.press("1")
    await has_heard(caller, line_sound("service_hours"))
    played.at["closing"] = await has_heard(caller, line_sound("closing"))
    await caller.listen(10)


async def is_faint(caller: SipCaller, played: Played) -> None:
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.5)
    await caller.play(utterance("inquiry", level_dbov=-43.0))
    asked = await has_heard(caller, line_sound("speak_up"))
    await asyncio.sleep(0.5)
    await caller.play(utterance("louder"))
    await has_heard(caller, line_sound("how_may_i_help"), after_ms=asked)


async def barges_in(caller: SipCaller, played: Played) -> None:
    await has_heard(caller, line_sound("how_may_i_help"))
    await asyncio.sleep(0.5)
    _, played.at["finished"] = await caller.play(utterance("hello"))
    await asyncio.sleep(2.2)  # the menu is being spoken
    played.at["began"], played.at["over"] = await caller.play(utterance("hurry"))
    played.at["hold"] = await has_heard(caller, line_sound("please_hold"))


CALLERS: dict[Does, str] = {
    is_silent: "13800000001",
    is_noisy: "13800000002",
    is_noisy_then_clear: "13800000003",
    speaks: "13800000004",
    is_faint: "13800000005",
    barges_in: "13800000006",
}


async def at_once(sip_port: int, *callers: Does) -> dict[str, Played]:
    """These of CALLERS on the line at once, by name."""

    async def one(does: Does, played: Played) -> None:
        async with sip_caller(sip_port) as caller:
            assert await caller.invite(number=played.number) is None
            try:
                await does(caller, played)
            finally:
                played.hung_up_on = caller.hung_up.is_set()
                played.heard = caller.heard
                caller.hang_up()

    # Before anybody calls: a loop that makes sound sends none meanwhile.
    noise(NOISE_S)
    for word in ("inquiry", "louder", "hello", "hurry"):
        utterance(word)
    played = {does: Played(CALLERS[does]) for does in callers}
    calling = (one(does, call) for does, call in played.items())
    problems = await asyncio.gather(*calling, return_exceptions=True)
    for call, problem in zip(played.values(), problems, strict=True):
        call.problem = problem
    return {does.__name__: call for does, call in played.items()}


@pytest.fixture(scope="module")
def first_calls(hotline: Hotline, pbx: HousePbx) -> dict[str, Played]:
    """All of CALLERS."""
    return asyncio.run(at_once(pbx.sip_port, *CALLERS))


@pytest.fixture
def calls(
    first_calls: dict[str, Played], pbx: HousePbx, request: pytest.FixtureRequest
) -> Mapping[str, Played]:
    """Callers by name; a test that is tried once more hears a call of its own."""
    if getattr(request.node, "execution_count", 1) == 1:
        return first_calls
    return CallsAnew(pbx.sip_port)


class CallsAnew(Mapping[str, Played]):
    """Each caller calls when asked for, alone."""

    def __init__(self, sip_port: int) -> None:
        self._sip_port = sip_port

    def __getitem__(self, name: str) -> Played:
        (does,) = (does for does in CALLERS if does.__name__ == name)
        with ThreadPoolExecutor(1) as beside:  # the test's own loop stands meanwhile
            return beside.submit(asyncio.run, at_once(self._sip_port, does)).result()[name]

    def __iter__(self) -> Iterator[str]:
        return (does.__name__ for does in CALLERS)

    def __len__(self) -> int:
        return len(CALLERS)


async def test_a_silent_caller_is_greeted_three_times_and_hung_up_on(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    played = calls["is_silent"].checked()
    call, events = await hotline.call_of(played.number, until="recording_kept")

    at = starts(
        played.heard, "greeting", "recording_notice", "how_may_i_help", "hello", "hello", "no_voice"
    )
    lines = ["how_may_i_help", "hello", "hello"]
    ends = [start + length_ms(line_sound(line)) for start, line in zip(at[2:5], lines, strict=True)]
    pauses = [start - end for start, end in zip(at[3:], ends, strict=True)]
    assert played.hung_up_on
    assert all(PAUSE_MS - 100 <= pause <= PAUSE_MS + SLACK_MS for pause in pauses), pauses
    assert said(events)[-3:] == ["hello", "hello", "no_voice"]
    assert (call.rings, call.end_reason, call.disposition) == (1, "completed", "silent")
    assert [event.data["by"] for event in of(events, "hung_up")] == ["us"]
    windows = [event.data["to_ms"] - event.data["from_ms"] for event in of(events, "heard")]
    assert windows == [PAUSE_MS] * 3


async def test_a_noisy_caller_gets_ten_seconds_by_frame_count_and_the_closing(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    played = calls["is_noisy"].checked()
    call, events = await hotline.call_of(played.number)

    asked, closed = starts(played.heard, "ask_louder", "noise_closing")
    held = closed - asked - length_ms(line_sound("ask_louder"))
    window = of(events, "heard")[-1].data
    assert played.hung_up_on
    assert 10_000 - 100 <= held <= 10_000 + SLACK_MS
    assert (window["what"], window["to_ms"] - window["from_ms"]) == ("noise", 10_000)
    assert call.disposition == "noise"


async def test_when_the_line_clears_the_call_goes_on_within_two_seconds(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    played = calls["is_noisy_then_clear"].checked()
    _, events = await hotline.call_of(played.number)

    assert played.at["again"] - played.at["cleared"] <= 2000
    assert "noise_closing" not in said(events)
    assert "clear" in [event.data["what"] for event in of(events, "heard")]


async def test_a_speaking_caller_is_never_asked_twice_nor_talked_over(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    played = calls["speaks"].checked()
    call, events = await hotline.call_of(played.number)

    assert played.heard.find(line_sound("hello")) == []
    assert 600 <= played.at["menu"] - played.at["finished"] <= 1300
    assert played.at["closing"] > played.at["menu"]
    assert said(events)[-1] == "closing"
    assert [event.data["digits"] for event in of(events, "key")] == ["1"]
    assert (call.disposition, call.hung_up_by) == ("served", "us")


async def test_a_faint_caller_is_asked_to_speak_louder(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    _, events = await hotline.call_of(calls["is_faint"].checked().number)

    heard = [event.data["what"] for event in of(events, "heard")]
    assert heard[:2] == ["faint", "speech"]
    assert said(events).count("speak_up") == 1


async def test_a_caller_who_speaks_into_the_menu_is_heard_and_not_talked_over(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    played = calls["barges_in"].checked()
    _, events = await hotline.call_of(played.number)

    finished, hold = played.at["finished"], played.at["hold"]
    spans = played.heard.spans(join_ms=400)
    cut = [span.end_ms for span in spans if finished < span.end_ms < hold - 200][-1]
    menu = next(event for event in of(events, "said") if event.data["line"] == "main_menu")
    assert cut - played.at["began"] < 900
    assert hold >= played.at["over"] + 600
    assert menu.data["ended"] == "barge_in"


async def test_the_recording_holds_both_legs_of_the_call(
    calls: Mapping[str, Played], hotline: Hotline
) -> None:
    _, events = await hotline.call_of(calls["speaks"].checked().number, until="recording_kept")
    kept = of(events, "recording_kept")[0].data
    house, spoken = _legs(hotline.state, kept["file"])

    assert kept["problem"] == ""
    assert len(house.find(line_sound("how_may_i_help"))) == 1
    assert len(house.find(line_sound("main_menu"))) == 1
    assert len(spoken.find(utterance("inquiry"))) == 1
    assert spoken.find(line_sound("main_menu")) == []
    recordings = [kept["recording"], "--state", str(hotline.state)]
    done = subprocess.run([*THIRDRING, "recordings", "verify", *recordings], check=False)
    assert done.returncode == 0


async def test_an_agent_takes_the_call_talks_and_hangs_up_and_every_fact_is_known(
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
        for line, key in (("survey_satisfaction", "1"), ("survey_resolved", "1")):
            await has_heard(caller, line_sound(line))
            await caller.press(key)
        await caller.listen(15)
    call, events = await hotline.call_of("13800000007")

    kinds = [event.kind for event in events]
    assert kinds.index("queued") < kinds.index("agent_offered") < kinds.index("agent_answered")
    assert (call.queue, call.agent, call.disposition) == ("support", "801", "served")
    assert (call.hung_up_by, call.end_reason) == ("us", "completed")
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


def _legs(state: Path, kept: str) -> tuple[Heard, Heard]:
    """The house's and the caller's leg of a sealed recording."""
    import wave

    import numpy as np

    from recorder.store import Store

    assert kept.endswith(".sealed")
    with Store(state).open(kept) as sound, wave.open(sound, "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    legs = Heard(), Heard()
    for leg, channel in zip(legs, (1, 0), strict=True):
        leg.take(0.0, 0, both[:, channel])
    return legs
