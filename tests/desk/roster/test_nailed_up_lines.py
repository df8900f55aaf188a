"""The desk's work on lines that stand, against a manager that only notes what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from types import SimpleNamespace
from typing import Any, cast

import pytest

from calls.clock import ManualClock
from calls.floor.states import AgentState
from desk.ami.client import AmiClient
from desk.ami.message import Message
from desk.ami.nailed_up import agent_of, device, interface, pair_of
from desk.roster.lines import Line, Lines, interface_of
from desk.roster.nailed_up import NailedLines
from desk.roster.rings import UNREACHABLE
from desk.roster.roster import Roster
from desk.roster.status import RosterAgent
from tests.desk.roster.fake_switch import FakeSwitch, ListLedger, Member

LINE = "PJSIP/801-00000001"
PAIR = "Local/801@cc-nailed-00000003"


def event(name: str, **headers: str) -> Message:
    return Message("\r\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]))


class Manager:
    """Implements what `NailedLines` needs of `AmiClient`."""

    def __init__(self) -> None:
        self.on_up: list[Callable[[], Awaitable[None]]] = []
        self.acts: list[str] = []
        self.rows: dict[str, list[Message]] = {"Status": [], "DeviceStateList": []}
        self._takers: list[tuple[Collection[str], Callable[[Message], None]]] = []

    def on_event(
        self, names: Collection[str], take: Callable[[Message], None]
    ) -> Callable[[], None]:
        taker = (names, take)
        self._takers.append(taker)
        return lambda: self._takers.remove(taker)

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        told = dict(headers)
        self.acts.append(f"{action} {told.get('Channel', '')} {told.get('Digit', '')}".strip())
        return event("")

    async def follow(
        self, action: str, *headers: tuple[str, str], until: str, timeout_s: float = 30.0
    ) -> Message:
        told = dict(headers)
        self.acts.append(f"{action} {told['Channel']} {told['Exten']}@{told['Context']}")
        await asyncio.sleep(0)
        return Message("Event: OriginateResponse\r\nResponse: Success\r\nChannel: " + LINE)

    async def ask(
        self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0
    ) -> list[Message]:
        return self.rows[action]

    async def tell(self, told: Message) -> None:
        for names, take in tuple(self._takers):
            if told.event in names:
                take(told)
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Floor:
    """One agent with a line, another without."""

    def __init__(self) -> None:
        self.manager = Manager()
        self.states = {"801": AgentState.READY, "802": AgentState.READY}
        self.changed: list[str] = []
        self.roster = SimpleNamespace(
            changed=[], status=lambda agent: SimpleNamespace(state=self.states[agent])
        )
        ami = cast(AmiClient, cast(Any, self.manager))
        roster = cast(Roster, cast(Any, self.roster))
        self.lines = NailedLines(ami, roster, ["801"], self.changed.append)
        self.lines.start()

    async def stands(self) -> None:
        await self.manager.tell(event("AgentLogin", Agent="801", Channel=LINE))

    async def is_offered(self, *, taken: bool, rings: bool = True) -> None:
        """A call to the line comes and goes."""
        dial = {"Channel": "PJSIP/carrier-00000001", "DestChannel": f"{PAIR};1"}
        if rings:
            await self.manager.tell(event("DialState", **dial, DialStatus="RINGING"))
        status = "ANSWER" if taken else "CANCEL"
        await self.manager.tell(event("DialEnd", **dial, DialStatus=status))
        for end in ("1", "2"):
            await self.manager.tell(event("Hangup", Channel=f"{PAIR};{end}"))


@pytest.fixture
async def floor() -> Floor:
    return Floor()


async def test_a_phone_is_called_once_and_not_while_it_rings_or_its_line_stands(
    floor: Floor,
) -> None:
    floor.lines.call("801")
    floor.lines.call("801")
    floor.lines.call("802")
    await settle()
    await floor.stands()
    floor.lines.call("801")
    await settle()

    assert floor.manager.acts == ["Originate PJSIP/801 801@cc-nailed-up"]
    assert floor.changed == ["801"]
    assert floor.lines.stands("801")
    assert not floor.lines.stands("802")


async def test_only_where_a_line_stands_the_desk_answers(floor: Floor) -> None:
    assert not await floor.lines.answer("801")
    await floor.stands()

    assert await floor.lines.answer("801")
    assert not await floor.lines.answer("802")
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"]


async def test_a_call_of_the_desks_own_comes_by_the_line_and_is_taken_at_once(floor: Floor) -> None:
    assert floor.lines.phone_of("801") == "PJSIP/801"
    await floor.stands()
    assert (floor.lines.phone_of("801"), floor.lines.phone_of("802")) == (
        interface("801"),
        "PJSIP/802",
    )
    ringing = {"DestChannel": f"{PAIR};1", "DialStatus": "RINGING"}
    await floor.manager.tell(event("DialState", Channel="PJSIP/carrier-00000001", **ringing))
    assert floor.manager.acts == []

    await floor.manager.tell(event("DialState", **ringing))
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"]


async def test_an_offer_that_nobody_took_is_let_go_and_a_talk_ends_by_itself(floor: Floor) -> None:
    await floor.stands()
    await floor.is_offered(taken=True)
    # The line was busy: to press the key would take another call that rings there.
    await floor.is_offered(taken=False, rings=False)
    assert floor.manager.acts == []

    await floor.is_offered(taken=False)
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"]


async def test_who_signs_out_has_the_line_hung_up_and_who_does_so_before_it_stands_too(
    floor: Floor,
) -> None:
    await floor.stands()
    floor.states["801"] = AgentState.SIGNED_OUT
    for tell in floor.roster.changed:
        tell("801")
    await settle()
    assert floor.manager.acts == [f"Hangup {LINE}"]
    assert not floor.lines.stands("801")

    await floor.stands()
    assert floor.manager.acts == [f"Hangup {LINE}"] * 2


async def test_a_desk_that_comes_later_finds_the_line_and_frees_it_of_a_caller_who_is_gone(
    floor: Floor,
) -> None:
    (resync,) = floor.manager.on_up
    floor.manager.rows["Status"] = [
        event("Status", Channel=LINE, Application="AgentLogin", Data="801,s")
    ]
    floor.manager.rows["DeviceStateList"] = [
        event("DeviceStateChange", Device="Agent:801", State="INUSE")
    ]
    await resync()
    assert floor.lines.stands("801")
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"]

    floor.manager.rows["Status"].append(
        event("Status", Channel=f"{PAIR};2", Application="AgentRequest", ChannelStateDesc="Up")
    )
    await resync()
    await floor.is_offered(taken=False, rings=False)  # its answer was before our time
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"]

    floor.manager.rows["Status"].append(
        event("Status", Channel=f"{PAIR};1", Application="AppQueue", ChannelStateDesc="Ringing")
    )
    await resync()
    await floor.is_offered(taken=False, rings=False)  # it began to ring before
    assert floor.manager.acts == [f"PlayDTMF {LINE} #"] * 2
    await floor.lines.close()
    assert floor.manager.on_up == floor.roster.changed == []


def test_names_of_a_line_lead_to_its_agent_and_no_others() -> None:
    agent = RosterAgent(number="801", nailed_up=True)
    plain = RosterAgent(number="802")

    assert (agent.member, agent.device) == (interface("801"), device("801"))
    assert (plain.member, plain.prefix, plain.device) == ("PJSIP/802",) * 3
    assert interface_of(f"{PAIR};1") == agent.prefix
    assert interface_of(f"{PAIR};2") != agent.prefix
    assert pair_of(f"{PAIR};2") == ("801", PAIR)
    assert agent_of(f"{PAIR};1") == agent_of(LINE) == "801"
    for stranger in ("PJSIP/anonymous-00000001", "Local/10@cc-desk-consult-00000001;1", ""):
        assert (agent_of(stranger), pair_of(stranger)) == ("", None)


class Sink:
    """What the line tells."""

    def __init__(self) -> None:
        self.holds: list[bool] = []

    def rings(self, line: Line) -> None: ...

    def answered(self, line: Line) -> None: ...

    def unanswered(self, line: Line, result: str) -> None: ...

    def held(self, line: Line, on: bool) -> None:
        self.holds.append(on)

    def handed_over(self, line: Line) -> None: ...

    def off(self, line: Line) -> None: ...


def test_a_hold_by_the_phone_on_its_line_is_one_of_the_call_at_its_ear() -> None:
    sink = Sink()
    prefixes = {RosterAgent(number="801", nailed_up=True).prefix: "801"}
    lines = Lines(prefixes, sink, ManualClock(), nailed_up={"PJSIP/801": "801"})
    hold = event("Hold", Channel=LINE, Uniqueid="t-1.0")
    assert lines.agent_of(hold) is None
    dial = {
        "Channel": "PJSIP/carrier-00000000",
        "DestChannel": f"{PAIR};1",
        "DestUniqueid": "t-1.1",
        "Linkedid": "t-1.2",
    }
    lines.take(event("DialBegin", **dial))
    lines.take(event("DialEnd", **dial, DialStatus="ANSWER"))

    assert lines.agent_of(hold) == "801"
    lines.take(hold)
    lines.take(event("Unhold", Channel=LINE, Uniqueid="t-1.0"))
    assert sink.holds == [True, False]
    lines.take(event("Hold", Channel="PJSIP/802-00000009", Uniqueid="t-9.0"))
    assert sink.holds == [True, False]


@pytest.mark.parametrize(
    ("cause", "state", "reason"),
    [
        (20, AgentState.NOT_READY, "unreachable"),  # the line went down
        (17, AgentState.READY, ""),  # it has a supervisor's listening in
    ],
)
async def test_a_line_that_goes_down_or_is_busy_is_no_call_that_its_agent_missed(
    cause: int, state: AgentState, reason: str
) -> None:
    clock, ledger = ManualClock(), ListLedger()
    switch = FakeSwitch(clock)
    agent = RosterAgent(number="801", queues=("support",), nailed_up=True)
    switch.members[agent.member] = [Member("support")]
    switch.phones[agent.device] = "NOT_INUSE"
    roster = Roster([agent], cast(Any, switch), ledger, clock)
    await roster.start()
    try:
        await switch.connect()
        roster.ready("801")
        dial = (
            ("Channel", "PJSIP/carrier-00000000"),
            ("DestChannel", f"{PAIR};1"),
            ("DestUniqueid", "t-1.1"),
            ("Linkedid", "t-1.2"),
        )
        switch.emit("DialBegin", *dial)
        switch.emit("DialState", *dial, ("DialStatus", "RINGING"))
        assert roster.status("801").state is AgentState.RINGING
        switch.emit("DialEnd", *dial, ("DialStatus", "NOANSWER"))
        switch.emit("Hangup", ("Channel", f"{PAIR};1"), ("Uniqueid", "t-1.1"), ("Cause", cause))

        status = roster.status("801")
        assert (status.state, status.reason) == (state, reason)
        assert roster.wants_calls("801")
        assert [one.data["result"] for one in ledger.of("801", "offer")] == [UNREACHABLE]
    finally:
        await roster.stop()
