"""What a trainer reads after a practice call: four calls, one done well and three not."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable

import pytest
from rich.console import Console

from calls.floor import orders
from calls.floor.script_view import ScriptView
from calls.floor.view import PanelView
from launch.practice.report import show_score
from launch.practice.score import Score
from tests.support.trainee import Trainee, over


@pytest.fixture(autouse=True)
def _rings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launch.practice.session.BEFORE_RING_S", 0.01)


def told(found: Score, language: str) -> str:
    """The score as it is printed, in one line."""
    out = io.StringIO()
    show_score(found, language, Console(file=out, width=400, color_system=None))
    return " ".join(out.getvalue().split())


async def played(
    persona: str, *, skips: frozenset[str] = frozenset(), until: Callable[[PanelView], bool] = over
) -> Score:
    trainee = Trainee(persona)
    trainee.skips = skips
    await trainee.take()
    await trainee.work(until)
    return await left(trainee)


async def left(trainee: Trainee) -> Score:
    """The agent hangs up, and that was it."""
    await trainee.floor.carry_out(orders.HangUp())
    await trainee.floor.close()
    return trainee.floor.score()


def script(view: PanelView) -> ScriptView | None:
    return view.call.script if view.call else None


async def test_a_call_done_well_has_nothing_to_do_better() -> None:
    found = await played("water_off")

    assert (found.points, found.broken, found.skipped) == (100, (), ())
    assert "得分 100：守住 6 条，违反 0 条 一条不漏，做得好。" in told(found, "zh")
    assert "A02 首句为统一问候语、A05 以再见结束" in told(found, "zh")
    assert "100 points: 6 rules kept, 0 broken Nothing to do better." in told(found, "en")
    assert "A03 The caller is addressed by name; A04" in told(found, "en")


async def test_a_greeting_left_out_is_named_though_the_question_was_asked() -> None:
    found = await played("water_off", skips=frozenset({"greeting"}))

    (one,) = found.broken
    assert (found.points, one.rule, found.skipped) == (83, "A02", ())
    assert one.say == ("您好！三声服务热线，801号为您服务。",)
    zh, en = told(found, "zh"), told(found, "en")
    assert "“请问有什么可以帮到您？”之前少了一句 要说：“您好！三声服务热线，801号为您服务。”" in zh
    assert "规范：接通后第一句是统一问候语，报公司和工号" in zh
    assert "a sentence is missing before “请问有什么可以帮到您？” say: “您好！" in en
    assert "the house: The first sentence is the greeting with company and number" in en


async def test_a_hang_up_without_goodbye_is_told_the_goodbye() -> None:
    def form_is_shown(view: PanelView) -> bool:
        now = script(view)
        return now is not None and now.form is not None

    found = await played("water_off", until=form_is_shown)

    (one,) = found.broken
    assert (one.rule, one.say) == ("A05", ("感谢您的来电，再见！",))
    assert found.points is not None
    assert found.points < 70
    assert "违反 A05 以再见结束" in told(found, "zh")
    assert "挂机之前少了一句 要说：“感谢您的来电，再见！”" in told(found, "zh")
    assert "a sentence is missing before the hang-up say: “感谢您的来电，再见！”" in told(
        found, "en"
    )


async def test_giving_up_on_a_noisy_line_before_ten_seconds_is_told_the_ten_seconds() -> None:
    trainee = Trainee("noisy")
    await trainee.take()
    async with asyncio.timeout(60):
        while not over(view := trainee.floor.view()):
            now = script(view)
            if now is not None and (now.flow, now.step, now.line) == ("noise", "ask", None):
                await trainee.floor.carry_out(orders.Pick(keys="noise"))
            await trainee.act(view)
            await asyncio.sleep(0.02)
    found = await left(trainee)

    (one,) = found.broken
    assert (one.rule, one.say) == ("A12", ())
    assert one.why["zh"].startswith("只等了 ")
    assert one.why["zh"].endswith(" 秒，要等满 10 秒")
    assert one.why["en"].endswith(" s only; wait the full 10 s")
    assert "规范：听不清：请客户大点声，等十秒" in told(found, "zh")
    assert "the house: Noise: ask to speak up, hold ten seconds for it to clear" in told(
        found, "en"
    )


async def test_a_hang_up_within_the_ten_seconds_breaks_their_rule_too() -> None:
    def waits_for_a_clear_line(view: PanelView) -> bool:
        now = script(view)
        return now is not None and (now.flow, now.step, now.line) == ("noise", "ask", None)

    found = await played("noisy", until=waits_for_a_clear_line)

    assert {one.rule for one in found.broken} == {"A05", "A12"}
    assert "规范：听不清：请客户大点声，等十秒" in told(found, "zh")


async def test_a_call_left_ringing_too_long_is_told_the_rings() -> None:
    trainee = Trainee("water_off", times=40)
    floor = trainee.floor
    floor.begin()
    await floor.carry_out(orders.Ready())
    async with asyncio.timeout(30):
        while (offer := floor.view().offer) is None or offer.rung_ms < 20_500:
            await asyncio.sleep(0.01)
    await floor.carry_out(orders.Answer())
    found = await left(trainee)

    late = next(one for one in found.broken if one.rule == "A01")
    assert late.why["zh"].endswith("声才接听，要在 3 声之内")
    assert late.why["en"].endswith("; answer within 3")
