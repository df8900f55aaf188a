"""What the node that answers calls and the agents' desk give each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from agi.ears.service import EarsService
from callflow.house import House
from calls.ports import AgentDesk
from casework.office import HouseOffice
from desk.supervision.spoken import Speak


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the agents' desk shares with the calls of its process."""

    ears: EarsService
    flows: Callable[[], House]
    office: HouseOffice
    speak: Speak


@dataclass(frozen=True, slots=True)
class OpenedDesk:
    """A running agents' desk, or none."""

    agents: AgentDesk | None = None
    address: tuple[str, int] | None = None


OpenDesk = Callable[[Shared], AbstractAsyncContextManager[OpenedDesk]]
