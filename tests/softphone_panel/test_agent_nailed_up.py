"""A panel beside a phone that the desk answers for, and beside one that it does not."""

from __future__ import annotations

from calls.floor import orders
from calls.floor.states import AgentState
from calls.floor.view import PhoneView, StateView
from softphone_panel.agent.link import LampState
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import seat
from tests.softphone_panel.test_agent_phone import PaperPhone

STANDS = PhoneView(registered=True, controlled=True, nailed_up=True)


async def test_a_call_on_a_line_that_stands_is_answered_by_a_key() -> None:
    async with seat(views.ringing(phone=STANDS)) as agent:
        assert "话机线路已接通" in agent.screen()
        await agent.press("a")

        await agent.ordered(orders.Answer())


async def test_a_phone_that_the_desk_cannot_answer_for_is_to_be_picked_up_by_hand() -> None:
    async with seat(views.ringing(phone=PhoneView(registered=True))) as agent:
        assert "请在话机上接听" in agent.screen()
        assert "a 接听" not in agent.screen()
        await agent.press("a")
        await agent.shows(views.ringing(phone=views.controlled()))
        assert agent.desk.orders == []
        assert "请在话机上接听" not in agent.screen()
        assert "按 a 接听" in agent.screen()


async def test_an_agent_whose_line_is_down_reads_to_pick_the_phone_up() -> None:
    down = views.view(
        state=StateView(state=AgentState.NOT_READY, for_ms=900, reason="unreachable"),
        phone=PhoneView(nailed_up=True),
    )
    async with seat(down) as agent:
        await agent.says("响铃时接起话机")
        assert "话机线路未接通" in agent.screen()
        assert "没有注册" not in agent.screen()


async def test_nobody_says_how_a_phone_is_while_the_exchange_is_away() -> None:
    async with seat(views.view(phone=PhoneView(registered=True), trouble="pbx")) as agent:
        assert "与电话交换机失去联系" in agent.screen()
        assert "话机已注册" not in agent.screen()
        await agent.shows(views.view(phone=PhoneView(registered=True)))
        assert "话机已注册" in agent.screen()


async def test_the_panels_own_phone_picks_its_line_up_when_that_rings() -> None:
    phone = PaperPhone()
    down = views.view(
        state=StateView(state=AgentState.NOT_READY, for_ms=900, reason="unreachable"),
        phone=PhoneView(nailed_up=True),
    )
    async with seat(down, phone=phone) as agent:
        await agent.says("示闲后线路会响")
        assert "话机线路未接通" in agent.screen()
        phone.ringing = True
        phone.changed()
        await agent.says("话机线路在响")
        await agent.says("按 a 接听")
        await agent.press("a")
        await agent.until(lambda: phone.on_call)
        assert agent.desk.orders == []


async def test_calls_over_the_line_of_the_panels_own_phone_are_the_desks() -> None:
    phone = PaperPhone(on_call=True)
    async with seat(views.ringing(phone=STANDS), phone=phone) as agent:
        assert "话机线路已接通" in agent.screen()
        await agent.press("a")
        await agent.ordered(orders.Answer())
        await agent.shows(views.talk(phone=STANDS))
        await agent.press("h", "m", "x")
        await agent.ordered(
            orders.Answer(), orders.Hold(on=True), orders.Mute(on=True), orders.HangUp()
        )
        assert phone.on_call
        assert not phone.on_hold
        assert not phone.muted


async def test_without_a_desk_the_panels_own_phone_can_still_leave_its_line() -> None:
    phone = PaperPhone(on_call=True)
    async with seat(views.talk(phone=STANDS), phone=phone) as agent:
        await agent.desk.stop()
        await agent.lit(LampState.AWAY)
        await agent.press("x")
        await agent.until(lambda: not phone.on_call)
