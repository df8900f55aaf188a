"""Panels are told one a turn of a change of the floor; an agent's own change comes between."""

from __future__ import annotations

import asyncio

from desk.floor.telling import Telling


async def test_an_agents_own_change_does_not_wait_for_all_the_others() -> None:
    telling, told = Telling(), list[tuple[str, bool]]()
    for agent in ("801", "802", "803", "804"):
        telling.listen(agent, lambda own, agent=agent: told.append((agent, own)))  # type: ignore[misc]

    telling.changed("")
    await asyncio.sleep(0)
    telling.changed("804")
    assert told == [("804", True)]
    while len(told) < 4:
        await asyncio.sleep(0)

    assert sorted(told) == [("801", False), ("802", False), ("803", False), ("804", True)]


async def test_changes_of_the_floor_that_come_together_are_told_once() -> None:
    telling, told = Telling(), list[str]()
    telling.listen("801", lambda own: told.append("801"))
    telling.listen("", lambda own: told.append("wall"))

    for _ in range(3):
        telling.changed("")
    for _ in range(10):
        await asyncio.sleep(0)

    assert sorted(told) == ["801", "wall"]


async def test_nobody_is_told_after_the_end() -> None:
    telling, told = Telling(), list[str]()
    telling.listen("801", lambda own: told.append("801"))

    telling.changed("")
    telling.close()
    for _ in range(5):
        await asyncio.sleep(0)

    assert told == []
