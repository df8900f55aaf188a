"""What an agent is doing, in the field's words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class AgentState(StrEnum):
    """One of these at every moment; the time in each is what a shift is made of."""

    SIGNED_OUT = "signed_out"
    """Not on duty."""

    READY = "ready"
    """Waiting for a call."""

    RINGING = "ringing"
    """The phone rings for an offered call."""

    ON_CALL = "on_call"
    CONSULT = "consult"
    """With a colleague who asks about a call and has its caller; until the agent has the caller."""

    HOLD = "hold"
    """On a call whose caller is on hold."""

    WRAP_UP = "wrap_up"
    """The call is over, its disposition not yet given."""

    NOT_READY = "not_ready"
    """On duty but not to be offered calls; always with a reason."""


TALKING: Final = frozenset({AgentState.ON_CALL, AgentState.CONSULT, AgentState.HOLD})
"""States in which a call is at the agent's ear."""

BUSY: Final = TALKING | {AgentState.RINGING}
"""And those in which one is about to be."""

REASONS: Final = ("break", "lunch", "training", "meeting", "system", "other")
"""Why an agent is not ready. `missed` and `unreachable` are the desk's own."""

OWN_REASONS: Final = ("missed", "unreachable")
"""The phone rang its three rings unanswered; the phone is not registered."""


class SpyMode(StrEnum):
    """How a supervisor is on another's call."""

    LISTEN = "listen"
    """Hears both sides; nobody hears the supervisor."""

    WHISPER = "whisper"
    """Only the agent hears the supervisor."""

    BARGE = "barge"
    """Both hear the supervisor."""
