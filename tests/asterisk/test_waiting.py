"""What a caller lives through in the queue: real Asterisk, real server, measured at the ear."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from calls.events import CallEvent
from tests.support.agent_phone import AgentPhone, agent_phone, agent_phones
from tests.support.g711 import Samples
from tests.support.heard import read_wav, tone
from tests.support.hotline import (
    ROOT,
    Hotline,
    has_heard,
    length_ms,
    line_sound,
    start_hotline,
    starts_to_hear,
    stop_hotline,
)
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]
MOST_SILENCE_MS = 2000
CLIENT_ONE = "13800009001"
"""In the customer file, of tier one."""

FLOW = """\
flow: greetings
title: {zh: 等候, en: Waiting}
performer: ivr
variables: {tier: "3"}
always: {noise: end noise, faint: end faint}
steps:
  ringing:
    ring: 1
  customer:
    lookup: {in: customers, by: ani, store: [tier]}
    on: {found: hold, not_found: hold}
  hold:
    queue:
      name: support
      wait: 2min
      agent: agent_call
      priority: 3 - tier|int(3)
      tell: [place_in_line, offer_callback]
      every: 5s
      keys: {"1": promise}
    on: {answered: served, no_answer: busy, failed: busy}
  served:
    end: served
  busy:
    say: agents_busy
  offer:
    say: offer_callback
    barge_in: true
    menu: {keys: {"1": promise}, window: 6s, attempts: 1}
    on: {speech: promise, exhausted: later}
  promise:
    call: pending
    on: {promised: goodbye, not_promised: later}
  goodbye:
    say: closing_pending
    end: promised
  later:
    say: call_again
    end: unserved
"""


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx) -> Iterator[Hotline]:
    pbx.ask_own_server()
    scripts = pbx.state / "waiting-scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("tests", "prompts"))
    (scripts / "greetings.yaml").write_text(FLOW, encoding="utf-8")
    directories = pbx.state / "directories"
    directories.mkdir(exist_ok=True)
    rows = f"key,name,address,tier\n{CLIENT_ONE},王,一号楼,1\n"
    (directories / "customers.csv").write_text(rows, encoding="utf-8")
    running = start_waiting(pbx)
    yield running
    stop_hotline(running)
    shutil.rmtree(directories)


def start_waiting(pbx: HousePbx) -> Hotline:
    scripts = pbx.state / "waiting-scripts"
    return start_hotline(pbx, more=(f'scripts = "{scripts}"', "prove = false"))


def of(events: list[CallEvent], kind: str) -> list[CallEvent]:
    return [event for event in events if event.kind == kind]


def kinds(events: list[CallEvent]) -> list[str]:
    """What happened, in order, without what every call has."""
    left_out = {"stepped", "saying", "looked_up"}
    return [event.kind for event in events if event.kind not in left_out]


def words(events: list[CallEvent]) -> list[tuple[str, str]]:
    """What was said in the queue, with how each line ended."""
    return [(event.data["line"], event.data["ended"]) for event in of(events, "said")]


def places(events: list[CallEvent]) -> list[int]:
    """The places in line that the caller was told."""
    texts = [e.data["text"] for e in of(events, "said") if e.data["line"] == "place_in_line"]
    return [int(found[1]) for text in texts if (found := re.search(r"第(\d+)位", text))]


def in_line(pbx: HousePbx) -> list[str]:
    """The channels in the queue, the first in line first."""
    return re.findall(r"^ +\d+\. (PJSIP/\S+)", pbx.cli("queue show support"), re.MULTILINE)


def longest_silence(caller: SipCaller, from_ms: float, to_ms: float) -> int:
    """The longest time without a sound at the caller's ear, between these moments."""
    edges = [round(from_ms)]
    for span in caller.heard.spans():
        if span.end_ms > from_ms and span.start_ms < to_ms:
            edges += [max(span.start_ms, round(from_ms)), min(span.end_ms, round(to_ms))]
    edges.append(round(to_ms))
    return max(after - before for before, after in zip(edges[::2], edges[1::2], strict=True))


def music(pbx: HousePbx) -> Samples:
    return read_wav(pbx.options.folder / "waiting" / "soft.wav")


@asynccontextmanager
async def waiting(new_caller: NewCaller, pbx: HousePbx, number: str) -> AsyncIterator[SipCaller]:
    """A caller who is in the queue by now."""
    async with new_caller() as caller:
        before = len(in_line(pbx))
        assert await caller.invite(number=number) is None
        async with asyncio.timeout(20):
            while len(in_line(pbx)) <= before:
                await asyncio.sleep(0.1)
        yield caller


async def picks_up_afresh(agent: AgentPhone) -> Any:
    """The agent takes the next call that rings; rings nobody answered are over."""
    while not agent.incoming.empty():
        agent.incoming.get_nowait()
    return await agent.pick_up(timeout_s=40)


async def test_callers_who_are_spoken_to_keep_their_places_and_are_taken_in_that_order(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    offer = line_sound("offer_callback")
    async with (
        agent_phone(pbx) as agent,
        waiting(new_caller, pbx, "13800009011") as first,
        waiting(new_caller, pbx, "13800009012") as second,
    ):
        order = in_line(pbx)
        for caller in (first, second):
            told = await has_heard(caller, offer)
            await has_heard(caller, offer, after_ms=told + 100)
        assert in_line(pbx) == order
        talk = await picks_up_afresh(agent)
        taken = [dict(talk.headers)["X-Call-Ref"]]
        now = [first.now_ms(), second.now_ms()]
        await asyncio.sleep(1)
        assert in_line(pbx) == order[1:]
        await talk.hangup()
        talk = await picks_up_afresh(agent)
        taken.append(dict(talk.headers)["X-Call-Ref"])
        await asyncio.sleep(1)
        await talk.hangup()
        await second.listen(5)
    (one, events), (two, others) = [
        await hotline.call_of(number) for number in ("13800009011", "13800009012")
    ]

    assert taken == [one.id, two.id]
    assert places(events)[:2] == [1, 1]
    assert places(others)[:2] == [2, 2]
    assert longest_silence(first, 1000, now[0]) <= MOST_SILENCE_MS
    assert longest_silence(second, 1000, now[1]) <= MOST_SILENCE_MS
    assert first.heard.find(music(pbx))


async def test_a_caller_of_tier_one_stands_before_those_who_came_earlier(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    offer = line_sound("offer_callback")
    async with agent_phone(pbx) as agent, waiting(new_caller, pbx, "13800009021") as early:
        await agent.incoming.get()  # rings for the early one, and goes on doing so
        async with waiting(new_caller, pbx, CLIENT_ONE) as best:
            told = await has_heard(best, offer)
            await has_heard(early, offer, after_ms=early.now_ms())
            best.hang_up()
            await asyncio.sleep(1)
        early.hang_up()
    _, events = await hotline.call_of("13800009021")
    _, others = await hotline.call_of(CLIENT_ONE)

    assert told > 0
    assert places(others)[0] == 1
    assert 2 in places(events)


async def test_a_key_leaves_the_queue_and_a_callback_is_promised(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with agent_phone(pbx), waiting(new_caller, pbx, "13800009031") as caller:
        await starts_to_hear(caller, line_sound("offer_callback"))
        await caller.press("7")
        await asyncio.sleep(0.5)
        still_there = in_line(pbx)
        await caller.press("1")
        goodbye = await has_heard(caller, line_sound("closing_pending"))
        await caller.listen(10)
    call, events = await hotline.call_of("13800009031")

    assert len(still_there) == 1
    assert ("offer_callback", "key") in words(events)
    assert [event.data["digits"] for event in of(events, "key")] == ["1"]
    assert of(events, "left_queue")[0].data["result"] == "key"
    assert of(events, "promised")[0].data["number"] == "13800009031"
    assert call.disposition == "promised"
    assert longest_silence(caller, 1000, goodbye) <= MOST_SILENCE_MS


async def test_an_agent_who_answers_in_the_middle_of_the_words_cuts_them(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    offer, word = line_sound("offer_callback"), tone(600, hz=1000.0)
    async with agent_phone(pbx) as agent, waiting(new_caller, pbx, "13800009041") as caller:
        began = await starts_to_hear(caller, offer)
        talk = await agent.pick_up()
        answered = caller.now_ms()
        await asyncio.sleep(0.5)
        talk.audio.write(word.tobytes())
        await asyncio.sleep(length_ms(offer) / 1000)
        await talk.hangup()
        await caller.listen(5)
    _, events = await hotline.call_of("13800009041")

    assert ("offer_callback", "wait_over") in words(events)
    told = kinds(events)
    assert told.index("agent_offered") < told.index("agent_answered") < told.index("left_queue")
    cut = of(events, "said")[-1]
    assert cut.seq < of(events, "agent_answered")[0].seq
    assert cut.data["end_ms"] - cut.data["start_ms"] < length_ms(offer)
    assert caller.heard.find(word)
    # Nothing of the words is heard in the talk, but for the agent's own tone.
    quiet_from = max(answered, began) + 400
    spans = [s for s in caller.heard.spans() if s.end_ms > quiet_from]
    assert sum(s.end_ms - max(s.start_ms, quiet_from) for s in spans) <= 600 + 400


async def test_an_agent_has_three_rings_then_the_next_one_has_the_call(
    new_caller: NewCaller, hotline: Hotline, pbx: HousePbx
) -> None:
    async with (
        agent_phones(pbx, "801", "802") as phones,
        waiting(new_caller, pbx, "13800009051") as caller,
    ):
        rings = [asyncio.create_task(phone.incoming.get()) for phone in phones]
        first, still = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
        rang_ms = caller.now_ms()
        async with asyncio.timeout(40):
            await asyncio.wait(still)
        other_ms = caller.now_ms()
        call = still.pop().result()
        await call.answer()
        await call.wait_established()
        taken_ms = caller.now_ms()
        await asyncio.sleep(1)
        await call.hangup()
        await caller.listen(5)
    assert len(first) == 1
    _, events = await hotline.call_of("13800009051")

    offered = [event.data["agent"] for event in of(events, "agent_offered")]
    assert sorted(offered) == ["801", "802"]
    assert of(events, "agent_answered")[0].data["agent"] == offered[1]
    assert pbx.options.ring_s * 1000 - 500 <= other_ms - rang_ms
    assert longest_silence(caller, 1000, taken_ms) <= MOST_SILENCE_MS


async def test_where_nobody_has_a_phone_the_caller_hears_so_at_once_and_is_promised_a_callback(
    new_caller: NewCaller, hotline: Hotline
) -> None:
    async with new_caller() as caller:
        assert await caller.invite(number="13800009061") is None
        busy = await starts_to_hear(caller, line_sound("agents_busy"), timeout_s=10)
        answered = caller.answered_ms or 0.0
        await has_heard(caller, line_sound("offer_callback"))
        await caller.press("1")
        await has_heard(caller, line_sound("closing_pending"))
        await caller.listen(10)
    call, events = await hotline.call_of("13800009061")

    assert busy - answered <= 5000
    left = of(events, "left_queue")[0].data
    assert (left["result"], left["waited_ms"] < 2000) == ("no_answer", True)
    assert of(events, "said")[0].data["line"] == "agents_busy"
    assert call.disposition == "promised"


async def test_a_server_that_dies_leaves_the_waiting_caller_in_line_with_music(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path, hotline: Hotline
) -> None:
    # One of its own, so that the test can be tried once more.
    await asyncio.to_thread(stop_hotline, hotline)
    own = await asyncio.to_thread(start_waiting, pbx)
    async with agent_phone(pbx) as agent, waiting(new_caller, pbx, "13800009071") as caller:
        await starts_to_hear(caller, line_sound("offer_callback"))
        own.process.kill()
        own.process.wait()
        killed = caller.now_ms()
        await asyncio.sleep(4)
        assert len(in_line(pbx)) == 1
        talk = await agent.pick_up()
        taken = caller.now_ms()
        await asyncio.sleep(0.5)
        await talk.hangup()
        await caller.listen(10)

    assert taken - killed >= 4000
    assert longest_silence(caller, killed, taken) <= MOST_SILENCE_MS
