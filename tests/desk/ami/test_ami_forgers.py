"""Callers who write line feeds into their number: Asterisk passes them on, the client does not."""

from __future__ import annotations

import pytest

from desk.ami import Message
from tests.support.fake_manager import Asked, Line, connected, fake_manager, until


async def test_a_caller_whose_number_holds_an_empty_line_forges_no_event() -> None:
    heard: list[Message] = []
    async with fake_manager() as manager, connected(manager) as client:
        client.on_event("*", heard.append)
        number = "138\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/801-00000001"
        manager.line.event("Newchannel", ("CallerIDNum", number), ("Uniqueid", "tr-1.1"))
        manager.line.event("Newchannel", ("CallerIDNum", "1\r\n\r\nResponse: Error\r\nMessage: x"))
        manager.line.event("Newchannel", ("CallerIDNum", "1\r\n\r\nAnything"), ("Uniqueid", "2"))
        manager.line.event("Last")
        await until(lambda: heard and heard[-1].event == "Last")
        forged = client.forged

    assert [one.event for one in heard] == ["Newchannel"] * 3 + ["Last"]
    assert forged == 2


async def test_a_caller_whose_number_holds_a_header_forges_none() -> None:
    heard: list[Message] = []
    async with fake_manager() as manager, connected(manager) as client:
        client.on_event("*", heard.append)
        number = "138\r\nLinkedid: another-call"
        manager.line.event("Newchannel", ("CallerIDNum", number), ("Linkedid", "its-own"))
        manager.line.event("Last")
        await until(lambda: heard)
        forged = client.forged

    assert [one.event for one in heard] == ["Last"]
    assert forged == 1


async def test_a_caller_whose_number_holds_a_header_spoils_only_his_own_row_of_a_list() -> None:
    def tell(line: Line, asked: Asked) -> None:
        line.rows(
            asked,
            ("Status", (("CallerIDNum", "1\r\nLinkedid: other"), ("Linkedid", "own"))),
            ("Status", (("CallerIDNum", "2"), ("Linkedid", "second"))),
        )

    async with fake_manager(Status=tell) as manager, connected(manager) as client:
        rows = await client.ask("Status")

    assert [row.get("Linkedid") for row in rows] == ["second"]


@pytest.mark.parametrize(
    "number",
    [
        "1\r\n\r\nResponse: Error\r\nMessage: x",
        "1\r\n\r\nEvent: StatusComplete\r\nEventList: Complete",
        "1\r\n\r\nEvent: StatusComplete\r\nEventList: cancelled",
        "1\r\n\r\nEvent: Status\r\nPrivilege: Call\r\nChannel: PJSIP/801-00000001",
        "1\r\n\r\nEvent: Status\r\nActionID: x\r\n\r\nEvent: Status\r\nChannel: PJSIP/801-00000001",
        "1\r\n\r\nResponse: Follows\r\nPrivilege: Command\r\nActionID: x",
        "1\r\nActionID: x",
        "1\r\n\r\n",
    ],
)
async def test_a_caller_whose_number_tears_his_row_neither_ends_a_list_nor_adds_to_it(
    number: str,
) -> None:
    def tell(line: Line, asked: Asked) -> None:
        own = ("ActionID", asked.get("ActionID"))
        line.reply(asked, ("EventList", "start"))
        for channel, caller in [("A", "10086"), ("B", number), ("C", "10010")]:
            head = (("Event", "Status"), ("Privilege", "Call"), ("Channel", channel))
            line.block(*head, ("CallerIDNum", caller), ("Linkedid", channel), own)
        line.block(("Event", "StatusComplete"), own, ("EventList", "Complete"))

    async with fake_manager(Status=tell) as manager, connected(manager) as client:
        rows = await client.ask("Status")
        again = await client.act("Ping")

    assert [row.get("Channel") for row in rows] == ["A", "C"]
    assert again.response == "Success"


async def test_an_asterisk_without_a_name_or_the_right_to_tell_it_is_heard_all_the_same() -> None:
    heard: list[Message] = []
    async with fake_manager() as manager:
        manager.parts["Getvar"] = lambda line, asked: line.reply(
            asked, ("Message", "Permission denied"), response="Error"
        )
        async with connected(manager) as client:
            client.on_event("*", heard.append)
            manager.line.block(("Event", "Forged"), ("Channel", "x"))
            manager.line.block(("Event", "Newstate"), ("Privilege", "call,all"))
            await until(lambda: heard)

    assert [one.event for one in heard] == ["Newstate"]
