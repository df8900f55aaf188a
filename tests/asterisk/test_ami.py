"""Our manager client on a real Asterisk: rights, lists, events, cuts, taps, transfers, forgers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import numpy as np
import pytest

from desk.ami import AmiAddress, AmiClient, AmiRefusedError, AmiTimes, Message
from desk.ami import actions as ami_actions
from desk.ami.channels import DeviceStatus, QueueMemberState
from desk.ami.listening import call_out, tap
from tests.support.floor import floor_phones, live_call, manager, on_duty, queue_server, talk
from tests.support.free_ports import free_port
from tests.support.pbx import HousePbx
from tests.support.sip_caller import SipCaller
from tests.support.tones import AGENT_HZ, CALLER_HZ, TARGET_HZ, hears, tones_in, until

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def ami(pbx: HousePbx) -> AsyncIterator[AmiClient]:
    async with manager(pbx) as client:
        yield client


async def member(ami: AmiClient, interface: str) -> QueueMemberState | None:
    """What the queue says of one of its members; None for a stranger."""
    (support,) = await ami_actions.queue_status(ami, "support")
    return next((one for one in support.members if one.interface == interface), None)


# -- rights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", (("Command", "core show channels"),)),
        ("GetConfig", (("Filename", "pjsip.conf"),)),
        ("PJSIPShowAuths", ()),
        ("DBGet", (("Family", "x"), ("Key", "y"))),
        ("MuteAudio", (("Channel", "x"), ("Direction", "in"), ("State", "on"))),
        ("CoreShowChannels", ()),
        ("MixMonitor", (("Channel", "x"), ("File", "/tmp/x.wav"))),
        ("ModuleLoad", (("LoadType", "reload"),)),
        ("DialplanExtensionAdd", (("Context", "cc-in"), ("Extension", "1"))),
        ("AGI", (("Channel", "x"), ("Command", "NOOP"))),
        ("UserEvent", (("UserEvent", "CCHangup"),)),
    ],
)
async def test_the_desk_may_not_do_what_it_has_no_need_of(
    ami: AmiClient, action: str, headers: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(AmiRefusedError, match="Permission denied"):
        await ami.act(action, *headers)


@pytest.mark.parametrize("application", ["System", "TrySystem", "AGI", "MixMonitor", "Exec"])
async def test_the_desk_may_begin_no_channel_that_runs_programs_or_writes_files(
    ami: AmiClient, application: str
) -> None:
    with pytest.raises(AmiRefusedError, match="blacklisted"):
        await ami.act(
            "Originate",
            ("Channel", "Local/1099@cc-in"),
            ("Application", application),
            ("Data", "x"),
        )


async def test_a_wrong_secret_is_told_with_what_to_do(pbx: HousePbx) -> None:
    client = AmiClient(AmiAddress("127.0.0.1", pbx.options.ami_port, "thirdring", "wrong"))
    await client.start()
    await until(lambda: bool(client.trouble), "it was refused")
    trouble = client.trouble
    await client.stop()

    assert "Authentication failed" in trouble
    assert "manager.conf" in trouble


# -- queues and channels ---------------------------------------------------------------------------


async def test_a_phone_joins_the_queue_and_pauses_with_a_reason(
    ami: AmiClient, pbx: HousePbx
) -> None:
    interface = "Local/899@cc-agents"
    assert await ami_actions.queue_add(ami, "support", interface, name="王小明", penalty=3)
    assert not await ami_actions.queue_add(ami, "support", interface)
    added = await member(ami, interface)
    await ami_actions.queue_pause(ami, interface, paused=True, reason="lunch", queue="support")
    paused = await member(ami, interface)
    await ami_actions.queue_pause(ami, interface, paused=False)
    await ami_actions.queue_penalty(ami, interface, 1003, queue="support")
    back = await member(ami, interface)
    pbx.cli(f"queue remove member {interface} from support")

    assert added is not None
    assert (added.name, added.penalty, added.paused, added.dynamic) == ("王小明", 3, False, True)
    assert paused is not None
    assert (paused.paused, paused.reason) == (True, "lunch")
    assert back is not None
    assert (back.paused, back.penalty) == (False, 1003)
    assert await member(ami, interface) is None


async def test_the_pause_of_a_stranger_is_refused_in_asterisks_words(ami: AmiClient) -> None:
    with pytest.raises(AmiRefusedError, match="Interface not found"):
        await ami_actions.queue_pause(ami, "PJSIP/nobody", paused=True)


async def test_a_live_channel_is_listed_asked_and_hung_up(
    ami: AmiClient, caller: SipCaller
) -> None:
    await caller.invite("1099", number="13912345678")
    (channel,) = await ami_actions.core_show_channels(ami)
    await ami_actions.set_var(ami, channel.name, "CC_CALL", "王 x=1")
    value = await ami_actions.get_var(ami, channel.name, "CC_CALL")
    assert await ami_actions.hang_up(ami, channel.name)
    await caller.listen(5)
    assert not await ami_actions.hang_up(ami, channel.name)

    assert caller.hung_up.is_set()
    assert channel.name.startswith("PJSIP/anonymous-")
    assert channel.linked_id == channel.unique_id
    assert (channel.state, channel.caller_number, channel.bridge_id) == ("Up", "13912345678", "")
    assert value == "王 x=1"
    assert await ami_actions.core_show_channels(ami) == ()


async def test_every_event_of_one_queue_call_comes_in_its_order_with_its_time(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    heard: list[Message] = []
    chain = ("QueueCallerJoin", "AgentCalled", "DialState", "DialEnd", "AgentConnect")
    ours = (*chain, "AgentComplete", "QueueCallerLeave", "BridgeEnter")
    # The dialplan tells the server by Local channels, which are dialled too.
    ami.on_event(
        ours,
        lambda one: None if one.get("DestChannel").startswith("Local/") else heard.append(one),
    )
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        async with talk(pbx, caller, phones["801"]):
            await until(lambda: [one.event for one in heard].count("BridgeEnter") >= 2, "they talk")
            (support,) = await ami_actions.queue_status(ami, "support")
        await until(lambda: any(one.event == "AgentComplete" for one in heard), "the end is told")

    names = [one.event for one in heard]
    assert [names.index(name) for name in chain] == sorted(names.index(name) for name in chain)
    ringing = next(one for one in heard if one.event == "DialState")
    answered = next(one for one in heard if one.event == "DialEnd")
    assert ringing.get("DialStatus") == "RINGING"
    assert answered.get("DialStatus") == "ANSWER"
    assert ringing.at is not None
    assert answered.at is not None
    assert 0 < answered.at - ringing.at < 30
    joined = heard[names.index("QueueCallerJoin")]
    connected = heard[names.index("AgentConnect")]
    assert connected.get("Linkedid") == joined.get("Linkedid") != ""
    assert connected.get("Interface") == "PJSIP/801"
    busy = next(one for one in support.members if one.interface == "PJSIP/801")
    assert (busy.status, busy.in_call) == (DeviceStatus.IN_USE, True)


async def test_a_caller_who_waits_is_seen_with_his_place(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    floor = floor_phones(pbx, agent_801=AGENT_HZ)
    async with floor as phones, queue_server(pbx), on_duty(pbx, "801"):
        await caller.invite(number="13912345678")
        await until(lambda: phones["801"].phone.ringing, "it rings")
        (support,) = await ami_actions.queue_status(ami, "support")
        caller.hang_up()
        await until(lambda: not phones["801"].phone.ringing, "it is still")

    (waiting,) = support.callers
    assert (waiting.position, waiting.caller_number) == (1, "13912345678")
    assert waiting.channel.startswith("PJSIP/anonymous-")


# -- cuts ------------------------------------------------------------------------------------------


class Cable:
    """A TCP way to the manager interface that can be cut for a while."""

    def __init__(self) -> None:
        self.port = 0
        self.whole = True
        self._wires: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Every connection breaks, and no new one gets through."""
        self.whole = False
        for wire in self._wires:
            wire.transport.abort()

    async def attend(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, both ways."""
        if not self.whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        self._wires |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._wires -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.transport.abort()


@asynccontextmanager
async def cable(pbx: HousePbx) -> AsyncIterator[Cable]:
    way = Cable()
    tasks: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(way.attend(pbx.options.ami_port, reader, writer))
        tasks.add(task)
        await asyncio.wait([task])

    server = await asyncio.start_server(attend, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    try:
        yield way
    finally:
        way.cut()
        server.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)


async def test_cut_off_for_seconds_it_learns_afterwards_what_it_missed(
    pbx: HousePbx, caller: SipCaller
) -> None:
    seen: list[tuple[bool, int]] = []
    async with cable(pbx) as way, floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        address = AmiAddress("127.0.0.1", way.port, "thirdring", pbx.password("ami"))
        client = AmiClient(address, times=AmiTimes(first_wait_s=0.2, longest_wait_s=1.0))

        async def resync() -> None:
            busy = await member(client, "PJSIP/801")
            channels = await ami_actions.core_show_channels(client)
            seen.append((busy is not None and busy.in_call, len(channels)))

        client.on_up.append(resync)
        downs: list[str] = []
        client.on_down.append(lambda: downs.append(client.trouble))
        async with talk(pbx, caller, phones["801"]):
            await hears(caller.heard, AGENT_HZ)
            await client.start()
            assert await client.wait_up()
            way.cut()
            await until(lambda: not client.up, "it knows that it is cut off")
            await asyncio.sleep(2)
            assert not client.up
            assert phones["801"].phone.on_call
        await until(lambda: "0 active channels" in pbx.cli("core show channels"), "all is over")
        way.whole = True
        assert await client.wait_up(10)
        await client.stop()

    assert seen == [(True, 2), (False, 0)]
    assert len(downs) == 1


# -- taps ------------------------------------------------------------------------------------------


class Ear:
    """An AudioSocket server that keeps what it hears."""

    def __init__(self) -> None:
        self.identity: UUID | None = None
        self.frames: list[bytes] = []
        self.over = asyncio.Event()

    def samples(self) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """Everything so far."""
        return np.frombuffer(b"".join(self.frames), np.int16)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tap."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(3)
                body = await reader.readexactly(int.from_bytes(head[1:], "big"))
                if head[0] == 0x01:
                    self.identity = UUID(bytes=body)
                elif head[0] == 0x10:
                    self.frames.append(body)
        self.over.set()
        writer.close()


async def test_a_tap_hears_the_caller_alone_all_the_time_and_ends_with_the_call(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    ear, identity = Ear(), uuid4()
    server = await asyncio.start_server(ear.attend, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        async with talk(pbx, caller, phones["801"]):
            call = await live_call(ami)
            tapped = await tap(ami, call.caller_channel, "127.0.0.1", port, identity)
            await hears(ear, CALLER_HZ)
            await hears(phones["801"].ear, CALLER_HZ)
        await asyncio.wait_for(ear.over.wait(), 10)
    server.close()

    assert tapped.channel.startswith("AudioSocket/")
    assert ear.identity == identity
    assert {len(frame) for frame in ear.frames} == {320}
    assert AGENT_HZ not in tones_in(ear.samples()[-1600:])


async def test_a_tap_without_a_server_is_refused_and_the_talk_goes_on(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    floor = floor_phones(pbx, agent_801=AGENT_HZ)
    async with floor as phones, talk(pbx, caller, phones["801"]):
        call = await live_call(ami)
        with pytest.raises(AmiRefusedError, match="could not be reached"):
            await tap(ami, call.caller_channel, "127.0.0.1", free_port(), uuid4())
        await hears(caller.heard, AGENT_HZ)
        assert phones["801"].phone.on_call


# -- calls to a phone ------------------------------------------------------------------------------


async def test_an_agents_phone_is_rung_and_dials_what_was_clicked(
    pbx: HousePbx, ami: AmiClient
) -> None:
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        phone = phones["801"]
        calling = asyncio.create_task(
            call_out(ami, "PJSIP/801", "cc-in", "1098", variables=(("__CC_CALL", "c2c-77"),))
        )
        await phone.pick_up()
        begun = await calling
        await hears(phone.ear, AGENT_HZ)
        reference = await ami_actions.get_var(ami, begun.channel, "CC_CALL")
        await ami_actions.hang_up(ami, begun.channel)
        await until(lambda: not phone.phone.on_call, "the phone is free")

    assert begun.channel.startswith("PJSIP/801-")
    assert reference == "c2c-77"


async def test_a_phone_that_nobody_picks_up_or_that_is_not_there_is_told_in_words(
    pbx: HousePbx, ami: AmiClient
) -> None:
    with pytest.raises(AmiRefusedError, match="not registered"):
        await call_out(ami, "PJSIP/802", "cc-in", "1098")
    async with floor_phones(pbx, agent_801=AGENT_HZ) as phones:
        with pytest.raises(AmiRefusedError, match="nobody picked up in time"):
            await call_out(ami, "PJSIP/801", "cc-in", "1098", wait_s=1.0)
        await until(lambda: not phones["801"].phone.ringing, "it is still")


async def test_a_channel_is_sent_to_another_place_in_the_dialplan(
    caller: SipCaller, ami: AmiClient
) -> None:
    await caller.invite("1099")
    (channel,) = await ami_actions.core_show_channels(ami)
    await ami_actions.redirect(ami, channel.name, "cc-in", "1098")
    (moved,) = await ami_actions.core_show_channels(ami)
    while moved.application != "Echo":
        await asyncio.sleep(0.05)
        (moved,) = await ami_actions.core_show_channels(ami)
    with pytest.raises(AmiRefusedError):
        await ami_actions.redirect(ami, "PJSIP/nobody-00000001", "cc-in", "1098")

    assert moved.unique_id == channel.unique_id


# -- transfers -------------------------------------------------------------------------------------


async def test_a_colleague_is_consulted_given_up_joined_by_all_and_left_the_call(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    async with floor_phones(pbx, agent_801=AGENT_HZ, agent_802=TARGET_HZ) as phones:
        first, second = phones["801"], phones["802"]
        async with talk(pbx, caller, first):
            call = await live_call(ami)
            await hears(first.ear, CALLER_HZ)

            await ami_actions.attended_transfer(ami, call.agent_channel, "cc-agents", "802")
            await second.pick_up()
            await hears(first.ear, TARGET_HZ)
            await ami_actions.cancel_transfer(ami, call.agent_channel)
            await hears(first.ear, CALLER_HZ)
            await until(lambda: not second.phone.on_call, "the colleague is free")

            await ami_actions.attended_transfer(ami, call.agent_channel, "cc-agents", "802")
            await second.pick_up()
            await hears(first.ear, TARGET_HZ)
            await ami_actions.three_way(ami, call.agent_channel)
            await hears(first.ear, CALLER_HZ, TARGET_HZ)
            await ami_actions.hang_up(ami, call.agent_channel)
            await hears(second.ear, CALLER_HZ)
            await hears(caller.heard, TARGET_HZ)
            await until(lambda: not first.phone.on_call, "the agent is free")
        await until(lambda: not second.phone.on_call, "the colleague is free again")


async def test_a_call_is_passed_on_blind_and_mute_is_silent(
    pbx: HousePbx, caller: SipCaller, ami: AmiClient
) -> None:
    async with floor_phones(pbx, agent_801=AGENT_HZ, agent_802=TARGET_HZ) as phones:
        async with talk(pbx, caller, phones["801"]):
            call = await live_call(ami)
            await hears(caller.heard, AGENT_HZ)
            await ami_actions.mute_audio(ami, call.agent_channel, on=True)
            await hears(caller.heard)
            await ami_actions.mute_audio(ami, call.agent_channel, on=False)
            await hears(caller.heard, AGENT_HZ)

            await ami_actions.blind_transfer(ami, call.agent_channel, "cc-agents", "802")
            await phones["802"].pick_up()
            await hears(caller.heard, TARGET_HZ)
            await until(lambda: not phones["801"].phone.on_call, "the agent is free")
        await until(lambda: not phones["802"].phone.on_call, "the colleague is free")


# -- hostile callers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "138%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aChannel%3a%20PJSIP/801-00000001",
        "1%0d%0a%0d%0aEvent%3a%20Forged%0d%0aPrivilege%3a%20call%0d%0aTimestamp%3a%201%0d%0aA%3a%20b",
        "138%0d%0aLinkedid%3a%20another",
        "138%0aEvent%3a%20Forged",
        "138%0d%0a%0d%0aResponse%3a%20Error%0d%0aMessage%3a%20x",
        "138%0d%0a%0d%0aEvent%3a%20Status%0d%0aPrivilege%3a%20Call%0d%0aChannel%3a%20PJSIP/801-1",
        "138%0d%0a%0d%0aEvent%3a%20StatusComplete%0d%0aEventList%3a%20Complete",
    ],
)
async def test_a_number_with_line_feeds_forges_no_event_and_no_header(
    caller: SipCaller, ami: AmiClient, number: str
) -> None:
    heard: list[Message] = []
    ami.on_event("*", heard.append)
    await caller.invite("1099", number=number)
    channels = await ami_actions.core_show_channels(ami)
    caller.hang_up()
    while await ami_actions.core_show_channels(ami):
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)

    assert heard
    assert "PJSIP/801-1" not in {one.name for one in channels}
    assert "Forged" not in {one.event for one in heard}
    assert {one.get("Channel") for one in heard if one.event == "Hangup"} <= {
        one.get("Channel") for one in heard if one.event == "Newchannel"
    }
    assert "another" not in {one.get("Linkedid") for one in heard}
    assert "another" not in {one.linked_id for one in channels}
    assert all(one.caller_number.isprintable() for one in channels)


async def test_a_caller_named_like_an_event_that_is_filtered_out_is_seen(
    caller: SipCaller, ami: AmiClient
) -> None:
    heard: list[Message] = []
    ami.on_event(["Newchannel"], heard.append)
    await caller.invite("1099", name="Event: LocalBridge")
    caller.hang_up()
    await until(lambda: bool(heard), "the call is seen")

    assert heard[0].get("CallerIDName") == "Event: LocalBridge"
