"""Q06: whom the figures commend, whom they ask to coach, and three complaints against one agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calls.values import value
from qa.figures.figure import Value


@value
class Limits:
    """What counts as good and as poor; a person decides, the figures only propose."""

    least_scores: int = 3
    """Fewer evaluations say nothing of an agent."""

    least_calls: int = 20
    """Fewer judged calls say nothing of how an agent keeps the rules."""

    good_score: float = 90.0
    poor_score: float = 80.0
    good_rules: float = 0.97
    poor_rules: float = 0.90
    complaints: int = 3
    """Q06: so many complaints against one agent are flagged."""


class Flag(StrEnum):
    """What the figures propose."""

    COMMEND = "commend"
    COACH = "coach"
    COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One agent's figures that consequences rest on."""

    agent: str
    score: Value
    rules: Value
    judged_calls: int
    worst_rules: Sequence[tuple[str, int]] = ()
    """Rules this agent broke most, with how often."""

    complaints: Sequence[str] = ()
    """Ids of calls that brought a complaint while this agent had the caller."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for an agent; no flag: nothing stands out, or too little is known."""

    standing: Standing
    flags: tuple[Flag, ...]
    enough: bool
    """Whether there was enough to judge by: scores or calls."""


def propose(standing: Standing, limits: Limits) -> Proposal:
    """Flags of one agent.

    Commended when what is known well enough is all good, and no complaint came; to be coached when
    any of it is poor.
    """
    known = _known(standing, limits)
    flags = []
    if any(poor for _, poor in known):
        flags.append(Flag.COACH)
    elif known and all(good for good, _ in known) and not standing.complaints:
        flags.append(Flag.COMMEND)
    if len(standing.complaints) >= limits.complaints:
        flags.append(Flag.COMPLAINTS)
    return Proposal(standing, tuple(flags), bool(known))


def _known(standing: Standing, limits: Limits) -> list[tuple[bool, bool]]:
    """(good, poor) of each figure that rests on enough."""
    found = []
    score, rules = standing.score.amount, standing.rules.amount
    if score is not None and standing.score.over >= limits.least_scores:
        found.append((score >= limits.good_score, score < limits.poor_score))
    if rules is not None and standing.judged_calls >= limits.least_calls:
        found.append((rules >= limits.good_rules, rules < limits.poor_rules))
    return found


def proposals(standings: Mapping[str, Standing], limits: Limits) -> list[Proposal]:
    """Of all agents, by number."""
    return [propose(standings[agent], limits) for agent in sorted(standings)]
