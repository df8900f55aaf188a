"""A question to the ears that is withdrawn the moment it was put."""

from __future__ import annotations

import asyncio

import pytest

from calls.actions import Listen
from calls.clock import ManualClock
from tests.desk.coached import CALLER, HandEars

WINDOW = Listen(window_ms=4000, wanted=frozenset({"speech", "silence"}))


@pytest.mark.parametrize("turns", range(6))
async def test_a_question_withdrawn_at_any_turn_of_the_loop_makes_room_for_the_next(
    turns: int,
) -> None:
    ears = HandEars(ManualClock())
    session = ears.expect()
    await ears.tap(CALLER, session.address)
    first = asyncio.create_task(session.ask(WINDOW))
    for _ in range(turns):
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first], timeout=2)
    assert first.cancelled()
    second = asyncio.create_task(session.ask(WINDOW))
    await asyncio.wait([second], timeout=0.05)
    assert not second.done()
    second.cancel()
    await asyncio.wait([second])
    session.close()
