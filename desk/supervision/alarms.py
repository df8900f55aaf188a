"""What wants a supervisor now, and for how long it has. Pure.

An alarm stands as long as its cause does; nobody has to acknowledge it away. O03: callers waiting
show, and help is called in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from calls.floor.states import AgentState
from calls.floor.wall import Alarm, FloorAgent, QueueFigures
from desk.supervision.limits import WallLimits

KINDS: Final = (
    "trouble",
    "help",
    "nobody_ready",
    "longest_wait",
    "rush",
    "late_answer",
    "rule_broken",
    "service_level",
    "long_wrap_up",
)
"""The most urgent first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is an alarm."""

    kind: str
    subject: str
    """Queue, agent or part that it is about."""

    least_ms: int = 0
    """How long it has stood at least, where a clock of the floor says so."""


def causes(
    queues: Iterable[QueueFigures],
    agents: Sequence[FloorAgent],
    limits: WallLimits,
    troubles: Iterable[str] = (),
) -> Iterator[Cause]:
    """Everything that is wrong on the floor at this moment."""
    for trouble in troubles:
        yield Cause("trouble", trouble)
    for queue in queues:
        yield from _of_queue(queue, limits)
    for agent in agents:
        yield from _of_agent(agent, limits)


def _of_queue(queue: QueueFigures, limits: WallLimits) -> Iterator[Cause]:
    if queue.waiting and not queue.serving:
        yield Cause("nobody_ready", queue.name)
    over_ms = queue.longest_ms - limits.longest_wait_s * 1000
    if queue.waiting and over_ms > 0:
        yield Cause("longest_wait", queue.name, over_ms)
    if queue.waiting >= limits.rush_waiting:
        yield Cause("rush", queue.name)
    level, enough = queue.service_level, queue.judged >= limits.service_least_calls
    if level is not None and enough and level < limits.service_goal:
        yield Cause("service_level", queue.name)


def _of_agent(agent: FloorAgent, limits: WallLimits) -> Iterator[Cause]:
    if agent.help_text is not None:
        yield Cause("help", agent.number)
    if agent.broken:
        yield Cause("rule_broken", agent.number)
    late_ms = agent.for_ms - limits.ring_s * 1000
    if agent.state is AgentState.RINGING and late_ms > 0:
        yield Cause("late_answer", agent.number, late_ms)
    if agent.state is AgentState.NOT_READY and agent.reason == "missed":
        yield Cause("late_answer", agent.number, agent.for_ms)
    long_ms = agent.for_ms - limits.wrap_up_s * 1000
    if agent.state is AgentState.WRAP_UP and limits.wrap_up_s and long_ms > 0:
        yield Cause("long_wrap_up", agent.number, long_ms)


class AlarmBoard:
    """Remembers since when each cause stands. One for a floor."""

    def __init__(self) -> None:
        self._since_ms: dict[tuple[str, str], int] = {}

    def show(self, now: Iterable[Cause], now_ms: int) -> tuple[Alarm, ...]:
        """The alarms of this moment; `now_ms` is of a monotonic clock.

        The most urgent kind first, in it the one that has stood the longest.
        """
        since_ms: dict[tuple[str, str], int] = {}
        for cause in now:
            key = (cause.kind, cause.subject)
            first_ms = self._since_ms.get(key, now_ms)
            since_ms[key] = min(first_ms, now_ms - cause.least_ms)
        self._since_ms = since_ms
        alarms = (
            Alarm(kind=kind, subject=subject, for_ms=now_ms - began_ms)
            for (kind, subject), began_ms in since_ms.items()
        )
        return tuple(sorted(alarms, key=lambda alarm: (KINDS.index(alarm.kind), -alarm.for_ms)))
