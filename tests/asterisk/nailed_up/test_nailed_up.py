"""An agent whose phone stands on a line: the desk answers, holds and hangs up on it, and nobody
touches the phone again."""

from __future__ import annotations

import asyncio

import pytest

from calls.floor.orders import (
    Answer,
    Consult,
    HangUp,
    Hold,
    Mute,
    NotReady,
    Ready,
    Spy,
    Transfer,
)
from calls.floor.states import AgentState, SpyMode
from tests.support.desk_panel import call_of, desk_panel
from tests.support.heard import frame_levels
from tests.support.hotline import Hotline, utterance
from tests.support.line_desk import (
    LOUD_DBOV,
    DeskServer,
    LineDesk,
    goes_home,
    hears_music,
)
from tests.support.tones import (
    AGENT_HZ,
    CALLER_HZ,
    SUPERVISOR_HZ,
    TARGET_HZ,
    all_hear,
    hears,
    until,
)

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NAILED_UP = ("801",)


async def test_the_phone_is_picked_up_once_and_two_calls_are_taken_and_ended_by_order(
    desk: LineDesk, hotline: Hotline
) -> None:
    assert desk.panel.view is not None
    assert not desk.panel.view.phone.controlled
    await desk.signs_in()
    assert (await desk.state(AgentState.READY)).phone.controlled
    for number in ("13800005001", "13800005002"):
        async with desk.talk(number) as caller:
            await desk.panel.says("greeting")
            await desk.orders(HangUp())
            await desk.wraps_up()
            await asyncio.wait_for(caller.hung_up.wait(), 30)
        await desk.state(AgentState.READY)
        assert desk.line.phone.on_call
        call, events = await hotline.call_of(number)
        told = {event.kind: event.data for event in events}
        assert told["agent_offered"]["agent"] == told["agent_answered"]["agent"] == "801"
        assert (call.agent, call.end_reason) == ("801", "agent_hung_up")


async def test_the_ears_hear_caller_and_agent_over_the_line(desk: LineDesk) -> None:
    await desk.signs_in()
    async with desk.talk("13800005013"):
        await desk.panel.says("greeting")
        await desk.line.close()  # no tone any more: words
        words = asyncio.create_task(_says_hello(desk))
        await desk.panel.until(
            lambda view: (
                call_of(view).hearing.agent_speaks
                and (call_of(view).hearing.level_dbov or -99.0) > LOUD_DBOV
            )
        )
        words.cancel()
        await desk.orders(HangUp())
        await desk.wraps_up()


async def _says_hello(desk: LineDesk) -> None:
    while True:
        desk.line.phone.speak(utterance("hello").tobytes())
        await asyncio.sleep(2)


async def test_the_line_rings_while_a_call_is_offered_and_is_still_otherwise(
    desk: LineDesk,
) -> None:
    await desk.signs_in()

    def loud_since(start: int) -> bool:
        levels = frame_levels(desk.line.ear.samples()[start:])
        return bool((levels > LOUD_DBOV).any())

    before = len(desk.line.ear.samples())
    await asyncio.sleep(1)
    assert not loud_since(before)
    async with desk.new_caller() as caller:
        await caller.invite(number="13800005003")
        await desk.offered()
        await until(lambda: loud_since(before), "a ring")
        caller.hang_up()
        await desk.state(AgentState.READY)
    before = len(desk.line.ear.samples())
    await asyncio.sleep(6)
    assert not loud_since(before)


async def test_hold_by_order_and_by_the_phone_gives_music_and_mute_gives_silence(
    desk: LineDesk,
) -> None:
    await desk.signs_in()
    async with desk.talk("13800005004") as caller:
        await desk.orders(Hold(on=True))
        assert (await desk.panel.until(lambda view: call_of(view).on_hold)).call is not None
        await hears_music(caller)
        await hears(desk.line.ear)
        await desk.orders(Hold(on=False))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.line.phone.hold(True)
        await desk.state(AgentState.HOLD)
        await hears_music(caller)
        await desk.line.phone.hold(False)
        await desk.state(AgentState.ON_CALL)
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.orders(Mute(on=True))
        await all_hear((caller.heard, []), (desk.line.ear, [CALLER_HZ]))
        await desk.orders(Mute(on=False))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))


async def test_a_colleague_is_asked_and_the_line_is_free_once_they_have_the_caller(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    target = desk.phones["802"]
    async with desk.talk("13800005005") as caller, desk_panel(hotline.state, "802") as colleague:
        await desk.orders(Transfer(to="802", how="attended"))
        offer = await colleague.until(lambda view: view.offer is not None)
        assert offer.offer is not None
        assert (offer.offer.sent_by, offer.offer.asked) == ("801", True)
        await target.pick_up()
        await all_hear((desk.line.ear, [TARGET_HZ]), (target.ear, [AGENT_HZ]))
        await desk.orders(Consult(how="cancel"))
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))

        await desk.orders(Transfer(to="802", how="attended"))
        await target.pick_up()
        await all_hear((desk.line.ear, [TARGET_HZ]), (target.ear, [AGENT_HZ]))
        await desk.orders(Consult(how="three_way"))
        await all_hear(
            (desk.line.ear, [CALLER_HZ, TARGET_HZ]), (caller.heard, [AGENT_HZ, TARGET_HZ])
        )
        await colleague.until(lambda view: view.call is not None and view.call.joined)
        await desk.orders(Consult(how="complete"))
        await all_hear((target.ear, [CALLER_HZ]), (caller.heard, [TARGET_HZ]))
        await desk.wraps_up()
        assert (await desk.state(AgentState.READY)).phone.controlled
        assert desk.line.phone.on_call
        caller.hang_up()
        await goes_home(colleague)
    _, events = await hotline.call_of("13800005005")
    steps = [(one.data["how"], one.data["to"]) for one in events if one.kind == "agent_transfer"]
    moves = ("consult", "cancel", "consult", "three_way", "complete")
    assert steps == [(how, "802") for how in moves]


async def test_a_caller_is_sent_on_at_once_and_sent_to_a_line_that_stands(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    target = desk.phones["802"]
    async with desk.talk("13800005006") as caller, desk_panel(hotline.state, "802") as colleague:
        await desk.orders(Transfer(to="802", how="blind"))
        await target.pick_up()
        await all_hear((target.ear, [CALLER_HZ]), (caller.heard, [TARGET_HZ]))
        await desk.wraps_up()
        await desk.state(AgentState.READY)

        await colleague.until(lambda view: view.state.state is AgentState.ON_CALL)
        assert await colleague.order(Transfer(to="801", how="blind")) == ""
        await desk.offered()
        await desk.orders(Answer())
        await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))
        await desk.state(AgentState.ON_CALL)
        await goes_home(colleague)
        caller.hang_up()
        await desk.wraps_up()


async def test_an_agent_on_a_line_is_asked_by_a_colleague_and_has_the_caller_then(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    await desk.orders(NotReady(reason="lunch"))
    asking = desk.phones["802"]
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as colleague:
        assert await colleague.order(Ready()) == ""
        await caller.invite(number="13800005014")
        await asking.pick_up()
        await colleague.says("greeting")
        assert await colleague.order(Transfer(to="801", how="attended")) == ""
        await desk.offered()
        await desk.orders(Answer())
        await all_hear((desk.line.ear, [TARGET_HZ]), (asking.ear, [AGENT_HZ]))
        assert await colleague.order(Consult(how="complete")) == ""
        await goes_home(colleague)
        await hears(caller.heard, AGENT_HZ)
        await desk.orders(HangUp())
        await desk.wraps_up()
        assert desk.line.phone.on_call


async def test_a_supervisor_listens_whispers_and_barges_and_is_out_with_the_call(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    supervisor = desk.phones["803"]
    async with desk.talk("13800005007") as caller, desk_panel(hotline.state, "803") as boss:
        order = asyncio.create_task(boss.order(Spy(agent="801", mode=SpyMode.LISTEN)))
        await supervisor.pick_up()
        assert await order == ""
        await all_hear((supervisor.ear, [AGENT_HZ, CALLER_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.WHISPER)) == ""
        await all_hear((desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ]))
        assert await boss.order(Spy(agent="801", mode=SpyMode.BARGE)) == ""
        await all_hear(
            (desk.line.ear, [CALLER_HZ, SUPERVISOR_HZ]), (caller.heard, [AGENT_HZ, SUPERVISOR_HZ])
        )
        await desk.orders(HangUp())
        await until(lambda: not supervisor.phone.on_call, "the supervisor is out")
        await desk.wraps_up()
        assert desk.line.phone.on_call


async def test_three_rings_unanswered_bring_the_call_to_the_next_agent_and_free_the_line(
    desk: LineDesk, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller, desk_panel(hotline.state, "802") as next_one:
        await caller.invite(number="13800005008")
        await desk.offered()
        assert await next_one.order(Ready()) == ""
        await desk.state(AgentState.NOT_READY, "missed")
        await desk.phones["802"].pick_up()
        await next_one.until(lambda view: view.state.state is AgentState.ON_CALL)
        await hears(caller.heard, TARGET_HZ)
        caller.hang_up()
        await goes_home(next_one)
    assert desk.panel.view is not None
    assert desk.panel.view.phone.controlled
    await desk.orders(Ready())
    async with desk.talk("13800005009") as caller:
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_line_hung_up_by_the_phone_is_called_again_at_the_next_ready(
    desk: LineDesk,
) -> None:
    await desk.signs_in()
    await desk.line.phone.hang_up()
    gone = await desk.state(AgentState.NOT_READY, "unreachable")
    assert not gone.phone.controlled
    await desk.orders(NotReady(reason="lunch"))
    await asyncio.sleep(1)
    assert not desk.line.phone.ringing
    await desk.signs_in()
    async with desk.talk("13800005010") as caller:
        await desk.line.phone.hang_up()
        await desk.wraps_up()
        await asyncio.wait_for(caller.hung_up.wait(), 30)


async def test_a_phone_that_is_not_picked_up_leaves_its_agent_unreachable(desk: LineDesk) -> None:
    await desk.orders(Ready())
    await until(lambda: desk.line.phone.ringing, "it rings")
    assert (await desk.state(AgentState.NOT_READY, "unreachable")).phone.nailed_up
    await desk.line.phone.hang_up()
    await asyncio.sleep(2)
    assert not desk.line.phone.ringing
    await desk.signs_in()


async def test_the_phones_own_key_takes_a_call_and_answer_comes_too_late_for_one_that_is_gone(
    desk: LineDesk,
) -> None:
    await desk.signs_in()
    async with desk.new_caller() as caller:
        await caller.invite(number="13800005011")
        await desk.offered()
        await desk.line.phone.send_keys("#")
        await desk.state(AgentState.ON_CALL)
        await hears(caller.heard, AGENT_HZ)
        assert await desk.panel.order(Answer()) == "no_call"
        await desk.orders(HangUp())
        await desk.wraps_up()


async def test_a_desk_that_was_killed_finds_the_line_and_the_call_on_it(
    desk: LineDesk, server: DeskServer, hotline: Hotline
) -> None:
    await desk.signs_in()
    async with desk.talk("13800005012") as caller:
        await desk.panel.says("greeting")
        await server.dies()
        await server.begins_anew()
        async with desk_panel(hotline.state) as desk.panel:
            view = await desk.state(AgentState.ON_CALL)
            assert (await desk.panel.until(lambda view: view.phone.controlled)).call is not None
            assert view.agent.number == "801"
            await desk.panel.says("greeting")
            await desk.orders(Hold(on=True))
            await hears_music(caller)
            await desk.orders(Hold(on=False))
            await all_hear((caller.heard, [AGENT_HZ]), (desk.line.ear, [CALLER_HZ]))
            await desk.orders(HangUp())
            await desk.wraps_up()
            await desk.state(AgentState.READY)
            assert desk.line.phone.on_call
