"""The facts of a call, one class a kind, each with when it is recorded.

A fact's fields are the `data` of its `CallEvent`; offsets inside them are milliseconds since the
call was offered. Those of the back office, of the recording and of what is judged afterwards stand
in modules of their own and come from here too, so that whoever wants a fact finds them all here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from calls.fact import CallEvent as CallEvent
from calls.fact import Fact as Fact
from calls.judged_facts import CallTagged as CallTagged
from calls.judged_facts import RulesJudged as RulesJudged
from calls.judged_facts import Surveyed as Surveyed
from calls.office_facts import Fetched as Fetched
from calls.office_facts import LookedUp as LookedUp
from calls.office_facts import PluginDone as PluginDone
from calls.office_facts import Promised as Promised
from calls.office_facts import TicketOpened as TicketOpened
from calls.recording_facts import RecordingErased as RecordingErased
from calls.recording_facts import RecordingKept as RecordingKept
from calls.recording_facts import RecordingMeasured as RecordingMeasured
from calls.recording_facts import RecordingPaused as RecordingPaused
from calls.recording_facts import RecordingResumed as RecordingResumed
from calls.recording_facts import RecordingStarted as RecordingStarted
from calls.recording_facts import RecordingStopped as RecordingStopped
from calls.values import value


@value
class Offered(Fact):
    """A call came in. Durable before it is answered."""

    kind: ClassVar[str] = "offered"
    uniqueid: str
    ani: str
    dnis: str
    caller_name: str
    direction: str
    flow: str
    channel: str


@value
class AnsweredFact(Fact):
    """We answered."""

    kind: ClassVar[str] = "answered"
    rings: int
    waited_ms: int


@value
class Stepped(Fact):
    """The flow entered a step; `digest` names the exact version of the flow."""

    kind: ClassVar[str] = "stepped"
    flow: str
    step: str
    digest: str


@value
class Saying(Fact):
    """A line begins to be spoken; for whoever watches live."""

    kind: ClassVar[str] = "saying"
    line: str
    text: str
    language: str
    performer: str
    tags: tuple[str, ...] = ()


@value
class Said(Fact):
    """A line ended, whole or cut."""

    kind: ClassVar[str] = "said"
    line: str
    text: str
    tags: tuple[str, ...]
    language: str
    performer: str
    start_ms: int
    end_ms: int
    ended: str
    """A word of `calls.outcomes.SaidEnd`; a line `failed` or `skipped` was not said."""

    noted: str = ""
    """An agent's line: `confirmed` by key, `heard` on the agent's own leg, `skipped`, or
    `changed` (said in other words). Empty for the IVR's."""


@value
class Listening(Fact):
    """A listening window opened: what is waited for and how long."""

    kind: ClassVar[str] = "listening"
    until: str
    window_ms: int
    wanted: tuple[str, ...]


@value
class Hearing(Fact):
    """What the ears hear changed inside a window; for whoever watches live."""

    kind: ClassVar[str] = "hearing"
    what: str
    level_dbov: float | None


@value
class HeardFact(Fact):
    """A listening window ended with this."""

    kind: ClassVar[str] = "heard"
    what: str
    from_ms: int
    to_ms: int
    level_dbov: float | None
    reason: str


@value
class KeyFact(Fact):
    """The caller pressed keys."""

    kind: ClassVar[str] = "key"
    digits: str
    at_ms: int


@value
class Queued(Fact):
    """The caller began to wait for an agent."""

    kind: ClassVar[str] = "queued"
    queue: str


@value
class AgentOffered(Fact):
    """An agent's phone began to ring for this caller."""

    kind: ClassVar[str] = "agent_offered"
    agent: str


@value
class AgentAnswered(Fact):
    """An agent picked up."""

    kind: ClassVar[str] = "agent_answered"
    agent: str
    waited_ms: int


@value
class Held(Fact):
    """The agent put the caller on hold, or took them back."""

    kind: ClassVar[str] = "held"
    on: bool


@value
class AgentTransfer(Fact):
    """The agent asks a colleague, or sends the caller on, hands them over or takes them back; or
    the desk sends them on because the agent's phone is gone."""

    kind: ClassVar[str] = "agent_transfer"
    agent: str
    to: str
    """A colleague's number, a destination's name; empty for the queue."""

    how: str
    """`blind`, `consult`, `three_way`, `complete`, `cancel` or `phone_gone`."""


@value
class Disposed(Fact):
    """The agent closed the wrap-up; may come after the call's end."""

    kind: ClassVar[str] = "disposed"
    agent: str
    disposition: str
    note: str


@value
class LeftQueue(Fact):
    """The caller left the queue: answered and talked, or unanswered, by a key, or it failed."""

    kind: ClassVar[str] = "left_queue"
    queue: str
    result: str
    waited_ms: int
    talked_ms: int
    agent: str


@value
class Transferring(Fact):
    """The caller begins to wait for a destination to answer."""

    kind: ClassVar[str] = "transferring"
    to: str


@value
class Transferred(Fact):
    """A transfer is over: they talked, or nobody answered; the caller may be on the line yet."""

    kind: ClassVar[str] = "transferred"
    to: str
    result: str
    waited_ms: int
    talked_ms: int


@value
class BranchTaken(Fact):
    """The agent took a branch that the flow offers at any time (upset caller, dialect, ...)."""

    kind: ClassVar[str] = "branched"
    branch: str


@value
class FormFilled(Fact):
    """The agent filled in a form, or left it."""

    kind: ClassVar[str] = "form_filled"
    form: str
    result: str
    """`ok` or `cancelled`."""

    values: Mapping[str, Any]


@value
class Fault(Fact):
    """Something of ours failed while the call went on."""

    kind: ClassVar[str] = "fault"
    where: str
    problem: str


@value
class HungUpFact(Fact):
    """The line went down; `by` is caller, us, agent or network."""

    kind: ClassVar[str] = "hung_up"
    by: str


@value
class EndedFact(Fact):
    """The call is over; nothing but the recorder's facts come after."""

    kind: ClassVar[str] = "ended"
    end_reason: str
    disposition: str
