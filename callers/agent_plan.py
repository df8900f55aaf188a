"""What a simulated agent does with a coached flow, beside saying its lines. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Choose what the caller wants: a menu's key, or the digits of an `ask`."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Take a branch that the flow offers at any time."""

    branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Fill in a form; what is left out stays as it is."""

    values: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelForm:
    """Leave a form without an answer."""


Deed = Pick | Take | Fill | CancelForm


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A deed and the step at which it is done; each is done once, in the order given."""

    step: str
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """All that one agent does on one call."""

    deeds: tuple[At, ...] = ()
    takes_ms: int = 2000
    """How long a pick, a branch or a form takes."""
