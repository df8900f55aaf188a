"""The facts of a call, one class a kind, each with when it is recorded.

A fact's fields are the `data` of its `CallEvent`; offsets inside them are milliseconds since the
call was offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from calls.fact import CallEvent as CallEvent
from calls.fact import Fact as Fact
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
class LeftQueue(Fact):
    """The caller left the queue: answered and talked, or unanswered, or the queue failed."""

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
class LookedUp(Fact):
    """A row of one of the house's files was looked for."""

    kind: ClassVar[str] = "looked_up"
    directory: str
    by: str
    result: str
    """`found`, `not_found` or `error`."""


@value
class Fetched(Fact):
    """An HTTP service was asked."""

    kind: ClassVar[str] = "fetched"
    source: str
    result: str
    """`ok`, `not_found`, `timeout` or `error`."""

    took_ms: int


@value
class PluginDone(Fact):
    """A plug-in of the site was run."""

    kind: ClassVar[str] = "plugin_done"
    plugin: str
    result: str
    """`ok`, `timeout` or `error`."""

    took_ms: int


@value
class Promised(Fact):
    """A callback was promised. Durable before the line that gives the promise."""

    kind: ClassVar[str] = "promised"
    promise: str
    """Its own id."""

    number: str
    about: str
    due_at: str
    """ISO 8601, UTC."""


@value
class TicketOpened(Fact):
    """A ticket was opened. Durable before the next line."""

    kind: ClassVar[str] = "ticket_opened"
    ticket: str
    """Its own id."""

    ticket_class: str
    about: str
    due_at: str
    """ISO 8601, UTC."""


@value
class RecordingStarted(Fact):
    """The recording is about to start. Durable before the first sample."""

    kind: ClassVar[str] = "recording_started"
    recording: str
    """Our own id of the recording; the file is `recordings/<recording>.wav` once taken in."""

    caller_file: str
    """Monitor file of what the caller said, below the state folder."""

    house_file: str
    """Monitor file of what the caller heard."""


@value
class RecordingPaused(Fact):
    """The flow paused the recording; its part ends here, nothing is written until resumed."""

    kind: ClassVar[str] = "recording_paused"
    recording: str


@value
class RecordingResumed(Fact):
    """The flow resumed the recording: a new part has begun."""

    kind: ClassVar[str] = "recording_resumed"
    recording: str


@value
class RecordingStopped(Fact):
    """The recording was stopped, by the flow or by the end of the call."""

    kind: ClassVar[str] = "recording_stopped"
    recording: str
    reason: str


@value
class RecordingKept(Fact):
    """The recorder took the files in: merged, measured, hashed."""

    kind: ClassVar[str] = "recording_kept"
    recording: str
    file: str
    sha256: str
    bytes: int
    duration_ms: int
    problem: str
    """Empty when all is well; else what differs from the call (cut, missing leg)."""


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
