"""The facts of the back office: one way to record them, whoever does the work."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from calls.actions import Do, Fetch, Lookup, Promise, Ticket
from calls.call import Call
from calls.events import Fetched, LookedUp, PluginDone, Promised, TicketOpened
from calls.outcomes import Got, Outcome


@lru_cache(maxsize=1024)
def looked_up(directory: str, by: str, result: str) -> LookedUp:
    """The same fact call after call."""
    return LookedUp(directory=directory, by=by, result=result)


def note_asked(call: Call, action: Lookup | Fetch | Do, outcome: Outcome, took_ms: int) -> None:
    """Record that something was asked and what came; never what was asked for or told."""
    match action:
        case Lookup():
            call.record(looked_up(action.directory, action.by, outcome.name))
        case Fetch(source=source):
            call.record(Fetched(source=source, result=outcome.name, took_ms=took_ms))
        case Do(plugin=plugin):
            call.record(PluginDone(plugin=plugin, result=outcome.name, took_ms=took_ms))


def promise(call: Call, action: Promise) -> Got:
    """Record a promise; the caller waits until it is durable before anything is spoken."""
    promise_id = call.new_part()
    call.record(
        Promised(
            promise=promise_id,
            number=action.number,
            about=action.about,
            due_at=_due_at(call, action.within_ms),
        )
    )
    return Got(name="ok", values={})


def open_ticket(call: Call, action: Ticket) -> Got:
    """Record a ticket; the caller waits until it is durable before anything is spoken."""
    ticket_id = call.new_part()
    call.record(
        TicketOpened(
            ticket=ticket_id,
            ticket_class=action.ticket_class,
            about=action.about,
            due_at=_due_at(call, action.due_ms),
        )
    )
    return Got(name="ok", values={action.store: ticket_id} if action.store else {})


def _due_at(call: Call, in_ms: int) -> str:
    now: datetime = call.offered_at + timedelta(milliseconds=call.elapsed_ms())
    return (now + timedelta(milliseconds=in_ms)).isoformat(timespec="seconds")
