"""The channels of one talk between a caller and an agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """What the orders to a live call need to know of it."""

    call_id: str
    """The house's number of the call."""

    agent: str
    """`801`."""

    agent_channel: str
    """Asterisk's name of it: `PJSIP/801-0000000a`."""

    caller_channel: str
