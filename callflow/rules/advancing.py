"""One event after another taken to a pattern, whichever it is: what all of them have in common."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from callflow.rules.events import WATCHED, EventPattern
from callflow.rules.patterns import Pattern, Response
from callflow.rules.state import State, Status
from calls.events import CallEvent

UNSAID: Final = frozenset({"failed", "skipped"})
"""How a line ends that nobody heard."""

_CUT_OFF: Final = frozenset({"failed", "interrupted"})
"""End reasons after which nothing more can be asked of the flow: the fallback had the caller."""


def advance(pattern: Pattern, state: State, event: CallEvent) -> State:
    """One step of any pattern: closes it at `ended`, after which nothing changes any more.

    A line that never sounded (`UNSAID`) was not said. A call that a fault cut off leaves
    open demands unjudged.
    """
    if state.status is not Status.PENDING:
        return state
    if event.kind in WATCHED:
        if state.speaking or event.kind != "saying":
            return state
        return state._replace(speaking=True)
    if event.kind == "said":
        unsaid = event.data.get("ended") in UNSAID
        state = state if unsaid else pattern.step(state, event)
        return state._replace(speaking=False) if state.speaking else state
    state = pattern.step(state, event)
    return _ended(pattern, state, event) if event.kind == "ended" else state


def kinds_seen(pattern: Pattern) -> frozenset[str]:
    """Kinds of event that can change its state; empty where any can, since time runs out."""
    if isinstance(pattern, Response) and pattern.times.at_most_ms is not None:
        return frozenset()
    parts = [getattr(pattern, each.name) for each in fields(pattern)]
    links = [link.event for part in parts if isinstance(part, tuple) for link in part]
    seen = [part.kinds for part in (*parts, *links) if isinstance(part, EventPattern)]
    return frozenset({"ended"}).union(*seen)


def _ended(pattern: Pattern, state: State, event: CallEvent) -> State:
    if state.status is Status.BROKEN:
        return state
    closed = pattern.close(state)
    if closed.status is Status.PENDING:
        return closed._replace(status=Status.KEPT if closed.applies else Status.NOT_APPLICABLE)
    if event.data.get("end_reason") in _CUT_OFF:
        why = "a fault of ours cut the call off"
        return state._replace(status=Status.NOT_APPLICABLE, why=why)
    return closed
