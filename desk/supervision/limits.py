"""What the site calls good, and from when on a supervisor is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Variant(StrEnum):
    """Which calls a service level is a share of; published formulas differ, so it is said."""

    SHORT_ABANDONS_OUT = "short_abandons_out"
    """Who hung up within the target gave nobody a chance to answer in time: not counted."""

    STRICT = "strict"
    """Everybody who came to the queue counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallLimits:
    """Settings of `[wallboard]`; seconds are whole."""

    service_target_s: int = 20
    """A call answered within it was answered in time."""

    service_goal: float = 0.8
    """Share of calls to be answered in time, 0 to 1; below it is an alarm."""

    service_least_calls: int = 10
    """Fewer calls than this today raise no alarm about the service level."""

    variant: Variant = Variant.SHORT_ABANDONS_OUT
    longest_wait_s: int = 60
    """A caller who waits longer is an alarm."""

    rush_waiting: int = 5
    """So many callers in one queue are a rush (O03)."""

    ring_s: int = 15
    """Three rings (A01)."""

    wrap_up_s: int = 180
    """A wrap-up that takes longer is an alarm; 0 for none."""
