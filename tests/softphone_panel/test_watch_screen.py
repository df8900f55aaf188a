"""The watch screen, as people see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

import pytest
from textual.pilot import Pilot

from calls.events import AgentOffered, KeyFact, Queued, RecordingStarted
from softphone_panel.texts import Language
from softphone_panel.watch.app import WatchApp
from softphone_panel.watch.feed import FeedState
from tests.softphone_panel.list_feed import ListFeed
from tests.softphone_panel.story import ASK_LOUDER, GREETING, Floorful

NARROW, WIDE = (80, 24), (140, 40)
Steps = Callable[[Pilot[None]], Awaitable[None]]


def shows(floor: Floorful, state: FeedState = FeedState.LIVE, **options: Any) -> WatchApp:
    """The screen over a floor whose clock stands still."""
    feed = ListFeed(floor.events, state)
    return WatchApp(feed, clock=floor.clock, timezone=UTC, **options)


def after(*keys: str, events: int) -> Steps:
    """Wait until the events are on the screen, then press keys."""

    async def steps(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, WatchApp)
        while app.taken < events:
            await pilot.pause(0.02)
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        app.show_now()
        await pilot.pause()

    return steps


def see(
    snap_compare: Any, floor: Floorful, *keys: str, size: tuple[int, int] = NARROW, **options: Any
) -> bool:
    """Compare the screen after `keys` with the kept picture."""
    app = shows(floor, **options)
    steps = after(*keys, events=len(floor.events))
    return bool(snap_compare(app, terminal_size=size, run_before=steps))


def silent_caller(floor: Floorful) -> None:
    story = floor.call().greeted().says("greeting", GREETING, ms=4200)
    story.listens(4000).wait(200).hears("silence", -66.0).wait(2300)


def three_calls(floor: Floorful) -> None:
    """A noisy line, a caller speaking, a caller being greeted in English."""
    noisy = floor.call(1).greeted("13900005678").says("greeting", GREETING)
    listening = floor.call(2).greeted("02088886666")
    listening.says("greeting", GREETING)
    noisy.step("noise", "wait").says("ask_louder", ASK_LOUDER)
    noisy.listens(10_000, "clear").hears("noise", -21.0).wait(4500)
    listening.listens(4000).wait(600).hears("speech", -18.0).wait(900)
    floor.call(3).greeted("+447700900123", "Alice").saying(
        "greeting", "Hello, this is Thirdring. How may I help you?", "en"
    )
    floor.clock.advance_ms(700)


def test_an_empty_floor_says_how_to_place_a_call(snap_compare: Any) -> None:
    assert see(snap_compare, Floorful())


def test_an_empty_floor_without_a_server_says_to_start_one(snap_compare: Any) -> None:
    assert see(snap_compare, Floorful(), state=FeedState.NO_LEDGER, language=Language.EN)


def test_a_call_speaking_chinese_shows_the_sentence(snap_compare: Any) -> None:
    floor = Floorful()
    floor.call().greeted().saying("greeting", GREETING).wait(1500)

    assert see(snap_compare, floor)


def test_a_silent_caller_counts_down(snap_compare: Any) -> None:
    floor = Floorful()
    silent_caller(floor)

    assert see(snap_compare, floor)


def test_the_noise_clock_stands_at_six_of_ten_seconds(snap_compare: Any) -> None:
    floor = Floorful()
    story = floor.call().greeted().says("greeting", GREETING)
    story.step("noise", "ask").says("ask_louder", ASK_LOUDER, ms=4000)
    story.listens(10_000, "clear").hears("noise", -19.5).wait(6000)

    assert see(snap_compare, floor)


def test_three_calls_on_a_narrow_terminal(snap_compare: Any) -> None:
    floor = Floorful()
    three_calls(floor)

    assert see(snap_compare, floor, "down")


def test_three_calls_on_a_wide_terminal(snap_compare: Any) -> None:
    floor = Floorful()
    three_calls(floor)

    assert see(snap_compare, floor, size=WIDE)


def test_a_hostile_caller_name_is_only_text(snap_compare: Any) -> None:
    floor = Floorful()
    name = "[red][@click=app.quit]x[/]\x1b[31m\u202e{0}"
    story = floor.call().greeted("[bold]13800001234[/bold]", name)
    story.says("greeting", "[blink]" + GREETING, ms=2000)
    story.tell(KeyFact(digits="[/]4242424242424242", at_ms=5000))

    assert see(snap_compare, floor, size=WIDE)


def test_a_caller_waiting_for_an_agent_while_another_rings(snap_compare: Any) -> None:
    floor = Floorful()
    story = floor.call(1).greeted().says("greeting", GREETING)
    story.tell(RecordingStarted(recording="r1", caller_file="a.wav", house_file="b.wav"))
    story.tell(Queued(queue="support")).wait(75_000).tell(AgentOffered(agent="PJSIP/agent1"))
    floor.call(2).offered("")
    floor.clock.advance_ms(6500)

    assert see(snap_compare, floor, language=Language.EN)


def test_enter_shows_the_whole_call_and_ended_calls_can_be_picked(snap_compare: Any) -> None:
    floor = Floorful()
    story = floor.call(1).greeted().says("greeting", GREETING)
    story.listens().wait(1200).heard("speech", story.call.elapsed_ms() - 900, -20.0)
    story.tell(KeyFact(digits="2", at_ms=story.call.elapsed_ms()))
    story.says("closing", "感谢您的来电，再见！", tags=("closing",), ended="barge_in")
    story.ends("served")
    silent_caller(floor)

    assert see(snap_compare, floor, "down", "enter", size=(100, 30))


def test_calls_that_ended_stay_below_with_their_dispositions(snap_compare: Any) -> None:
    floor = Floorful()
    for number, (disposition, reason) in enumerate(
        [("served", "completed"), ("silent", "completed"), ("", "caller_hung_up"), ("", "failed")]
    ):
        story = floor.call(number).greeted(f"1380000{number:04}").says("greeting", GREETING)
        story.ends(disposition, reason)
        floor.clock.advance_ms(60_000)

    assert see(snap_compare, floor, size=(100, 30), theme="textual-light")


def test_help_is_one_key_away(snap_compare: Any) -> None:
    assert see(snap_compare, Floorful(), "question_mark")


async def test_the_language_key_changes_every_word_of_the_panel() -> None:
    floor = Floorful()
    silent_caller(floor)
    app = shows(floor)

    async with app.run_test(size=NARROW) as pilot:
        await after("l", events=len(floor.events))(pilot)
        english = screen_text(app)
        await pilot.press("l")
        app.show_now()
        chinese = screen_text(app)

    assert "silence 2.5 of 4.0 s" in english
    assert "静默 2.5 / 4.0 秒" in chinese
    assert GREETING in english


async def test_the_countdown_moves_between_events() -> None:
    floor = Floorful()
    silent_caller(floor)
    app = shows(floor)

    async with app.run_test(size=NARROW) as pilot:
        await after(events=len(floor.events))(pilot)
        floor.clock.advance_ms(730)
        app.show_now()

        assert "静默 3.2 / 4.0 秒" in screen_text(app)


async def test_the_full_number_is_nowhere_on_the_screen() -> None:
    floor = Floorful()
    three_calls(floor)
    app = shows(floor)

    async with app.run_test(size=WIDE) as pilot:
        await after("enter", events=len(floor.events))(pilot)
        text = screen_text(app)

    assert "139****5678" in text
    assert "13900005678" not in text
    assert "7700900123" not in text


async def test_a_ledger_that_comes_late_fills_the_screen() -> None:
    floor = Floorful()
    feed = ListFeed((), FeedState.NO_LEDGER)
    app = WatchApp(feed, clock=floor.clock, timezone=UTC, language=Language.EN)

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.2)
        assert "thirdring serve" in screen_text(app)
        silent_caller(floor)
        feed.state = FeedState.LIVE
        feed.put(*floor.events)
        await after(events=len(floor.events))(pilot)

        assert "138****1234" in screen_text(app)


@pytest.mark.parametrize("key", ["up", "down", "enter", "j", "k"])
async def test_the_call_keys_do_nothing_on_an_empty_floor(key: str) -> None:
    app = shows(Floorful())

    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(key)
        await pilot.pause()

        assert len(app.screen_stack) == 1


def screen_text(app: WatchApp) -> str:
    """The screen's characters, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
