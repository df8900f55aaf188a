"""Names of nailed-up lines: the dialplan's contexts `cc-nailed` and `cc-nailed-up`.

A call to such an agent is a pair of channels of Asterisk's own: `;1` stands with the caller and is
the agent's channel for every order, tap and spy, as a phone's own channel is for other agents; `;2`
leads to the line. The line itself (`PJSIP/801-...`) only stands.
"""

from __future__ import annotations

import re
from typing import Final

LINE_CONTEXT: Final = "cc-nailed-up"
CONTEXT: Final = "cc-nailed"
TAKES: Final = "#"
"""The key that takes an offered call: `acceptdtmf` of agents.conf."""

_OWN: Final = re.compile(rf"(?P<pair>Local/(?P<number>[0-9]{{2,8}})@{CONTEXT}-[0-9a-f]+);[12]")
_PHONE: Final = re.compile(r"PJSIP/(?P<number>[0-9]{2,8})-[0-9a-f]+")


def interface(number: str) -> str:
    """What a queue calls and `Dial` dials.

    n: the pair stays between caller and line until the talk is over. m: a hold by the phone
    reaches the caller's channel.
    """
    return f"Local/{number}@{CONTEXT}/nm"


def device(number: str) -> str:
    """Whose state tells whether the line stands and is free."""
    return f"Agent:{number}"


def pair_of(channel: str) -> tuple[str, str] | None:
    """The agent's number and the pair that a channel belongs to; None for any other channel."""
    found = _OWN.fullmatch(channel)
    return None if found is None else (found["number"], found["pair"])


def agent_of(channel: str) -> str:
    """Whose channel of a talk it is, nailed up or not; empty for no agent's."""
    found = _PHONE.fullmatch(channel) or _OWN.fullmatch(channel)
    return "" if found is None else found["number"]
