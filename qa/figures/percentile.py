"""Percentiles, by one method everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qa.figures.columns import Floats


def percentile(values: Sequence[float] | Floats, share: float) -> float | None:
    """The smallest value that at least `share` of all are at or below; None for no values.

    The nearest-rank method: the answer is always one of the values. ValueError for a share that is
    not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share is above 0 and at most 1, got {share}")
    if not len(values):
        return None
    place = math.ceil(round(share * len(values), 9)) - 1
    return float(np.partition(np.asarray(values, dtype=np.float64), place)[place])
