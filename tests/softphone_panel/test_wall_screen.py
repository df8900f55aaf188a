"""The wallboard, as a supervisor sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from calls.floor.orders import AnswerHelp, Cue, Spy
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import RuleView
from desk.supervision.wall import CallNow
from softphone_panel.agent.link import Lamp, LampState
from softphone_panel.texts import Language
from softphone_panel.wall.app import WallApp
from tests.softphone_panel.wall_story import HOSTILE, Floor, FloorLink, calm, rush

NARROW, WIDE = (80, 24), (140, 40)
Steps = Callable[[Pilot[None]], Awaitable[None]]


def shows(floor: Floor, link: FloorLink | None = None, **options: Any) -> WallApp:
    """The wallboard of supervisor 803 over a floor whose clock stands still."""
    return WallApp(link or FloorLink(floor.view()), me="803", clock=floor.clock, **options)


def after(*keys: str) -> Steps:
    """Wait until a snapshot is on the screen, then press keys."""

    async def steps(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, WallApp)
        while not app.taken:
            await pilot.pause(0.02)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        app.show_now()
        await pilot.pause()

    return steps


def see(
    snap_compare: Any, floor: Floor, *keys: str, size: tuple[int, int] = NARROW, **options: Any
) -> bool:
    """Compare the screen after `keys` with the kept picture."""
    app = shows(floor, **options)
    return bool(snap_compare(app, terminal_size=size, run_before=after(*keys)))


def screen_text(app: WallApp) -> str:
    """The screen's characters, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def test_a_calm_floor_on_a_narrow_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, calm())


def test_a_calm_floor_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, calm(), size=WIDE)


def test_a_rush_with_alarms_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, rush(), "down", size=WIDE)


def test_a_rush_with_alarms_on_a_narrow_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, rush())


def test_a_rush_in_english_in_light_colours(snap_compare: Any) -> None:
    assert see(snap_compare, rush(), size=WIDE, language=Language.EN, theme="textual-light")


def test_one_agent_over_the_whole_narrow_screen(snap_compare: Any) -> None:
    assert see(snap_compare, rush(), "down", "enter")


def test_help_of_the_wallboard_is_one_key_away(snap_compare: Any) -> None:
    assert see(snap_compare, calm(), "question_mark")


async def test_keys_typed_at_one_go_into_help_do_not_end_the_wallboard() -> None:
    app = shows(calm())
    async with app.run_test(size=WIDE) as pilot:
        await after("question_mark")(pilot)
        for letter in "hello":
            app.screen.post_message(Key(letter, letter))
        await pilot.pause()
        await pilot.pause()

        assert len(app.screen_stack) == 1
        assert app.is_running


def test_a_floor_without_agents_says_how_they_sign_in(snap_compare: Any) -> None:
    assert see(snap_compare, Floor())


def test_without_a_desk_the_wallboard_says_how_to_start_one(snap_compare: Any) -> None:
    floor = Floor()
    link = FloorLink(lamp=Lamp(LampState.CONNECTING))
    app = shows(floor, link, language=Language.EN)

    assert snap_compare(app, terminal_size=NARROW)


def test_hostile_names_are_only_text_in_every_place_of_the_wallboard(snap_compare: Any) -> None:
    floor = Floor()
    floor.waits("[bold]13800001234", HOSTILE)
    floor.agent("801", HOSTILE, AgentState.ON_CALL, 5_000, call_id="c1", help_text=HOSTILE)
    broken = RuleView(id="A11", title={"zh": HOSTILE}, what=HOSTILE)
    floor.calls["c1"] = CallNow(caller=HOSTILE, step="x", broken=(broken,))

    assert see(snap_compare, floor, size=WIDE)


async def test_clocks_go_on_between_two_snapshots() -> None:
    floor = calm()
    app = shows(floor)

    async with app.run_test(size=WIDE) as pilot:
        await after()(pilot)
        assert "1:35" in screen_text(app)
        floor.clock.advance_ms(25_000)
        app.show_now()
        await pilot.pause()

        assert "2:00" in screen_text(app)


async def test_a_supervisor_listens_whispers_joins_and_leaves_by_key() -> None:
    floor = rush()
    link = FloorLink(floor.view())
    app = shows(floor, link)

    async with app.run_test(size=WIDE) as pilot:
        await after("down", "1", "2", "3", "0")(pilot)
        while len(link.orders) < 4:
            await pilot.pause(0.02)

    assert link.orders == [
        Spy(agent="801", mode=SpyMode.LISTEN),
        Spy(agent="801", mode=SpyMode.WHISPER),
        Spy(agent="801", mode=SpyMode.BARGE),
        Spy(agent="801", mode=None),
    ]


async def test_a_supervisor_writes_a_cue_for_the_agent_picked() -> None:
    floor = rush()
    link = FloorLink(floor.view())
    app = shows(floor, link)

    async with app.run_test(size=NARROW) as pilot:
        await after("down", "c")(pilot)
        assert "来电者听不到" in screen_text(app)
        await pilot.press("escape", "c", *"quit 1", "先", "enter")
        while not link.orders:
            await pilot.pause(0.02)
        assert "好了：耳边提示" in screen_text(app)

    assert link.orders == [Cue(agent="801", text="quit 1先")]


async def test_a_cue_without_words_and_one_for_an_agent_on_no_call_are_not_given() -> None:
    floor = calm()
    link = FloorLink(floor.view())
    app = shows(floor, link)

    async with app.run_test(size=WIDE) as pilot:
        free = next(one for one in app.sight().agents if one.state is AgentState.READY)
        await after()(pilot)
        app._picked = free.number
        await pilot.press("c")
        await pilot.pause()
        assert "现在没有通话" in screen_text(app)
        talking = next(one for one in app.sight().agents if one.state is AgentState.ON_CALL)
        app._picked = talking.number
        await pilot.press("c", "space", "enter")
        await pilot.pause()
        assert len(app.screen_stack) == 1

    assert link.orders == []


async def test_what_the_desk_answers_is_said_in_the_top_row() -> None:
    floor = rush()
    link = FloorLink(floor.view(), problem="no_phone")
    app = shows(floor, link)

    async with app.run_test(size=WIDE) as pilot:
        await after("down", "1")(pilot)
        await pilot.pause()

        assert "没成：监听，话机未注册或没有接" in screen_text(app)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["1"], "801 现在没有通话。"),
        (["0"], "现在没有监听任何人。"),
        (["h"], "没有人求助。"),
    ],
)
async def test_a_key_that_can_do_nothing_says_so_and_orders_nothing(
    keys: list[str], told: str
) -> None:
    floor = calm()
    floor.agents = [agent for agent in floor.agents if agent.number == "801"]
    link = FloorLink(floor.view())
    app = shows(floor, link)

    async with app.run_test(size=WIDE) as pilot:
        await after(*keys)(pilot)

        assert told in screen_text(app)
    assert link.orders == []


@pytest.mark.parametrize(
    ("language", "last"), [("zh", "? 帮助   q 退出"), ("en", "? help   q quit")]
)
async def test_help_and_the_way_out_are_named_on_a_narrow_screen_too(
    language: str, last: str
) -> None:
    app = shows(rush(), language=Language(language))

    async with app.run_test(size=NARROW) as pilot:
        await after("down")(pilot)

        assert last in screen_text(app).splitlines()[-1]


async def test_h_answers_the_oldest_request_unless_the_picked_agent_asks() -> None:
    floor = rush()
    link = FloorLink(floor.view())
    app = shows(floor, link)

    async with app.run_test(size=WIDE) as pilot:
        await after("h")(pilot)
        await pilot.pause()

    assert link.orders == [AnswerHelp(agent="801")]


async def test_a_click_picks_an_agent() -> None:
    app = shows(calm())

    async with app.run_test(size=WIDE) as pilot:
        await after()(pilot)
        await pilot.click("Agents", offset=(5, 2))
        await pilot.pause()

        assert app.sight().picked == "803"


async def test_r_asks_a_desk_that_is_away_again() -> None:
    floor = calm()
    link = FloorLink(floor.view(), lamp=Lamp(LampState.AWAY))
    app = shows(floor, link)

    async with app.run_test(size=NARROW) as pilot:
        await after("r")(pilot)

        assert "r 重连" in screen_text(app)
        assert "1 监听" not in screen_text(app)
    assert link.asked_again == 1


async def test_the_language_key_changes_every_word_of_the_wallboard() -> None:
    app = shows(rush())

    async with app.run_test(size=WIDE) as pilot:
        await after("l")(pilot)
        text = screen_text(app)

    assert "service level" in text
    assert "answered within 20 s 9 ÷" in text
    assert "李雯 801 asks for help" in text
