"""What the roster tells of an agent, as values."""

from __future__ import annotations

from dataclasses import dataclass

from calls.floor.states import AgentState
from desk.ami import nailed_up as lines


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterAgent:
    """An agent of the house."""

    number: str
    name: str = ""
    queues: tuple[str, ...] = ()
    interface: str = ""
    """The phone's; `PJSIP/<number>` if empty."""

    nailed_up: bool = False
    """Calls come over a line that stands (`desk.roster.nailed_up`)."""

    @property
    def member(self) -> str:
        """What the queues call."""
        return lines.interface(self.number) if self.nailed_up else self._phone

    @property
    def prefix(self) -> str:
        """How the names of the channels begin that bring calls."""
        return self.member.removesuffix("/nm")

    @property
    def device(self) -> str:
        """Whose state tells whether the agent can be rung."""
        return lines.device(self.number) if self.nailed_up else self._phone

    @property
    def _phone(self) -> str:
        return self.interface or f"PJSIP/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A call that rings at an agent now."""

    call_id: str
    queue: str
    """Empty for a call that came by a transfer."""

    rung_ms: int
    waited_ms: int
    """The caller's wait in the queue so far."""

    asked: bool
    """A colleague asks about it; the caller stays theirs."""

    channel: str
    caller_channel: str
    number: str
    name: str
    """Of the caller, as Asterisk tells them: neither masked nor tame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatus:
    """One agent at this moment. Lengths in milliseconds."""

    number: str
    name: str
    queues: tuple[str, ...]
    state: AgentState
    for_ms: int
    reason: str
    call_id: str
    """Of `ringing`, `on_call`, `consult`, `hold` and `wrap_up`."""

    after_call: str
    phone_here: bool
    channel: str
    """The agent's own channel of the call at the ear; empty when there is none."""

    caller_channel: str
    asked: bool
    """A colleague asks about the call at the ear, and has it."""

    talked_ms: int
    """Of the call at the ear or the one to wrap up: hold is in it, and what a colleague asked."""

    held_ms: int
    to_wrap: tuple[str, ...]
    """Calls whose disposition is due."""
