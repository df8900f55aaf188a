"""An Asterisk for speed: says what the real one was seen to say, does what is asked of queues."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from calls.call import EventSink
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import CallEvent
from calls.fact import Fact
from calls.floor.events import FloorEvent
from desk.ami.errors import AmiGoneError, AmiRefusedError
from desk.ami.message import Message

ASKS = "Local/10@cc-desk-consult-00000001;2"
"""The channel by which a colleague is asked."""


def block(name: str, *headers: tuple[str, object]) -> Message:
    return Message("\r\n".join([f"Event: {name}", *(f"{key}: {text}" for key, text in headers)]))


@dataclass(slots=True)
class Member:
    queue: str
    paused: bool = False
    reason: str = ""
    penalty: int = 0


@dataclass(slots=True)
class Leg:
    """An agent's channel."""

    name: str
    unique_id: str
    call: str
    state: str = "Down"
    application: str = "AppQueue"
    held: bool = False
    bridge: str = ""


@dataclass(slots=True)
class FakeSwitch:
    """Implements what a roster asks of `AmiClient`; the rest are a test's levers."""

    clock: ManualClock
    up: bool = True
    on_up: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    members: dict[str, list[Member]] = field(default_factory=dict)
    """By interface."""

    legs: dict[str, Leg] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    """What functions of no channel say."""

    functions: dict[tuple[str, str], str] = field(default_factory=dict)
    """What a channel's functions say."""

    entries: list[tuple[str, str, int]] = field(default_factory=list)
    """Queue, channel and position of who waits."""

    done: list[str] = field(default_factory=list)
    """Actions in order, in words."""

    gone: bool = False
    """Whether actions fail as on a lost connection."""

    stamp: str | None = None
    """Of events; None for the clock's."""

    while_looking: Callable[[], None] | None = None
    takers: list[tuple[frozenset[str], Callable[[Message], None]]] = field(default_factory=list)

    # -- AmiClient -----------------------------------------------------------------------------

    def on_event(
        self, names: Collection[str], take: Callable[[Message], None]
    ) -> Callable[[], None]:
        entry = (frozenset(names), take)
        self.takers.append(entry)
        return lambda: self.takers.remove(entry)

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        if self.gone:
            raise AmiGoneError("the connection is gone")
        told = dict(headers)
        interface, queue = told.get("Interface", ""), told.get("Queue", "")
        if action == "QueuePause":
            self._pause(interface, paused=told["Paused"] == "true", reason=told.get("Reason", ""))
        elif action == "QueuePenalty":
            self._penalty(interface, queue, int(told["Penalty"]))
        elif action == "QueueAdd":
            if queue == "nowhere":
                raise AmiRefusedError(action, "Unable to add interface to queue: No such queue")
            paused = told["Paused"] == "true"
            member = Member(queue, paused, told.get("Reason", ""), int(told["Penalty"]))
            self.members.setdefault(interface, []).append(member)
            self.done.append(f"add {interface} to {queue}")
        elif action == "Getvar":
            return self._value(told)
        return Message("Response: Success")

    def _value(self, told: Mapping[str, str]) -> Message:
        if "Channel" not in told:
            value = self.contacts.get(told["Variable"], "")
            return Message(f"Response: Success\r\nValue: {value}")
        function = self.functions.get((told["Channel"], told["Variable"]))
        if function is not None:
            return Message(f"Response: Success\r\nValue: {function}")
        leg = next((one for one in self.legs.values() if one.name == told["Channel"]), None)
        if leg is None:
            raise AmiRefusedError("Getvar", "No such channel")
        return Message(f"Response: Success\r\nValue: {int(leg.held)}")

    async def ask(
        self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0
    ) -> list[Message]:
        if self.gone:
            raise AmiGoneError("the connection is gone")
        rows = {
            "Status": self._status,
            "DeviceStateList": self._devices,
            "QueueStatus": self._queues,
        }
        found = rows[action]()
        if action == "Status" and self.while_looking is not None:
            happens, self.while_looking = self.while_looking, None
            happens()
        return found

    async def follow(
        self, action: str, *headers: tuple[str, str], until: str, timeout_s: float = 30.0
    ) -> Message:
        raise NotImplementedError

    # -- a test's levers -----------------------------------------------------------------------

    def emit(self, name: str, *headers: tuple[str, object]) -> None:
        stamp = f"{self.clock.monotonic_ms() / 1000:.6f}" if self.stamp is None else self.stamp
        message = block(name, *headers, ("Timestamp", stamp))
        for names, take in tuple(self.takers):
            if name in names:
                take(message)

    def member_of(self, number: str) -> Member:
        (member,) = self.members[f"PJSIP/{number}"]
        return member

    def dial(self, number: str, call: str, *, ring: bool = True) -> Leg:
        leg = Leg(f"PJSIP/{number}-{len(self.done):08x}", f"u-{number}-{call}", call)
        self.legs[leg.unique_id] = leg
        self._dial_event("DialBegin", leg)
        if ring:
            leg.state = "Ringing"
            self._dial_event("DialState", leg, "RINGING")
        return leg

    def answer(self, leg: Leg) -> None:
        leg.state = "Up"
        self._dial_event("DialEnd", leg, "ANSWER")

    def give_up(self, leg: Leg, status: str, cause: int = 0) -> None:
        self._dial_event("DialEnd", leg, status)
        self._dial_event("DialEnd", leg, "CANCEL")
        self.hang_up(leg, cause)

    def hang_up(self, leg: Leg, cause: int = 16) -> None:
        del self.legs[leg.unique_id]
        self.emit("Hangup", ("Channel", leg.name), ("Uniqueid", leg.unique_id), ("Cause", cause))

    def hold(self, leg: Leg, on: bool) -> None:
        leg.held = on
        what = "Hold" if on else "Unhold"
        self.emit(what, ("Channel", leg.name), ("Uniqueid", leg.unique_id))

    def consult(self, number: str, call: str) -> Leg:
        """A colleague's phone is asked about a call, and picks up."""
        leg = self.rings_to_ask(number, call)
        self.is_asked(leg)
        return leg

    def rings_to_ask(self, number: str, call: str) -> Leg:
        """It rings there."""
        leg = Leg(f"PJSIP/{number}-{0xC0 + len(self.legs):08x}", f"u-{number}-asked", call)
        self.legs[leg.unique_id] = leg
        self._dial_event("DialBegin", leg, by=ASKS)
        self._dial_event("DialState", leg, "RINGING", by=ASKS)
        return leg

    def is_asked(self, leg: Leg) -> None:
        """It is picked up."""
        self._dial_event("DialEnd", leg, "ANSWER", by=ASKS)
        leg.state = "Up"

    def transferred(self, leg: Leg, *, how: str = "Bridge", result: str = "Success") -> None:
        """Whoever asked has ended it by Asterisk's means."""
        self.emit(
            "AttendedTransfer",
            ("Result", result),
            ("OrigTransfererUniqueid", leg.unique_id),
            ("DestType", how),
        )

    def device(self, number: str, state: str) -> None:
        self.phones[f"PJSIP/{number}"] = state
        self.emit("DeviceStateChange", ("Device", f"PJSIP/{number}"), ("State", state))

    async def connect(self) -> None:
        """A connection of before is lost, a new one there."""
        self.gone = False
        for hook in tuple(self.on_up):
            await hook()

    # -- inside --------------------------------------------------------------------------------

    def _dial_event(self, name: str, leg: Leg, status: str = "", *, by: str = "") -> None:
        self.emit(
            name,
            ("Channel", by or f"PJSIP/anonymous-{leg.call}"),
            ("ChanVariable", f"CC_CALL={leg.call}"),
            ("Linkedid", f"l-{leg.call}"),
            ("DestChannel", leg.name),
            ("DestUniqueid", leg.unique_id),
            ("DestChanVariable", f"CC_CALL={leg.call}"),
            ("DialStatus", status),
        )

    def _pause(self, interface: str, *, paused: bool, reason: str) -> None:
        for member in self.members.get(interface, ()):
            member.paused, member.reason = paused, reason if paused else ""
        self.done.append(f"pause {interface} {reason}" if paused else f"unpause {interface}")

    def _penalty(self, interface: str, queue: str, penalty: int) -> None:
        for member in self.members[interface]:
            if member.queue == queue:
                member.penalty = penalty
        self.done.append(f"penalty {interface} {penalty}")

    def _status(self) -> list[Message]:
        rows = []
        for leg in self.legs.values():
            rows += [
                block(
                    "Status",
                    ("Channel", leg.name),
                    ("Uniqueid", leg.unique_id),
                    ("Linkedid", f"l-{leg.call}"),
                    ("ChannelStateDesc", leg.state),
                    ("Application", leg.application),
                    ("BridgeID", leg.bridge),
                    ("Seconds", 3),
                    ("Variable", f"CC_CALL={leg.call}"),
                ),
                block(
                    "Status",
                    ("Channel", f"PJSIP/anonymous-{leg.call}"),
                    ("Uniqueid", f"l-{leg.call}"),
                    ("Linkedid", f"l-{leg.call}"),
                    ("ChannelStateDesc", "Up"),
                    ("Application", "Queue"),
                    ("Variable", f"CC_CALL={leg.call}"),
                ),
            ]
        return rows

    def _devices(self) -> list[Message]:
        return [
            block("DeviceStateChange", ("Device", device), ("State", state))
            for device, state in self.phones.items()
        ]

    def _queues(self) -> list[Message]:
        queues = {member.queue for members in self.members.values() for member in members}
        params = [block("QueueParams", ("Queue", queue)) for queue in queues]
        members = [
            block(
                "QueueMember",
                ("Queue", member.queue),
                ("Location", interface),
                ("Paused", int(member.paused)),
                ("PausedReason", member.reason),
                ("Penalty", member.penalty),
            )
            for interface, members in self.members.items()
            for member in members
        ]
        entries = [
            block(
                "QueueEntry",
                ("Queue", queue),
                ("Channel", channel),
                ("Uniqueid", f"u-{channel}"),
                ("Position", position),
                ("Wait", 12),
            )
            for queue, channel, position in self.entries
        ]
        return params + members + entries


class ListLedger(EventSink):
    """A ledger that remembers, and can be told to refuse."""

    def __init__(self) -> None:
        self.floor: list[FloorEvent] = []
        self.late: list[tuple[str, Fact]] = []
        self.refuses = False

    def append(self, event: CallEvent) -> None:
        raise NotImplementedError

    def append_floor(self, event: FloorEvent) -> None:
        self._may()
        self.floor.append(event)

    def append_late(self, call_id: str, fact: Fact) -> None:
        self._may()
        self.late.append((call_id, fact))

    async def durable(self) -> None:
        self._may()

    def of(self, agent: str, kind: str = "state") -> list[FloorEvent]:
        return [event for event in self.floor if (event.agent, event.kind) == (agent, kind)]

    def states(self, agent: str) -> list[str]:
        return [event.data["state"] for event in self.of(agent)]

    def _may(self) -> None:
        if self.refuses:
            raise LedgerError("the disk is full")
