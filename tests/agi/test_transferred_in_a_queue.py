"""A caller whom one agent hands to the next: one wait, one talk, every agent named."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.agi.small_office import office
from tests.agi.test_beside import HOLD, in_the_queue


async def test_the_wait_is_the_one_for_the_first_agent_and_the_talk_is_with_all_of_them(
    tmp_path: Path,
) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await in_the_queue(there))
        call_id = there.sink.events[0].call_id
        for agent in ("801", "802"):
            channel = f"PJSIP/{agent}-0000002a"
            await there.tell("_agent-offered", call_id, channel)
            await asyncio.sleep(0.05)
            await there.tell("_agent-answered", call_id, channel)
            await asyncio.sleep(0.2)
        await there.resume("CONTINUE", "PJSIP/802")

    (left,) = there.sink.of("left_queue")
    first, second = there.sink.of("agent_answered")
    assert [first["agent"], second["agent"], left["agent"]] == ["801", "802", "802"]
    assert left["waited_ms"] == first["waited_ms"]
    # Each time is between the offer and the answer: the second is no wait of 250 ms and more.
    assert 50 <= second["waited_ms"] < left["talked_ms"]
    assert left["talked_ms"] >= 400
