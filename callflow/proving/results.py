"""What comes of a proof: a result for each rule, flow and performer, with its counterexample."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callflow.proving.product import Leg
from callflow.rules.monitor import Rule
from callflow.steps import Position
from calls.events import CallEvent


class Proved(StrEnum):
    """What came of proving a rule on a flow."""

    PROVED = "proved"
    BROKEN = "broken"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The shortest call that breaks a rule, with its facts from the offer to the break."""

    legs: tuple[Leg, ...]
    events: tuple[CallEvent, ...]
    why: str
    assumed: tuple[tuple[str, bool], ...]
    """Conditions over what only a call brings, and how they were taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One rule on one flow as one performer performs it."""

    rule: Rule
    flow: str
    performer: str
    status: Proved
    states: int = 0
    """How many pairs of a point in a call and a state of the rule there are."""

    applies: bool = False
    """Whether some call does what the rule speaks of; else it holds because nothing does."""

    reason: str = ""
    """Why it cannot be decided here."""

    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowProof:
    """All rules on one flow as one performer performs it."""

    flow: str
    performer: str
    nodes: int
    """Points at which a call can stand."""

    edges: int
    """Outcomes at all of them."""

    loops: tuple[tuple[Position, ...], ...]
    """Steps of each loop in which nobody does anything."""

    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """All rules on all entry flows."""

    flows: tuple[FlowProof, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """One for each rule, flow and performer."""
        return tuple(result for flow in self.flows for result in flow.results)

    def broken(self, *, must_only: bool = False) -> tuple[Result, ...]:
        """Results of rules that some call breaks; with `must_only` those flows must keep."""
        return tuple(
            result
            for result in self.results
            if result.status is Proved.BROKEN and (result.rule.must or not must_only)
        )
