"""How sure a recording's clock is: near what it was set by, and where none of that is near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def joined(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same stretches in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(stretches):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((begins, ends))
    return tuple(found)
