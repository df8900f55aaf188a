"""The agent's panel as people see it: moments of a day, narrow and wide, Chinese and English."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC
from typing import Any

from textual.pilot import Pilot

from calls.clock import ManualClock
from calls.floor.orders import Order
from calls.floor.view import PanelView
from softphone_panel.agent.app import AgentApp
from softphone_panel.agent.link import NO_DESK, Lamp, LampState, Light, Show
from softphone_panel.texts import Language
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import NARROW, WIDE
from tests.softphone_panel.test_agent_hostile import NASTY, hostile

Steps = Callable[[Pilot[None]], Awaitable[None]]
LIVE = Lamp(LampState.LIVE)


class StillLink:
    """Shows one snapshot and one lamp."""

    def __init__(self, view: PanelView | None, lamps: Iterable[Lamp]) -> None:
        self._view, self._lamps = view, tuple(lamps)

    async def run(self, show: Show, light: Light) -> None:
        light(self._lamps[0])
        if self._view is not None:
            show(self._view)
        for lamp in self._lamps[1:]:
            light(lamp)
        await asyncio.Event().wait()

    async def order(self, order: Order) -> str:
        del order
        return NO_DESK

    def again(self) -> None:
        """Nothing to try."""


def see(
    snap_compare: Any,
    view: PanelView | None,
    *keys: str,
    size: tuple[int, int] = NARROW,
    lamps: Iterable[Lamp] = (LIVE,),
    later_ms: int = 0,
    **options: Any,
) -> bool:
    """Compare the screen after `keys`, and `later_ms` after the snapshot, with the kept picture."""
    clock = ManualClock()
    app = AgentApp(StillLink(view, lamps), clock=clock, timezone=UTC, **options)

    async def steps(pilot: Pilot[None]) -> None:
        while view is not None and app.scene().view is None:
            await pilot.pause(0.02)
        await pilot.pause()
        while app.form.wants_focus:
            await pilot.pause(0.02)
        await pilot.press(*keys)
        clock.advance_ms(later_ms)
        app.show_now()
        await pilot.pause()
        for field in app.query("TextField, LongField"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=steps))


def test_an_agent_who_is_ready_waits_for_a_call(snap_compare: Any) -> None:
    assert see(snap_compare, views.view())


def test_an_agent_who_is_ready_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, views.view(statement="三号楼电梯故障，预计十一点恢复。"), size=WIDE)


def test_an_agent_signed_out_is_told_what_to_press(snap_compare: Any) -> None:
    assert see(snap_compare, views.signed_out())


def test_an_agent_who_missed_a_call_reads_why_nothing_comes(snap_compare: Any) -> None:
    assert see(snap_compare, views.not_ready("missed"))


def test_a_call_rings_a_second_time(snap_compare: Any) -> None:
    assert see(snap_compare, views.ringing(), later_ms=600)


def test_a_call_rings_a_second_time_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, views.ringing(), size=WIDE)


def test_a_call_has_rung_too_long(snap_compare: Any) -> None:
    assert see(snap_compare, views.ringing(), later_ms=10_000)


def test_the_agent_greets(snap_compare: Any) -> None:
    assert see(snap_compare, views.talk())


def test_the_agent_says_hello_for_the_second_time(snap_compare: Any) -> None:
    assert see(snap_compare, views.saying(), size=WIDE)


def test_the_agent_waits_for_a_silent_caller(snap_compare: Any) -> None:
    assert see(snap_compare, views.listening(), later_ms=700)


def test_the_agent_waits_for_a_silent_caller_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, views.listening(), later_ms=700, size=WIDE)


def test_the_agent_chooses_from_a_menu(snap_compare: Any) -> None:
    assert see(snap_compare, views.choosing())


def test_the_agent_writes_the_record(snap_compare: Any) -> None:
    assert see(snap_compare, views.filling(), "张", "三", "tab", "2")


def test_the_agent_corrects_the_record_on_a_wide_terminal(snap_compare: Any) -> None:
    form = views.form_view(matter={"problem": "required"}, phone={"problem": "phone"})
    assert see(snap_compare, views.filling(form), size=WIDE)


def test_the_caller_is_upset(snap_compare: Any) -> None:
    assert see(snap_compare, views.upset())


def test_the_agent_talks_to_a_colleague_before_transferring(snap_compare: Any) -> None:
    assert see(snap_compare, views.consulting())


def test_the_agent_chooses_whom_to_transfer_to(snap_compare: Any) -> None:
    assert see(snap_compare, views.talk(), "t", "down")


def test_the_agent_wraps_up(snap_compare: Any) -> None:
    assert see(snap_compare, views.wrapping(), "1", "tab", "tab", "已", "答", "复")


def test_the_agent_wraps_up_on_a_wide_terminal(snap_compare: Any) -> None:
    assert see(snap_compare, views.wrapping(), size=WIDE)


def test_the_agent_says_why_there_are_to_be_no_calls(snap_compare: Any) -> None:
    assert see(snap_compare, views.view(), "n")


def test_the_agent_looks_for_an_action(snap_compare: Any) -> None:
    assert see(snap_compare, views.talk(), "colon")


def test_the_agent_asks_for_help_with_the_panel(snap_compare: Any) -> None:
    assert see(snap_compare, views.talk(), "question_mark", size=(100, 40))


def test_the_desk_goes_away_in_a_form(snap_compare: Any) -> None:
    lamps = (LIVE, Lamp(LampState.AWAY, 0, "no_connection"))
    assert see(snap_compare, views.filling(), "张", "三", "ctrl+s", lamps=lamps, later_ms=4000)


def test_no_desk_has_been_reached_yet(snap_compare: Any) -> None:
    lamps = (Lamp(LampState.CONNECTING, 0, "no_connection"),)
    assert see(snap_compare, None, lamps=lamps, later_ms=2000)


def test_an_english_agent_waits_for_a_silent_caller(snap_compare: Any) -> None:
    assert see(snap_compare, views.listening(), language=Language.EN, size=WIDE)


def test_an_english_agent_on_a_narrow_terminal_in_the_light(snap_compare: Any) -> None:
    assert see(snap_compare, views.choosing(), language=Language.EN, theme="textual-light")


def test_a_hostile_caller_is_only_text(snap_compare: Any) -> None:
    assert see(snap_compare, hostile(views.listening(), NASTY), size=WIDE)
