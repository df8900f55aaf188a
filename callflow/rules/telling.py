"""A house rule's patterns in words, for lists and documents."""

from __future__ import annotations

from callflow.rules.events import EventPattern
from callflow.rules.patterns import Between, Chain, Count, Every, Pattern, Precedence, Response
from callflow.rules.state import Times


def told(pattern: Pattern) -> str:
    """One pattern as an English clause: `hung_up us only after said (closing)`."""
    match pattern:
        case Count():
            return _count(pattern)
        case Every(of=of, fulfils=fulfils):
            return f"every {of} is {fulfils}"
        case Precedence(before=before, expect=expect, reset=reset):
            return f"{before}: only after {expect}{_clause('since the last', reset)}"
        case Response(when=when, expect=expect, unless=unless, times=times):
            return f"after {when}: {expect}{_span(times)}{_clause('unless', unless)}"
        case Chain():
            return _chain(pattern)
        case Between(first=first, then=then, times=times, unless=unless):
            return f"{then}:{_span(times)} after {first}{_clause('not undone by', unless)}"


def _count(pattern: Count) -> str:
    low, high = pattern.at_least, pattern.at_most
    if high == 0:
        often = "never"
    elif high is None:
        often = "at least once" if low == 1 else f"at least {low} times"
    else:
        often = f"{low} to {high} times" if low else f"at most {high} times"
    after, until = _clause("after", pattern.after), _clause("until", pattern.until)
    return f"{pattern.of}: {often}{after}{until}{_clause('unless', pattern.unless)}"


def _chain(pattern: Chain) -> str:
    links = ", then ".join(f"{link.event}{_span(link.pause)}" for link in pattern.links)
    after, unless = _clause("straight after", pattern.after), _clause("unless", pattern.unless)
    return f"after {pattern.when}{after}: {links}{unless}"


def _span(times: Times) -> str:
    low, high = times.at_least_ms / 1000, (times.at_most_ms or 0) / 1000
    if times.at_most_ms is None:
        return f" {low:g} s or more" if low else ""
    return f" {low:g} to {high:g} s" if low else f" within {high:g} s"


def _clause(word: str, event: EventPattern) -> str:
    return f" {word} {event}" if event else ""
