"""Cues into an agent's ear: who may give them, in which order they are said, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from calls.clock import ManualClock
from calls.errors import PromptError
from calls.floor.events import FloorEvent
from desk.ami import AmiRefusedError
from desk.control import ControlError, LiveCall
from desk.supervision.cue import CueError
from desk.supervision.spoken import MOST_WAITING, SpokenCues


class House:
    """A voice, an ear and a ledger in memory."""

    def __init__(self, *, voice: bool = True) -> None:
        self.calls = {"801": live("801")}
        self.asked: list[tuple[str, str]] = []
        self.said: list[tuple[str, bytes]] = []
        self.kept: list[FloorEvent] = []
        self.saying = asyncio.Event()
        self.saying.set()
        self.fails: Exception | None = None
        self.cues = SpokenCues(
            self,
            self.speak if voice else None,
            self,
            call_of=self.calls.get,
            is_supervisor="803".__eq__,
            language="zh-Hant",
            clock=ManualClock(),
            answer_s=0.05,
        )

    async def speak(self, text: str, language: str) -> bytes:
        self.asked.append((text, language))
        if isinstance(self.fails, PromptError):
            raise self.fails
        return text.encode()

    async def whisper(self, channel: str, pcm: bytes) -> None:
        await self.saying.wait()
        if self.fails is not None:
            raise self.fails
        self.said.append((channel, pcm))

    def append_floor(self, event: FloorEvent) -> None:
        self.kept.append(event)


def live(agent: str, call: str = "call-1") -> LiveCall:
    return LiveCall(
        call_id=call, agent=agent, agent_channel=f"PJSIP/{agent}-1", caller_channel="PJSIP/trunk-1"
    )


async def word_of(order: Awaitable[None]) -> str:
    with pytest.raises(ControlError) as refused:
        await order
    return refused.value.word


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_cue_is_said_to_the_agents_own_channel_and_kept() -> None:
    house = House()
    await house.cues.order("803", "801", " 先道歉 ")

    assert house.said == [("PJSIP/801-1", "先道歉".encode())]
    (kept,) = house.kept
    assert (kept.agent, kept.kind) == ("801", "cue_spoken")
    assert kept.data == {"by": "803", "call_id": "call-1", "text": "先道歉"}


async def test_chinese_is_spoken_as_the_house_writes_it_and_the_rest_as_english() -> None:
    house = House()
    await house.cues.order("803", "801", "先道歉 OK")
    await house.cues.order("803", "801", "offer a callback")

    assert [language for _, language in house.asked] == ["zh-Hant", "en"]


async def test_a_cue_is_plain_text_of_at_most_200_characters() -> None:
    house = House()
    await house.cues.order("803", "801", "\x1b[31m" + "快" * 300 + "\u202e")
    ((text, _),) = house.asked

    assert text.endswith("快")
    assert len(text) <= 200
    assert not {"\x1b", "\u202e"} & set(text)


async def test_why_a_cue_is_not_given_is_said() -> None:
    house = House()

    assert await word_of(house.cues.order("802", "801", "x")) == "not_supervisor"
    assert await word_of(house.cues.order("803", "802", "x")) == "no_call_there"
    assert await word_of(house.cues.order("803", "801", " \x07 ")) == "empty"
    assert await word_of(House(voice=False).cues.order("803", "801", "x")) == "no_voice"
    house.fails = PromptError("no engine here speaks it")
    assert await word_of(house.cues.order("803", "801", "x")) == "no_voice"
    house.fails = CueError("the call was over before the cue")
    assert await word_of(house.cues.order("803", "801", "x")) == "cut_short"
    house.fails = AmiRefusedError("Originate", "no such channel")
    assert await word_of(house.cues.order("803", "801", "x")) == "refused"
    assert house.kept == []


async def test_a_long_cue_is_answered_before_its_end_and_the_next_waits_for_it() -> None:
    house = House()
    house.saying.clear()
    await house.cues.order("803", "801", "one")
    await house.cues.order("803", "801", "two")
    assert (house.asked, house.kept) == ([("one", "en")], [])

    house.saying.set()
    await settle()
    assert [pcm for _, pcm in house.said] == [b"one", b"two"]
    assert [event.data["text"] for event in house.kept] == ["one", "two"]


async def test_an_agent_is_not_buried_under_cues() -> None:
    house = House()
    house.saying.clear()
    for number in range(MOST_WAITING):
        await house.cues.order("803", "801", str(number))

    assert await word_of(house.cues.order("803", "801", "more")) == "too_many"
    house.saying.set()
    await settle()
    await house.cues.order("803", "801", "now")
    assert house.said[-1][1] == b"now"


async def test_a_cue_for_one_call_is_not_said_into_the_next() -> None:
    house = House()
    house.saying.clear()
    await house.cues.order("803", "801", "one")
    await house.cues.order("803", "801", "two")
    house.calls["801"] = live("801", "call-2")
    house.saying.set()
    await settle()

    assert [pcm for _, pcm in house.said] == [b"one"]
    assert [event.data["text"] for event in house.kept] == ["one"]


async def test_a_desk_that_stops_says_no_more() -> None:
    house = House()
    house.saying.clear()
    await house.cues.order("803", "801", "one")
    house.cues.close()
    house.saying.set()
    await settle()

    assert (house.said, house.kept) == ([], [])
