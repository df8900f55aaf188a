"""What really happened in a call, as the outcomes that a flow's questions had, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calls.events import CallEvent
from calls.outcomes import Outcome


class Spot(NamedTuple):
    """A step of a flow."""

    flow: str
    step: str


NOWHERE = Spot("", "")


@dataclass(slots=True)
class Item:
    """One thing the house did or asked, with the facts it left and what it came to."""

    kind: str
    """The action's class in small letters (`say`, `listen`, `queue`, ...); empty where the facts
    only say that something in that step failed, or that the line went down in it."""

    subject: str
    """What it was about: a line, a queue, a form, a file, a service; empty for a window."""

    spot: Spot
    after: str
    """The line said last before it."""

    began_ms: int
    """When the thing before it was over."""

    events: list[CallEvent] = field(default_factory=list)
    outcome: Outcome | None = None
    """None when the record ends in it."""

    used: bool = False

    @property
    def ended_ms(self) -> int:
        """When its last fact was recorded."""
        return self.events[-1].offset_ms if self.events else self.began_ms

    def fact(self, kind: str) -> Mapping[str, Any]:
        """The data of its last fact of a kind; empty when there is none."""
        return next((event.data for event in reversed(self.events) if event.kind == kind), {})

    def at(self, kind: str) -> int:
        """When its first fact of a kind was recorded, else when it began."""
        found = (event.offset_ms for event in self.events if event.kind == kind)
        return next(found, self.began_ms)


@dataclass(frozen=True, slots=True)
class Record:
    """A call of the ledger as its replay needs it."""

    events: tuple[CallEvent, ...]
    items: tuple[Item, ...]
    steps: tuple[Spot, ...]
    """Every step entered, in order."""

    digests: Mapping[str, str]
    """The version of each flow that played."""

    offered: Mapping[str, Any]
    performer: str
    language: str
    """Of the first line said; empty when none was."""

    end_reason: str
    """Empty while the call is live."""

    ending: str
    """How the call ended, reason and disposition; empty while it is live."""

    down_ms: int | None
    """When the line went down, by whomever; None when the facts do not say."""

    @property
    def flow(self) -> str:
        """The flow that the call was offered to."""
        return str(self.offered.get("flow", ""))

    @property
    def cut(self) -> bool:
        """Whether the record stops before the call was over: a live call, a server that died."""
        return self.end_reason in ("", "interrupted")

    def visited(self, spot: Spot, visit: int) -> bool:
        """Whether a step was entered so many times."""
        return self.steps.count(spot) >= visit

    def next_step(self, spot: Spot, visit: int) -> Spot | None:
        """The step entered after the `visit`-th time (from 1) that `spot` was entered."""
        times = 0
        for at, entered in enumerate(self.steps):
            times += entered == spot
            if times == visit:
                return self.steps[at + 1] if at + 1 < len(self.steps) else None
        return None
