"""A killed panel whose own phone stands on a line: nobody waits at a line that nobody hears."""

from __future__ import annotations

import asyncio

import pytest

from calls.floor.orders import Ready
from tests.support.desk_panel import desk_panel
from tests.support.floor import floor_phones
from tests.support.hotline import Hotline
from tests.support.killed_panel import answers, seen, signs_in, state_of
from tests.support.line_desk import NewCaller, goes_home
from tests.support.pbx import HousePbx
from tests.support.terminal_panel import terminal_panel
from tests.support.tones import TARGET_HZ, hears, until

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NAILED_UP = ("801",)


def line_stands(pbx: HousePbx) -> bool:
    return "!AgentLogin!" in pbx.cli("core show channels concise")


async def test_a_caller_on_the_line_of_a_killed_panel_is_the_next_agents(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800009101"
    async with (
        new_caller() as caller,
        floor_phones(pbx, agent_802=TARGET_HZ) as phones,
        desk_panel(hotline.state, "802") as colleague,
    ):
        with terminal_panel(hotline.state, "801") as panel:
            await signs_in(panel, pbx, hotline)
            await caller.invite(number=number)
            await answers(panel, hotline, number, 1)
            assert await colleague.order(Ready()) == ""
            await asyncio.sleep(3)
            panel.is_killed()
            await phones["802"].pick_up(timeout_s=60)
        view = await colleague.until(lambda view: view.call is not None)
        await hears(caller.heard, TARGET_HZ)
        assert not line_stands(pbx)
        caller.hang_up()
        await goes_home(colleague)
    async with desk_panel(hotline.state) as own:
        await goes_home(own)
    assert view.call is not None
    assert [one["agent"] for one in seen(hotline, number, "agent_answered")] == ["801", "802"]
    assert seen(hotline, number, "agent_transfer") == [
        {"agent": "801", "to": "", "how": "phone_gone"}
    ]


async def test_a_line_between_calls_to_a_killed_panel_takes_no_caller(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800009102"
    with terminal_panel(hotline.state, "801") as panel:
        await signs_in(panel, pbx, hotline)
        assert line_stands(pbx)
        panel.is_killed()
        await until(lambda: not line_stands(pbx), "the line is put down", timeout_s=60)
    await until(lambda: state_of(hotline, "801") != "ready", "801 takes no calls")
    async with (
        new_caller() as caller,
        floor_phones(pbx, agent_802=TARGET_HZ) as phones,
        desk_panel(hotline.state, "802") as colleague,
    ):
        assert await colleague.order(Ready()) == ""
        await caller.invite(number=number)
        await phones["802"].pick_up(timeout_s=60)
        await hears(caller.heard, TARGET_HZ)
        caller.hang_up()
        await goes_home(colleague)
    assert [one["agent"] for one in seen(hotline, number, "agent_offered")] == ["802"]
