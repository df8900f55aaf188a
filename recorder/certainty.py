"""How sure a recording's clock is: near a line that it was set by, and where none is near."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

NEAR_MS: Final = 10_000
"""A clock that is right at both ends of a stretch up to this long is taken for right within it."""


def unsure(anchors: Sequence[int], begins_ms: int, ends_ms: int) -> list[tuple[int, int]]:
    """Stretches in which no line shows that the clock is right to 50 ms, in order.

    `anchors` as in `recording_kept`; all are offsets of the call in ms. The beginning counts as
    known, Asterisk told it; so does the end, which the facts know.
    """
    known = [begins_ms, *sorted(anchors), ends_ms]
    return [(one, other) for one, other in pairwise(known) if other - one > NEAR_MS]
