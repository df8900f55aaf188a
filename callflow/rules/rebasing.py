"""A rule's progress with its times counted from now: what makes exploring all calls finite.

Two calls that stand at the same point with equal rebased progress break or keep the rule in the
same ways from there on, whenever they came there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from callflow.rules.patterns import Between, Chain, Count, Pattern, Response
from callflow.rules.rule import Progress, Rule
from callflow.rules.state import State, Times


def rebased(rule: Rule, progress: Progress, elapsed_ms: int) -> Progress:
    """`progress` as it is when `elapsed_ms` more have passed and the clock is set back to 0.

    A time that began so long ago that no limit of the pattern can be met any more counts as begun
    just beyond the longest of them.
    """
    pairs = zip(rule.patterns, progress, strict=True)
    return tuple(_rebased(state, longest_ms(pattern), elapsed_ms) for pattern, state in pairs)


def times_of(pattern: Pattern) -> Iterator[Times]:
    """The lapses that a pattern limits."""
    match pattern:
        case Response() | Between():
            yield pattern.times
        case Chain():
            for link in pattern.links:
                yield link.pause


@lru_cache(maxsize=1024)
def longest_ms(pattern: Pattern) -> int | None:
    """A lapse longer than any limit of the pattern; None for a pattern that looks at no time."""
    if isinstance(pattern, Count):
        return None
    limiting = [each for each in times_of(pattern) if each != Times(slack_ms=each.slack_ms)]
    if not limiting:
        return None
    most = max(max(each.at_least_ms, each.at_most_ms or 0) for each in limiting)
    return most + max(each.slack_ms for each in limiting) + 1


def _rebased(state: State, most_ms: int | None, elapsed_ms: int) -> State:
    if state.mark_ms is None:
        return state
    mark_ms = 0 if most_ms is None else max(state.mark_ms - elapsed_ms, -most_ms)
    return state if mark_ms == state.mark_ms else state._replace(mark_ms=mark_ms)
