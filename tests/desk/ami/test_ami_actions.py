"""What each act of the desk sends, and how what Asterisk says of queues and channels is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from calls.floor.states import SpyMode
from desk.ami import AmiClient, AmiRefusedError, actions
from desk.ami.channels import DeviceStatus
from desk.ami.listening import spy, spy_again, switch_spy, tap, whisper_audio
from tests.support.fake_manager import Asked, Line, connected, fake_manager

AGENT = "PJSIP/801-00000008"
IDENTITY = UUID("12345678-1234-5678-1234-567812345678")
Act = Callable[[AmiClient], Awaitable[object]]


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        (
            lambda ami: actions.queue_add(ami, "support", "PJSIP/801", name="王", reason="lunch"),
            "QueueAdd Queue=support Interface=PJSIP/801 StateInterface=PJSIP/801 MemberName=王 "
            "Penalty=0 Paused=false Reason=lunch",
        ),
        (
            lambda ami: actions.queue_pause(ami, "PJSIP/801", paused=True, reason="break"),
            "QueuePause Interface=PJSIP/801 Paused=true Reason=break",
        ),
        (
            lambda ami: actions.queue_penalty(ami, "PJSIP/801", 1000, queue="support"),
            "QueuePenalty Interface=PJSIP/801 Penalty=1000 Queue=support",
        ),
        (lambda ami: actions.hang_up(ami, AGENT), f"Hangup Channel={AGENT} Cause=16"),
        (
            lambda ami: actions.mute_audio(ami, AGENT, on=True),
            f"Setvar Channel={AGENT} Variable=MUTEAUDIO(in) Value=on",
        ),
        (
            lambda ami: actions.mix_monitor_mute(ami, AGENT, on=False),
            f"MixMonitorMute Channel={AGENT} Direction=both State=0",
        ),
        (
            lambda ami: actions.redirect(ami, AGENT, "hold", "1", also="PJSIP/x-1"),
            f"Redirect Channel={AGENT} Context=hold Exten=1 Priority=1 ExtraChannel=PJSIP/x-1 "
            "ExtraContext=hold ExtraExten=1 ExtraPriority=1",
        ),
        (
            lambda ami: actions.blind_transfer(ami, AGENT, "cc-agents", "802"),
            f"BlindTransfer Channel={AGENT} Context=cc-agents Exten=802",
        ),
        (
            lambda ami: actions.attended_transfer(ami, AGENT, "cc-agents", "802"),
            f"Atxfer Channel={AGENT} Context=cc-agents Exten=802",
        ),
        (lambda ami: actions.cancel_transfer(ami, AGENT), f"CancelAtxfer Channel={AGENT}"),
        (
            lambda ami: actions.three_way(ami, AGENT),
            f"PlayDTMF Channel={AGENT} Digit=* Duration=100 Receive=true + "
            f"PlayDTMF Channel={AGENT} Digit=3 Duration=100 Receive=true",
        ),
        (
            lambda ami: actions.play_dtmf(ami, AGENT, "7"),
            f"PlayDTMF Channel={AGENT} Digit=7 Duration=100 Receive=false",
        ),
        (
            lambda ami: switch_spy(ami, "PJSIP/803-1", SpyMode.WHISPER),
            "PlayDTMF Channel=PJSIP/803-1 Digit=5 Duration=100 Receive=true",
        ),
        (
            lambda ami: spy(ami, "PJSIP/803", AGENT, SpyMode.BARGE, caller_id="<801>"),
            "Originate Channel=PJSIP/803 Context=cc-desk-spy Exten=s Priority=1 "
            f"Variable=CC_SPIED={AGENT} Variable=CC_SPY=BqESdu CallerID=<801> "
            "Async=true Timeout=20000",
        ),
        (
            lambda ami: spy_again(ami, "PJSIP/803-1", SpyMode.WHISPER, "call-1-s1"),
            "Setvar Channel=PJSIP/803-1 Variable=CC_SPY Value=wqESdu + "
            "Setvar Channel=PJSIP/803-1 Variable=CC_ASIDE Value=call-1-s1 + "
            "Redirect Channel=PJSIP/803-1 Context=cc-desk-spy Exten=s Priority=1",
        ),
        (
            lambda ami: whisper_audio(ami, AGENT, "127.0.0.1", 4100, IDENTITY),
            f"Originate Channel=AudioSocket/127.0.0.1:4100/{IDENTITY}/c(slin) Application=ChanSpy "
            f"Data={AGENT},wqESu Async=true Timeout=5000",
        ),
        (
            lambda ami: tap(ami, AGENT, "127.0.0.1", 4100, IDENTITY, both=True),
            f"Originate Channel=AudioSocket/127.0.0.1:4100/{IDENTITY}/c(slin) Application=ChanSpy "
            f"Data={AGENT},qESu Async=true Timeout=5000",
        ),
    ],
)
async def test_each_act_sends_just_what_asterisk_needs_of_it(act: Act, sent: str) -> None:
    def picked_up(line: Line, asked: Asked) -> None:
        line.reply(asked)
        own = ("ActionID", asked.get("ActionID"))
        line.event("OriginateResponse", own, ("Response", "Success"), ("Channel", "C-1"))

    async with fake_manager(Originate=picked_up) as manager, connected(manager) as client:
        before = len(manager.line.asked)
        await act(client)
        asked = manager.line.asked[before:]

    told = [" ".join((one.action, *(f"{k}={v}" for k, v in one.pairs[2:]))) for one in asked]
    assert " + ".join(told) == sent


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda ami: actions.queue_add(ami, "q", "PJSIP/801"), "Unable to add: Already there"),
        (lambda ami: actions.hang_up(ami, AGENT), "No such channel"),
    ],
)
async def test_what_is_so_already_is_no_error_and_any_other_refusal_is(act: Act, text: str) -> None:
    words = [text, "Permission denied"]

    def refuse(line: Line, asked: Asked) -> None:
        line.reply(asked, ("Message", words.pop(0)), response="Error")

    server = fake_manager(QueueAdd=refuse, Hangup=refuse)
    async with server as manager, connected(manager) as client:
        assert await act(client) is False
        with pytest.raises(AmiRefusedError, match="Permission denied"):
            await act(client)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("3", "nobody picked up in time"),
        ("5", "it is busy"),
        ("77", "reason 77"),
        ("", "reason -1"),
    ],
)
async def test_why_a_phone_was_not_reached_is_said_in_words(reason: str, words: str) -> None:
    def fail(line: Line, asked: Asked) -> None:
        line.reply(asked)
        own = ("ActionID", asked.get("ActionID"))
        line.event("OriginateResponse", own, ("Response", "Failure"), ("Reason", reason))

    async with fake_manager(Originate=fail) as manager, connected(manager) as client:
        with pytest.raises(AmiRefusedError, match=words):
            await spy(client, "PJSIP/803", AGENT)


async def test_queues_are_read_with_their_members_and_callers() -> None:
    def tell(line: Line, asked: Asked) -> None:
        line.rows(
            asked,
            ("QueueParams", (("Queue", "support"), ("Strategy", "rrmemory"), ("Holdtime", "7"))),
            (
                "QueueMember",
                (
                    *(("Queue", "support"), ("Name", "801"), ("Location", "PJSIP/801")),
                    *(("Status", "6"), ("Paused", "1"), ("PausedReason", "lunch")),
                    *(("InCall", "0"), ("Membership", "dynamic"), ("Penalty", "1000")),
                ),
            ),
            ("QueueMember", (("Queue", "other"), ("Location", "PJSIP/802"), ("Status", "99"))),
            (
                "QueueEntry",
                (
                    *(("Queue", "support"), ("Position", "1"), ("Channel", "PJSIP/x-1")),
                    *(("Wait", "12"), ("CallerIDNum", "<unknown>"), ("CallerIDName", "\x1b[2J王")),
                ),
            ),
            ("QueueParams", (("Queue", "other"),)),
        )

    async with fake_manager(QueueStatus=tell) as manager, connected(manager) as client:
        support, other = await actions.queue_status(client, "support")
        assert manager.asked("QueueStatus")[0].get("Queue") == "support"

    (member,), (caller,) = support.members, support.callers
    assert (support.name, support.strategy, support.hold_s) == ("support", "rrmemory", 7)
    assert (member.status, member.paused, member.reason) == (DeviceStatus.RINGING, True, "lunch")
    assert (member.in_call, member.dynamic, member.penalty) == (False, True, 1000)
    assert (caller.position, caller.waited_s, caller.caller_number) == (1, 12, "")
    assert caller.caller_name == "\ufffd[2J王"
    assert other.members[0].status is DeviceStatus.UNKNOWN
    assert other.callers == ()


async def test_channels_and_variables_are_read() -> None:
    def channels(line: Line, asked: Asked) -> None:
        row = (
            *(("Channel", AGENT), ("ChannelStateDesc", "Up"), ("Uniqueid", "2"), ("Linkedid", "1")),
            *(("CallerIDNum", "801"), ("ConnectedLineNum", "<unknown>"), ("BridgeID", "b-1")),
            *(("Application", "Queue"), ("Data", "support,t"), ("Seconds", "61")),
        )
        line.rows(asked, ("Status", row))

    server = fake_manager(Status=channels)
    async with server as manager, connected(manager) as client:
        (channel,) = await actions.core_show_channels(client)
        value = await actions.get_var(client, AGENT, "SYSTEMNAME")

    assert (channel.name, channel.linked_id, channel.bridge_id) == (AGENT, "1", "b-1")
    assert (channel.application, channel.data, channel.lasted_s) == ("Queue", "support,t", 61)
    assert (channel.caller_number, channel.connected_number) == ("801", "")
    assert value == "tr5060"
