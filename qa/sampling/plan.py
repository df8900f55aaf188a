"""What is drawn from, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

APART: Final = ("mystery", "practice", "test")
"""Tags of calls that figures keep apart (Q07); they are drawn only where a plan asks for them."""


class Method(StrEnum):
    """How calls are drawn; the word that the quality book keeps."""

    RANDOM = "random"
    """Every call has the same chance."""

    STRATIFIED = "stratified"
    """So many of each stratum, each call of a stratum with the same chance."""

    RISK = "risk"
    """A call has the more chance the more its facts ask to be looked at."""


class Shares(StrEnum):
    """How many each stratum gives."""

    PROPORTIONAL = "proportional"
    """As its calls are of all calls, by largest remainders (Hamilton)."""

    EQUAL = "equal"
    """The same of each; what a small one lacks the others give."""


BY: Final = ("agent", "queue", "hour", "outcome")
"""What strata may be made by, alone or together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One call that is over, as drawing looks at it."""

    call_id: str
    agent: str = ""
    queue: str = ""
    hour: int = 0
    """Of the offer, by the site's clock."""

    outcome: str = ""
    """Its disposition, or how it ended where it has none."""

    length_ms: int = 0
    """Of the talk; of the whole call where no agent took it."""

    tag: str = ""
    broken: tuple[str, ...] = ()
    """House rules it broke."""

    talk_over_ms: int | None = None
    dead_air_ms: int | None = None
    survey: int | None = None
    """The caller's verdict, 1 (worst) to 5."""

    faults: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskWeights:
    """What each thing adds to a call's chance; a call of which nothing is known has weight 1."""

    broken_rule: float = 3.0
    """For each rule, up to three."""

    low_survey: float = 4.0
    survey_at_most: int = 2
    long_silence: float = 2.0
    silence_ms: int = 15_000
    talk_over: float = 2.0
    talk_over_ms: int = 3_000
    fault: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to draw."""

    method: Method = Method.RANDOM
    count: int = 0
    """So many calls in all; 0: no limit but `per_agent`."""

    per_agent: int = 0
    """At most so many of one agent's calls; 0: no limit."""

    by: tuple[str, ...] = ("agent",)
    """Of `BY`; for strata only."""

    shares: Shares = Shares.PROPORTIONAL
    least_ms: int = 0
    """Shorter calls are not drawn."""

    agents_only: bool = True
    """Only calls that an agent took."""

    tag: str = ""
    """Draw only calls of this tag; empty: none of those that are kept apart."""

    weights: RiskWeights = field(default_factory=RiskWeights)

    def __post_init__(self) -> None:
        strange = [word for word in self.by if word not in BY]
        if strange or (self.method is Method.STRATIFIED and not self.by):
            raise ValueError(f"strata are made by some of {', '.join(BY)}, not {strange or 'none'}")
        if not (self.count or self.per_agent) or min(self.count, self.per_agent) < 0:
            raise ValueError("a draw needs a number of calls, in all or of each agent")

    def data(self) -> Mapping[str, Any]:
        """As the quality book keeps it; `Plan.of` reads it again."""
        return {**asdict(self), "method": self.method.value, "shares": self.shares.value}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `data` gave."""
        given = dict(data)
        return cls(
            **{
                **given,
                "method": Method(given["method"]),
                "shares": Shares(given["shares"]),
                "by": tuple(given["by"]),
                "weights": RiskWeights(**given["weights"]),
            }
        )
