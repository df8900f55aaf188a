"""A whole practice call: the coach and the rules of a real desk, a caller in text, the score."""

from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot

from calls.floor import orders
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from launch.practice.score import score_call
from launch.practice.session import PracticeFloor
from softphone_panel.agent.app import AgentApp
from softphone_panel.agent.link import LocalLink
from tests.support.command_line import thirdring
from tests.support.trainee import Trainee, house, over, stage


@pytest.fixture(autouse=True)
def _rings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launch.practice.session.BEFORE_RING_S", 0.01)


async def test_a_call_done_as_the_panel_says_keeps_every_rule_it_asks_for() -> None:
    trainee = Trainee("water_off")
    await trainee.take()
    await trainee.work(over)
    await trainee.floor.carry_out(orders.HangUp())
    call = trainee.floor.view().call
    assert call is not None
    wrap_up = orders.WrapUp(call_id=call.call_id, disposition="served", note="")
    assert await trainee.floor.carry_out(wrap_up) == ""
    assert trainee.floor.over.is_set()
    await trainee.floor.close()

    found = trainee.floor.score()
    kept = {rule.id for rule in found.kept}
    assert {"A01", "A02", "A05", "A16", "A24"} <= kept
    assert (found.points, found.broken, found.skipped) == (100, (), ())
    assert "您好，我家里停水了，想报修。" in trainee.heard
    assert any("13912345678；王芳；花园路12号3单元502室" in text for text in trainee.heard)


async def test_a_goodbye_left_out_costs_the_rule_and_is_told() -> None:
    trainee = Trainee("water_off")
    trainee.skips = frozenset({"closing", "closing_named"})
    await trainee.take()
    await trainee.work(over)
    await trainee.floor.carry_out(orders.HangUp())
    await trainee.floor.close()

    found = trainee.floor.score()
    assert "A05" in {one.rule for one in found.broken}
    assert found.points is not None
    assert found.points < 100
    assert any("再见" in sentence for one in found.broken for sentence in one.say)
    assert all(one.do["zh"] for one in found.broken)


@pytest.mark.parametrize(
    "order", [orders.NotReady(reason="lunch"), orders.AddNote(text="漏水"), orders.AskHelp(on=True)]
)
async def test_what_practice_has_nobody_for_is_refused_and_not_passed_over(
    order: orders.Order,
) -> None:
    trainee = Trainee("water_off")
    await trainee.take()

    assert await trainee.floor.carry_out(order) == "not_here"
    await trainee.floor.close()


async def test_an_upset_caller_whom_nobody_calms_hangs_up() -> None:
    trainee = Trainee("angry_again")
    trainee.skips = frozenset({"calming"})
    await trainee.take()

    def in_talk(view: PanelView) -> bool:
        return bool(view.call and view.call.script and view.call.script.form)

    await trainee.work(in_talk)
    assert await trainee.floor.carry_out(orders.Branch(name="upset")) == ""
    await trainee.work(lambda view: view.state.state is AgentState.WRAP_UP)
    await trainee.floor.close()

    ended = trainee.floor.trace.events[-1]
    assert (ended.kind, ended.data["end_reason"]) == ("ended", "caller_hung_up")
    assert "A17" in {one.rule for one in trainee.floor.score().broken}


async def test_orders_that_mean_nothing_now_are_refused_with_a_word() -> None:
    trainee = Trainee("water_off")
    floor = trainee.floor
    floor.begin()

    for order in (orders.Answer(), orders.HangUp(), orders.Hold(on=True), orders.Pick(keys="1")):
        assert await floor.carry_out(order) == "not_now"
    assert floor.score().points is None
    await floor.close()


async def test_on_hold_the_caller_waits_and_the_panel_says_so() -> None:
    trainee = Trainee("water_off")
    await trainee.take()
    assert await trainee.floor.carry_out(orders.Hold(on=True)) == ""
    view = trainee.floor.view()
    assert (view.state.state, view.call and view.call.on_hold) == (AgentState.HOLD, True)

    assert await trainee.floor.carry_out(orders.Hold(on=False)) == ""
    await trainee.floor.close()
    kinds = [event.kind for event in trainee.floor.trace.events]
    assert kinds.count("held") == 2


def screen(app: AgentApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def shows(pilot: Pilot[None], app: AgentApp, text: str) -> None:
    async with asyncio.timeout(30):
        while text not in screen(app):
            await pilot.pause(0.03)


async def test_on_the_panel_the_caller_speaks_in_text_and_is_answered_by_key() -> None:
    link: LocalLink
    floor = PracticeFloor(stage("water_off"), lambda view: link.put(view))
    link = LocalLink(floor.carry_out)
    app = AgentApp(link)
    floor.begin()

    async with app.run_test(size=(120, 36)) as pilot:
        await shows(pilot, app, "按 r 示闲")
        await pilot.press("r")
        await shows(pilot, app, "按 a 接听")
        await pilot.press("a")
        await shows(pilot, app, "您好！三声服务热线")
        await pilot.press("space")
        await shows(pilot, app, "请问有什么可以帮到您？")
        await pilot.pause(0.5)
        await pilot.press("space")
        await shows(pilot, app, "您好，我家里停水了，想报修。")
    await floor.close()


def test_a_call_that_never_was_scores_nothing() -> None:
    assert score_call([], house()).points is None


def test_the_callers_there_are_can_be_listed() -> None:
    found = thirdring("practice", "--list")

    assert found.exit_code == 0
    assert "angry_again" in found.output
    assert "wrong_number" in found.output
