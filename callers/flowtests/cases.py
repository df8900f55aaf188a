"""A flow test as a value: who calls which flow, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from callers.agent_plan import AgentPlan
from callers.flowtests.checks import Check
from callers.persona import Persona
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callflow.nodes import Place

ANI: Final = "13800001234"
DNIS: Final = "1000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a test begins with."""

    flow: str
    persona: Persona
    language: str = "zh-Hans"
    variables: Mapping[str, object] = field(default_factory=dict)
    """What the call brings, besides the house's own and its numbers."""

    ani: str = ANI
    dnis: str = DNIS
    queue: QueuePlan = field(default_factory=QueuePlan)
    agent: AgentPlan | None = None
    """What the agent does who performs the flow; None when the IVR does."""

    office: PlannedOffice = field(default_factory=PlannedOffice)
    fails: frozenset[str] = frozenset()
    """Lines that have no sound and acts that cannot be carried out."""

    @property
    def brought(self) -> dict[str, object]:
        """Every variable the call brings, as the server gives them."""
        own = {"ani": self.ani, "dnis": self.dnis, "caller_name": self.persona.name}
        return {**own, **self.variables}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
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
