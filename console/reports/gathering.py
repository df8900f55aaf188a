"""Gathers what a report is about: one stretch of days, summed up once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from calls.clock import Clock
from console.reports.house import House
from console.reports.sources import Owed, Sources
from ledger.floor_day import AgentDay
from qa.figures.agents_time import PROMISES, of_agents
from qa.figures.catalogue import OF_CALLS
from qa.figures.consequences import Proposal, Standing, proposals
from qa.figures.figure import Value
from qa.figures.folding import Folded, fold, fold_whole
from qa.figures.judging import agreement, counted, qa_passed, qa_score
from qa.figures.rows import Scored
from qa.figures.sames import Placed
from qa.figures.slots import Days
from qa.figures.sums import Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The facts of a stretch of days, of one queue or of the whole house."""

    days: Days
    queue: str
    """Empty: the whole house."""

    house: House
    made_at: datetime
    folded: Folded
    total: Sums
    agents: Sequence[AgentDay]
    """Time of agents; it cannot be told apart by queue, so for one queue there is none."""

    scores: Sequence[Placed]
    """Likewise: evaluations are of agents, not of queues."""

    owed: Sequence[Owed]
    work: Mapping[str, int]
    before: Mapping[str, Value] = field(default_factory=dict)
    """The figures of as many days just before, where they were asked for."""

    @property
    def today(self) -> date:
        """The day on which it was made, by the site's time zone."""
        return self.made_at.astimezone(self.house.zone).date()

    @property
    def done(self) -> tuple[date, ...]:
        """Days from the first with a call to the last that has begun: a house that did not exist
        yet, or days to come, are no quiet days."""
        known = self.folded.by_day()
        first = min(known, default=self.days.first)
        return tuple(day for day in self.days.all if first <= day <= self.today)

    @property
    def promises(self) -> Sequence[Owed]:
        """Callbacks promised."""
        return [one for one in self.owed if one.kind == "promised"]

    @property
    def complaints(self) -> Sequence[Owed]:
        """Tickets that are complaints."""
        return [one for one in self.owed if one.is_complaint]

    @property
    def reviews(self) -> Sequence[Scored]:
        """Evaluations that count for agents."""
        return counted(placed.scored for placed in self.scores)

    @property
    def mystery(self) -> Sequence[Scored]:
        """Evaluations of planned test calls (Q07)."""
        return counted((placed.scored for placed in self.scores), "mystery")

    def values(self) -> dict[str, Value]:
        """Every figure of the catalogue that can be told of it, by id."""
        found = {one.id: self.total.value(one.id) for one in OF_CALLS}
        found["CB.1"] = Value(PROMISES, len(self.promises), 1)
        if self.queue:
            return found
        for value in of_agents(self.agents):
            found[value.figure.id] = value
        for value in (qa_score(self.reviews), qa_passed(self.reviews), agreement(self.reviews)):
            found[value.figure.id] = value
        return found

    def proposals(self) -> list[Proposal]:
        """Q06: what the figures propose for each agent."""
        complaints: dict[str, list[str]] = {}
        for one in self.complaints:
            complaints.setdefault(one.agent, []).append(one.call_id)
        standings = {
            agent: self._standing(agent, complaints.get(agent, [])) for agent in self.agents_seen()
        }
        return proposals(standings, self.house.limits)

    def agents_seen(self) -> list[str]:
        """Numbers of agents who took a call, were signed in, or were evaluated."""
        scored = {one.agent for one in self.reviews}
        return sorted({*self.folded.agents, *(day.agent for day in self.agents), *scored} - {""})

    def _standing(self, agent: str, complaints: Sequence[str]) -> Standing:
        sums = self.folded.agents.get(agent) or Sums()
        return Standing(
            agent=agent,
            score=qa_score(one for one in self.reviews if one.agent == agent),
            rules=sums.value("RULE.1"),
            judged_calls=int(sums.value("RULE.2").over),
            worst_rules=self.folded.agent_breaches.get(agent, Counter()).most_common(3),
            complaints=complaints,
        )


def gather(
    sources: Sources,
    house: House,
    days: Days,
    clock: Clock,
    *,
    queue: str = "",
    compare: bool = False,
    calls_only: bool = False,
) -> Gathered:
    """Read and sum up. `compare`: the figures of the days before as well; `calls_only`: nothing of
    agents' time, evaluations and promises. LedgerError when the ledger cannot be read."""
    folded = fold(sources.calls(days, queue), house.terms, house.zone)
    return Gathered(
        days=days,
        queue=queue,
        house=house,
        made_at=clock.utc_now(),
        folded=folded,
        total=folded.total(),
        agents=[] if queue or calls_only else sources.agents(days),
        scores=[] if queue or calls_only else sources.scores(days),
        owed=[]
        if calls_only
        else [one for one in sources.owed(days) if not queue or one.queue == queue],
        work={} if queue or calls_only else sources.work(),
        before=_before(sources, house, days, queue) if compare else {},
    )


def _before(sources: Sources, house: House, days: Days, queue: str) -> dict[str, Value]:
    earlier = fold_whole(sources.calls(days.before(), queue), house.terms)
    if not earlier.calls:
        return {}
    return {one.id: earlier.value(one.id) for one in OF_CALLS}
