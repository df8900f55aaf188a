"""A panel with its phone dies in a talk: its caller hears somebody again, not silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from calls.floor.orders import Ready
from tests.support.desk_panel import desk_panel
from tests.support.floor import floor_phones
from tests.support.hotline import Hotline, new_ledger, start_hotline, stop_hotline
from tests.support.killed_panel import answers, phone_here, seen, signs_in
from tests.support.line_desk import goes_home
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on
from tests.support.terminal_panel import terminal_panel
from tests.support.tones import TARGET_HZ, hears

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]


@pytest.fixture
def hotline(pbx: HousePbx, tmp_path: Path) -> Iterator[Hotline]:
    """A server with a desk; its flow is the queue."""
    pbx.ask_own_server()
    new_ledger(pbx.state)
    more = (f'scripts = "{straight_on(tmp_path)}"', "prove = false")
    running = start_hotline(pbx, more=more, desk=("port = 0",))
    yield running
    stop_hotline(running)


async def test_the_caller_of_a_panel_that_was_killed_rings_there_again_or_at_the_next_agent(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800009001"
    async with (
        new_caller() as caller,
        floor_phones(pbx, agent_802=TARGET_HZ) as phones,
        desk_panel(hotline.state, "802") as colleague,
    ):
        with terminal_panel(hotline.state, "801") as panel:
            await signs_in(panel, pbx, hotline)
            await caller.invite(number=number)
            await answers(panel, hotline, number, 1)
            await asyncio.sleep(3)
            panel.is_killed()
        with terminal_panel(hotline.state, "801") as panel:
            await answers(panel, hotline, number, 2)
            assert await colleague.order(Ready()) == ""
            await asyncio.sleep(3)
            panel.is_killed()
            await phones["802"].pick_up(timeout_s=60)
        await hears(caller.heard, TARGET_HZ)
        caller.hang_up()
        await goes_home(colleague)
    agents = [one["agent"] for one in seen(hotline, number, "agent_answered")]
    assert agents == ["801", "801", "802"]
    assert seen(hotline, number, "agent_transfer") == [
        {"agent": "801", "to": "801", "how": "phone_gone"},
        {"agent": "801", "to": "", "how": "phone_gone"},
    ]


async def test_a_panel_whose_terminal_is_closed_hangs_up(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800009002"
    async with new_caller() as caller:
        with terminal_panel(hotline.state, "801") as panel:
            await signs_in(panel, pbx, hotline)
            await caller.invite(number=number)
            await answers(panel, hotline, number, 1)
            panel.is_closed()
            assert not phone_here(pbx, "801")
            await asyncio.wait_for(caller.hung_up.wait(), 30)
    left = (await hotline.call_of(number))[1]
    assert next(one.data["result"] for one in left if one.kind == "left_queue") == "answered"
    assert not seen(hotline, number, "agent_transfer")
