"""Rings by Asterisk's own stamps (A01: answered before the ringing passes three rings).

An offer's time runs from the `DialState` RINGING of the phone's channel (its 180) to the `DialEnd`.
ring = floor(time / cycle) + 1; the cycle is a ring and its pause, 5 s in China (1 s on, 4 s off).
"""

from __future__ import annotations

import math
from typing import Final

from calls.floor.events import OfferOver

ANSWERED: Final = "answered"
MISSED: Final = "missed"
REJECTED: Final = "rejected"
CALLER_GONE: Final = "caller_gone"
UNREACHABLE: Final = "unreachable"

_REJECTING: Final = frozenset({17, 21})
"""Q.850 causes of the phone's own no: user busy, call rejected."""

_ABSENT: Final = 20
"""Q.850: the line to the phone went down."""

_TIMEOUT_EARLY_MS: Final = 1000
"""Asterisk counts a phone's time in whole seconds, and may be early."""

_UNREACHED: Final = frozenset({"CHANUNAVAIL", "CONGESTION"})


def ring_number(rung_ms: int, cycle_ms: int) -> int:
    """Which ring it is, from 1."""
    return max(0, rung_ms) // cycle_ms + 1


def between_ms(began: float | None, ended: float | None) -> int:
    """Milliseconds from one of Asterisk's stamps to another; 0 where either tells nothing."""
    if began is None or ended is None or not (math.isfinite(began) and math.isfinite(ended)):
        return 0
    return max(0, round((ended - began) * 1000))


def result_of(dial_status: str, cause: int, *, rang: bool) -> str:
    """What became of an offer nobody answered, from `DialEnd` and the cause of the `Hangup`."""
    if cause in _REJECTING or dial_status == "BUSY":
        return REJECTED
    if dial_status in ("CANCEL", "ABORT"):
        return CALLER_GONE
    if dial_status in _UNREACHED or cause == _ABSENT or not rang:
        return UNREACHABLE
    return MISSED


def cut_short(dialled_ms: int, *, cycle_ms: int, rings: int) -> bool:
    """Whether an offer was over before its rings were: Asterisk says NOANSWER as well when the
    caller's longest wait ends, or the flow takes the caller out, while a phone rings.

    The time is the dial's, which a phone that is slow to ring does not make shorter.
    """
    return 0 < dialled_ms < cycle_ms * rings - _TIMEOUT_EARLY_MS


def offer_over(
    call_id: str,
    rung_ms: int,
    result: str,
    *,
    cycle_ms: int = 5000,
    rings: int = 3,
    asked: bool = False,
) -> OfferOver:
    """The fact of an offer that is over; late when it took more than so many rings.

    A missed one is late whatever the last millisecond was: all its rings went by. The dial ends it
    as the next ring would begin, which is not counted.
    """
    ring = ring_number(rung_ms, cycle_ms)
    missed = result == MISSED
    return OfferOver(
        call_id=call_id,
        rings=min(ring, rings) if missed else ring,
        rung_ms=max(0, rung_ms),
        result=result,
        late=missed or (ring > rings and result != UNREACHABLE),
        asked=asked,
    )
