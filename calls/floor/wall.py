"""What the wallboard shows: one snapshot of the whole floor."""

from __future__ import annotations

from pydantic import Field

from calls.floor.script_view import Part, Titles
from calls.floor.states import AgentState, SpyMode
from calls.floor.view import RuleView


class WaitingCaller(Part):
    """A caller in a queue."""

    call_id: str
    queue: str
    number: str
    """Masked."""

    name: str = ""
    waited_ms: int


class Watcher(Part):
    """A supervisor on an agent's call."""

    number: str
    name: str = ""
    mode: SpyMode
    for_ms: int


class FloorAgent(Part):
    """One agent on the wallboard."""

    number: str
    name: str
    queues: tuple[str, ...] = ()
    supervisor: bool = False
    state: AgentState
    for_ms: int
    reason: str = ""
    call_id: str = ""
    caller: str = ""
    """Masked number or name of the caller at the agent's ear."""

    flow: Titles = Field(default={})
    """Which flow the agent is coached through."""

    step: str = ""
    """Where in it, by the step's own name."""

    broken: tuple[RuleView, ...] = ()
    due: tuple[RuleView, ...] = ()
    help_text: str | None = None
    """Set while the agent asks for help."""

    watched_by: tuple[Watcher, ...] = ()


class QueueFigures(Part):
    """One queue today."""

    name: str
    waiting: int
    longest_ms: int
    offered: int
    answered: int
    abandoned: int
    left: int = 0
    """Left neither answered nor by hanging up: the longest wait was over, the queue failed."""

    within_target: int
    """Answered within the service level's seconds."""

    abandoned_within: int = 0
    """Hung up within them."""

    target_ms: int = 20_000
    average_ms: int | None = None
    """Average speed of answer: the waits of the answered, shared among them."""

    ready: int = 0
    """Agents of this queue who wait for a call."""

    serving: int = 0
    """Agents of this queue who are ready, or will be after the call they are on."""

    judged: int = 0
    """Calls that the service level is a share of."""

    service_level: float | None
    """0 to 1; None before there is a call to judge."""

    goal: float = 0.8
    """What the site wants it to be at least."""

    formula: Titles
    """The formula behind it, in words and numbers."""


class Alarm(Part):
    """Something that wants a supervisor now."""

    kind: str
    """`trouble`, `help`, `nobody_ready`, `longest_wait`, `rush`, `late_answer`, `rule_broken`,
    `service_level` or `long_wrap_up`."""

    subject: str
    """Queue, agent or part that it is about."""

    for_ms: int


class WallView(Part):
    """The whole floor at one moment."""

    seq: int
    company: Titles = Field(default={})
    queues: tuple[QueueFigures, ...] = ()
    waiting: tuple[WaitingCaller, ...] = ()
    agents: tuple[FloorAgent, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """The most urgent first."""

    statement: str = ""
    """What all callers are told first while an incident is open (C08)."""

    trouble: str = ""
    """As of `PanelView`."""
