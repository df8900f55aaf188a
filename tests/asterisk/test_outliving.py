"""The real server dies while the dialplan has a caller; the next one takes the call up."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.floor.orders import Ready, WrapUp
from calls.floor.states import AgentState
from tests.support.desk_panel import call_of, desk_panel
from tests.support.hotline import has_heard, line_sound, starts_to_hear
from tests.support.outliving import QUEUE, SORRY, NewCaller, on_stage
from tests.support.pbx import HousePbx

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


@pytest.mark.parametrize("desk", ["port = 0", "on = false"])
async def test_a_talk_outlives_a_killed_server_and_its_end_is_known_to_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path, desk: str
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, desk=desk) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.dies()
        await stage.hears(talk)
        await stage.server.starts()
        told = await stage.goes_on_and_is_served(talk)

    assert told.first["talked_ms"] >= 4500
    assert told.first["waited_ms"] < 8000
    assert told.end == "completed served"


async def test_a_caller_who_hangs_up_on_a_talk_that_outlived_a_stopped_server_was_served(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.is_stopped()
        assert stage.server.is_live(stage.number)
        await stage.server.starts()
        await stage.hears(talk)
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert told.first["talked_ms"] >= 3000
    assert told.end == "caller_hung_up served"
    assert "fault" not in told.kinds


async def test_a_phone_picked_up_while_no_server_is_there_is_a_talk_to_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings()
        await stage.server.dies()
        talk = await stage.phone.pick_up()
        taken_ms = stage.caller.now_ms()
        await stage.hears(talk)
        await stage.server.starts()
        await stage.hears(talk)
        talked_ms = stage.caller.now_ms() - taken_ms
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert told.first["talked_ms"] == pytest.approx(talked_ms, abs=700)
    assert told.end == "caller_hung_up served"


async def test_a_phone_that_rang_for_a_server_that_died_is_picked_up_for_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings()
        await stage.server.dies()
        await stage.server.starts()
        await stage.talks()
        stage.caller.hang_up()
        told = await stage.told()

    assert told.first["result"] == "answered"
    assert 1000 <= told.first["talked_ms"] < 4000
    assert told.end == "caller_hung_up served"


async def test_a_caller_whom_nobody_answered_hears_the_flow_of_the_next_server_and_goes_on_in_it(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        await stage.rings_in_vain()
        await stage.server.dies()
        await stage.server.starts()
        assert stage.server.is_live(stage.number)
        # The flow anew, then the transfer once more, which this server begins itself.
        await has_heard(stage.caller, line_sound("agents_busy"), after_ms=stage.caller.now_ms())
        talk = await stage.talks()
        await stage.hangs_up_and_is_thanked(talk)
        told = await stage.told()

    assert (told.first["result"], told.first["talked_ms"]) == ("no_answer", 0)
    assert 14_000 <= told.first["waited_ms"] < 20_000
    assert told.kinds.count("transferred") == 2
    assert told.end == "completed served"
    assert "fault" not in told.kinds


async def test_without_a_server_in_time_the_caller_hears_the_apology_and_the_next_one_says_so(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path) as stage:
        await stage.calls()
        talk = await stage.talks()
        await stage.server.dies()
        hung_up_ms = stage.caller.now_ms()
        await talk.hangup()
        await starts_to_hear(stage.caller, SORRY, after_ms=hung_up_ms - 200)
        # The line is up yet, and the server comes too late for it.
        await stage.server.starts()
        call, _ = await stage.server.now.call_of(stage.number)
        await stage.caller.listen(20)

    assert stage.caller.hung_up.is_set()
    assert call.end_reason == "interrupted"


# -- the queue ---------------------------------------------------------------------------------


async def test_a_caller_whom_no_agent_took_queues_once_more_in_the_flow_of_the_next_server(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, QUEUE, desk="on = false") as stage:
        await stage.calls()
        await stage.rings_in_vain()
        await stage.server.dies()
        await stage.server.starts()
        await has_heard(stage.caller, line_sound("agents_busy"), after_ms=stage.caller.now_ms())
        talk = await stage.talks()
        await stage.hangs_up_and_is_thanked(talk)
        told = await stage.told()

    assert told.first["result"] == "no_answer"
    assert told.end == "completed served"
    assert "fault" not in told.kinds


async def test_an_agent_who_picked_up_while_no_desk_was_there_is_coached_by_the_next(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with on_stage(new_caller, pbx, tmp_path, QUEUE) as stage:
        async with desk_panel(pbx.state) as panel:
            assert await panel.order(Ready()) == ""
            await stage.calls()
            await stage.rings()
            await panel.until(lambda view: view.offer is not None)
            await stage.server.dies()
        talk = await stage.talks()
        await stage.server.starts()
        async with desk_panel(pbx.state) as panel:
            view = await panel.until(
                lambda view: (
                    view.call is not None and view.call.caller.number.endswith(stage.number[-4:])
                )
            )
            assert view.state.state is AgentState.ON_CALL
            await stage.hears(talk)
            await talk.hangup()
            view = await panel.until(lambda view: view.state.state is AgentState.WRAP_UP)
            order = WrapUp(call_id=call_of(view).call_id, disposition="other")
            assert await panel.order(order) == ""
            await stage.caller.listen(10)
            told = await stage.told()

    assert (told.first["result"], told.first["agent"]) == ("answered", "801")
    assert told.kinds.count("agent_answered") == 1
    assert told.end.startswith("agent_hung_up")
