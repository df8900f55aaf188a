"""Words at a waiting caller's ear: what Asterisk is asked, and what is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from agi.places import Places
from tests.agi.fake_asterisk import FakeAsterisk, Rule, environment_block, usual
from tests.agi.small_office import Office, office

HOLD = """
    flow: greetings
    title: {en: Hold}
    steps:
      hold:
        queue:
          name: support
          wait: 30s
          tell: [place, menu]
          every: 5s
          keys: {"1": bye, "#": bye}
          priority: 2
        on: {answered: end served, no_answer: end unserved, failed: end closed}
      bye:
        say: goodbye
        end: left
"""


async def in_the_queue(there: Office) -> asyncio.Task[list[list[str]]]:
    call = asyncio.create_task(there.visit())
    while "queued" not in there.sink.kinds:
        await asyncio.sleep(0.005)
    return call


async def beside(there: Office, call_id: str = "") -> FakeAsterisk:
    """The channel at the caller's ear asks what to play."""
    block = environment_block(
        network_script="_beside",
        channel="Local/x@cc-beside-00000001;2",
        uniqueid="other.9",
        arg_1=call_id or there.sink.events[0].call_id,
        arg_2="",
    )
    return await FakeAsterisk.connect(there.back, block)


async def files(ear: FakeAsterisk, rule: Rule, until: Callable[[], bool]) -> list[str]:
    """What the server plays at the ear, answered by `rule` until it is enough or over."""
    played: list[str] = []
    while not until() and (words := await ear.command()) is not None:
        if words[:2] == ["STREAM", "FILE"]:
            played.append(words[2].rpartition("/")[2])
        answer = rule(words)
        if answer is None:
            break
        ear.send(answer)
    return played


def said(there: Office) -> list[tuple[str, str]]:
    return [(data["line"], data["ended"]) for data in there.sink.of("said")]


async def test_the_dialplan_is_told_of_keys_priority_and_words(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        commands = await (await in_the_queue(there))
        await there.resume("TIMEOUT")

    orders = commands[-1][-1].split(",")
    assert orders[2:] == [
        "CC_QUEUE=support",
        "CC_QUEUE_WAIT=30",
        "CC_QUEUE_PRIO=2",
        "CC_QUEUE_KEYS=1#",
        "CC_BESIDE=1",
        "CC_DONE=queue",
    ]


async def test_a_waiting_caller_is_told_the_place_of_now_and_the_lines_in_order(
    tmp_path: Path,
) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        there.desk.places.join("support", "somebody-else", 5)
        ear = await beside(there)
        played = await files(ear, usual, lambda: len(said(there)) == 2)
        await there.resume("TIMEOUT")
        await ear.close()

    assert played == ["place", "menu"]
    assert said(there) == [("place", "completed"), ("menu", "completed")]
    assert there.sink.of("said")[0]["text"] == "第2位"
    assert there.sink.of("said")[0]["performer"] == "ivr"


@pytest.mark.parametrize(
    ("status", "extra", "ended", "result"),
    [
        ("CONTINUE", "PJSIP/801", "wait_over", "answered"),
        ("TIMEOUT", "", "wait_over", "no_answer"),
        ("KEY", "1", "key", "key"),
    ],
)
async def test_what_ends_the_wait_ends_the_line_and_comes_after_it(
    tmp_path: Path, status: str, extra: str, ended: str, result: str
) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        ear = await beside(there)
        while (words := await ear.command()) and words[:2] != ["STREAM", "FILE"]:
            ear.send(usual(words) or b"")
        # The dialplan hangs the channel up in the middle of the line, then brings the news.
        ear.send(b"HANGUP\n200 result=-1 endpos=1600\n")
        await there.resume(status, extra)
        await ear.close()

    assert said(there)[0] == ("place", ended)
    line = there.sink.of("said")[0]
    assert line["end_ms"] - line["start_ms"] == 200
    kinds = there.sink.kinds
    assert kinds.index("said") < kinds.index("left_queue")
    assert there.sink.of("left_queue")[0]["result"] == result
    if result == "key":
        assert there.sink.of("key")[0]["digits"] == "1"
        assert kinds.index("said") < kinds.index("key") < kinds.index("left_queue")
        assert there.sink.of("ended")[0]["disposition"] == "left"


async def test_a_hang_up_in_the_middle_of_a_line_is_its_end(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        ear = await beside(there)
        while (words := await ear.command()) and words[:2] != ["STREAM", "FILE"]:
            ear.send(usual(words) or b"")
        await there.tell("_hung-up", there.sink.events[0].call_id, "16")
        assert await ear.closed_by_peer() == b""
        await ear.close()

    assert said(there) == [("place", "hangup")]
    assert there.sink.kinds[-4:] == ["said", "left_queue", "hung_up", "ended"]


async def test_a_line_without_a_sound_is_left_out_and_the_next_one_is_told(tmp_path: Path) -> None:
    async with office(HOLD.replace("[place, menu]", "[dumb, menu]"), tmp_path) as there:
        await (await in_the_queue(there))
        ear = await beside(there)
        played = await files(ear, usual, lambda: len(said(there)) == 2)
        await there.resume("TIMEOUT")
        await ear.close()

    assert played[0] == "menu"
    assert said(there)[:2] == [("dumb", "failed"), ("menu", "completed")]
    assert there.sink.of("fault")[0]["where"] == "prompt dumb"


async def test_a_channel_that_comes_too_late_or_twice_is_sent_away(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        first = await beside(there)
        await asyncio.sleep(0.1)
        second = await beside(there)
        assert await second.closed_by_peer() == b""
        call_id = there.sink.events[0].call_id
        await there.tell("_agent-answered", call_id, "PJSIP/801-0000002a")
        third = await beside(there)
        assert await third.closed_by_peer() == b""
        await there.resume("CONTINUE", "PJSIP/801")
        for ear in (first, second, third):
            await ear.close()

    assert said(there) == []
    assert there.sink.of("ended")[0]["disposition"] == "served"


async def test_a_key_that_the_flow_does_not_name_is_no_way_out(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        await there.resume("KEY", "7")

    assert there.sink.of("left_queue")[0]["result"] == "failed"


def test_who_has_more_priority_stands_before_and_of_one_priority_who_came_first() -> None:
    line = Places()
    for caller, priority in (("a", 0), ("b", 0), ("c", 2), ("d", 1), ("e", 2)):
        line.join("support", caller, priority)
    line.join("dialect", "z", 0)

    assert [line.place(caller) for caller in "ceabdz"] == [1, 2, 4, 5, 3, 1]


def test_who_leaves_makes_room_and_who_is_not_there_has_no_place() -> None:
    line = Places()
    for caller in "abc":
        line.join("support", caller, 0)
    line.leave("a")
    line.leave("a")
    line.join("other", "b", 0)

    assert [line.place(caller) for caller in "abc"] == [0, 1, 1]
    assert line.place("nobody") == 0
