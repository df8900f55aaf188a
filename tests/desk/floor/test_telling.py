"""Panels are told one a turn of a change of the floor; an agent's own change comes between."""

from __future__ import annotations

import asyncio

from desk.floor.telling import Telling


async def test_an_agents_own_change_does_not_wait_for_all_the_others() -> None:
    telling, told = Telling(), list[str]()
    for agent in ("801", "802", "803", "804"):
        telling.listen(agent, lambda agent=agent: told.append(agent))  # type: ignore[misc]

    telling.changed("")
    await asyncio.sleep(0)
    telling.changed("804")
    assert told == ["804"]
    while len(told) < 4:
        await asyncio.sleep(0)

    assert sorted(told) == ["801", "802", "803", "804"]


async def test_changes_of_the_floor_that_come_together_are_told_once() -> None:
    telling, told = Telling(), list[str]()
    telling.listen("801", lambda: told.append("801"))
    telling.listen("", lambda: told.append("wall"))

    for _ in range(3):
        telling.changed("")
    for _ in range(10):
        await asyncio.sleep(0)

    assert sorted(told) == ["801", "wall"]


async def test_nobody_is_told_after_the_end() -> None:
    telling, told = Telling(), list[str]()
    telling.listen("801", lambda: told.append("801"))

    telling.changed("")
    telling.close()
    for _ in range(5):
        await asyncio.sleep(0)

    assert told == []
