"""A panel with a phone of its own: the phone does it, the desk is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from calls.floor import orders
from calls.floor.script_view import HearingView
from softphone_panel.agent.link import LampState
from softphone_panel.phone.ports import Phone, PhoneError
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import seat


class PaperPhone:
    """A phone without a line; the real one is tried in `tests/softphone_panel/test_built_in*`."""

    def __init__(self, *, ringing: bool = False, on_call: bool = False) -> None:
        self.registered, self.trouble, self.call_ref = True, "", ""
        self.ringing, self.on_call = ringing, on_call
        self.on_hold = self.muted = False
        self.heard_dbov: float | None = -31.0
        self.spoken_dbov: float | None = None
        self.keys = ""
        self.fails = ""
        self._tell: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Started by the test."""

    async def close(self) -> None:
        """Nothing to give back."""

    async def answer(self) -> None:
        self._may()
        self.ringing, self.on_call = False, True
        self.changed()

    async def hang_up(self) -> None:
        self._may()
        self.ringing = self.on_call = False
        self.changed()

    async def hold(self, on: bool) -> None:
        self._may()
        self.on_hold = on
        self.changed()

    async def mute(self, on: bool) -> None:
        self._may()
        self.muted = on
        self.changed()

    async def send_keys(self, digits: str) -> None:
        self._may()
        self.keys += digits

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        self._tell.append(tell)
        return lambda: self._tell.remove(tell)

    def changed(self) -> None:
        for tell in self._tell:
            tell()

    def _may(self) -> None:
        if self.fails:
            raise PhoneError(self.fails, "no")


def test_the_paper_phone_is_a_phone() -> None:
    phone: Phone = PaperPhone()

    assert phone.registered


async def test_an_agent_answers_in_the_panel_and_the_desk_is_not_asked() -> None:
    phone = PaperPhone(ringing=True)
    async with seat(views.ringing(phone=views.view().phone), phone=phone) as at:
        assert "按 a 接听" in at.screen()
        await at.press("a")
        await at.until(lambda: phone.on_call)

        assert at.desk.orders == []


async def test_the_phone_holds_and_mutes_and_the_desk_takes_note() -> None:
    phone = PaperPhone(on_call=True)
    async with seat(views.talk(), phone=phone) as at:
        await at.press("h")
        await at.until(lambda: phone.on_hold)
        await at.press("m")
        await at.until(lambda: phone.muted)
        await at.ordered(orders.Hold(on=True, done=True), orders.Mute(on=True, done=True))
        await at.press("h")
        await at.until(lambda: not phone.on_hold)

        assert "静音" in at.screen().split("\n")[1]


async def test_a_phone_that_holds_takes_the_caller_back_before_a_transfer() -> None:
    phone = PaperPhone(on_call=True)
    async with seat(views.talk(), phone=phone) as at:
        await at.press("h")
        await at.until(lambda: phone.on_hold)
        await at.press("t", "down", "enter")
        await at.ordered(
            orders.Hold(on=True, done=True),
            orders.Hold(on=False, done=True),
            orders.Transfer(to="802", how="attended"),
        )

        assert not phone.on_hold


async def test_keys_for_a_machine_go_out_by_the_phone() -> None:
    phone = PaperPhone(on_call=True)
    async with seat(views.talk(), phone=phone) as at:
        await at.press("k", "4", "2", "number_sign")
        await at.until(lambda: phone.keys == "42#")

        assert at.desk.orders == []


async def test_without_a_desk_the_phone_still_answers_and_hangs_up() -> None:
    phone = PaperPhone()
    async with seat(views.view(), phone=phone) as at:
        await at.desk.stop()
        await at.lit(LampState.AWAY)
        phone.ringing = True
        phone.changed()
        await at.press("a")
        await at.until(lambda: phone.on_call)
        await at.press("x")
        await at.until(lambda: not phone.on_call)


@pytest.mark.parametrize(("word", "told"), [("call_gone", "电话已结束"), ("try_again", "再按一次")])
async def test_what_the_phone_cannot_do_is_said_in_one_row(word: str, told: str) -> None:
    phone = PaperPhone(on_call=True)
    phone.fails = word
    async with seat(views.talk(), phone=phone) as at:
        await at.press("h")
        await at.says(told)

        assert at.desk.orders == []


async def test_a_phone_in_trouble_is_a_lamp() -> None:
    phone = PaperPhone()
    async with seat(views.view(), phone=phone) as at:
        phone.registered, phone.trouble = False, "unreachable"
        phone.changed()
        await at.says("☎ 话机：连不上交换机")


async def test_the_panel_hears_by_its_own_phone_when_the_desk_has_no_ears() -> None:
    view = views.talk(hearing=HearingView())
    async with seat(view, phone=PaperPhone(on_call=True)) as at:
        assert "-31 dBov" in at.screen()


async def test_a_panel_opened_again_in_a_talk_that_its_phone_is_not_on_says_so() -> None:
    phone = PaperPhone()
    async with seat(views.talk(), phone=phone) as at:
        assert "话机不在这通电话上" not in at.screen()
        at.clock.advance_ms(2_500)
        at.app.show_now()
        await at.says("面板的话机不在这通电话上")
        await at.press("x")
        await at.ordered(orders.HangUp())
        await at.shows(views.wrapping())

        assert "话机不在这通电话上" not in at.screen()


async def test_a_phone_that_is_on_the_call_is_not_doubted() -> None:
    async with seat(views.talk(), phone=PaperPhone(on_call=True)) as at:
        at.clock.advance_ms(60_000)
        at.app.show_now()

        assert "话机不在这通电话上" not in at.screen()


async def test_leaving_the_panel_with_its_phone_on_a_call_wants_a_second_press() -> None:
    async with seat(views.talk(), phone=PaperPhone(on_call=True)) as at:
        await at.press("ctrl+q")
        await at.says("还在通话：退出面板就挂断。再按一次 Ctrl+Q 退出。")
        at.clock.advance_ms(5_001)
        await at.press("ctrl+q")
        assert not at.app._exit
        await at.press("ctrl+q")
        assert at.app._exit


async def test_leaving_the_panel_without_a_phone_on_a_call_wants_one() -> None:
    async with seat(views.talk(), phone=None) as at:
        await at.press("ctrl+q")
        assert at.app._exit
