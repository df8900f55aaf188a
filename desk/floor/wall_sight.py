"""The floor as the wallboard's builder asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from desk.floor.house import FloorHouse
from desk.floor.standing import HelpDesk
from desk.floor.talks import Talks
from desk.roster.roster import Roster
from desk.supervision.spying import Spies
from desk.supervision.wall import AgentNow, CallNow


class WallSight:
    """Implements `desk.supervision.wall.Roster` and `.Coaches`."""

    def __init__(
        self, house: FloorHouse, roster: Roster, talks: Talks, helps: HelpDesk, spies: Spies
    ) -> None:
        self._house, self._roster, self._talks = house, roster, talks
        self._helps, self._spies = helps, spies

    def agents_now(self) -> Iterator[AgentNow]:
        for status in self._roster.statuses():
            card = self._house.agents[status.number]
            yield AgentNow(
                number=status.number,
                name=card.name,
                queues=card.queues,
                supervisor=card.supervisor,
                state=status.state,
                for_ms=status.for_ms,
                reason=status.reason,
                call_id=status.call_id,
                help_text=self._helps.text(status.number),
                watched_by=self._spies.watchers(status.number),
            )

    def call_now(self, agent: str, call_id: str) -> CallNow | None:
        found = self._talks.of(agent)
        if found is None or found.call.id != call_id:
            return self._colleagues(agent, call_id)
        if found.coach is None:
            return None
        script = None if found.over else found.coach.script()
        return CallNow(
            caller=found.file.name or found.file.number,
            flow={} if script is None else script.title,
            step="" if script is None else script.step,
            due=() if found.over else found.coach.due(),
            broken=found.coach.broken(),
        )

    def _colleagues(self, agent: str, call_id: str) -> CallNow | None:
        """A call that a colleague has, who asks this agent or sends it; its rules are theirs."""
        found = self._talks.by_id(call_id)
        if found is None or found.agent == agent:
            return None
        offer = self._roster.offer(agent)
        asked = self._roster.status(agent).asked if offer is None else offer.asked
        return CallNow(
            caller=found.file.name or found.file.number,
            flow={
                "zh": f"{found.agent} 来商量" if asked else f"{found.agent} 转来",
                "en": f"asked by {found.agent}" if asked else f"sent by {found.agent}",
            },
            step="",
            due=(),
            broken=(),
        )
