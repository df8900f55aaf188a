"""Strata and how many calls each gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from qa.sampling.plan import Candidate, Shares


def stratum_of(call: Candidate, by: Sequence[str]) -> str:
    """`agent 1001, hour 09`: the call's stratum; equal for equal fields."""
    told = {
        "agent": call.agent or "none",
        "queue": call.queue or "none",
        "hour": f"{call.hour:02d}",
        "outcome": call.outcome or "none",
    }
    return ", ".join(f"{name} {told[name]}" for name in by)


def allotted(
    sizes: Mapping[str, int], total: int, shares: Shares, chance: Random
) -> dict[str, int]:
    """How many of `total` each stratum gives; never more than it has.

    `total` is at most the sum of the sizes. What is left over in proportional shares goes to the
    largest remainders, among equal ones by lot.
    """
    if shares is Shares.EQUAL:
        return _equal(sizes, total, chance)
    whole = sum(sizes.values())
    if not whole:
        return dict.fromkeys(sizes, 0)
    given = {name: total * size // whole for name, size in sizes.items()}
    remainder = {name: total * size % whole for name, size in sizes.items()}
    lot = chance.sample(list(sizes), len(sizes))
    lot.sort(key=lambda name: -remainder[name])
    for name in lot[: total - sum(given.values())]:
        given[name] += 1
    return given


def _equal(sizes: Mapping[str, int], total: int, chance: Random) -> dict[str, int]:
    """Round by round one of each that has any left; the last round by lot."""
    given = dict.fromkeys(sizes, 0)
    left = total
    while left:
        open_ones = [name for name, size in sizes.items() if given[name] < size]
        if len(open_ones) > left:
            open_ones = chance.sample(open_ones, left)
        for name in open_ones:
            given[name] += 1
        left -= len(open_ones)
    return given
