"""The agent's built-in phone on a real Asterisk, headless: what each key does is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from softphone_panel.phone.built_in import BuiltInPhone
from softphone_panel.phone.ports import PhoneError
from softphone_panel.phone.stack import SipStack
from tests.support.floor import (
    CALL,
    VoicedPhone,
    floor_phones,
    on_duty,
    phone_of,
    queue_server,
    talk,
)
from tests.support.heard import read_wav, tone
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.sound_device import microphone_file
from tests.support.tones import AGENT_HZ, CALLER_HZ, all_hear, hears, until

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def agent(pbx: HousePbx) -> AsyncIterator[VoicedPhone]:
    """801, registered."""
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        yield phones["801"]


def contacts(pbx: HousePbx) -> str:
    return pbx.cli("pjsip show contacts")


async def test_a_phone_is_registered_once_and_no_more_after_it_is_closed(pbx: HousePbx) -> None:
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        assert phones["801"].phone.registered
        assert phones["801"].phone.trouble == ""
        assert contacts(pbx).count("801/sip:801@") == 1

    assert "801/sip:801@" not in contacts(pbx)


async def test_a_queue_call_rings_with_its_number_is_answered_and_both_hear_each_other(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    changes: list[tuple[bool, bool, str]] = []
    phone = agent.phone
    phone.on_change(lambda: changes.append((phone.ringing, phone.on_call, phone.call_ref)))
    async with talk(pbx, caller, agent):
        await all_hear((caller.heard, [AGENT_HZ]), (agent.ear, [CALLER_HZ]))
        heard, spoken = phone.heard_dbov, phone.spoken_dbov

    assert heard == pytest.approx(-20, abs=3)
    assert spoken == pytest.approx(-20, abs=1)
    assert changes == [(True, False, CALL), (False, True, CALL), (False, False, "")]


async def test_a_held_caller_hears_the_music_and_is_taken_back(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    music = read_wav(min((pbx.options.folder / "moh").glob("*.wav")))
    async with talk(pbx, caller, agent):
        await hears(caller.heard, AGENT_HZ)
        held_ms = caller.now_ms()
        await agent.phone.hold(True)
        assert agent.phone.on_hold
        await until(
            lambda: bool(caller.heard.find(music, since_ms=held_ms)), "hold music at the caller"
        )
        assert agent.phone.heard_dbov is None

        await agent.phone.hold(False)
        assert not agent.phone.on_hold
        await all_hear((caller.heard, [AGENT_HZ]), (agent.ear, [CALLER_HZ]))


async def test_a_muted_agent_is_silent_on_a_line_that_goes_on(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    async with talk(pbx, caller, agent):
        await hears(caller.heard, AGENT_HZ)
        await agent.phone.mute(True)
        assert agent.phone.muted
        await hears(caller.heard)
        packets = caller.heard.packets
        await until(lambda: caller.heard.packets > packets + 50, "a muted phone sends silence")
        await hears(agent.ear, CALLER_HZ)

        await agent.phone.mute(False)
        await hears(caller.heard, AGENT_HZ)


async def test_a_mute_ends_with_its_call(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    async with talk(pbx, caller, agent):
        await agent.phone.mute(True)

    assert not agent.phone.muted


async def test_hold_and_mute_together_end_apart(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    async with talk(pbx, caller, agent):
        await agent.phone.mute(True)
        await agent.phone.hold(True)
        await agent.phone.hold(False)
        assert agent.phone.muted
        await all_hear((caller.heard, []), (agent.ear, [CALLER_HZ]))

        await agent.phone.mute(False)
        await hears(caller.heard, AGENT_HZ)


async def test_keys_arrive_at_the_far_end(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    async with talk(pbx, caller, agent):
        await hears(caller.heard, AGENT_HZ)
        with pytest.raises(PhoneError) as refused:
            await agent.phone.send_keys("12A")
        await agent.phone.send_keys("19#")
        await until(lambda: caller.rtp.keys == "19#", "keys at the caller")

    assert refused.value.word == "bad_keys"


async def test_the_agent_hangs_up(pbx: HousePbx, caller: SipCaller, agent: VoicedPhone) -> None:
    async with talk(pbx, caller, agent):
        await hears(caller.heard, AGENT_HZ)
        await agent.phone.hang_up()
        assert not agent.phone.on_call
        await until(caller.hung_up.is_set, "the caller is hung up by the flow")


async def test_the_caller_hangs_up(pbx: HousePbx, caller: SipCaller, agent: VoicedPhone) -> None:
    async with talk(pbx, caller, agent):
        await hears(caller.heard, AGENT_HZ)
        caller.hang_up()
        await until(lambda: not agent.phone.on_call, "the phone notices")
        assert agent.phone.heard_dbov is None


async def test_a_call_turned_away_rings_no_more(
    pbx: HousePbx, caller: SipCaller, agent: VoicedPhone
) -> None:
    async with queue_server(pbx):
        await caller.invite()
        await until(lambda: agent.phone.ringing, "it rings")
        await agent.phone.hang_up()
        assert not agent.phone.ringing
        caller.hang_up()


async def test_what_cannot_be_done_is_said_in_a_word(agent: VoicedPhone) -> None:
    phone = agent.phone
    said = []
    for act in (phone.answer(), phone.hang_up(), phone.hold(True), phone.mute(True)):
        with pytest.raises(PhoneError) as refused:
            await act
        said.append(refused.value.word)

    assert said == ["not_ringing", "no_call", "no_call", "no_call"]


async def test_a_headset_is_heard_and_can_be_muted(
    pbx: HousePbx, caller: SipCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = microphone_file(tmp_path, tone(60_000, hz=1000.0, dbov=-20.0), monkeypatch)
    stack = SipStack("127.0.0.1")
    await stack.start()
    phone = BuiltInPhone(replace(phone_of(pbx, "801"), audio=device), stack)
    try:
        await phone.start()
        await until(lambda: phone.registered, "registered")
        async with queue_server(pbx), on_duty(pbx, "801"):
            await caller.invite()
            await until(lambda: phone.ringing, "it rings")
            await phone.answer()
            await hears(caller.heard, AGENT_HZ)
            await phone.mute(True)
            await hears(caller.heard)
            await phone.mute(False)
            await hears(caller.heard, AGENT_HZ)
            await phone.hold(True)
            await phone.hold(False)
            await hears(caller.heard, AGENT_HZ)
            await phone.hang_up()
    finally:
        await phone.close()
        await stack.close()


async def test_a_wrong_password_is_refused_and_said(pbx: HousePbx) -> None:
    stack = SipStack("127.0.0.1")
    await stack.start()
    phone = BuiltInPhone(replace(phone_of(pbx, "801"), password="wrong"), stack)  # noqa: S106
    try:
        await phone.start()
        await until(lambda: phone.trouble == "refused", "refused")
    finally:
        await phone.close()
        await stack.close()

    assert not phone.registered


class Way(asyncio.DatagramProtocol):
    """The network between a phone and the exchange, which a test can cut."""

    def __init__(self, exchange: int) -> None:
        self._exchange = ("127.0.0.1", exchange)
        self._ways: dict[tuple[str | int, int], asyncio.DatagramTransport] = {}
        self.cut = False
        self.near: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport) or transport
        self.near = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        if not self.cut:
            asyncio.get_running_loop().create_task(self._forth(data, addr))

    async def _forth(self, data: bytes, addr: tuple[str | int, int]) -> None:
        if addr not in self._ways:
            way, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Back(self, addr), remote_addr=self._exchange
            )
            self._ways.setdefault(addr, way)
        self._ways[addr].sendto(data)

    def back(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """From the exchange to the phone."""
        if not self.cut and self.near is not None:
            self.near.sendto(data, addr)

    def close(self) -> None:
        """Give all sockets back."""
        for way in self._ways.values():
            way.close()
        if self.near is not None:
            self.near.close()


class _Back(asyncio.DatagramProtocol):
    def __init__(self, way: Way, addr: tuple[str | int, int]) -> None:
        self._way, self._addr = way, addr

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._way.back(data, self._addr)


async def test_an_exchange_that_goes_away_and_comes_back_finds_the_phone_again(
    pbx: HousePbx,
) -> None:
    near, way = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Way(pbx.sip_port), local_addr=("127.0.0.1", 0)
    )
    way.cut = True
    stack = SipStack("127.0.0.1")
    await stack.start()
    port = near.get_extra_info("sockname")[1]
    phone = BuiltInPhone(replace(phone_of(pbx, "801", port=port), probe_s=0.5), stack)
    seen: list[tuple[bool, str]] = []
    phone.on_change(lambda: seen.append((phone.registered, phone.trouble)))
    try:
        await phone.start()
        await until(lambda: phone.trouble == "unreachable", "away from the start")
        way.cut = False
        await until(lambda: phone.registered, "registered once it is there", timeout_s=60)
        way.cut = True
        await until(lambda: not phone.registered, "seen to be away")
        assert phone.trouble == "unreachable"
        # What an Asterisk that was started afresh without its database knows.
        pbx.cli("database deltree registrar")
        way.cut = False
        await until(lambda: phone.registered, "registered again")
        await until(lambda: "801/sip:801@" in contacts(pbx), "the exchange knows it")
    finally:
        await phone.close()
        await stack.close()
        way.close()
        await asyncio.sleep(0.05)
