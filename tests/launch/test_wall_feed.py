"""The console's wallboard hears the desk over its own WebSocket server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from calls.clock import ManualClock
from calls.floor.states import AgentState
from console.wall.ports import Sight
from launch.console.wall_feed import IDLE_MS, DeskFeed, desk_feed
from launch.settings.site import Settings
from softphone_panel.agent.desk_link import DeskPlace, DeskWatch
from tests.softphone_panel.test_wall_on_a_desk import TOKENS, FloorDesk, served
from tests.softphone_panel.wall_story import rush


def feed_of(
    address: tuple[str, int], token: str = "", clock: ManualClock | None = None
) -> DeskFeed:
    place = DeskPlace(f"ws://{address[0]}:{address[1]}", token or TOKENS["803"])
    return DeskFeed(lambda: DeskWatch("803", lambda: place), clock)


async def until(feed: DeskFeed, fits: Callable[[Sight], bool]) -> Sight:
    """Look again and again, as the page does."""
    async with asyncio.timeout(20):
        while not fits(sight := feed.sight()):
            await asyncio.sleep(0.02)
    return sight


async def test_the_floor_comes_from_the_desk_and_every_change_after_it() -> None:
    desk = FloorDesk(rush())
    async with served(desk) as address:
        with feed_of(address) as feed:
            assert not feed.sight().live

            first = await until(feed, lambda sight: sight.live)
            assert first.view
            assert first.view.queues
            desk.floor.agent("809", "新来的", AgentState.READY, 0)
            desk.changed()

            later = await until(
                feed,
                lambda sight: (
                    "809" in [one.number for one in sight.view.agents] if sight.view else False
                ),
            )
            assert later.age_ms < 20_000


async def test_a_desk_that_goes_leaves_its_last_floor_and_comes_back() -> None:
    desk = FloorDesk(rush())
    async with served(desk) as address:
        feed = feed_of(address)
        feed.__enter__()
        await until(feed, lambda sight: sight.live)
    try:
        gone = await until(feed, lambda sight: not sight.live)
        assert gone.view

        async with served(desk, address[1]):
            await until(feed, lambda sight: sight.live)
    finally:
        await asyncio.to_thread(feed.__exit__, None, None, None)


async def test_a_wrong_token_is_told_in_the_desks_word() -> None:
    async with served(FloorDesk(rush())) as address:
        with feed_of(address, "wrong") as feed:
            refused = await until(feed, lambda sight: bool(sight.why))

            assert (refused.live, refused.why) == (False, "token")
            await asyncio.to_thread(feed.__exit__, None, None, None)


async def test_a_desk_is_left_alone_while_nobody_looks() -> None:
    clock = ManualClock()
    async with served(desk := FloorDesk(rush())) as address:
        with feed_of(address, clock=clock) as feed:
            await until(feed, lambda sight: sight.live)
            assert len(desk._told) == 1

            clock.advance_ms(IDLE_MS + 1)
            async with asyncio.timeout(20):
                while desk._told:
                    await asyncio.sleep(0.02)

            assert (await until(feed, lambda sight: sight.live)).view
            await asyncio.to_thread(feed.__exit__, None, None, None)


def test_a_site_without_a_supervisor_says_so(tmp_path: Path) -> None:
    settings = Settings.model_validate({"agents": {"801": {"name": "王芳"}}})

    with desk_feed(settings, tmp_path) as feed:
        assert feed.sight().why == "no_supervisor"


async def test_without_a_running_desk_the_page_learns_why(tmp_path: Path) -> None:
    with desk_feed(Settings(), tmp_path) as feed:
        sight = await until(feed, lambda sight: bool(sight.why))

    assert "thirdring serve" in sight.why
