"""What a call left behind, as expectations read it: facts, branches taken, rules' verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from callflow.frames import Taken
from callflow.nodes import Place
from callflow.rules.monitor import Rule, Verdict, score
from calls.events import CallEvent


class Came(NamedTuple):
    """A word a call came to, and the number of the event that shows it."""

    word: str
    seq: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One expectation not met."""

    what: str
    """What was expected and what came, in one sentence."""

    place: Place | None = None
    """Where the expectation is written."""

    seq: int | None = None
    """The event around which it went wrong; None when the whole call shows it."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One call that is over."""

    events: Sequence[CallEvent]
    rules: Iterable[Rule] = field(default=())
    taken: Sequence[Taken] | None = None
    """Branches taken, in order; None where the way the call was carried does not tell them."""

    def said(self) -> list[Came]:
        """Lines said, in order, cut ones too."""
        return [
            Came(str(event.data["line"]), event.seq)
            for event in self.events
            if event.kind == "said"
        ]

    def heard(self) -> list[Came]:
        """What listening windows ended with, in order; `key` for digits."""
        return [
            Came("key" if event.kind == "key" else str(event.data["what"]), event.seq)
            for event in self.events
            if event.kind in ("heard", "key")
        ]

    def ended(self) -> CallEvent | None:
        """The end of the call, or None when it has none."""
        return next((event for event in reversed(self.events) if event.kind == "ended"), None)

    def verdicts(self) -> tuple[Verdict, ...]:
        """What each rule came to."""
        return score(self.events, self.rules)
