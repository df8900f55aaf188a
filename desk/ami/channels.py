"""What the manager interface tells of channels and queues, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from desk.ami.message import Message


class DeviceStatus(IntEnum):
    """State of a queue member's device, as `QueueMember` and `QueueMemberStatus` number it.

    Source: enum ast_device_state of Asterisk.
    """

    UNKNOWN = 0
    IDLE = 1
    IN_USE = 2
    BUSY = 3
    INVALID = 4
    UNAVAILABLE = 5
    """No phone is registered."""

    RINGING = 6
    RINGING_IN_USE = 7
    ON_HOLD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChannel:
    """One channel that exists now."""

    name: str
    unique_id: str
    linked_id: str
    """The same for all channels that belong to one caller's call, through every transfer."""

    state: str
    """`Down`, `Ring`, `Ringing`, `Up` and so on."""

    application: str
    data: str
    """Of the application; holds what callers wrote."""

    context: str
    """Of the dialplan."""

    caller_number: str
    connected_number: str
    account: str
    bridge_id: str
    """Empty when it is in none."""

    lasted_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMemberState:
    """One member of one queue."""

    queue: str
    interface: str
    """`PJSIP/801`."""

    name: str
    status: DeviceStatus
    paused: bool
    reason: str
    """Of the pause."""

    penalty: int
    in_call: bool
    calls_taken: int
    dynamic: bool
    """Added by us, not by queues.conf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCaller:
    """One caller who waits in a queue."""

    queue: str
    channel: str
    unique_id: str
    position: int
    """From 1."""

    waited_s: int
    caller_number: str
    caller_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue with its members and who waits there."""

    name: str
    strategy: str
    calls: int
    completed: int
    abandoned: int
    hold_s: int
    talk_s: int
    """Averages of waiting and talking, in Asterisk's own way of weighing."""

    members: tuple[QueueMemberState, ...] = ()
    callers: tuple[QueueCaller, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """A channel that we had Asterisk begin."""

    channel: str
    unique_id: str


def channel_of(row: Message) -> LiveChannel:
    """Of a `Status`."""
    return LiveChannel(
        name=row.get("Channel"),
        unique_id=row.get("Uniqueid"),
        linked_id=row.get("Linkedid"),
        state=row.get("ChannelStateDesc"),
        application=row.get("Application"),
        data=row.get("Data"),
        context=row.get("Context"),
        caller_number=known(row.get("CallerIDNum")),
        connected_number=known(row.get("ConnectedLineNum")),
        account=row.get("AccountCode"),
        bridge_id=row.get("BridgeID"),
        lasted_s=row.number("Seconds"),
    )


def variables_of(row: Message) -> tuple[str, ...]:
    """What a `Status` tells of its channel's variables, each as `NAME=...`."""
    return (*row.all("Variable"), *row.all("ChanVariable"))


def value_in(variables: Iterable[str], wanted: str) -> str:
    """A variable's value out of `NAME=...`; empty if there is none."""
    for variable in variables:
        name, _, text = variable.partition("=")
        # Of variables that a channel has not, Asterisk says `(null)` or nothing.
        if name.strip() == wanted and text not in ("", "(null)"):
            return text
    return ""


def member_of(row: Message) -> QueueMemberState:
    """Of a `QueueMember`, `QueueMemberStatus`, `QueueMemberPause` and their like."""
    status = row.number("Status")
    return QueueMemberState(
        queue=row.get("Queue"),
        interface=row.get("Location") or row.get("Interface"),
        name=row.get("Name") or row.get("MemberName"),
        status=DeviceStatus(status) if status in set(DeviceStatus) else DeviceStatus.UNKNOWN,
        paused=row.get("Paused") == "1",
        reason=row.get("PausedReason"),
        penalty=row.number("Penalty"),
        in_call=row.get("InCall") == "1",
        calls_taken=row.number("CallsTaken"),
        dynamic=row.get("Membership") == "dynamic",
    )


def caller_of(row: Message) -> QueueCaller:
    """Of a `QueueEntry`."""
    return QueueCaller(
        queue=row.get("Queue"),
        channel=row.get("Channel"),
        unique_id=row.get("Uniqueid"),
        position=row.number("Position"),
        waited_s=row.number("Wait"),
        caller_number=known(row.get("CallerIDNum")),
        caller_name=known(row.get("CallerIDName")),
    )


def queues_of(rows: list[Message]) -> tuple[QueueState, ...]:
    """Of the rows of `QueueStatus`."""
    members = [member_of(row) for row in rows if row.event == "QueueMember"]
    callers = [caller_of(row) for row in rows if row.event == "QueueEntry"]
    return tuple(
        QueueState(
            name=row.get("Queue"),
            strategy=row.get("Strategy"),
            calls=row.number("Calls"),
            completed=row.number("Completed"),
            abandoned=row.number("Abandoned"),
            hold_s=row.number("Holdtime"),
            talk_s=row.number("TalkTime"),
            members=tuple(one for one in members if one.queue == row.get("Queue")),
            callers=tuple(one for one in callers if one.queue == row.get("Queue")),
        )
        for row in rows
        if row.event == "QueueParams"
    )


def known(value: str) -> str:
    """A number or name, empty for Asterisk's own word for none."""
    return "" if value == "<unknown>" else value
