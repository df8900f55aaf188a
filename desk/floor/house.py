"""Who and what the floor is made of, as the site set it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from calls.floor.script_view import Choice, Titles
from calls.floor.view import AgentCard


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorHouse:
    """Fixed while a desk runs."""

    company: Titles
    agents: Mapping[str, AgentCard]
    """By number."""

    zone: tzinfo | None = None
    """By whose clock a day begins; None: this machine's."""

    nailed_up: frozenset[str] = frozenset()
    """Agents on whose phones' lines the desk answers."""

    destinations: tuple[Choice, ...] = ()
    dispositions: tuple[Choice, ...] = ()
    ring_cycle_ms: int = 5000
    rings: int = 3
    spies_shown: bool = True
    spies_recorded: bool = True

    def colleagues_of(self, agent: str) -> tuple[Choice, ...]:
        """Agents a call can be transferred to."""
        return tuple(
            Choice(name=card.number, title=dict.fromkeys(("zh", "en"), card.name or card.number))
            for card in self.agents.values()
            if card.number != agent
        )
