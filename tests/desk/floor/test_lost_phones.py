"""A phone that is gone in a talk: told by two signs, and the caller is sent on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from desk.control.errors import ControlError
from desk.control.live import LiveCall
from desk.floor.agent_call import AgentCall
from desk.floor.lost_phones import LostPhones
from tests.desk.floor.whole_floor import WholeFloor, until, whole_floor

CONTACT = "PJSIP_AOR(801,contact)"
FIRST, SECOND = "801;@d41d8cd98f", "801;@0cc175b9c0"
LINE, OFFERED = "PJSIP/801-000000f0", "Local/801@cc-nailed-000000f1;1"
UNREACHABLE = {f"PJSIP_CONTACT({FIRST},status)": "Unreachable"}


@dataclass(slots=True)
class Switchboard:
    """Notes orders; refuses the first so many transfers."""

    done: list[str] = field(default_factory=list)
    refuses: int = 0
    away: bool = False

    async def ring_again(self, call: LiveCall) -> None:
        self._send(call, call.agent)

    async def back_to_queue(self, call: LiveCall) -> None:
        self._send(call, "queue")

    def _may(self) -> None:
        if self.away:
            raise ControlError("pbx_away", "no connection to Asterisk; it comes back by itself")

    def _send(self, call: LiveCall, to: str) -> None:
        self._may()
        if self.refuses:
            self.refuses -= 1
            raise ControlError("consult_under_way", "finish the transfer or the hold first")
        self.done.append(f"{call.call_id} to {to}")

    async def hang_up(self, call: LiveCall) -> None:
        self._may()
        self.done.append(f"hang up {call.agent}")


@dataclass(slots=True)
class Watch:
    """One phone of 801, whose frames come as a test says."""

    floor: WholeFloor
    call_id: str
    channel: str
    tap: SimpleNamespace | None
    lines: dict[str, str]
    board: Switchboard
    came: int = 0
    sound: asyncio.Task[None] | None = None
    held: bool = False

    def speaks(self) -> None:
        """Frames come from now on."""

        async def on() -> None:
            while True:
                self.came += 1
                self.tell()
                await asyncio.sleep(0.01)

        self.sound = asyncio.create_task(on())

    def tell(self) -> None:
        if self.tap is not None:
            self.tap.frames = self.came
        else:
            self.floor.switch.functions[self.channel, "CHANNEL(rtcp,rxcount)"] = str(self.came)

    def falls_silent(self) -> None:
        if self.sound is not None:
            self.sound.cancel()

    @property
    def moved(self) -> list[Any]:
        events = self.floor.facts.events
        return [one.data["to"] for one in events if one.kind == "agent_transfer"]

    @property
    def put_down(self) -> list[str]:
        return [told["Channel"] for action, told in self.floor.switch.acted if action == "Hangup"]


@asynccontextmanager
async def watched(
    state: Path,
    agent: str = "801",
    *,
    tapped: bool = True,
    line: str = "",
    talking: bool = True,
    speaking: bool = True,
    now: str = FIRST,
) -> AsyncIterator[Watch]:
    """801's talk (`talking`), heard by a tap or not; `line`: the channel of a line of theirs.

    `now` is the phone's registration when the desk begins to look.
    """
    async with whole_floor(state) as floor:
        floor.switch.contacts[CONTACT] = now
        call, _ = await floor.talks()
        found = floor.floor.agents.of("801")
        assert found is not None
        assert found.coach is not None
        tap = SimpleNamespace(frames=0) if tapped else None
        talk = cast(
            "AgentCall",
            SimpleNamespace(
                agent="801",
                channel=OFFERED if line else found.channel,
                call=call,
                live=found.live,
                coach=SimpleNamespace(taps=SimpleNamespace(agent_session=tap)),
            ),
        )
        channel = line or found.channel
        floor.switch.functions[channel, "CHANNEL(contact)"] = FIRST
        board = Switchboard()
        lines = {"801": line} if line else {}
        watch = Watch(floor, call.id, channel, None if line else tap, lines, board)
        phones = LostPhones(
            floor.switch,
            board,
            lambda: [talk] if talking else [],
            lambda: watch.lines,
            (agent,),
            lambda _agent: watch.held,
            floor.clock,
            look_s=0.02,
            quiet_ms=100,
        )
        phones.start()
        if speaking:
            watch.speaks()
            await asyncio.sleep(0.2)
        try:
            yield watch
        finally:
            watch.falls_silent()
            await phones.close()


@pytest.mark.parametrize(
    ("now", "to"),
    [({CONTACT: ""}, "queue"), (UNREACHABLE, "queue"), ({CONTACT: SECOND}, "801")],
    ids=["gone", "unreachable", "back as another"],
)
async def test_the_caller_of_a_phone_that_is_gone_is_sent_on(
    tmp_path: Path, now: dict[str, str], to: str
) -> None:
    async with watched(tmp_path) as watch:
        watch.falls_silent()
        watch.floor.switch.contacts |= now
        await until(lambda: watch.board.done)
        await asyncio.sleep(0.1)
        assert watch.board.done == [f"{watch.call_id} to {to}"]
        assert watch.moved == ["" if to == "queue" else to]


async def test_a_phone_that_only_sends_nothing_keeps_its_caller(tmp_path: Path) -> None:
    async with watched(tmp_path) as watch:
        watch.falls_silent()
        await asyncio.sleep(0.4)
        assert watch.board.done == []


async def test_a_phone_that_is_heard_under_another_registration_keeps_its_caller(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as watch:
        watch.floor.switch.contacts[CONTACT] = SECOND
        await asyncio.sleep(0.4)
        assert watch.board.done == []


async def test_a_caller_on_hold_hears_music_and_stays_until_the_hold_is_over(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as watch:
        watch.held = True
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = SECOND
        await asyncio.sleep(0.4)
        assert watch.board.done == []
        watch.held = False
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to 801"]


async def test_a_phone_of_no_agent_of_the_house_is_not_watched(tmp_path: Path) -> None:
    async with watched(tmp_path, "802") as watch:
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = ""
        await asyncio.sleep(0.4)
        assert watch.board.done == []


async def test_a_talk_without_a_tap_is_watched_by_what_the_exchange_counts(tmp_path: Path) -> None:
    async with watched(tmp_path, tapped=False) as watch:
        watch.floor.switch.contacts[CONTACT] = ""
        await asyncio.sleep(0.4)
        assert watch.board.done == []
        watch.falls_silent()
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to queue"]


async def test_a_phone_that_was_gone_before_the_desk_came_is_gone(tmp_path: Path) -> None:
    async with watched(tmp_path, speaking=False, now=SECOND) as watch:
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to 801"]


async def test_one_of_several_registrations_that_is_there_keeps_its_caller(tmp_path: Path) -> None:
    async with watched(tmp_path) as watch:
        watch.floor.switch.contacts[CONTACT] = f"{SECOND},{FIRST}"
        watch.falls_silent()
        await asyncio.sleep(0.4)
        assert watch.board.done == []
        watch.floor.switch.contacts |= UNREACHABLE
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to 801"]


@pytest.mark.parametrize("now", ["", SECOND], ids=["gone", "back as another"])
async def test_a_line_to_a_phone_that_is_gone_is_put_down_and_its_caller_waits(
    tmp_path: Path, now: str
) -> None:
    async with watched(tmp_path, line=LINE) as watch:
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = now
        await until(lambda: watch.put_down)
        assert watch.put_down == [LINE]
        assert watch.board.done == [f"{watch.call_id} to queue"]
        assert watch.moved == [""]


async def test_a_line_between_calls_is_put_down_once_its_phone_is_gone(tmp_path: Path) -> None:
    async with watched(tmp_path, line=LINE, talking=False) as watch:
        watch.falls_silent()
        await asyncio.sleep(0.4)
        assert watch.put_down == []
        watch.floor.switch.contacts[CONTACT] = ""
        await until(lambda: watch.put_down)
        assert watch.put_down == [LINE]
        assert watch.board.done == []


async def test_a_caller_about_whom_a_colleague_is_asked_is_the_colleagues(tmp_path: Path) -> None:
    async with watched(tmp_path) as watch:
        watch.board.refuses = 1
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = ""
        await until(lambda: watch.board.done)
        assert watch.board.done == ["hang up 801"]


async def test_an_exchange_that_cannot_be_asked_is_asked_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as watch:
        watch.floor.switch.gone = True
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = ""
        await asyncio.sleep(0.3)
        assert watch.board.done == []
        watch.floor.switch.gone = False
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to queue"]


async def test_an_order_that_failed_is_given_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as watch:
        watch.board.away = True
        watch.falls_silent()
        watch.floor.switch.contacts[CONTACT] = ""
        await asyncio.sleep(0.3)
        assert watch.board.done == []
        watch.board.away = False
        await until(lambda: watch.board.done)
        assert watch.board.done == [f"{watch.call_id} to queue"]
