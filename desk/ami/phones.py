"""What Asterisk knows of an agent's phone: where it is registered, and what comes from it.

Channels and functions as `chan_pjsip` of Asterisk 22 has them. All raise `AmiRefusedError` where
the channel is gone, and `AmiGoneError`.
"""

from __future__ import annotations

import re
from typing import Final

from desk.ami.actions import Ami, get_var, global_value

_CONTACT: Final = re.compile(r"[0-9]{2,8}[;@]@[0-9a-f]{8,64}")
"""`801;@` and a hash of its address where the phone registered, `801@@` where it is configured."""


async def contact_of(ami: Ami, channel: str) -> str:
    """The registration that the phone's channel was made to; empty for one the phone made."""
    contact = await get_var(ami, channel, "CHANNEL(contact)")
    return contact if _CONTACT.fullmatch(contact) else ""


async def contacts_here(ami: Ami, number: str) -> frozenset[str]:
    """The phone's registrations, without those that do not answer the exchange's OPTIONS."""
    told = await global_value(ami, f"PJSIP_AOR({number},contact)")
    found = [one for one in told.split(",") if _CONTACT.fullmatch(one)]
    states = [await global_value(ami, f"PJSIP_CONTACT({one},status)") for one in found]
    here = zip(found, states, strict=True)
    return frozenset(contact for contact, state in here if state != "Unreachable")


async def packets_from(ami: Ami, channel: str) -> int | None:
    """Packets of sound that came from the phone so far; None before its channel is up."""
    told = await get_var(ami, channel, "CHANNEL(rtcp,rxcount)")
    return int(told) if told.isdecimal() else None
