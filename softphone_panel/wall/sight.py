"""What each part of the wallboard is shown: the last snapshot, and clocks that go on from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from calls.floor.script_view import Titles
from calls.floor.states import AgentState
from calls.floor.wall import FloorAgent, QueueFigures, WallView, Watcher
from softphone_panel.agent.link import Lamp, LampState
from softphone_panel.cells import clock
from softphone_panel.wall.words import WallTexts

ORDER: Final = (
    AgentState.HOLD,
    AgentState.ON_CALL,
    AgentState.CONSULT,
    AgentState.RINGING,
    AgentState.WRAP_UP,
    AgentState.READY,
    AgentState.NOT_READY,
    AgentState.SIGNED_OUT,
)
"""Agents by state: who has a caller first."""

STATE_STYLES: Final = {
    AgentState.HOLD: "$text-warning",
    AgentState.ON_CALL: "$text-secondary",
    AgentState.CONSULT: "$text-secondary",
    AgentState.RINGING: "$text-warning",
    AgentState.WRAP_UP: "$text-primary",
    AgentState.READY: "$text-success",
    AgentState.NOT_READY: "$foreground-muted",
    AgentState.SIGNED_OUT: "$foreground-muted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The floor at one moment. Clocks stand while the desk is away."""

    texts: WallTexts
    view: WallView
    """An empty one before the first snapshot."""

    lamp: Lamp
    since_ms: int
    """How long ago the snapshot came."""

    now_ms: int
    picked: str
    """Number of the agent picked; empty for none."""

    me: str
    """Number of the supervisor at this wallboard."""

    notice: str = ""
    """What became of the last order."""

    def length(self, for_ms: int) -> int:
        """A length of the snapshot, as it is now."""
        return for_ms + self.since_ms

    def title(self, titles: Titles) -> str:
        """A title of the flows or the house in the supervisor's language."""
        return titles.get(self.texts.language) or next(iter(titles.values()), "")

    def time(self, for_ms: int) -> str:
        """The same for people: `3:42`."""
        return clock(self.length(for_ms))

    @property
    def live(self) -> bool:
        """Whether what is seen is what is."""
        return self.lamp.state is LampState.LIVE

    @property
    def agents(self) -> Sequence[FloorAgent]:
        """By state, in it the longest first."""
        return sorted(
            self.view.agents,
            key=lambda agent: (ORDER.index(agent.state), -agent.for_ms, agent.number),
        )

    @property
    def agent(self) -> FloorAgent | None:
        """The one picked, if it is still there."""
        return self.find(self.picked)

    @property
    def spying(self) -> tuple[FloorAgent, Watcher] | None:
        """Whose call this supervisor is on, and how."""
        return next(
            (
                (agent, watcher)
                for agent in self.view.agents
                for watcher in agent.watched_by
                if watcher.number == self.me
            ),
            None,
        )

    def find(self, number: str) -> FloorAgent | None:
        """An agent by number."""
        return next((one for one in self.view.agents if one.number == number), None)

    def who(self, number: str) -> str:
        """An agent's name with the number; an unknown number as it is."""
        found = self.find(number)
        return name_of(found) if found else number


def name_of(agent: FloorAgent) -> str:
    """`李雯 801`."""
    return f"{agent.name} {agent.number}" if agent.name else agent.number


def whole_level(queues: Sequence[QueueFigures]) -> float | None:
    """The floor's service level: calls in time of all queues over all calls judged."""
    judged = sum(queue.judged for queue in queues)
    return sum(queue.within_target for queue in queues) / judged if judged else None
