"""The wallboard's snapshot, from the rooms that know its parts. Pure but for `Clock`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from calls.clock import Clock
from calls.floor.script_view import Titles
from calls.floor.states import AgentState
from calls.floor.view import RuleView
from calls.floor.wall import FloorAgent, QueueFigures, WaitingCaller, WallView, Watcher
from calls.masking import plain
from desk.supervision.alarms import AlarmBoard, causes
from desk.supervision.limits import WallLimits

TEXT_CELLS = 120
_AWAY: Final = (AgentState.SIGNED_OUT, AgentState.NOT_READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """One agent, as the roster knows it."""

    number: str
    name: str
    queues: tuple[str, ...]
    state: AgentState
    for_ms: int
    supervisor: bool = False
    reason: str = ""
    call_id: str = ""
    help_text: str | None = None
    """What the agent wrote when asking for help; None when not asking."""

    watched_by: tuple[Watcher, ...] = ()
    """Supervisors who are on the agent's call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNow:
    """One call at an agent's ear, as its coach knows it."""

    caller: str
    """Name or masked number."""

    flow: Titles = field(default_factory=dict)
    step: str = ""
    due: tuple[RuleView, ...] = ()
    broken: tuple[RuleView, ...] = ()


class Roster(Protocol):
    """Who is on the floor."""

    def agents_now(self) -> Iterable[AgentNow]:
        """Every agent of the house, on duty or not."""


class Coaches(Protocol):
    """The calls that agents perform."""

    def call_now(self, agent: str, call_id: str) -> CallNow | None:
        """The call with this id as this agent has it; None when it has no coach."""


class Queues(Protocol):
    """Who waits, and the day's figures; `QueueFold` is one."""

    def waiting(self) -> tuple[WaitingCaller, ...]:
        """Callers who wait, the longest first."""

    def figures(self, queues: Iterable[str] = ()) -> tuple[QueueFigures, ...]:
        """Today's figures of these queues and of the others that had calls."""


class Wall:
    """Builds the floor's snapshots; one for a desk, since alarms are remembered between two."""

    def __init__(
        self,
        limits: WallLimits,
        clock: Clock,
        *,
        roster: Roster,
        coaches: Coaches,
        queues: Queues,
        company: Mapping[str, str] | None = None,
    ) -> None:
        self._limits, self._clock = limits, clock
        self._roster, self._coaches, self._queues = roster, coaches, queues
        self._company = company or {}
        self._board = AlarmBoard()

    def view(self, seq: int, *, troubles: Sequence[str] = (), statement: str = "") -> WallView:
        """The floor now; `seq` is the connection's own, the worst of `troubles` comes first."""
        agents = tuple(self._agent(agent) for agent in self._roster.agents_now())
        queues = tuple(self._queues_with(agents))
        found = causes(queues, agents, self._limits, troubles)
        return WallView(
            seq=seq,
            company=self._company,
            queues=queues,
            waiting=self._queues.waiting(),
            agents=agents,
            alarms=self._board.show(found, self._clock.monotonic_ms()),
            statement=statement,
            trouble=next(iter(troubles), ""),
        )

    def _agent(self, agent: AgentNow) -> FloorAgent:
        call = self._coaches.call_now(agent.number, agent.call_id) if agent.call_id else None
        help_text = agent.help_text
        return FloorAgent(
            number=agent.number,
            name=plain(agent.name),
            queues=agent.queues,
            supervisor=agent.supervisor,
            state=agent.state,
            for_ms=agent.for_ms,
            reason=agent.reason,
            call_id=agent.call_id,
            caller=plain(call.caller) if call else "",
            flow=call.flow if call else {},
            step=call.step if call else "",
            broken=call.broken if call else (),
            due=call.due if call else (),
            help_text=None if help_text is None else plain(help_text, most_cells=TEXT_CELLS),
            watched_by=agent.watched_by,
        )

    def _queues_with(self, agents: Sequence[FloorAgent]) -> Iterable[QueueFigures]:
        """Each queue's figures with who serves it now."""
        names = dict.fromkeys(sorted(name for agent in agents for name in agent.queues))
        for queue in self._queues.figures(names):
            states = [agent.state for agent in agents if queue.name in agent.queues]
            serving = len(states) - sum(states.count(state) for state in _AWAY)
            ready = states.count(AgentState.READY)
            yield queue.model_copy(update={"ready": ready, "serving": serving})
