"""The facts of the floor: what each agent did and what supervisors did, one class a kind.

As a call's facts are numbered by call, these are numbered by the ledger. `at` is wall time for
people; `lasted_ms` in a fact comes from a monotonic clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from calls.fact import Fact
from calls.values import value


class FloorEvent(NamedTuple):
    """One fact of one agent as the ledger keeps it."""

    agent: str
    """Number of the agent whom it concerns: `801`."""

    at: datetime
    kind: str
    data: dict[str, Any]


@value
class StateEntered(Fact):
    """The agent is in another state; the one before is over."""

    kind: ClassVar[str] = "state"
    state: str
    reason: str
    """Of `not_ready`; else empty."""

    call_id: str
    """Of `ringing`, `on_call`, `consult`, `hold` and `wrap_up`; else empty."""

    before: str
    """The state that is over; empty at the first."""

    lasted_ms: int
    """How long that one lasted, by a monotonic clock."""


@value
class AfterCall(Fact):
    """The agent's wish changed without the state telling of it: during a call (it holds from the
    call's end on), or without a phone. A desk that restarts keeps it."""

    kind: ClassVar[str] = "after_call"
    state: str
    """`ready` (nothing is asked for), `not_ready` or `signed_out`."""

    reason: str


@value
class OfferOver(Fact):
    """An offered call rang at the agent to its end."""

    kind: ClassVar[str] = "offer"
    call_id: str
    rings: int
    """The ring it ended on, from 1: floor(rung / cycle) + 1 (A01)."""

    rung_ms: int
    """From the phone's ringing to the end of the dial, by Asterisk's own stamps."""

    result: str
    """`answered`, `missed`, `rejected`, `caller_gone` or `unreachable`."""

    late: bool
    """Answered or given up after three rings: a breach of A01."""

    asked: bool = False
    """A colleague's question about a call, whose caller stays theirs: no offer of a caller."""


@value
class TalkOver(Fact):
    """The agent is off a call that the flow of the house was coached through."""

    kind: ClassVar[str] = "talk"
    call_id: str
    talked_ms: int
    promises: int
    """Callbacks promised in it."""

    broken: tuple[str, ...]
    """House rules broken on the call, by id."""


@value
class WrappedUp(Fact):
    """The agent closed a call's wrap-up."""

    kind: ClassVar[str] = "wrapped_up"
    call_id: str
    disposition: str
    note: str


@value
class ShiftNote(Fact):
    """What this shift tells the next (O01)."""

    kind: ClassVar[str] = "shift_note"
    text: str


@value
class HelpAsked(Fact):
    """The agent asks a supervisor for help."""

    kind: ClassVar[str] = "help_asked"
    call_id: str
    text: str


@value
class HelpAnswered(Fact):
    """A supervisor took up the request, or the agent took it back."""

    kind: ClassVar[str] = "help_answered"
    by: str


@value
class SpyBegan(Fact):
    """A supervisor is on the agent's call."""

    kind: ClassVar[str] = "spy_began"
    by: str
    call_id: str
    mode: str


@value
class SpyMoved(Fact):
    """The supervisor changed the mode without leaving the call."""

    kind: ClassVar[str] = "spy_moved"
    by: str
    call_id: str
    mode: str


@value
class SpyEnded(Fact):
    """The supervisor is off the call."""

    kind: ClassVar[str] = "spy_ended"
    by: str
    call_id: str
    lasted_ms: int


@value
class CueSpoken(Fact):
    """The desk has said a supervisor's words into the agent's ear, to their end."""

    kind: ClassVar[str] = "cue_spoken"
    by: str
    call_id: str
    text: str
