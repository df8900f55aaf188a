"""Orders of panels, carried out on real calls: each ear and each panel tells what came of it."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from calls.floor.orders import (
    AddNote,
    AnswerHelp,
    AskHelp,
    Consult,
    HangUp,
    Hold,
    LineDone,
    Mute,
    NotReady,
    Ready,
    SendKeys,
    Spy,
    Transfer,
    WrapUp,
)
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import PanelView
from calls.floor.wall import FloorAgent, WallView
from recorder.store import Store
from tests.support.agent_phone import AgentPhone, agent_phones, is_heard
from tests.support.desk_panel import DeskPanel, call_of, desk_panel, desk_wall, script_of
from tests.support.g711 import Samples
from tests.support.heard import read_wav
from tests.support.hotline import Hotline, new_ledger, start_hotline, starts_to_hear, stop_hotline
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.straight_on import straight_on

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NewCaller = Callable[[], AbstractAsyncContextManager[SipCaller]]


@pytest.fixture(scope="module")
def hotline(pbx: HousePbx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One server for all of them."""
    scripts = straight_on(tmp_path_factory.mktemp("house"))
    pbx.ask_own_server()
    pbx.cli("dialplan set global CC_TO_duty PJSIP/803")
    new_ledger(pbx.state)
    running = start_hotline(
        pbx,
        more=(f'scripts = "{scripts}"', "prove = false"),
        desk=("port = 0", "[destinations]", 'duty = "PJSIP/803"'),
    )
    yield running
    stop_hotline(running)
    pbx.cli("dialplan reload")  # forgets what was set by hand


def said(line: str) -> LineDone:
    return LineDone(line=line, how="confirmed")


@dataclass(slots=True)
class Seat:
    """An agent with a phone and a panel."""

    phone: AgentPhone
    panel: DeskPanel

    async def state(self, state: AgentState, reason: str = "") -> PanelView:
        """Wait until the panel shows this state."""
        return await self.panel.until(
            lambda view: view.state.state is state and view.state.reason == reason
        )

    async def ready(self) -> None:
        assert await self.panel.order(Ready()) == ""
        await self.state(AgentState.READY)

    async def wraps_up(self, disposition: str) -> None:
        """The last call's disposition; ready again."""
        view = await self.state(AgentState.WRAP_UP)
        done = WrapUp(call_id=call_of(view).call_id, disposition=disposition)
        assert await self.panel.order(done) == ""
        await self.panel.until(lambda view: view.call is None)


@asynccontextmanager
async def seats(pbx: HousePbx, hotline: Hotline, *numbers: str) -> AsyncIterator[list[Seat]]:
    async with agent_phones(pbx, *numbers) as phones, AsyncExitStack() as panels:
        found = [
            Seat(phone, await panels.enter_async_context(desk_panel(hotline.state, number)))
            for number, phone in zip(numbers, phones, strict=True)
        ]
        for seat in found:
            await seat.panel.until(lambda view: view.phone.registered)
        yield found
        for seat in found:
            await seat.panel.order(NotReady(reason="other"))


async def hears_word(caller: SipCaller, talk: Any, *, tries: int = 3) -> bool:
    """Whether the caller hears the agent; a moved line may lose the first word."""
    for _ in range(tries):
        if await is_heard(talk, caller):
            return True
    return False


def consult_of(view: PanelView) -> str:
    """How far the transfer is, on the panel; empty for none."""
    return view.call.consult.state if view.call and view.call.consult else ""


async def test_a_call_is_held_muted_and_goes_from_agent_to_agent_with_all_its_facts(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800005001"
    music = read_wav(min((pbx.options.folder / "moh").glob("*.wav")))
    async with (
        seats(pbx, hotline, "801", "802", "803") as (first, second, duty),
        new_caller() as caller,
    ):
        await first.ready()
        assert first.panel.view is not None
        day = first.panel.view.today
        assert await first.panel.order(Hold(on=True)) == "call_gone"
        assert await caller.invite(number=number) is None
        talk = await first.phone.pick_up()
        await first.panel.says("greeting")
        await first.panel.order(said("greeting"))
        await first.panel.says("how_may_i_help")
        await first.panel.order(said("how_may_i_help"))
        await first.panel.until(lambda view: script_of(view).clock is not None)

        # Held: music at the caller's ear, the coach's clock stands.
        held_ms = caller.now_ms()
        assert await first.panel.order(Hold(on=True)) == ""
        view = await first.panel.until(lambda view: view.state.state is AgentState.HOLD)
        assert call_of(view).on_hold
        clock = script_of(
            await first.panel.until(lambda view: (script_of(view).clock or view).held_by == "hold")  # type: ignore[union-attr]
        ).clock
        await starts_to_hear(caller, music, after_ms=held_ms)
        assert await first.panel.order(Hold(on=False)) == ""
        view = await first.panel.until(lambda view: not call_of(view).on_hold)
        assert clock is not None
        assert script_of(view).clock is not None

        # Muted.
        assert await first.panel.order(Mute(on=True)) == ""
        assert call_of(await first.panel.until(lambda view: call_of(view).muted)).muted
        assert not await hears_word(caller, talk, tries=1)
        assert await first.panel.order(Mute(on=False)) == ""
        await first.panel.until(lambda view: not call_of(view).muted)
        assert await hears_word(caller, talk)
        assert await first.panel.order(SendKeys(digits="12#")) == ""

        # Blind, to a colleague.
        assert await first.panel.order(Transfer(to="801", how="blind")) == "bad_target"
        assert await first.panel.order(Transfer(to="802", how="blind")) == ""
        over = await first.state(AgentState.WRAP_UP)
        rings = await second.panel.until(lambda view: view.offer is not None)
        assert rings.offer is not None
        assert rings.offer.call_id == call_of(over).call_id
        assert rings.offer.caller.number == "138****5001"
        assert (await first.panel.until(lambda view: call_of(view).over)).call is not None
        second_talk = await second.phone.pick_up()
        greeting = await second.panel.says("greeting")
        assert "802号" in (greeting.line.text if greeting.line else "")
        assert call_of(second.panel.view).caller.number == "138****5001"
        await first.wraps_up("transferred")
        await second.panel.order(said("greeting"))

        # Attended, and called off.
        assert await second.panel.order(Transfer(to="801", how="attended")) == ""
        await second.panel.until(lambda view: consult_of(view) == "dialling")
        asked = await first.panel.until(lambda view: view.offer is not None)
        assert asked.offer is not None
        assert asked.offer.caller.number == "138****5001"
        assert await second.panel.order(Consult(how="complete")) == "not_talking_yet"
        await first.phone.pick_up()
        await second.panel.until(lambda view: consult_of(view) == "talking")
        await first.state(AgentState.CONSULT)
        assert await second.panel.order(Consult(how="cancel")) == ""
        await second.panel.until(lambda view: consult_of(view) == "")
        # Who was only asked has nothing to wrap up.
        await first.state(AgentState.READY)
        await second.state(AgentState.ON_CALL)
        assert await hears_word(caller, second_talk)

        # Attended, all three, completed.
        assert await second.panel.order(Transfer(to="801", how="attended")) == ""
        third_talk = await first.phone.pick_up()
        await second.panel.until(lambda view: consult_of(view) == "talking")
        assert await second.panel.order(Consult(how="three_way")) == ""
        await second.panel.until(lambda view: consult_of(view) == "three_way")
        assert await hears_word(caller, third_talk)
        assert await second.panel.order(Consult(how="complete")) == ""
        await second.wraps_up("transferred")
        await first.panel.says("greeting")
        today = (await first.panel.until(lambda view: view.state.state is AgentState.ON_CALL)).today
        assert (today.answered - day.answered, today.handled - day.handled) == (1, 2)
        assert today.consults - day.consults == 2
        assert call_of(first.panel.view).call_id == rings.offer.call_id
        assert await hears_word(caller, third_talk)

        # Blind, to a place of the house's: whoever sits there is coached through nothing.
        assert await first.panel.order(Transfer(to="duty", how="blind")) == ""
        await first.wraps_up("transferred")
        duty_talk = await duty.phone.pick_up()
        bare = call_of(await duty.panel.until(lambda view: view.call is not None))
        assert (bare.call_id, bare.script) == (rings.offer.call_id, None)
        assert bare.caller.number == "138****5001"
        assert await hears_word(caller, duty_talk)
        assert await duty.panel.order(HangUp()) == ""
        await duty.wraps_up("served")
        await caller.listen(15)
        assert caller.hung_up.is_set()

    call, events = await hotline.call_of(number)
    answered = [event.data["agent"] for event in events if event.kind == "agent_answered"]
    left = [event.data for event in events if event.kind == "left_queue"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert answered == ["801", "802", "801"]
    assert [one["agent"] for one in left] == ["801"]
    held = [event.data["on"] for event in events if event.kind == "held"]
    assert held[:2] == [True, False]
    # Each said what it was; what was given during the call is written behind its end.
    disposed: list[str] = []
    async with asyncio.timeout(10):
        while len(disposed) < 4:
            await asyncio.sleep(0.1)
            call, events = await hotline.call_of(number, until="disposed")
            disposed = [event.data["agent"] for event in events if event.kind == "disposed"]
    assert disposed == ["801", "802", "801", "803"]
    assert (call.agent, call.disposition) == ("801", "served")


async def test_a_supervisor_sees_the_floor_and_listens_and_a_missed_call_rings_at_the_next_agent(
    pbx: HousePbx, hotline: Hotline, new_caller: NewCaller
) -> None:
    number = "13800005002"
    async with (
        seats(pbx, hotline, "801", "802", "803") as (first, second, boss),
        desk_wall(hotline.state, "803") as wall,
        new_caller() as caller,
    ):
        assert boss.panel.view is not None
        answered_before = boss.panel.view.today.answered
        await first.ready()
        assert await caller.invite(number=number, name="Wang 13800005002") is None
        # Not taken by the first: offered to the next.
        ringing = await first.phone.incoming.get()
        view = await first.panel.until(lambda view: view.offer is not None)
        assert view.offer is not None
        assert (view.offer.caller.name, view.offer.queue) == ("Wang 138****5002", "support")
        await ringing.reject()
        await first.state(AgentState.NOT_READY, "missed")
        await second.ready()
        talk = await second.phone.pick_up()
        await second.panel.says("greeting")
        assert first.panel.view is not None
        assert (first.panel.view.offer, first.panel.view.today.missed) == (None, 1)

        # The floor, as the supervisor sees it.
        floor = await wall.until_wall(
            lambda wall: any(each.call_id and each.step for each in wall.agents)
        )
        states = {each.number: each for each in floor.agents}
        assert (states["801"].reason, states["802"].state) == ("missed", AgentState.ON_CALL)
        assert "13800005002" not in floor.model_dump_json()
        await second.panel.order(said("how_may_i_help"))
        assert await second.panel.order(NotReady(reason="break")) == ""
        assert (
            await second.panel.until(lambda view: view.state.after_call == "break")
        ).state.state is AgentState.ON_CALL
        assert await second.panel.order(AskHelp(on=True, text="他要找经理")) == ""
        await wall.until_wall(lambda wall: _agent(wall, "802").help_text == "他要找经理")
        assert await first.panel.order(AnswerHelp(agent="802")) == "not_supervisor"
        assert await wall.order(AnswerHelp(agent="802")) == ""
        assert await wall.order(AnswerHelp(agent="802")) == "nobody_asks"
        await second.panel.until(lambda view: not view.help_asked)
        assert await first.panel.order(AddNote(text="水厂下午停水")) == ""
        noted = await boss.panel.until(lambda view: bool(view.notes))
        assert (noted.notes[0].by, noted.notes[0].text) == ("801", "水厂下午停水")

        # Listening in, whispering, speaking to both, gone.
        assert await first.panel.order(Spy(agent="802", mode=SpyMode.LISTEN)) == "not_supervisor"
        assert await wall.order(Spy(agent="801", mode=SpyMode.LISTEN)) == "no_call_there"
        listening = asyncio.create_task(wall.order(Spy(agent="802", mode=SpyMode.LISTEN)))
        own = await boss.phone.pick_up()
        assert await listening == ""
        seen = await second.panel.until(lambda view: bool(call_of(view).listeners))
        assert call_of(seen).listeners == ("803",)
        for mode in (SpyMode.WHISPER, SpyMode.BARGE):
            assert await wall.order(Spy(agent="802", mode=mode)) == ""
            await wall.until_wall(lambda wall, mode=mode: _modes(wall, "802") == [mode])  # type: ignore[misc]
        assert await hears_word(caller, own)
        assert await wall.order(Spy(agent="802", mode=None)) == ""
        await second.panel.until(lambda view: not call_of(view).listeners)
        assert await hears_word(caller, talk)

        await talk.hangup()
        await second.wraps_up("other")
        await second.state(AgentState.NOT_READY, "break")
        await caller.listen(15)
        # The supervisor's own phone had no call of the house's.
        assert boss.panel.view.call is None
        assert boss.panel.view.today.answered == answered_before

    call, events = await hotline.call_of(number, until="recording_kept")
    offered = [event.data["agent"] for event in events if event.kind == "agent_offered"]
    assert (offered[0], offered[-1], call.agent) == ("801", "802", "802")
    # What the supervisor said was kept, apart from the call, which this flow does not record.
    (aside,) = (event.data for event in events if event.kind == "recording_kept")
    assert (aside["recording"], aside["problem"]) == (f"{call.id}-s1", "")
    assert not any(event.kind == "recording_measured" for event in events)
    with Store(hotline.state).open(aside["file"]) as kept, wave.open(kept) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    assert not both[:, 0].any()
    assert _has_word(both[:, 1])
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    log = (hotline.state / "serve.log").read_text("utf-8")
    assert "13800005002" not in log
    assert "Traceback" not in log


def _has_word(leg: Samples) -> bool:
    """Whether the supervisor's 1 kHz is in it somewhere for a tenth of a second."""
    turn = np.exp(-2j * np.pi * 1000 * np.arange(800) / 8000)
    pieces = (leg[at : at + 800].astype(float) for at in range(0, len(leg) - 800, 400))
    return any(2 * abs(np.dot(one, turn)) / 800 > 300 for one in pieces)


def _agent(wall: WallView, number: str) -> FloorAgent:
    return next(each for each in wall.agents if each.number == number)


def _modes(wall: WallView, number: str) -> list[SpyMode]:
    return [one.mode for one in _agent(wall, number).watched_by]
