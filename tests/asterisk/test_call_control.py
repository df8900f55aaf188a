"""What the desk does to a live call whatever its phone, heard at each ear on a real Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

import numpy as np
import pytest

from calls.clock import SystemClock
from desk.ami import AmiClient
from desk.control import CallControl, ControlError, LiveCall
from desk.roster.look import look
from tests.support.floor import CALL, VoicedPhone, floor_phones, live_call, manager, talk
from tests.support.g711 import Samples
from tests.support.heard import frame_levels, read_wav
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.tones import AGENT_HZ, CALLER_HZ, TARGET_HZ, all_hear, hears, until

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def phones(pbx: HousePbx) -> AsyncIterator[dict[str, VoicedPhone]]:
    """801 talks, 802 is asked."""
    async with floor_phones(pbx, agent_801=AGENT_HZ, agent_802=TARGET_HZ) as all_of_them:
        yield all_of_them


@pytest.fixture
async def ami(pbx: HousePbx) -> AsyncIterator[AmiClient]:
    async with manager(pbx) as client:
        yield client


@pytest.fixture
def control(ami: AmiClient) -> CallControl:
    return CallControl(ami, begins_s=20)


@dataclass(slots=True)
class Floor:
    """A talk of 801 with a caller, and 802 beside it."""

    caller: SipCaller
    agent: VoicedPhone
    target: VoicedPhone
    control: CallControl
    ami: AmiClient
    states: list[str]
    holds: list[str]
    """Events by which the agent's state is known; three together are told by the last one."""

    async def both_hear(self) -> LiveCall:
        """Until caller and agent hear each other."""
        await all_hear((self.caller.heard, [AGENT_HZ]), (self.agent.ear, [CALLER_HZ]))
        return await live_call(self.ami)

    async def ask(self) -> LiveCall:
        """Until agent and target hear each other, and the caller music."""
        call = await self.both_hear()
        await self.control.transfer_attended(call, "802")
        await self.target.pick_up()
        await all_hear((self.agent.ear, [TARGET_HZ]), (self.target.ear, [AGENT_HZ]))
        await until(lambda: self.states[-1] == "talking", "seen to be talking")
        return call


@pytest.fixture
async def floor(
    pbx: HousePbx,
    caller: SipCaller,
    phones: dict[str, VoicedPhone],
    ami: AmiClient,
    control: CallControl,
) -> AsyncIterator[Floor]:
    """Its `states` are what a panel would show of the transfer, each once."""
    states: list[str] = []

    def note(number: str) -> None:
        view = control.consult_of(number)
        state = view.state if view is not None else ""
        if states[-1:] != [state]:
            states.append(state)

    control.on_change.append(note)
    holds: list[str] = []
    ami.on_event(("Hold", "Unhold", "AttendedTransfer"), lambda event: holds.append(event.event))
    async with talk(pbx, caller, phones["801"]):
        yield Floor(caller, phones["801"], phones["802"], control, ami, states, holds)
        if phones["802"].phone.on_call:
            await phones["802"].phone.hang_up()


def music_of(pbx: HousePbx) -> Samples:
    return read_wav(min((pbx.options.folder / "moh").glob("*.wav")))


async def word_of(order: Awaitable[None]) -> str:
    """Why an order was not carried out."""
    with pytest.raises(ControlError) as refused:
        await order
    return refused.value.word


async def test_an_attended_transfer_asks_first_and_joins_caller_and_target(
    pbx: HousePbx, floor: Floor
) -> None:
    call = await floor.both_hear()
    began_ms = floor.caller.now_ms()
    await floor.control.transfer_attended(call, "802")
    await until(lambda: floor.target.phone.ringing, "802 rings")
    assert floor.states == ["dialling"]
    assert floor.target.phone.call_ref == CALL
    assert await word_of(floor.control.complete(call)) == "not_talking_yet"
    assert await word_of(floor.control.transfer_blind(call, "802")) == "consult_under_way"
    await floor.target.pick_up()
    await all_hear((floor.agent.ear, [TARGET_HZ]), (floor.target.ear, [AGENT_HZ]))
    music = music_of(pbx)
    await until(lambda: bool(floor.caller.heard.find(music, since_ms=began_ms)), "music")
    await floor.control.complete(call)
    await all_hear((floor.caller.heard, [TARGET_HZ]), (floor.target.ear, [CALLER_HZ]))

    assert not floor.agent.phone.on_call
    await until(lambda: floor.states[-1] == "", "seen to be over")
    assert floor.states == ["dialling", "talking", ""]


async def test_a_cancelled_transfer_brings_agent_and_caller_together_again(floor: Floor) -> None:
    call = await floor.ask()
    await floor.control.cancel(call)
    await floor.both_hear()

    assert not floor.target.phone.on_call
    assert floor.states == ["dialling", "talking", ""]
    assert floor.holds == ["Hold", "Unhold"]
    assert await word_of(floor.control.cancel(call)) == "no_consult"


async def test_three_together_hear_the_two_others_and_the_agent_may_leave(floor: Floor) -> None:
    call = await floor.ask()
    await floor.control.three_way(call)
    await all_hear(
        (floor.caller.heard, [AGENT_HZ, TARGET_HZ]),
        (floor.agent.ear, [CALLER_HZ, TARGET_HZ]),
        (floor.target.ear, [CALLER_HZ, AGENT_HZ]),
    )
    assert floor.states == ["dialling", "talking", "three_way"]
    assert floor.holds == ["Hold", "AttendedTransfer"]
    await floor.control.complete(call)
    await all_hear((floor.caller.heard, [TARGET_HZ]), (floor.target.ear, [CALLER_HZ]))

    assert not floor.agent.phone.on_call
    await until(lambda: floor.states[-1] == "", "seen to be over")


async def test_the_target_may_leave_three_together(floor: Floor) -> None:
    call = await floor.ask()
    await floor.control.three_way(call)
    await hears(floor.caller.heard, AGENT_HZ, TARGET_HZ)
    await floor.target.phone.hang_up()
    await floor.both_hear()
    await until(lambda: floor.states[-1] == "", "seen to be over")

    assert await word_of(floor.control.cancel(call)) == "no_consult"


async def test_a_target_who_does_not_pick_up_leaves_agent_and_caller_together(
    floor: Floor,
) -> None:
    call = await floor.both_hear()
    await floor.control.transfer_attended(call, "802")
    await until(lambda: floor.target.phone.ringing, "802 rings")
    await floor.target.phone.hang_up()
    await until(lambda: floor.states[-1] == "failed", "seen to have failed")
    await floor.both_hear()
    assert floor.holds == ["Hold", "Unhold"]
    await floor.control.transfer_attended(call, "802")
    await floor.target.pick_up()
    await all_hear((floor.agent.ear, [TARGET_HZ]), (floor.target.ear, [AGENT_HZ]))

    assert floor.states == ["dialling", "failed", "dialling", "talking"]


async def test_a_colleague_without_a_phone_is_known_at_once(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.transfer_attended(call, "803")
    await until(lambda: floor.states[-1] == "failed", "seen to have failed")
    await floor.both_hear()

    assert floor.states == ["dialling", "failed"]


async def test_a_caller_who_hangs_up_meanwhile_ends_the_transfer(floor: Floor) -> None:
    await floor.ask()
    floor.caller.hang_up()
    await until(lambda: not floor.agent.phone.on_call or floor.states[-1] == "", "noticed")
    if floor.agent.phone.on_call:
        await floor.agent.phone.hang_up()

    await until(lambda: not floor.target.phone.on_call, "nobody is left behind")
    assert floor.states[-1] == ""


async def test_a_blind_transfer_rings_at_a_colleague_as_an_offered_call(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.transfer_blind(call, "802")
    await until(lambda: floor.target.phone.ringing, "802 rings")
    assert floor.target.phone.call_ref == CALL
    assert not floor.agent.phone.on_call
    await floor.target.pick_up()
    await all_hear((floor.caller.heard, [TARGET_HZ]), (floor.target.ear, [CALLER_HZ]))
    await floor.target.phone.hang_up()
    await until(floor.caller.hung_up.is_set, "the flow went on and ended")


async def test_a_blind_transfer_to_a_destination_by_its_name(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.transfer_blind(call, "technician")
    # It is 801's own phone in this Asterisk.
    await floor.agent.pick_up()
    await floor.both_hear()


async def test_a_caller_whom_nobody_takes_is_back_in_the_queue(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.transfer_blind(call, "802")
    await until(lambda: floor.target.phone.ringing, "802 rings")
    await floor.target.phone.hang_up()
    await floor.agent.pick_up(timeout_s=60)
    await floor.both_hear()


async def test_where_a_call_cannot_go_is_said(floor: Floor) -> None:
    call = await floor.both_hear()

    for nowhere in ("801", "Technician", "8", "1;0", "x(${EXTEN})", ""):
        assert await word_of(floor.control.transfer_blind(call, nowhere)) == "bad_target"
        assert await word_of(floor.control.transfer_attended(call, nowhere)) == "bad_target"


async def test_the_desk_holds_a_call_whose_phone_it_does_not_drive(
    pbx: HousePbx, floor: Floor
) -> None:
    call = await floor.both_hear()
    held_ms = floor.caller.now_ms()
    await floor.control.hold(call, True)
    assert floor.control.held("801")
    music = music_of(pbx)
    await until(lambda: bool(floor.caller.heard.find(music, since_ms=held_ms)), "music")
    await hears(floor.agent.ear)
    assert floor.control.consult_of("801") is None
    await floor.control.hold(call, True)
    await floor.control.hold(call, False)
    assert not floor.control.held("801")
    await floor.both_hear()
    assert floor.holds == ["Hold", "Unhold"]


async def test_a_look_at_the_lines_tells_who_has_a_caller_on_hold_and_who_is_asked(
    floor: Floor,
) -> None:
    call = await floor.both_hear()
    assert await _told(floor) == ("talks",)
    await floor.control.hold(call, True)
    assert await _told(floor) == ("holds",)
    await floor.control.hold(call, False)
    await floor.both_hear()
    await floor.ask()
    assert await _told(floor) == ("holds", "is asked")
    await floor.control.three_way(call)
    await hears(floor.caller.heard, AGENT_HZ, TARGET_HZ)
    assert await _told(floor) == ("talks", "talks")


async def _told(floor: Floor) -> tuple[str, ...]:
    """801 and, where they have a line, 802."""
    seen = await look(floor.ami, {"PJSIP/801": "801", "PJSIP/802": "802"}, SystemClock())
    lines = [line for agent in ("801", "802") for line in seen.lines.get(agent, ())]
    return tuple(
        "holds" if one.unique_id in seen.held else "is asked" if one.asked else "talks"
        for one in lines
    )


async def test_a_held_caller_can_be_sent_on_with_a_question_or_without(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.hold(call, True)
    await floor.control.transfer_attended(call, "802")
    await floor.target.pick_up()
    await all_hear((floor.agent.ear, [TARGET_HZ]), (floor.target.ear, [AGENT_HZ]))
    await floor.control.cancel(call)
    await floor.both_hear()
    await floor.control.hold(call, True)
    await floor.control.transfer_blind(call, "802")
    await floor.target.pick_up()
    await all_hear((floor.caller.heard, [TARGET_HZ]), (floor.target.ear, [CALLER_HZ]))


async def test_an_agent_who_hangs_up_in_a_hold_leaves_the_caller_to_the_flow(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.hold(call, True)
    await hears(floor.agent.ear)
    await floor.agent.phone.hang_up()
    await until(floor.caller.hung_up.is_set, "the flow went on and ended")


async def test_a_muted_agent_is_not_heard_and_hears_on(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.mute(call, True)
    await all_hear((floor.caller.heard, []), (floor.agent.ear, [CALLER_HZ]))
    await floor.control.mute(call, False)
    await floor.both_hear()


async def test_keys_of_the_desk_arrive_at_the_caller(floor: Floor) -> None:
    call = await floor.both_hear()
    assert await word_of(floor.control.send_keys(call, "1w")) == "bad_keys"
    await floor.control.send_keys(call, "42#")
    await until(lambda: floor.caller.rtp.keys == "42#", "keys at the caller")


async def test_a_paused_recording_is_silent_in_its_place(pbx: HousePbx, floor: Floor) -> None:
    call = await floor.both_hear()
    file = pbx.state / "monitor" / "pause.wav"
    pbx.cli(f"mixmonitor start {call.caller_channel} {file}")
    await hears(floor.caller.heard, AGENT_HZ)
    await floor.control.pause_recording(call, True)
    await hears(floor.caller.heard, AGENT_HZ)
    await floor.control.pause_recording(call, False)
    await hears(floor.caller.heard, AGENT_HZ)
    pbx.cli(f"mixmonitor stop {call.caller_channel}")
    await until(lambda: file.exists() and file.stat().st_size > 16_000, "the file is written")

    loud = frame_levels(read_wav(file)) > -45
    edges = [int(at) for at in np.flatnonzero(np.diff(loud.astype(int)))]
    assert loud[5]
    assert loud[-5]
    assert len(edges) == 2
    assert edges[1] - edges[0] > 20


async def test_orders_to_a_call_that_is_over_are_said_to_be_late(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.hang_up(call)
    await until(lambda: not floor.agent.phone.on_call, "hung up")

    assert await word_of(floor.control.hang_up(call)) == "call_gone"
    assert await word_of(floor.control.transfer_blind(call, "802")) == "call_gone"
    assert await word_of(floor.control.hold(call, True)) == "call_gone"


async def test_without_asterisk_every_order_says_so(floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.ami.stop()

    assert await word_of(floor.control.hang_up(call)) == "pbx_away"
    assert await word_of(floor.control.hold(call, True)) == "pbx_away"
    await all_hear((floor.caller.heard, [AGENT_HZ]), (floor.agent.ear, [CALLER_HZ]))


async def test_a_desk_that_comes_back_in_a_transfer_knows_of_it(
    pbx: HousePbx, floor: Floor
) -> None:
    call = await floor.ask()
    floor.control.close()
    async with manager(pbx) as other:
        fresh = await fresh_control(other)
        view = fresh.consult_of("801")
        await fresh.cancel(call)
        await floor.both_hear()
        fresh.close()

    assert view is not None
    assert (view.to, view.state) == ("802", "talking")


async def test_a_desk_that_comes_back_in_a_hold_can_end_it(pbx: HousePbx, floor: Floor) -> None:
    call = await floor.both_hear()
    await floor.control.hold(call, True)
    floor.control.close()
    async with manager(pbx) as other:
        fresh = await fresh_control(other)
        held = fresh.held("801")
        await fresh.hold(call, False)
        await floor.both_hear()
        fresh.close()

    assert held


async def test_a_desk_that_comes_back_while_an_agent_is_muted_knows_it_and_can_end_it(
    pbx: HousePbx, floor: Floor
) -> None:
    call = await floor.both_hear()
    await floor.control.mute(call, True)
    floor.control.close()
    async with manager(pbx) as other:
        fresh = await fresh_control(other)
        muted = fresh.muted(call.agent_channel)
        await fresh.mute(call, False)
        await floor.both_hear()
        unmuted = fresh.muted(call.agent_channel)
        after = await fresh_control(other)
        known = after.muted(call.agent_channel)
        fresh.close()
        after.close()

    assert (muted, unmuted, known) == (True, False, False)


async def fresh_control(ami: AmiClient) -> CallControl:
    """That of a desk which has just connected."""
    fresh = CallControl(ami)
    for resync in ami.on_up:
        await resync()
    return fresh
