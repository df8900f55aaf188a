"""Eighteen known ways in which a manager client goes wrong, M1 to M18: none of them is ours."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import re
import ssl
import threading
import warnings
from contextlib import suppress
from uuid import UUID

import pytest

from desk.ami import AmiAddress, AmiClient, AmiGoneError, AmiHeaderError, AmiTimes, Message
from desk.ami import wire as wire_module
from desk.ami.listening import call_out, spy, tap
from tests.support.fake_manager import (
    CHALLENGE,
    QUICK,
    SECRET,
    USER,
    Asked,
    FakeManager,
    Line,
    connected,
    fake_manager,
    until,
)
from tests.support.left_behind import nothing_left


async def heard_by(line_does: object, *, last: str = "Last") -> list[Message]:
    """What a client hears of what a line does, up to a last event."""
    heard: list[Message] = []
    async with fake_manager() as manager, connected(manager) as client:
        client.on_event("*", heard.append)
        assert callable(line_does)
        line_does(manager.line)
        manager.line.event(last)
        await until(lambda: heard and heard[-1].event == last)
        assert client.connections == 1
    return heard


async def up_again(client: AmiClient, count: int) -> None:
    """Until the client is through with its login number `count`."""
    await until(lambda: client.connections == count and client.up)


async def connected_times(manager: FakeManager, count: int) -> None:
    """Until so many connections came."""
    await until(lambda: len(manager.lines) >= count)


async def test_m1_an_event_with_channel_variables_does_not_end_the_reading() -> None:
    def does(line: Line) -> None:
        line.event("Newchannel", ("ChanVariable", "a=1"), ("ChanVariable", "b=2"))
        line.event("Newchannel", ("ChanVariable(PJSIP/801-1)", "a=1"))

    first, second, _ = await heard_by(does)

    assert first.all("ChanVariable") == ["a=1", "b=2"]
    assert second.get("ChanVariable(PJSIP/801-1)") == "a=1"


async def test_m2_the_secret_is_in_no_action_and_every_action_has_an_id_of_its_own() -> None:
    async with fake_manager() as manager, connected(manager) as client:
        for _ in range(20):
            await client.act("QueuePause", ("Interface", "PJSIP/801"))
        sent, asked = bytes(manager.line.received), list(manager.line.asked)

    assert SECRET.encode() not in sent
    assert b"Secret" not in sent
    assert len({one.get("ActionID") for one in asked}) == len(asked) > 20
    for one in asked[4:]:
        assert [name for name, _ in one.pairs] == ["Action", "ActionID", "Interface"]


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\0"])
async def test_m3_a_line_feed_in_a_value_or_a_name_injects_nothing(bad: str) -> None:
    evil = f"x{bad}Action: Command{bad}Command: core stop now{bad}{bad}"
    async with fake_manager() as manager, connected(manager) as client:
        before = len(manager.line.received)
        for header in [("Reason", evil), (evil, "x"), (f"Reason{bad}", "x")]:
            with pytest.raises(AmiHeaderError):
                await client.act("QueuePause", header)
        with pytest.raises(AmiHeaderError):
            await client.ask(f"QueueStatus{bad}Queue: x")
        with pytest.raises(AmiHeaderError):
            await client.follow("Originate", ("Data", evil), until="OriginateResponse")
        await client.act("Ping")
        sent = bytes(manager.line.received[before:])

    assert re.fullmatch(rb"Action: Ping\r\nActionID: \S+\r\n\r\n", sent)


async def test_m4_actions_from_many_tasks_arrive_whole_at_a_slow_reader() -> None:
    async def slowly(line: Line, asked: Asked) -> None:
        await asyncio.sleep(0.001)
        line.reply(asked, ("Echo", asked.get("Value")))

    async with fake_manager(Setvar=slowly) as manager, connected(manager) as client:
        values = [f"{number}-" + "v" * 900 for number in range(300)]
        replies = await asyncio.gather(
            *(client.act("Setvar", ("Value", value), timeout_s=30) for value in values)
        )
        asked = manager.asked("Setvar")

    assert [reply.get("Echo") for reply in replies] == values
    assert [one.get("Value") for one in asked] == values
    assert all(len(one.pairs) == 3 for one in asked)


async def test_m5_answers_in_any_order_reach_who_asked_and_none_is_waited_for_in_vain() -> None:
    waiting: list[Asked] = []

    def backwards(line: Line, asked: Asked) -> None:
        waiting.append(asked)
        if len(waiting) == 10:
            for one in reversed(waiting):
                line.reply(one, ("Value", one.get("Variable")))

    server = fake_manager(Status=backwards, Stuck=lambda _line, _asked: None)
    async with server as manager, connected(manager) as client:
        names = [f"v{number}" for number in range(10)]
        replies = await asyncio.gather(
            *(client.act("Status", ("Variable", name)) for name in names)
        )
        with pytest.raises(AmiGoneError, match=r"did not answer Stuck within 0\.05 s"):
            await client.act("Stuck", timeout_s=0.05)
        late = manager.asked("Stuck")[0]
        manager.line.reply(late, ("Message", "too late"))
        assert (await client.act("Ping")).response == "Success"

    assert [reply.get("Value") for reply in replies] == names


async def test_m6_many_events_come_by_few_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    feed = wire_module.BlockReader.feed

    def counted(reader: wire_module.BlockReader, data: bytes) -> list[Message]:
        reads.append(len(data))
        return feed(reader, data)

    monkeypatch.setattr(wire_module.BlockReader, "feed", counted)

    def does(line: Line) -> None:
        for number in range(5000):
            line.event("Newstate", ("Channel", f"PJSIP/801-{number:08x}"), ("ChannelState", "6"))

    heard = await heard_by(does)

    assert [one.get("Channel") for one in heard[:-1]] == [
        f"PJSIP/801-{number:08x}" for number in range(5000)
    ]
    assert len(reads) < 500


async def test_m7_bytes_that_are_no_utf8_are_neither_dropped_nor_shown() -> None:
    name = b"\xc4\xfa\xba\xc3 \xff".decode("utf-8", "surrogateescape")
    first, _ = await heard_by(lambda line: line.event("Newchannel", ("CallerIDName", name)))

    assert first.raw("CallerIDName").encode("utf-8", "surrogateescape") == b"\xc4\xfa\xba\xc3 \xff"
    assert first.get("CallerIDName") == "\ufffd\ufffd\ufffd\ufffd \ufffd"
    first.get("CallerIDName").encode("utf-8")


async def test_m8_a_caller_named_like_the_begin_of_a_list_freezes_nobody() -> None:
    def tell(line: Line, asked: Asked) -> None:
        line.event("Newchannel", ("CallerIDName", "status will follow"))
        line.reply(asked, ("Message", "Channel status will follow"))
        line.event("Newchannel", ("CallerIDName", "EventList: start"))

    async with fake_manager(Hangup=tell) as manager, connected(manager) as client:
        heard: list[Message] = []
        client.on_event(["Newchannel"], heard.append)
        reply = await client.act("Hangup", timeout_s=2)
        await until(lambda: len(heard) == 2)

    assert reply.get("Message") == "Channel status will follow"


async def test_m9_every_line_of_a_commands_output_is_kept_in_both_ways_of_writing_it() -> None:
    lines = ["Channel  State", "  PJSIP/801-1: Up", "", "1 active channel"]

    def new(line: Line, asked: Asked) -> None:
        line.reply(asked, ("Message", "Output follows"), *(("Output", one) for one in lines))

    def old(line: Line, asked: Asked) -> None:
        head = "Response: Follows\r\nPrivilege: Command\r\nActionID: " + asked.get("ActionID")
        line.send((head + "\r\n" + "\n".join(lines) + "\n--END COMMAND--\r\n\r\n").encode())
        line.event("After")

    async with fake_manager(New=new, Old=old) as manager, connected(manager) as client:
        after: list[Message] = []
        client.on_event(["After"], after.append)
        assert (await client.act("New")).all("Output") == lines
        assert (await client.act("Old")).all("output") == lines
        await until(lambda: after)


async def test_m10_a_connection_that_breaks_anywhere_is_marked_down_without_an_exception() -> None:
    wrong: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: wrong.append(told))
    async with fake_manager() as manager, connected(manager) as client:
        downs: list[bool] = []
        client.on_down.append(lambda: downs.append(client.up))
        for number, last_words in enumerate(
            [b"", b"Event: Newchan", b"Event: A\r\n\r", b"\xff\r\n"]
        ):
            manager.line.send(last_words)
            await asyncio.sleep(0.02)
            manager.line.cut()
            await up_again(client, number + 2)
    gc.collect()
    await asyncio.sleep(0)

    assert downs == [False] * 4
    assert wrong == []


async def test_m11_blocks_that_are_no_messages_are_passed_over_one_by_one() -> None:
    def does(line: Line) -> None:
        line.send(b"\r\n\r\n\r\nnonsense\r\n\r\n: \r\n\r\n:::\r\nEvent\r\n\r\nEvent:\r\n\r\n")
        line.send(b"\x00\xff\xfe\r\n\r\nResponse\r\n\r\nResponse: \r\nActionID: unknown-1\r\n\r\n")

    heard = await heard_by(does)

    assert [one.event for one in heard] == ["Last"]


async def test_m12_a_taker_that_fails_costs_no_other_taker_and_no_later_event() -> None:
    heard: list[str] = []

    def wrong(_message: Message) -> None:
        raise RuntimeError("my own mistake")

    async with fake_manager() as manager, connected(manager) as client:
        client.on_event(["Newchannel"], wrong)
        client.on_event(["Newchannel"], lambda message: heard.append(message.event))
        for _ in range(3):
            manager.line.event("Newchannel")
        await until(lambda: len(heard) == 3)
        failures = client.failures

    assert failures == 3


async def test_m13_it_connects_again_by_itself_and_may_be_started_after_a_stop() -> None:
    async with fake_manager() as manager, connected(manager) as client:
        resyncs: list[int] = []

        async def resync() -> None:
            await client.ask("QueueStatus")
            resyncs.append(client.connections)

        client.on_up.append(resync)
        for count in range(2, 5):
            manager.line.cut()
            await up_again(client, count)
        await client.start()
        assert len(manager.lines) == 4
        await client.stop()
        await client.stop()
        with pytest.raises(AmiGoneError):
            await client.act("Ping")
        await client.start()
        assert await client.wait_up()
        assert (await client.act("Ping")).response == "Success"

    assert resyncs == [2, 3, 4, 5]


async def test_m14_a_silent_port_is_left_in_time_and_ipv6_and_tls_are_spoken() -> None:
    impatient = AmiTimes(0.1, 10.0, 5.0, 0.02, 0.05, 0.0)
    async with fake_manager() as manager:
        manager.banner = None
        client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=impatient)
        await client.start()
        await until(lambda: len(manager.lines) >= 3)
        assert client.trouble == "no answer in time"
        manager.banner = b"Asterisk Call Manager/11.0.0\r\n"
        assert await client.wait_up()
        await client.stop()
    with suppress(OSError):  # a machine without IPv6
        async with fake_manager(host="::1") as manager:
            client = AmiClient(AmiAddress("::1", manager.port, USER, SECRET), times=QUICK)
            await client.start()
            assert await client.wait_up()
            await client.stop()
    async with fake_manager(tls=anonymous_tls(ssl.PROTOCOL_TLS_SERVER)) as manager:
        context = anonymous_tls(ssl.PROTOCOL_TLS_CLIENT)
        address = AmiAddress("127.0.0.1", manager.port, USER, SECRET, context)
        client = AmiClient(address, times=QUICK)
        await client.start()
        assert await client.wait_up()
        await client.stop()


def anonymous_tls(side: int) -> ssl.SSLContext:
    """TLS without a certificate, which saves the tests from having one."""
    context = ssl.SSLContext(side)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    return context


async def test_m15_stop_waits_for_no_peer_and_leaves_nothing_open() -> None:
    async def deaf(_line: Line, _asked: Asked) -> None:
        await asyncio.sleep(60)

    async with nothing_left(), fake_manager(Ping=deaf, Logoff=deaf) as manager:
        client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=QUICK)
        await client.start()
        assert await client.wait_up()
        asking = asyncio.create_task(client.act("Ping", timeout_s=60))
        await asyncio.sleep(0.02)
        async with asyncio.timeout(2):
            await client.stop()
        with pytest.raises(AmiGoneError):
            await asking

    assert not hasattr(AmiClient, "__del__")


async def test_m16_login_is_by_challenge_asks_for_its_events_and_takes_only_success_for_yes() -> (
    None
):
    async with fake_manager() as manager, connected(manager):
        challenge, login = manager.line.asked[:2]
        key = hashlib.md5((CHALLENGE + SECRET).encode(), usedforsecurity=False).hexdigest()
        assert (challenge.get("AuthType"), login.get("AuthType")) == ("MD5", "MD5")
        assert (login.get("Username"), login.get("Key")) == (USER, key)
        assert login.get("Events") == "call,agent,user"
    for response in ("Error", "Maybe", "", "Follows", "Goodbye"):
        async with fake_manager() as manager:

            def answer(line: Line, asked: Asked, response: str = response) -> None:
                line.reply(asked, ("Message", "no"), response=response)

            manager.parts["Login"] = answer
            client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=QUICK)
            await client.start()
            await connected_times(manager, 2)
            assert not client.up
            assert client.connections == 0
            assert client.trouble
            await client.stop()


async def test_m17_nothing_warns_and_no_thread_is_begun() -> None:
    threads = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with fake_manager() as manager, connected(manager) as client:
            await client.ask("QueueStatus")
            assert threading.active_count() == threads
            manager.line.cut()
            await until(lambda: client.connections == 2)
        gc.collect()


async def test_m18_an_originate_has_just_what_was_asked_for() -> None:
    def picked_up(line: Line, asked: Asked) -> None:
        line.reply(asked)
        own = ("ActionID", asked.get("ActionID"))
        line.event("OriginateResponse", own, ("Response", "Success"), ("Channel", "C-1"))

    identity = UUID("12345678-1234-5678-1234-567812345678")
    async with fake_manager(Originate=picked_up) as manager, connected(manager) as client:
        tapped = await tap(client, "PJSIP/carrier-00000007", "127.0.0.1", 4100, identity)
        await spy(client, "PJSIP/803", "PJSIP/801-00000008")
        await call_out(client, "PJSIP/801", "cc-agents", "802", variables=(("A", "1"), ("B", "2")))
        with pytest.raises(AmiHeaderError):
            await tap(client, "PJSIP/801,wB", "127.0.0.1", 4100, identity)
        sent = [one.pairs for one in manager.asked("Originate")]

    assert tapped.channel == "C-1"
    assert [pairs[2:] for pairs in sent] == [
        [
            ("Channel", f"AudioSocket/127.0.0.1:4100/{identity}/c(slin)"),
            ("Application", "ChanSpy"),
            ("Data", "PJSIP/carrier-00000007,oqESu"),
            ("Async", "true"),
            ("Timeout", "5000"),
        ],
        [
            ("Channel", "PJSIP/803"),
            ("Context", "cc-desk-spy"),
            ("Exten", "s"),
            ("Priority", "1"),
            ("Variable", "CC_SPIED=PJSIP/801-00000008"),
            ("Variable", "CC_SPY=qESdu"),
            ("Async", "true"),
            ("Timeout", "20000"),
        ],
        [
            ("Channel", "PJSIP/801"),
            ("Context", "cc-agents"),
            ("Exten", "802"),
            ("Priority", "1"),
            ("Variable", "A=1"),
            ("Variable", "B=2"),
            ("Async", "true"),
            ("Timeout", "20000"),
        ],
    ]
