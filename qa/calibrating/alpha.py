"""Krippendorff's alpha: agreement of any number of coders, beyond chance, with values missing.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): from the values by unit
a matrix of coincidences is made, in which each pair of values of a unit of m values counts
1/(m - 1); alpha = 1 - (n - 1) * sum o_ck d_ck / sum n_c n_k d_ck over the pairs c < k, with d = 1
for different names (nominal) or the squared difference (interval).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum
from itertools import combinations, permutations
from typing import TypeVar

V = TypeVar("V", bound=Hashable)


class Metric(StrEnum):
    """How far two values are apart."""

    NOMINAL = "nominal"
    """The same or not."""

    INTERVAL = "interval"
    """The square of their difference; values are numbers."""


def alpha(units: Iterable[Iterable[V]], metric: Metric = Metric.NOMINAL) -> float | None:
    """Alpha over units, each with the values that coders gave it; missing ones are left out.

    1 is full agreement, 0 what chance would give, below it disagreement that is no chance. None
    where it is not defined: no unit has two values, or all values are the same.
    """
    coincidences, totals = _coincidences(units)
    n = sum(totals.values())
    expected = sum(
        totals[one] * totals[other] * _apart(one, other, metric)
        for one, other in combinations(totals, 2)
    )
    if not expected:
        return None
    observed = sum(
        count * _apart(one, other, metric) for (one, other), count in coincidences.items()
    )
    # `coincidences` holds each pair in both orders, the sum over c < k is half of it.
    return 1 - (n - 1) * observed / 2 / expected


def _coincidences(
    units: Iterable[Iterable[V]],
) -> tuple[Mapping[tuple[V, V], float], Mapping[V, float]]:
    found: dict[tuple[V, V], float] = defaultdict(float)
    totals: dict[V, float] = defaultdict(float)
    for unit in units:
        values = list(unit)
        if len(values) < 2:
            continue
        for one, other in permutations(values, 2):
            found[one, other] += 1 / (len(values) - 1)
        for value in values:
            totals[value] += 1
    return found, totals


def _apart(one: Hashable, other: Hashable, metric: Metric) -> float:
    if metric is Metric.NOMINAL:
        return float(one != other)
    return (float(one) - float(other)) ** 2  # type: ignore[arg-type]
