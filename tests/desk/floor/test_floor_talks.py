"""Calls that go from agent to agent, strange phones, and mistakes of the desk's: a floor whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.events import AgentTransfer
from calls.floor.orders import LineDone, Mute, NotReady, Ready, WrapUp
from calls.floor.states import AgentState
from tests.desk.floor.whole_floor import WholeFloor, until, whole_floor


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[WholeFloor]:
    async with whole_floor(tmp_path) as running:
        for agent in ("801", "802"):
            assert await running.order(agent, Ready()) == ""
        yield running


async def test_an_agent_who_is_off_a_call_that_goes_on_has_it_to_wrap_up(floor: WholeFloor) -> None:
    call, leg = await floor.talks()
    assert floor.view("801").call is not None
    floor.switch.hang_up(leg)
    await until(lambda: (view := floor.view("801")).call is not None and view.call.over)

    assert floor.view("801").state.state is AgentState.WRAP_UP
    assert await floor.order("801", WrapUp(call_id=call.id, disposition="transferred")) == ""
    view = floor.view("801")
    assert (view.state.state, view.call) == (AgentState.READY, None)
    assert floor.floor.agents.over(call)["recorded"] is False


async def test_the_next_agent_knows_what_the_first_one_found_out_and_has_a_coach_of_its_own(
    floor: WholeFloor,
) -> None:
    call, leg = await floor.talks()
    assert await floor.order("801", LineDone(line="greeting", how="confirmed")) == ""
    floor.switch.hang_up(leg)
    again = floor.rings(call, "802")
    offer = floor.view("802").offer
    assert offer is not None
    assert offer.call_id == call.id
    assert (offer.sent_by, offer.waited_ms) == ("801", 0)
    await floor.picks_up(call, again, "802")

    first, second = floor.view("801").call, floor.view("802").call
    assert first is not None
    assert second is not None
    assert (first.over, second.over) == (True, False)
    assert second.script is not None
    assert second.script.line is not None
    assert "802号" in second.script.line.text
    assert floor.floor.agents.agent_of(call) == "802"
    found = floor.floor.agents.of("802")
    assert found is not None
    assert found.coach is not None
    assert found.coach.talk.variables["recorded"] is False
    told = await _talks_of(floor, "801")
    assert [one["call_id"] for one in told] == [call.id]


@pytest.mark.parametrize(("how", "cut_off"), [("phone_gone", True), ("blind", False)])
async def test_the_wait_of_a_caller_who_was_sent_on_counts_from_there(
    floor: WholeFloor, how: str, cut_off: bool
) -> None:
    call, leg = await floor.talks()
    await floor.settle(0.2)
    call.record(AgentTransfer(agent="801", to="", how=how))
    floor.switch.hang_up(leg)
    await floor.settle(0.3)
    floor.rings(call, "802")
    offer = floor.view("802").offer
    assert offer is not None
    assert (offer.sent_by, offer.asked, offer.cut_off) == ("801", False, cut_off)
    assert 300 <= offer.waited_ms <= call.elapsed_ms() - 200


async def test_whoever_a_call_is_sent_to_sees_by_whom_and_that_nobody_waited_for_them(
    floor: WholeFloor,
) -> None:
    call, leg = await floor.talks(name="Wang")
    asked = floor.switch.rings_to_ask("802", call.id)
    offer = floor.view("802").offer
    assert offer is not None
    assert (offer.sent_by, offer.asked, offer.waited_ms) == ("801", True, 0)
    assert _on_the_wall(floor, "802") == ("Wang", "801 来商量", "asked by 801", ())

    floor.switch.transferred(leg)
    floor.switch.hang_up(leg)
    await floor.settle(0.1)  # the first one's talk is over meanwhile, and wrapped up
    assert await floor.order("801", WrapUp(call_id=call.id, disposition="other")) == ""
    offer = floor.view("802").offer
    assert offer is not None
    assert (offer.sent_by, offer.asked, offer.caller.name) == ("801", False, "Wang")
    assert _on_the_wall(floor, "802") == ("", "", "", ())
    floor.switch.is_asked(asked)
    assert floor.view("802").state.state is AgentState.ON_CALL


async def test_who_was_asked_by_an_attended_transfer_has_the_caller_when_the_first_one_leaves(
    floor: WholeFloor,
) -> None:
    call, leg = await floor.talks(name="Wang")
    asked = floor.switch.consult("802", call.id)
    bare = floor.view("802").call
    assert bare is not None
    assert (bare.call_id, bare.caller.name, bare.script) == (call.id, "Wang", None)
    assert (bare.asked_by, bare.joined) == ("801", False)
    floor.switch.hang_up(leg)
    await until(lambda: floor.floor.agents.agent_of(call) == "802")

    answered = [event.data["agent"] for event in floor.kinds(call) if event.kind == _ANSWERED]
    assert answered == ["801", "802"]
    view = floor.view("802").call
    assert view is not None
    assert view.script is not None
    assert view.asked_by == ""
    floor.switch.hang_up(asked)
    assert floor.view("802").state.state is AgentState.WRAP_UP


@pytest.mark.parametrize("three_way", [False, True])
async def test_who_has_the_caller_by_a_transfer_has_a_call_to_wrap_up_however_soon_it_is_over(
    floor: WholeFloor, three_way: bool
) -> None:
    call, leg = await floor.talks()
    asked = floor.switch.consult("802", call.id)
    floor.switch.transferred(leg, how="Threeway" if three_way else "Bridge")
    floor.switch.hang_up(leg)
    # In the same moment: whose call it is waits for nobody.
    assert floor.floor.agents.agent_of(call) == "802"
    floor.switch.hang_up(asked)
    floor.floor.agents.over(call)

    view = floor.view("802")
    assert view.state.state is AgentState.WRAP_UP
    assert view.call is not None
    done = WrapUp(call_id=view.call.call_id, disposition="other", note="")
    assert await floor.order("802", done) == ""
    answered = [event.data["agent"] for event in floor.kinds(call) if event.kind == _ANSWERED]
    assert answered == ["801", "802"]
    assert [one["call_id"] for one in await _talks_of(floor, "802")] == [call.id]


async def test_a_colleague_whose_phone_rings_when_the_first_one_leaves_has_the_caller_once_it_is_up(
    floor: WholeFloor,
) -> None:
    call, leg = await floor.talks()
    asked = floor.switch.rings_to_ask("802", call.id)
    floor.switch.transferred(leg)
    floor.switch.hang_up(leg)
    await floor.settle(0.1)  # the first one's talk is over meanwhile, and wrapped up
    assert await floor.order("801", WrapUp(call_id=call.id, disposition="other")) == ""
    assert floor.floor.agents.agent_of(call) == "801"
    floor.switch.is_asked(asked)

    assert floor.floor.agents.agent_of(call) == "802"
    assert floor.view("802").state.state is AgentState.ON_CALL
    floor.switch.hang_up(asked)
    assert floor.view("802").state.state is AgentState.WRAP_UP


async def test_a_transfer_that_asterisk_did_not_make_leaves_the_caller_with_the_first_one(
    floor: WholeFloor,
) -> None:
    call, leg = await floor.talks()
    asked = floor.switch.consult("802", call.id)
    floor.switch.transferred(leg, result="Fail")
    floor.switch.hang_up(asked)
    await floor.settle(0.1)

    assert floor.view("802").state.state is AgentState.READY
    assert floor.floor.agents.agent_of(call) == "801"


async def test_a_colleague_who_was_only_asked_has_nothing_to_wrap_up(floor: WholeFloor) -> None:
    call, _ = await floor.talks()
    asked = floor.switch.consult("802", call.id)
    assert floor.view("802").state.state is AgentState.CONSULT
    floor.switch.hang_up(asked)
    await floor.settle(0.1)

    assert floor.view("802").state.state is AgentState.READY
    assert floor.floor.agents.agent_of(call) == "801"


async def test_two_calls_are_wrapped_up_one_after_the_other(floor: WholeFloor) -> None:
    first, leg = await floor.talks()
    floor.switch.hang_up(leg)
    floor.floor.agents.over(first)
    # A colleague's blind transfer rings at an agent who wraps up.
    second, leg = await floor.talks()
    floor.switch.hang_up(leg)
    floor.floor.agents.over(second)
    for _ in range(2):
        view = floor.view("801")
        assert view.call is not None
        assert view.call.over
        done = WrapUp(call_id=view.call.call_id, disposition="served")
        assert await floor.order("801", done) == ""

    assert floor.view("801").state.state is AgentState.READY
    assert floor.view("801").call is None


async def test_a_phone_of_no_agent_of_the_house_is_coached_and_then_forgotten(
    floor: WholeFloor,
) -> None:
    call, channel = floor.call(), "Local/8001@agents-00000003;1"
    agents = floor.floor.agents
    with capture_logs() as logged:
        agents.rings(call, "support", "8001@agents", channel)
        agents.talks(floor.talk(call, channel, "8001@agents"))
        await floor.settle()
        assert agents.agent_of(call) == "8001@agents"
        assert agents.over(call)["agent_name"] == "8001@agents"

    assert [line for line in logged if line["log_level"] == "error"] == []
    assert agents.of("8001@agents") is None


async def test_a_desk_that_fails_costs_no_caller_the_call(
    floor: WholeFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, agents = floor.call(), floor.floor.agents

    def breaks() -> None:
        raise RuntimeError("no flows")

    monkeypatch.setattr(agents, "_means", breaks)
    with capture_logs() as logged:
        agents.rings(call, "support", "801", "PJSIP/801-00000001")
        agents.talks(floor.talk(call, "PJSIP/801-00000001"))
        assert not agents.found(call, floor.kinds(call))
        assert agents.over(call) == {}

    assert [(line["told"], line["error"]) for line in logged] == [
        (told, "RuntimeError") for told in ("rings", "talks", "found")
    ]


async def test_nothing_of_a_call_is_kept_when_it_is_over_and_wrapped_up(floor: WholeFloor) -> None:
    agents = floor.floor.agents
    for _ in range(3):
        call = floor.call()
        missed = floor.rings(call, "802")
        floor.switch.give_up(missed, "NOANSWER")
        assert await floor.order("802", Ready()) == ""
        leg = floor.rings(call)
        await floor.picks_up(call, leg)
        floor.switch.hang_up(leg)
        agents.over(call)
        assert await floor.order("801", WrapUp(call_id=call.id, disposition="served")) == ""
        await floor.settle(0.1)

    assert (agents._offers, agents._by_agent, agents._values, agents._last) == ({}, {}, {}, {})
    assert agents._tasks == set()


async def test_a_mute_ends_with_its_channel(floor: WholeFloor) -> None:
    call, leg = await floor.talks()
    assert await floor.order("801", Mute(on=True, done=True)) == ""
    view = floor.view("801").call
    assert view is not None
    assert view.muted
    floor.switch.hang_up(leg)
    leg.name, leg.unique_id = "PJSIP/801-000000ff", "u-801-again"
    floor.switch.legs[leg.unique_id] = leg
    floor.switch._dial_event("DialBegin", leg)
    await floor.picks_up(call, leg)

    view = floor.view("801").call
    assert view is not None
    assert (view.over, view.muted) == (False, False)


async def test_a_number_that_calls_itself_by_its_name_is_masked_there_too(
    floor: WholeFloor,
) -> None:
    await floor.talks(name="+86 138 0000 1234")
    shown = floor.view("801").model_dump_json() + floor.floor._desk.wall(1).model_dump_json()

    assert "1234" in shown
    assert "138 0000 1234" not in shown
    assert "13800001234" not in shown


async def test_not_ready_during_a_call_holds_from_its_wrap_up_on(floor: WholeFloor) -> None:
    call, leg = await floor.talks()
    assert await floor.order("801", NotReady(reason="lunch")) == ""
    view = floor.view("801").state
    assert (view.state, view.after_call) == (AgentState.ON_CALL, "lunch")
    floor.switch.hang_up(leg)
    assert floor.view("801").state.state is AgentState.WRAP_UP
    assert await floor.order("801", WrapUp(call_id=call.id, disposition="served")) == ""

    view = floor.view("801").state
    assert (view.state, view.reason) == (AgentState.NOT_READY, "lunch")


_ANSWERED = "agent_answered"


async def _talks_of(floor: WholeFloor, agent: str) -> list[dict[str, object]]:
    await floor.settle(0.1)
    since = floor.clock.utc_now() - timedelta(hours=1)
    found = floor.reader.floor_events(since=since)
    return [event.data for event in found if (event.agent, event.kind) == (agent, "talk")]


def _on_the_wall(floor: WholeFloor, agent: str) -> tuple[str, str, str, tuple[object, ...]]:
    """Caller, flow and broken rules of an agent's row."""
    found = next(one for one in floor.floor._desk.wall(1).agents if one.number == agent)
    return (found.caller, found.flow.get("zh", ""), found.flow.get("en", ""), found.broken)
