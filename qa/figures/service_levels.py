"""The service level in all its variants at any target, from how long callers waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from qa.figures.catalogue import CATALOGUE, VARIANTS
from qa.figures.figure import Value


def service_levels(waits: Mapping[str, Counter[int]], target_s: int) -> dict[str, Value]:
    """`SL.1` to `SL.3` at one target. `waits`: end of the wait -> seconds rounded up -> calls.

    A whole second is exact here: a wait of at most T s is one of at most T seconds rounded up.
    """
    offered = sum(count.total() for count in waits.values())
    met = _within(waits.get("answered"), target_s)
    short = _within(waits.get("abandoned"), target_s)
    sums = {"SL.1": (met, offered), "SL.2": (met, offered - short), "SL.3": (met + short, offered)}
    return {name: Value(CATALOGUE[name], *sums[name]) for name in VARIANTS["SL"]}


def _within(waits: Counter[int] | None, target_s: int) -> int:
    return sum(calls for seconds, calls in (waits or {}).items() if seconds <= target_s)
