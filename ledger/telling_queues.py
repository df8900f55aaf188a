"""What the events of queues, agents and wrap-up tell of a call; part of `ledger.projections`.

Lengths are differences of offsets, so a talk that moves from agent to agent counts once. Queue,
result and wait are those of the last queue the caller came to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.encoding import EventRow
from ledger.fold import Fold, text, whole
from ledger.states import CallState

_MOST_WHOLE = 2**63 - 1


def _queued(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call = fold.call
    call.queue = text(facts, "queue")
    call.queued_ms = row.offset_ms
    call.queue_result = call.queue_waited_ms = None
    call.stays += 1
    fold.changed = True


def _agent_offered(fold: Fold, _row: EventRow, _facts: Mapping[str, Any]) -> None:
    fold.call.offers += 1
    fold.changed = True


def _agent_answered(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call = fold.call
    call.agent = text(facts, "agent")
    if call.agent_ms is None:
        call.agent_ms = row.offset_ms
    if call.talk_from_ms is None:
        call.talk_from_ms = row.offset_ms
    if call.queued_ms is not None and call.queue_waited_ms is None:
        call.queue_waited_ms = whole(facts, "waited_ms")
    fold.changed = True


def _held(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    if facts.get("on") is True:
        if fold.call.held_from_ms is None:
            fold.call.held_from_ms = row.offset_ms
    else:
        _end_hold(fold.call, row.offset_ms)
    fold.changed = True


def _left_queue(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call, result = fold.call, text(facts, "result")
    if text(facts, "queue") == call.queue:
        call.queue_result = result
        call.queue_waited_ms = whole(facts, "waited_ms")
    # A caller whom an agent sent to a queue in vain has that agent yet.
    if result == "answered":
        told_ms = whole(facts, "talked_ms") if call.stays == 1 else None
        _end_talk(call, row.offset_ms, told_ms)
    fold.changed = True


def _disposed(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call = fold.call
    call.disposition = text(facts, "disposition")
    if text(facts, "agent") == call.agent:
        call.disposed_ms = row.offset_ms
        _measure_wrap_up(call)
    fold.changed = True


def line_is_down(call: CallState, at_ms: int) -> None:
    """The call is over: what had begun ends with it, as for a server that died under it."""
    talking = call.talk_from_ms is not None
    _end_talk(call, at_ms, None)
    if call.queued_ms is not None and call.queue_result is None:
        call.queue_result = "answered" if talking else "failed"
        if call.queue_waited_ms is None:
            call.queue_waited_ms = _spent(call.queued_ms, at_ms)


def _end_talk(call: CallState, at_ms: int, told_ms: int | None) -> None:
    """Talks add up; `told_ms` is the whole of a call's only one, as the line itself measured it."""
    _end_hold(call, at_ms)
    if call.talk_from_ms is None:
        return
    spent_ms = (call.talked_ms or 0) + _spent(call.talk_from_ms, at_ms)
    call.talked_ms = told_ms if told_ms is not None else min(spent_ms, _MOST_WHOLE)
    call.talk_from_ms, call.talk_to_ms = None, at_ms
    _measure_wrap_up(call)


def _end_hold(call: CallState, at_ms: int) -> None:
    if call.held_from_ms is not None:
        call.held_ms = min(call.held_ms + _spent(call.held_from_ms, at_ms), _MOST_WHOLE)
        call.held_from_ms = None


def _measure_wrap_up(call: CallState) -> None:
    """From the end of the talk to the agent's word; nothing when that came before the end."""
    if call.talk_to_ms is not None and call.disposed_ms is not None:
        call.wrapped_ms = _spent(call.talk_to_ms, call.disposed_ms)


def _spent(from_ms: int, to_ms: int) -> int:
    return min(max(to_ms - from_ms, 0), _MOST_WHOLE)


QUEUE_TELLERS: Mapping[str, Callable[[Fold, EventRow, Mapping[str, Any]], None]] = {
    "queued": _queued,
    "agent_offered": _agent_offered,
    "agent_answered": _agent_answered,
    "held": _held,
    "left_queue": _left_queue,
    "disposed": _disposed,
}
