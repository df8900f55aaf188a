"""Many virtual calls at once, and what came of them."""

from __future__ import annotations

import gc
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from callers.agent_plan import AgentPlan
from callers.flowtests.cases import ANI, DNIS
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.varying import varied
from callers.virtual import SimulatedCall
from callers.virtual import simulate as play
from callflow.house import House
from callflow.rules.monitor import score
from callflow.rules.state import Status
from callflow.tables import Opening


@dataclass(frozen=True, slots=True)
class Order:
    """Which calls to play."""

    house: House
    flow: str
    variables: dict[str, object]
    language: str
    queue: QueuePlan

    def one(self, persona: Persona) -> SimulatedCall:
        """A whole call of `persona`."""
        return self.play(persona, self.opening(persona))

    def opening(self, persona: Persona) -> Opening:
        """Where the calls of `persona` begin, in whatever hurry."""
        brought = {"ani": ANI, "dnis": DNIS, "caller_name": persona.name}
        performer = "agent" if self._coached else "ivr"
        values = {**self.variables, **brought}
        return self.house.opening(self.flow, values, self.language, performer)

    def play(self, persona: Persona, opening: Opening) -> SimulatedCall:
        """A whole call of `persona` from its opening."""
        return play(
            opening.start(),
            persona,
            queue=self.queue,
            numbers=(ANI, DNIS),
            direction=self.house.flows[self.flow].direction,
            agent=AgentPlan() if self._coached else None,
        )

    @property
    def _coached(self) -> bool:
        return self.house.flows[self.flow].performer == "agent"


@dataclass(slots=True)
class Summary:
    """What calls of one caller, or of all, came to."""

    caller: str
    lengths_ms: list[int] = field(default_factory=list)
    dispositions: Counter[str] = field(default_factory=Counter)
    end_reasons: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """House rules broken, by id, in how many calls."""

    def take(self, call: SimulatedCall, house: House) -> None:
        """Count a call in."""
        self.lengths_ms.append(call.length_ms)
        self.dispositions[call.ended.disposition] += 1
        self.end_reasons[call.ended.reason.value] += 1
        verdicts, broken = score(call.events, house.rules), Status.BROKEN
        for one in verdicts:
            if one.status is broken:
                self.broken[one.rule.id] += 1

    def data(self) -> dict[str, Any]:
        """JSON-ready; lengths in ms."""
        return {
            "caller": self.caller,
            "calls": len(self.lengths_ms),
            "dispositions": dict(self.dispositions.most_common()),
            "end_reasons": dict(self.end_reasons.most_common()),
            "rules_broken": dict(self.broken.most_common()),
            "shortest_ms": min(self.lengths_ms),
            "median_ms": round(statistics.median(self.lengths_ms)),
            "longest_ms": max(self.lengths_ms),
        }

    def __str__(self) -> str:
        low, high = min(self.lengths_ms) / 1000, max(self.lengths_ms) / 1000
        middle = statistics.median(self.lengths_ms) / 1000
        ends = ", ".join(f"{name} {count}" for name, count in self.dispositions.most_common())
        rules = ", ".join(f"{name} {count}" for name, count in self.broken.most_common())
        return (
            f"{self.caller:24} {len(self.lengths_ms):6}  {low:6.1f} {middle:6.1f} {high:6.1f} s  "
            f"{ends}{f'; rules broken: {rules}' if rules else ''}"
        )


HEADING = f"{'caller':24} {'calls':>6}  {'least':>6} {'middle':>6} {'most':>6}    came to"


def summaries(
    order: Order, personas: Sequence[Persona], calls: int, seed: int
) -> Iterator[Summary]:
    """Play `calls` calls of each persona, the first as written, the others varied by `seed`."""
    gc.freeze()  # what is loaded is no garbage, and need not be looked at again and again
    for persona in personas:
        chance = Random(f"{seed} {persona.name}")  # noqa: S311 - no secret
        summary, opening = Summary(persona.name), order.opening(persona)
        for number in range(calls):
            caller = persona if number == 0 else varied(persona, chance)
            summary.take(order.play(caller, opening), order.house)
        yield summary
