"""One look at what is on the line now: channels, phones, queues. What a roster is set right by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from calls.clock import Clock
from desk.ami.actions import Ami, get_var
from desk.ami.channels import (
    LiveChannel,
    QueueMemberState,
    channel_of,
    member_of,
    value_in,
    variables_of,
)
from desk.ami.errors import AmiRefusedError
from desk.ami.message import Message
from desk.roster.lines import CALL_VARIABLE, CONSULT, Line, call_in, interface_of

_AGENT_LEGS: Final = ("AppQueue", "AppDial")
"""What Asterisk calls the channel that `Queue` or `Dial` began; an agent who dials runs others."""

_HOLDER: Final = "CC_HOLDER"
"""On the channel of one who is asked, by inheritance: the channel of the colleague who asks."""

_HOLDERS_END: Final = ";1"
_ASKED_END: Final = ";2"
"""Of the pair of Asterisk's own by which a colleague is asked, or nobody while the desk holds."""

_PICKING_UP: Final = frozenset(
    {"cc-answered", "cc-picked-up", "cc-hush", "cc-tell", "cc-caught-up"}
)
"""Where such a channel is in the dialplan for a tenth of a second before it has its caller."""

NO_PHONE: Final = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})


@dataclass(slots=True)
class Look:
    """What was seen."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    """By agent."""

    states: dict[str, str] = field(default_factory=dict)
    """`Ringing`, `Up` and so on of every channel at an agent's phone, by unique id."""

    calls: dict[str, str] = field(default_factory=dict)
    """Call ids by channel."""

    held: set[str] = field(default_factory=set)
    """Unique ids of agents' channels that have their caller on hold."""

    phones: dict[str, bool] = field(default_factory=dict)
    """Whether there is a phone, by device; those Asterisk knows."""

    nailed_up: dict[str, str] = field(default_factory=dict)
    """Channels of the lines that stand, by agent."""

    members: list[QueueMemberState] = field(default_factory=list)
    entries: list[Message] = field(default_factory=list)
    """`QueueEntry` rows."""


async def look(
    ami: Ami, agents: Mapping[str, str], clock: Clock, *, devices: Collection[str] = ()
) -> Look:
    """Ask Asterisk; `agents` by how the names of their channels begin, `devices` whose states
    matter (those if empty). Raises AmiGoneError and AmiRefusedError.
    """
    seen = Look()
    rows = await ami.ask("Status", ("Variables", f"{CALL_VARIABLE},{_HOLDER}"))
    _see_channels(seen, rows, agents, clock)
    for row in await ami.ask("DeviceStateList"):
        if row.get("Device") in (devices or agents):
            seen.phones[row.get("Device")] = row.get("State") not in NO_PHONE
    for row in await ami.ask("QueueStatus"):
        if row.event == "QueueMember":
            seen.members.append(member_of(row))
        elif row.event == "QueueEntry":
            seen.entries.append(row)
    for line in (line for lines in seen.lines.values() for line in lines if line.up):
        if line.unique_id not in seen.held and await _holds(
            ami, seen.nailed_up.get(line.agent, line.channel)
        ):
            seen.held.add(line.unique_id)
    return seen


def _see_channels(seen: Look, rows: list[Message], agents: Mapping[str, str], clock: Clock) -> None:
    channels, holders = [], {}
    for row in rows:
        if row.event == "Status":
            channel = channel_of(row)
            channels.append(channel)
            variables = variables_of(row)
            call_id = call_in(variables)
            if call_id:
                seen.calls[channel.name] = call_id
            holders[channel.name] = value_in(variables, _HOLDER)
    seen.nailed_up = {
        one.data.partition(",")[0]: one.name for one in channels if one.application == "AgentLogin"
    }
    for channel in channels:
        agent = agents.get(interface_of(channel.name))
        if agent is not None:
            seen.states[channel.unique_id] = channel.state
        if agent is not None and _is_agents_leg(channel):
            line = _line(agent, channel, channels, seen.calls, clock)
            line.asked = _is_asked(channel, channels, holders[channel.name])
            seen.lines.setdefault(agent, []).append(line)
            if _beside_consult(channel, channels, _HOLDERS_END):
                seen.held.add(channel.unique_id)


def _is_agents_leg(channel: LiveChannel) -> bool:
    """Whether `Queue` or `Dial` began it, for a call that another channel began before."""
    began_elsewhere = channel.unique_id != channel.linked_id
    picks_up = began_elsewhere and channel.context in _PICKING_UP
    return picks_up or channel.application in _AGENT_LEGS


def _line(
    agent: str,
    channel: LiveChannel,
    channels: list[LiveChannel],
    calls: Mapping[str, str],
    clock: Clock,
) -> Line:
    caller = next((one for one in channels if one.unique_id == channel.linked_id), None)
    return Line(
        agent=agent,
        unique_id=channel.unique_id,
        channel=channel.name,
        caller_channel=caller.name if caller is not None and caller is not channel else "",
        linked_id=channel.linked_id,
        call_id=calls.get(channel.name, ""),
        began_ms=clock.monotonic_ms() - channel.lasted_s * 1000,
        ringing=channel.state == "Ringing",
        up=channel.state == "Up",
    )


def _is_asked(channel: LiveChannel, channels: list[LiveChannel], holder: str) -> bool:
    """Whether the far end is the channel by which a colleague asks, or the colleague is gone and
    has left the caller here."""
    if holder and all(one.name != holder for one in channels):
        return True
    return _beside_consult(channel, channels, _ASKED_END)


def _beside_consult(channel: LiveChannel, channels: list[LiveChannel], end: str) -> bool:
    """Whether the far end is Asterisk's own: the caller hears music as long as there is that."""
    bridge = channel.bridge_id
    return bool(bridge) and any(
        CONSULT in one.name and one.name.endswith(end) and one.bridge_id == bridge
        for one in channels
    )


async def _holds(ami: Ami, channel: str) -> bool:
    """Whether the phone itself has put the far end on hold: no list of Asterisk's tells."""
    try:
        return await get_var(ami, channel, "CHANNEL(rtp,hold)") == "1"
    except AmiRefusedError:
        return False
