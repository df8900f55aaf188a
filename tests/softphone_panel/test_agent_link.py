"""The panel's connection to the desk, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import groupby

import pytest

from calls.clock import SystemClock
from calls.errors import ConfigError
from calls.floor.orders import WIRE_VERSION, Hold, LineDone, Mute, Ready
from calls.floor.view import PanelView
from softphone_panel.agent.desk_link import DeskLink, DeskPlace
from softphone_panel.agent.link import LOST, NO_DESK, Lamp, LampState
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.desk_double import TOKEN, DeskDouble


class Screen:
    """Keeps what a link hands on."""

    def __init__(self, link: DeskLink) -> None:
        self.link = link
        self.views: list[PanelView] = []
        self.lamps: list[Lamp] = []

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.01)

    async def lit(self, state: LampState) -> None:
        await self.until(lambda: bool(self.lamps) and self.lamps[-1].state is state)


@asynccontextmanager
async def linked(where: Callable[[], DeskPlace]) -> AsyncIterator[Screen]:
    screen = Screen(DeskLink("801", where, SystemClock()))
    task = asyncio.create_task(screen.link.run(screen.views.append, screen.lamps.append))
    try:
        yield screen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def at(desk: DeskDouble, token: str = TOKEN) -> Callable[[], DeskPlace]:
    return lambda: DeskPlace(desk.url, token)


async def test_the_panel_says_who_it_is_and_gets_the_snapshot() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.listening())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)

            hello = desk.hellos[0]
            assert (hello.version, hello.agent, hello.watch) == (WIRE_VERSION, "801", False)
            assert hello.token == TOKEN
            assert screen.views[0].call == views.listening().call


async def test_an_order_is_answered_by_its_own_number() -> None:
    async with DeskDouble() as desk:
        desk.problems["mute"] = "not_now"
        await desk.show(views.saying())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            answers = await asyncio.gather(
                screen.link.order(Hold(on=True)),
                screen.link.order(Mute(on=True)),
                screen.link.order(LineDone(line="hello", how="confirmed")),
            )

    assert list(answers) == ["", "not_now", ""]
    assert desk.orders == [
        Hold(on=True),
        Mute(on=True),
        LineDone(line="hello", how="confirmed"),
    ]


async def test_an_order_without_a_desk_is_not_sent_and_says_so() -> None:
    async with DeskDouble() as desk:
        link = DeskLink("801", at(desk))

        assert await link.order(Ready()) == NO_DESK
    assert desk.orders == []


async def test_a_desk_that_dies_before_it_answers_leaves_the_order_open() -> None:
    async with DeskDouble() as desk:
        desk.mute = True
        await desk.show(views.saying())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            waiting = asyncio.create_task(screen.link.order(Hold(on=True)))
            await desk.told(1)
            await desk.stop()

            assert await waiting == LOST
            await screen.lit(LampState.AWAY)


async def test_a_desk_that_was_killed_is_found_again_with_its_next_snapshot() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.saying())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.stop()
            await screen.lit(LampState.AWAY)
            await desk.show(views.wrapping())
            await desk.start()
            await screen.lit(LampState.LIVE)

            assert screen.views[-1].call == views.wrapping().call
    assert [state for state, _ in groupby(lamp.state for lamp in screen.lamps)] == [
        LampState.LIVE,
        LampState.AWAY,
        LampState.LIVE,
    ]


async def test_the_time_the_desk_is_gone_counts_from_its_loss_not_from_the_last_try() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.view())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.stop()
            await screen.until(lambda: screen.link.tries >= 4)

            gone = [lamp.since_ms for lamp in screen.lamps if lamp.state is LampState.AWAY]
            assert len(set(gone)) == 1


async def test_a_new_desk_on_another_port_is_found() -> None:
    async with DeskDouble() as old, DeskDouble() as new:
        place = DeskPlace(old.url, TOKEN)
        await old.show(views.view())
        await new.show(views.ringing())
        async with linked(lambda: place) as screen:
            await screen.lit(LampState.LIVE)
            place = DeskPlace(new.url, TOKEN)
            await old.stop()
            await screen.until(lambda: screen.views[-1].offer is not None)


async def test_a_wrong_token_is_told_as_the_desk_tells_it() -> None:
    async with DeskDouble() as desk, linked(at(desk, "guessed")) as screen:
        await screen.lit(LampState.REFUSED)

        assert screen.lamps[-1].why == "token"
        assert screen.views == []


async def test_a_panel_thrown_out_by_another_one_waits_for_its_agent() -> None:
    async with DeskDouble() as desk:
        desk.refuses = "elsewhere"
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.REFUSED)
            desk.refuses = ""
            await desk.show(views.view())
            await asyncio.sleep(0.3)
            assert screen.link.tries == 1

            screen.link.again()
            await screen.lit(LampState.LIVE)


async def test_not_knowing_where_the_desk_is_is_said_and_tried_again() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.view())
        known = False

        def where() -> DeskPlace:
            if not known:
                raise ConfigError("no server runs here")
            return DeskPlace(desk.url, TOKEN)

        async with linked(where) as screen:
            await screen.lit(LampState.CONNECTING)
            assert screen.lamps[-1].why == "no server runs here"
            known = True
            await screen.lit(LampState.LIVE)
            assert screen.lamps[-1].why == ""


@pytest.mark.parametrize(
    "nonsense", ["", "{", "[]", "null", '{"view": 3}', '{"view": {"seq": "x"}}', "[" * 100_000]
)
async def test_a_message_that_is_none_harms_nothing(nonsense: str) -> None:
    async with DeskDouble() as desk:
        await desk.show(views.view())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.say(nonsense)
            await desk.show(views.ringing())
            await screen.until(lambda: len(screen.views) == 2)

            assert screen.lamps[-1].state is LampState.LIVE


async def test_the_desk_sends_only_the_parts_that_differ() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.saying())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.say('{"change": {"seq": 2, "trouble": "pbx", "notes": [], "weather": 1}}')
            await screen.until(lambda: len(screen.views) == 2)

            first, second = screen.views
            assert second == first.model_copy(update={"seq": 2, "trouble": "pbx", "notes": ()})


@pytest.mark.parametrize(
    "lost", ['{"change": {"seq": 7, "trouble": "pbx"}}', '{"change": {"trouble": "pbx"}}']
)
async def test_a_panel_that_missed_a_snapshot_connects_again_for_a_whole_one(lost: str) -> None:
    async with DeskDouble() as desk:
        await desk.show(views.saying())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.say(lost)
            await screen.until(lambda: len(screen.views) == 2)

            assert [view.trouble for view in screen.views] == ["", ""]
    assert len(desk.hellos) == 2


async def test_what_a_newer_desk_adds_is_passed_over() -> None:
    async with DeskDouble() as desk:
        await desk.show(views.view())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            newer = views.ringing().model_dump(mode="json") | {"weather": "fine"}
            await desk.say('{"news": 1, "view": ' + PanelView(**newer).model_dump_json() + "}")
            await screen.until(lambda: len(screen.views) == 2)


async def test_texts_from_outside_are_harmless_before_anybody_sees_them() -> None:
    hostile = views.CALLER.model_copy(
        update={"name": "\x1b[31m\u202e张\ud800\u0007\u2066", "fields": {"\x9bk": "a\x00b\u2028c"}}
    )
    async with DeskDouble() as desk:
        view = views.talk(caller=hostile)
        await desk.show(views.view())
        async with linked(at(desk)) as screen:
            await screen.lit(LampState.LIVE)
            await desk.say(json.dumps({"view": view.model_dump()}))
            await screen.until(lambda: len(screen.views) == 2)

            call = screen.views[-1].call
            assert call is not None
            assert call.caller.name == "[31m张"
            assert call.caller.fields == {"k": "abc"}
