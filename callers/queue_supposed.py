"""What must be supposed of a queue and its caller for a stay in it to come true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callers.queue_plan import QueuePlan
from calls.actions import FIRST_TOLD_MS, Queue
from calls.events import CallEvent

AGENT: Final = "agent1"


def waiting_plan(action: object, events: Sequence[CallEvent], *, answered: bool) -> QueuePlan:
    """Who answers and when; a caller who is told nothing is taken at once, or not let in."""
    tells = isinstance(action, Queue) and action.tell is not None
    told = any(event.kind == "saying" for event in events)
    if not tells:
        return QueuePlan(agent=AGENT) if answered else QueuePlan()
    if not answered:
        return QueuePlan() if told else QueuePlan(off_duty=True)
    waits = (event.data["waited_ms"] for event in events if event.kind == "agent_answered")
    most_ms = next(waits, 0) if told else min(next(waits, 0), FIRST_TOLD_MS - 100)
    return QueuePlan(agent=AGENT, answers_after_ms=most_ms)


def turns_passed(action: object, events: Sequence[CallEvent]) -> int:
    """How often the caller might press a key of the queue and lets it pass."""
    if not isinstance(action, Queue) or action.tell is None or not action.keys:
        return 0
    whole = [event for event in events if event.kind == "said"]
    whole = [event for event in whole if event.data["ended"] in ("completed", "failed")]
    pressed = any(event.kind == "key" for event in events)
    return max(0, len(whole) // len(action.tell.lines) - pressed)
