"""Who may be on whose call, what is kept of it, and what an agent sees; without an Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, cast

import pytest

from calls.clock import ManualClock
from calls.floor.events import FloorEvent
from calls.floor.states import SpyMode
from desk.ami import AmiClient, AmiGoneError, AmiRefusedError, Message
from desk.control import ControlError, LiveCall
from desk.supervision.asides import Asides
from desk.supervision.spying import Spies

SPY_CHANNEL = "PJSIP/803-00000009"


def event(name: str, **headers: str) -> Message:
    return Message("\r\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]))


class Ami:
    """What `Spies` uses of the client; the supervisor picks up when `picks_up` is set."""

    def __init__(self) -> None:
        self.on_up: list[Callable[[], Awaitable[None]]] = []
        self.acts: list[tuple[str, dict[str, str]]] = []
        self.sent: list[tuple[tuple[str, str], ...]] = []
        self.channels: list[dict[str, str]] = []
        self.variables: dict[str, str] = {}
        self.picks_up = asyncio.Event()
        self.picks_up.set()
        self.fails: Exception | None = None
        self.refused = ""
        self._takers: list[Callable[[Message], None]] = []

    def on_event(
        self, names: Collection[str], take: Callable[[Message], None]
    ) -> Callable[[], None]:
        self._takers.append(take)
        return lambda: self._takers.remove(take)

    def tell(self, message: Message) -> None:
        for take in self._takers:
            take(message)

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        if self.fails is not None:
            raise self.fails
        if action == self.refused:
            raise AmiRefusedError(action, "no")
        self.acts.append((action, dict(headers)))
        self.sent.append(headers)
        if action == "Getvar":
            return Message(
                f"Response: Success\r\nValue: {self.variables[dict(headers)['Channel']]}"
            )
        return Message("Response: Success")

    async def ask(self, action: str, *headers: tuple[str, str], **_: Any) -> list[Message]:
        return [event("Status", **row) for row in self.channels]

    async def follow(self, action: str, *headers: tuple[str, str], **_: Any) -> Message:
        if self.fails is not None:
            raise self.fails
        self.acts.append((action, dict(headers)))
        self.sent.append(headers)
        await self.picks_up.wait()
        return event("OriginateResponse", Response="Success", Channel=SPY_CHANNEL, Uniqueid="1.9")


class Floor:
    """801 and 802 talk, 803 and 804 supervise."""

    def __init__(self, *, shown: bool = True, asides: Asides | None = None) -> None:
        self.ami = Ami()
        self.clock = ManualClock()
        self.kept: list[FloorEvent] = []
        self.changed: list[str] = []
        self.calls = {number: self.call(number) for number in ("801", "802")}
        self.spies = Spies(
            cast("AmiClient", self.ami),
            self,
            call_of=lambda number: self.calls.get(number),
            is_supervisor=lambda number: number in {"803", "804"},
            shown=shown,
            asides=asides,
            clock=self.clock,
            phone_of={"803": "PJSIP/803", "804": "Local/804@cc-nailed/nm"}.__getitem__,
        )
        self.spies.on_change.append(self.changed.append)

    @staticmethod
    def call(number: str, count: int = 1) -> LiveCall:
        return LiveCall(
            call_id=f"call-{number}",
            agent=number,
            agent_channel=f"PJSIP/{number}-0000000{count}",
            caller_channel="PJSIP/carrier-00000000",
        )

    def append_floor(self, fact: FloorEvent) -> None:
        self.kept.append(fact)

    def facts(self) -> list[tuple[str, str]]:
        return [(fact.agent, fact.kind) for fact in self.kept]


async def word_of(order: Awaitable[None]) -> str:
    with pytest.raises(ControlError) as refused:
        await order
    return refused.value.word


async def test_what_is_kept_says_who_whom_when_how_and_how_long() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    floor.clock.advance_ms(4000)
    await floor.spies.order("803", "801", SpyMode.WHISPER)
    floor.clock.advance_ms(2000)
    floor.ami.tell(event("Hangup", Channel=SPY_CHANNEL))

    assert [(fact.kind, fact.data) for fact in floor.kept] == [
        ("spy_began", {"by": "803", "call_id": "call-801", "mode": "listen"}),
        ("spy_moved", {"by": "803", "call_id": "call-801", "mode": "whisper"}),
        ("spy_ended", {"by": "803", "call_id": "call-801", "lasted_ms": 6000}),
    ]
    assert {fact.agent for fact in floor.kept} == {"801"}
    assert floor.changed == ["801"] * 3


@pytest.mark.parametrize(
    ("shown", "mode", "seen"),
    [
        (True, SpyMode.LISTEN, ("803",)),
        (False, SpyMode.LISTEN, ()),
        (False, SpyMode.WHISPER, ()),
        (False, SpyMode.BARGE, ("803",)),
    ],
)
async def test_an_agent_sees_what_the_house_lets_be_seen(
    shown: bool, mode: SpyMode, seen: tuple[str, ...]
) -> None:
    floor = Floor(shown=shown)
    await floor.spies.order("803", "801", mode)

    assert floor.spies.listeners("801") == seen
    assert [one.number for one in floor.spies.watchers("801")] == ["803"]
    assert floor.spies.listeners("802") == ()


async def test_a_supervisor_moves_from_one_agent_to_the_next() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    await floor.spies.order("803", "802", SpyMode.BARGE)

    assert floor.facts() == [("801", "spy_began"), ("801", "spy_ended"), ("802", "spy_began")]
    assert floor.spies.watchers("801") == ()
    assert [(one.number, one.mode) for one in floor.spies.watchers("802")] == [
        ("803", SpyMode.BARGE)
    ]


async def test_the_same_agents_next_call_is_another_one() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    floor.calls["801"] = floor.call("801", count=2)
    await floor.spies.order("803", "801", SpyMode.LISTEN)

    assert [kind for _, kind in floor.facts()] == ["spy_began", "spy_ended", "spy_began"]
    assert ("Variable", "CC_SPIED=PJSIP/801-00000002") in floor.ami.sent[-1]


class Recorded(Asides):
    """Recordings in memory, told by name."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def begin(self, call_id: str) -> str:
        self.told.append(f"begins {call_id}")
        return f"{call_id}-s{len(self.told)}"

    def begun(self, recording: str) -> None:
        self.told.append(f"writes {recording}".strip())

    def end(self, recording: str, problem: str = "") -> None:
        if recording:
            self.told.append(f"ends {recording} {problem}".strip())


def written(floor: Floor) -> list[str]:
    """What the dialplan was told to write, with each mode."""
    return [one["Value"] for name, one in floor.ami.acts if one.get("Variable") == "CC_ASIDE"]


async def test_a_supervisor_is_recorded_only_while_somebody_may_hear() -> None:
    asides = Recorded()
    floor = Floor(asides=asides)
    for mode in (SpyMode.LISTEN, SpyMode.WHISPER, SpyMode.BARGE, SpyMode.LISTEN, SpyMode.BARGE):
        await floor.spies.order("803", "801", mode)
    floor.ami.tell(event("Hangup", Channel=SPY_CHANNEL))

    first, second = "call-801-s1", "call-801-s5"
    assert written(floor) == [first, first, "", second]
    assert asides.told == [
        "begins call-801",
        f"writes {first}",
        "writes",
        f"ends {first}",
        "begins call-801",
        f"writes {second}",
        f"ends {second}",
    ]


async def test_a_whisper_that_asterisk_refuses_leaves_a_listener_who_is_not_recorded() -> None:
    asides = Recorded()
    floor = Floor(asides=asides)
    floor.ami.refused = "Redirect"
    assert await word_of(floor.spies.order("803", "801", SpyMode.WHISPER)) == "refused"

    assert asides.told[-1].startswith("ends call-801-s1 the supervisor's phone")
    assert floor.kept[-1].data["mode"] == "listen"
    assert [(one.number, one.mode) for one in floor.spies.watchers("801")] == [
        ("803", SpyMode.LISTEN)
    ]


async def test_the_same_mode_again_is_nothing_new() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    await floor.spies.order("803", "801", SpyMode.LISTEN)

    assert [kind for _, kind in floor.facts()] == ["spy_began"]


async def test_until_the_phone_is_picked_up_nobody_listens() -> None:
    floor = Floor()
    floor.ami.picks_up.clear()
    ordering = asyncio.create_task(floor.spies.order("803", "801", SpyMode.LISTEN))
    await asyncio.sleep(0)

    assert floor.spies.watchers("801") == ()
    assert await word_of(floor.spies.order("803", "801", SpyMode.BARGE)) == "no_phone"
    floor.ami.picks_up.set()
    await ordering
    assert floor.facts() == [("801", "spy_began")]


async def test_what_asterisk_refuses_leaves_no_trace() -> None:
    floor = Floor()
    floor.ami.fails = AmiRefusedError("Originate", "it is busy")
    assert await word_of(floor.spies.order("803", "801", SpyMode.LISTEN)) == "no_phone"
    floor.ami.fails = AmiGoneError("gone")
    assert await word_of(floor.spies.order("803", "801", SpyMode.LISTEN)) == "pbx_away"

    assert floor.kept == []
    assert floor.spies.watchers("801") == ()


async def test_who_left_while_asterisk_was_away_is_recorded_on_its_return() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    floor.clock.advance_ms(9000)
    for resync in floor.ami.on_up:
        await resync()

    assert [(fact.kind, fact.data.get("lasted_ms")) for fact in floor.kept][-1] == (
        "spy_ended",
        9000,
    )


async def test_who_is_still_there_stays_and_a_stranger_is_ended_and_recorded() -> None:
    floor = Floor()
    await floor.spies.order("803", "801", SpyMode.LISTEN)
    stranger = "PJSIP/804-00000003"
    floor.ami.channels = [
        {"Channel": SPY_CHANNEL, "Application": "ChanSpy", "Data": "PJSIP/801-1,qESdu"},
        {
            "Channel": stranger,
            "Application": "ChanSpy",
            "Data": "PJSIP/802-00000001,BqESdu",
            "Seconds": "65",
        },
        {"Channel": "AudioSocket/127.0.0.1:1-x", "Application": "ChanSpy"},
    ]
    floor.ami.variables["PJSIP/802-00000001"] = "call-802"
    for resync in floor.ami.on_up:
        await resync()

    assert ("Hangup", {"Channel": stranger, "Cause": "16"}) in floor.ami.acts
    assert sum(action == "Hangup" for action, _ in floor.ami.acts) == 1
    assert floor.facts() == [("801", "spy_began"), ("802", "spy_ended")]
    assert floor.kept[-1].data == {"by": "804", "call_id": "call-802", "lasted_ms": 65_000}


async def test_a_supervisor_on_a_line_is_rung_there_and_known_by_it_to_the_next_desk() -> None:
    floor = Floor()
    await floor.spies.order("804", "801", SpyMode.LISTEN)
    begun = [told["Channel"] for action, told in floor.ami.acts if action == "Originate"]
    assert begun == ["Local/804@cc-nailed/nm"]

    after = Floor()
    pair = "Local/804@cc-nailed-00000007"
    after.ami.channels = [
        {"Channel": f"{pair};1", "Application": "ChanSpy", "Data": "PJSIP/802-00000001,BqESdu"},
        {"Channel": f"{pair};2", "Application": "AgentRequest", "Data": "804"},
    ]
    after.ami.variables["PJSIP/802-00000001"] = "call-802"
    for resync in after.ami.on_up:
        await resync()
    assert ("Hangup", {"Channel": f"{pair};1", "Cause": "16"}) in after.ami.acts
    assert (after.facts(), after.kept[-1].data["by"]) == ([("802", "spy_ended")], "804")


async def test_a_line_that_is_not_at_rest_yet_is_tried_again_and_not_without_end() -> None:
    floor = Floor()
    floor.ami.fails = AmiRefusedError("Originate", "it is busy")
    order = asyncio.create_task(floor.spies.order("804", "801", SpyMode.LISTEN))
    await asyncio.sleep(0.05)
    assert not order.done()
    floor.ami.fails = None
    await order
    assert floor.facts() == [("801", "spy_began")]

    await floor.spies.order("804", "801", None)
    floor.ami.fails = AmiRefusedError("Originate", "it is busy")
    order = asyncio.create_task(floor.spies.order("804", "801", SpyMode.LISTEN))
    await asyncio.sleep(0.05)
    floor.clock.advance_ms(8000)
    assert await word_of(order) == "no_phone"


async def test_only_supervisors_and_only_on_others() -> None:
    floor = Floor()

    assert await word_of(floor.spies.order("802", "801", SpyMode.LISTEN)) == "not_supervisor"
    assert await word_of(floor.spies.order("803", "804", SpyMode.LISTEN)) == "no_call_there"
    assert await word_of(floor.spies.order("803", "801", None)) == "no_call_there"
    floor.calls["803"] = floor.call("803")
    assert await word_of(floor.spies.order("803", "801", SpyMode.LISTEN)) == "own_call"
