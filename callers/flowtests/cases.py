"""A flow test as a value: who calls which flow, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callers.flowtests.checks import Check
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callflow.nodes import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a test begins with."""

    flow: str
    persona: Persona
    language: str = "zh-Hans"
    variables: Mapping[str, object] = field(default_factory=dict)
    """What the call brings, besides the house's own."""

    queue: QueuePlan = field(default_factory=QueuePlan)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTest:
    """One test of a file."""

    name: str
    """A sentence."""

    source: str
    place: Place
    given: Given
    checks: tuple[Check, ...]

    def __str__(self) -> str:
        return f"{self.source}:{self.place.line}: {self.name}"
