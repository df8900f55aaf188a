"""What the wallboard shows: one snapshot of the whole floor."""

from __future__ import annotations

from calls.floor.states import AgentState
from calls.floor.view import Part, RuleView


class WaitingCaller(Part):
    """A caller in a queue."""

    call_id: str
    queue: str
    number: str
    """Masked."""

    name: str = ""
    waited_ms: int


class FloorAgent(Part):
    """One agent on the wallboard."""

    number: str
    name: str
    state: AgentState
    for_ms: int
    reason: str = ""
    call_id: str = ""
    caller: str = ""
    """Masked number or name of the caller at the agent's ear."""

    step: str = ""
    """Where the coached flow is."""

    broken: tuple[RuleView, ...] = ()
    due: tuple[RuleView, ...] = ()
    help_text: str | None = None
    """Set while the agent asks for help."""

    watched_by: tuple[str, ...] = ()


class QueueFigures(Part):
    """One queue today."""

    name: str
    waiting: int
    longest_ms: int
    offered: int
    answered: int
    abandoned: int
    within_target: int
    """Answered within the service level's seconds."""

    service_level: float | None
    """0 to 1; None before the first call."""

    formula: str
    """The formula behind it, in words and numbers."""


class Alarm(Part):
    """Something that wants a supervisor now."""

    kind: str
    """`longest_wait`, `nobody_ready`, `help`, `rule_broken`, `late_answer`, `rush` or `trouble`."""

    subject: str
    """Queue, agent or part that it is about."""

    for_ms: int


class WallView(Part):
    """The whole floor at one moment."""

    seq: int
    queues: tuple[QueueFigures, ...] = ()
    waiting: tuple[WaitingCaller, ...] = ()
    agents: tuple[FloorAgent, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    trouble: str = ""
