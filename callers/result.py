"""What a simulated caller went through, in the caller's own terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Happening = Literal[
    "ringing", "answered", "heard", "said", "pressed", "queued", "agent", "fallback", "hung_up"
]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to the caller, `at_ms` after dialling."""

    at_ms: int
    what: Happening
    detail: str = ""
    """The line heard (its file's name), the utterance said, the keys, who hung up."""

    until_ms: int | None = None
    """Where it ended, for what lasts."""


Watch = Callable[[Moment], None]
"""Told of every moment as it happens; for live display."""


@dataclass(slots=True)
class CallResult:
    """A finished call as the caller saw it."""

    persona: str
    uniqueid: str = ""
    moments: list[Moment] = field(default_factory=list)
    rings: int = 0
    """Which ring it was answered on; 0 when it never was."""

    answered_ms: int | None = None
    ended_ms: int = 0
    hung_up_by: str = ""
    """`caller`, `house` or `network`."""

    fell_back: bool = False
    """The flow was lost and the dialplan's fallback spoke."""

    failure: str = ""
    """Why the call could not be made at all, or what broke; empty when nothing did."""

    def of(self, what: Happening) -> list[Moment]:
        """The moments of one kind."""
        return [moment for moment in self.moments if moment.what == what]

    @property
    def lines(self) -> list[str]:
        """What was heard of the house, in order."""
        return [moment.detail for moment in self.of("heard")]

    def data(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)
