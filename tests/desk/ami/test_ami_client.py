"""The manager client: kept up, resynced, in order, and not to be fooled by a caller."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from desk.ami import AmiAddress, AmiClient, AmiGoneError, AmiRefusedError, AmiTimes, Message
from desk.ami import client as client_module
from desk.ami import session as session_module
from tests.support.fake_manager import (
    QUICK,
    SECRET,
    SYSTEM,
    USER,
    Asked,
    Line,
    connected,
    fake_manager,
    until,
)
from tests.support.free_ports import free_port
from tests.support.left_behind import nothing_left


async def test_start_returns_at_once_and_it_connects_when_asterisk_comes_up() -> None:
    port = free_port()
    client = AmiClient(AmiAddress("127.0.0.1", port, USER, SECRET), times=QUICK)
    async with nothing_left():
        await client.start()
        assert not await client.wait_up(0.1)
        assert client.trouble
        with pytest.raises(AmiGoneError, match="was not sent"):
            await client.act("Ping")
        async with fake_manager(port=port):
            assert await client.wait_up(5)
            assert client.version == "11.0.0"
            assert client.trouble == ""
            await client.stop()

    assert not client.up


async def test_an_asterisk_that_is_not_there_is_told_once_and_none_that_is_not_known() -> None:
    port = free_port()
    for at, lines in ((port, 1), (0, 0)):
        client = AmiClient(AmiAddress("127.0.0.1", at, USER, SECRET), times=QUICK)
        attempts = 0

        def attempt(client: AmiClient = client) -> bool:
            nonlocal attempts
            attempts += bool(client.trouble)
            client.trouble = ""
            return attempts > 3

        with capture_logs() as told:
            await client.start()
            await until(attempt)
            await client.stop()

        assert [one["event"] for one in told].count("ami.not_connected") == lines


async def test_what_changed_while_it_was_away_is_learnt_before_any_new_event() -> None:
    story: list[str] = []

    def tell(line: Line, asked: Asked) -> None:
        line.event("DuringResync")
        line.rows(asked, ("QueueParams", (("Queue", "support"),)))

    async with fake_manager(QueueStatus=tell) as manager:
        client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=QUICK)

        async def resync() -> None:
            assert not client.up
            rows = await client.ask("QueueStatus")
            await asyncio.sleep(0.05)
            story.append(f"resync {rows[0].get('Queue')}")

        client.on_up.append(resync)
        client.on_down.append(lambda: story.append("down"))
        client.on_event("*", lambda message: story.append(message.event))
        await client.start()
        assert await client.wait_up()
        manager.line.event("Later")
        await until(lambda: "Later" in story)
        manager.line.cut()
        await until(lambda: client.connections == 2 and client.up)
        await client.stop()

    assert story == [
        *("resync support", "DuringResync", "Later"),
        *("down", "resync support", "DuringResync"),
    ]


async def test_a_resync_that_gets_no_answer_tries_the_next_connection() -> None:
    async with fake_manager(QueueStatus=lambda _line, _asked: None) as manager:
        client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=QUICK)

        async def resync() -> None:
            await client.ask("QueueStatus", timeout_s=0.05)

        client.on_up.append(resync)
        await client.start()
        await until(lambda: client.connections >= 2)
        manager.parts["QueueStatus"] = lambda line, asked: line.rows(asked)
        assert await client.wait_up()
        await client.stop()


async def test_a_mistake_in_one_hook_does_not_keep_the_others_from_running() -> None:
    ran: list[str] = []

    async def wrong() -> None:
        raise KeyError("my own mistake")

    async def right() -> None:
        ran.append("right")

    def down() -> None:
        ran.append("down")
        raise KeyError("again")

    async with fake_manager() as manager, connected(manager) as client:
        client.on_up[:] = [wrong, right]
        client.on_down[:] = [down, lambda: ran.append("down too")]
        manager.line.cut()
        await until(lambda: client.connections == 2 and client.up)
        failures = client.failures

    assert ran == ["down", "down too", "right"]
    assert failures == 2


async def test_a_list_is_its_rows_and_other_events_in_between_go_their_own_way() -> None:
    def tell(line: Line, asked: Asked) -> None:
        own = ("ActionID", asked.get("ActionID"))
        line.reply(asked, ("EventList", "start"))
        line.block(("Event", "QueueMember"), own, ("Name", "801"))
        line.event("AgentCalled", ("Queue", "support"))
        line.block(("Event", "QueueMember"), own, ("Name", "802"))
        line.block(("Event", "QueueStatusComplete"), own, ("EventList", "Complete"))

    async with fake_manager(QueueStatus=tell) as manager, connected(manager) as client:
        heard: list[Message] = []
        client.on_event({"AgentCalled", "QueueMember"}, heard.append)
        rows = await client.ask("QueueStatus")

    assert [row.get("Name") for row in rows] == ["801", "802"]
    assert [one.event for one in heard] == ["AgentCalled"]
    assert heard[0].at == 1_795_337_152.5


async def test_a_list_may_be_empty_refused_cancelled_or_none_at_all() -> None:
    def cancelled(line: Line, asked: Asked) -> None:
        line.reply(asked, ("EventList", "start"))
        line.block(
            ("Event", "Done"), ("ActionID", asked.get("ActionID")), ("EventList", "cancelled")
        )

    async with fake_manager(Cancelled=cancelled) as manager, connected(manager) as client:
        manager.parts["Empty"] = lambda line, asked: line.rows(asked)
        manager.parts["Refused"] = lambda line, asked: line.reply(
            asked, ("Message", "Permission denied"), response="Error"
        )
        assert await client.ask("Empty") == []
        assert await client.ask("NoList") == []
        with pytest.raises(AmiRefusedError, match="Permission denied") as refused:
            await client.ask("Refused")
        with pytest.raises(AmiRefusedError, match="cancelled"):
            await client.ask("Cancelled")

    assert (refused.value.action, refused.value.text) == ("Refused", "Permission denied")


async def test_how_an_originate_ended_is_told_to_who_asked_and_to_nobody_else() -> None:
    def originate(line: Line, asked: Asked) -> None:
        line.reply(asked, ("Message", "Originate successfully queued"))
        line.event(
            "OriginateResponse", ("ActionID", asked.get("ActionID")), ("Response", "Failure")
        )

    async with fake_manager(Originate=originate) as manager, connected(manager) as client:
        heard: list[Message] = []
        client.on_event(["OriginateResponse"], heard.append)
        told = await client.follow("Originate", ("Channel", "x"), until="OriginateResponse")

    assert told.get("Response") == "Failure"
    assert heard == []


async def test_a_connection_that_answers_no_ping_is_given_up_and_made_anew() -> None:
    times = AmiTimes(2.0, 0.05, 0.05, 0.01, 0.05, 0.0)
    silent = fake_manager(Ping=lambda _line, _asked: None)
    async with silent as manager, connected(manager, times=times) as client:
        await until(lambda: client.connections >= 2)
        manager.parts["Ping"] = lambda line, asked: line.reply(asked, response="Pong")
        await until(lambda: client.up and len(manager.line.asked) > 6)

    assert len(manager.asked("Ping")) >= 2


async def test_what_waits_for_an_answer_is_told_at_once_that_the_line_is_gone() -> None:
    cutting = fake_manager(QueueStatus=lambda line, _asked: line.cut())
    async with cutting as manager, connected(manager) as client:
        with pytest.raises(AmiGoneError, match="not known"):
            await client.ask("QueueStatus", timeout_s=60)


async def test_an_asterisk_that_takes_nothing_more_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "MOST_UNSENT", 50_000)

    async def sleep(_line: Line, _asked: Asked) -> None:
        await asyncio.sleep(60)

    async with fake_manager(Stall=sleep) as manager, connected(manager) as client:
        waiting = [asyncio.create_task(client.act("Stall", timeout_s=20))]
        while not any(one.done() for one in waiting):
            acts = (client.act("Setvar", ("Value", "x" * 900), timeout_s=20) for _ in range(100))
            waiting += [asyncio.create_task(act) for act in acts]
            await asyncio.sleep(0)
        results = await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(result) for result in results} == {AmiGoneError}
    assert any("takes nothing more" in str(result) for result in results)


async def test_events_held_back_for_a_hook_that_never_ends_cannot_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "MOST_HELD", 100)

    def flood(line: Line, _asked: Asked) -> None:
        for _ in range(200):
            line.event("Newstate")

    async with fake_manager(QueueStatus=flood) as manager:
        client = AmiClient(AmiAddress("127.0.0.1", manager.port, USER, SECRET), times=QUICK)

        async def resync() -> None:
            await client.ask("QueueStatus", timeout_s=30)

        client.on_up.append(resync)
        await client.start()
        await until(lambda: client.connections >= 2)
        await client.stop()

    assert not client.up


async def test_a_taker_may_leave_and_join_while_an_event_is_given() -> None:
    heard: list[str] = []
    async with fake_manager() as manager, connected(manager) as client:

        def once(message: Message) -> None:
            heard.append(f"once {message.event}")
            leave()
            client.on_event(["Second"], lambda second: heard.append(f"joined {second.event}"))

        leave = client.on_event(["First", "Second"], once)
        client.on_event("*", lambda message: heard.append(f"all {message.event}"))
        manager.line.event("First")
        manager.line.event("Second")
        await until(lambda: len(heard) == 4)
        leave()

    assert heard == ["once First", "all First", "joined Second", "all Second"]


async def test_nothing_of_the_secret_is_shown_where_the_address_is() -> None:
    address = AmiAddress("127.0.0.1", 5038, USER, SECRET)

    assert SECRET not in repr(address)
    assert SYSTEM not in repr(Message(f"Event: X\r\nSystemName: {SYSTEM}"))


async def test_attempts_come_ever_more_slowly_up_to_the_longest_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr("desk.ami.client.random.uniform", lambda _low, high: high)
    monkeypatch.setattr("desk.ami.client.asyncio.sleep", sleep)
    client = AmiClient(AmiAddress("127.0.0.1", free_port(), USER, SECRET))
    await client.start()
    async with asyncio.timeout(5):
        while len(waits) < 9:
            await real_sleep(0.005)
    await client.stop()

    assert waits[:9] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
