"""What transfers, holds and mutes are under way, found in Asterisk by a desk that heard of none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from calls.clock import Clock
from desk.ami import AmiRefusedError
from desk.ami.actions import Ami, core_show_channels, get_var
from desk.ami.channels import LiveChannel, value_in, variables_of
from desk.ami.nailed_up import agent_of
from desk.control.consults import CONTEXT, HOLD_EXTEN, Consult, ConsultState

_OWN = re.compile(rf"(?P<pair>Local/(?P<exten>\d+)@{CONTEXT}-[0-9a-f]+);2")

MUTED: Final = "CC_MUTED"
"""On the channel of an agent whom the desk has muted: 1."""


async def muted_channels(ami: Ami) -> dict[str, str]:
    """Names of channels that a desk has muted, by agent."""
    rows = await ami.ask("Status", ("Variables", MUTED))
    muted = (row.get("Channel") for row in rows if value_in(variables_of(row), MUTED) == "1")
    return {agent_of(name): name for name in muted}


async def consults_under_way(ami: Ami, clock: Clock) -> list[Consult]:
    """As `CallControl` would know them; three who talk together are an ordinary talk by now."""
    channels = {one.name: one for one in await core_show_channels(ami)}
    found = []
    for channel in channels.values():
        own = _OWN.fullmatch(channel.name)
        if own is None:
            continue
        try:
            holder = await get_var(ami, channel.name, "CC_HOLDER")
            to = await get_var(ami, channel.name, "CC_CONSULT")
        except AmiRefusedError:
            continue
        agent = agent_of(holder)
        if agent and holder in channels:
            consult = Consult(
                agent=agent,
                agent_channel=holder,
                linked_id=channel.linked_id,
                to=to,
                hold=own["exten"] == HOLD_EXTEN,
                since_ms=clock.monotonic_ms() - channel.lasted_s * 1000,
                own={name for name in channels if name.startswith(own["pair"])},
                target_channel=_beside(channel, channels.values()),
            )
            if consult.target_channel:
                consult.state = ConsultState.TALKING
            consult.begun.set()
            found.append(consult)
    return found


def _beside(channel: LiveChannel, channels: Iterable[LiveChannel]) -> str:
    """Whom Asterisk's own channel is put through to; empty while the target rings."""
    for one in channels:
        if one.bridge_id and one.bridge_id == channel.bridge_id and one.name != channel.name:
            return one.name
    return ""
