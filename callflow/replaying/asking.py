"""Queues, transfers, recordings and the back office once more, with what they came to then."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from callflow.replaying.running import UndecidedError
from callflow.replaying.stage import NEW, Stage
from callflow.replaying.talking import picked_up
from calls.actions import (
    Do,
    Fetch,
    Form,
    Lookup,
    Promise,
    Queue,
    RecordCommand,
    Ticket,
    Transfer,
)
from calls.events import (
    Promised,
    Queued,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    TicketOpened,
    Transferring,
)
from calls.outcomes import Done, Failed, Got, Outcome, QueueLeft, TransferLeft

_LONGER_MS: Final = 1500
"""A wait in a queue counts as longer than the one of then beyond this."""


def order(stage: Stage, command: RecordCommand) -> Outcome:
    """An order to the recorder."""
    item = stage.pool.other("record", command.value, stage.run.spot)
    if item is not None and item.outcome is not None:
        stage.trace.play(item)
        return item.outcome
    mishap = stage.mishap()
    if mishap is not None:
        return mishap
    match command:
        case RecordCommand.START:
            stage.trace.note(RecordingStarted(recording=NEW, caller_file="", house_file=""))
        case RecordCommand.PAUSE:
            stage.trace.note(RecordingPaused(recording=NEW))
        case RecordCommand.RESUME:
            stage.trace.note(RecordingResumed(recording=NEW))
        case RecordCommand.STOP:
            stage.trace.stop_recording("flow")
    return Done()


def away(stage: Stage, action: Queue | Transfer) -> Outcome:
    """A queue or a transfer: only that of then can tell whether anybody answered."""
    picked_up(stage)
    kind, name = ("queue", action.name) if isinstance(action, Queue) else ("transfer", action.to)
    item = stage.pool.other(kind, name, stage.run.spot)
    if item is None or item.outcome is None:
        mishap = stage.mishap()
        if mishap is None:
            began = Queued(queue=name) if kind == "queue" else Transferring(to=name)
            stage.trace.note(began)
        return mishap or stage.or_stop(action, f"nobody knows who would have answered in {name}")
    outcome = item.outcome
    if isinstance(outcome, QueueLeft) and isinstance(action, Queue) and outcome.name == "key":
        _same_key(outcome, action)
    elif isinstance(outcome, QueueLeft | TransferLeft):
        wait_ms, waited_ms = action.most_wait_ms, outcome.waited_ms
        if outcome.name == "answered" and waited_ms > wait_ms + _LONGER_MS:
            raise UndecidedError(f"{name} was answered after {_s(waited_ms)}, later than now")
        longer = wait_ms > waited_ms + _LONGER_MS and waited_ms > _LONGER_MS
        if outcome.name == "no_answer" and longer:
            raise UndecidedError(
                f"nobody answered in {_s(waited_ms)}, and the caller would now wait longer"
            )
    stage.trace.play(item)
    stage.agent_left = outcome.name == "answered" and isinstance(outcome, QueueLeft)
    return outcome


def _same_key(outcome: QueueLeft, action: Queue) -> None:
    if outcome.key not in action.keys:
        raise UndecidedError(
            f"key {outcome.key} leaves the queue no more: nobody knows who answers"
        )


def house_keeps(stage: Stage, action: Promise | Ticket) -> Outcome:
    """A promise or a ticket: the house can always give one."""
    kind = type(action).__name__.lower()
    item = stage.pool.other(kind, "", stage.run.spot)
    number = NEW
    if item is not None and item.outcome is not None:
        if isinstance(item.outcome, Failed):
            stage.trace.play(item)
            return item.outcome
        number = str(item.fact("ticket_opened").get("ticket", number))
    else:
        mishap = stage.mishap()
        if mishap is not None:
            return mishap
    due = dict(item.events[-1].data) if item is not None and item.events else {"due_at": ""}
    if isinstance(action, Ticket):
        stage.trace.note(
            TicketOpened(
                ticket=number,
                ticket_class=action.ticket_class,
                about=action.about,
                due_at=str(due["due_at"]),
            )
        )
        return Got(name="ok", values={action.store: number} if action.store else {})
    stage.trace.note(
        Promised(
            promise=str(due.get("promise", number)),
            number=action.number,
            about=action.about,
            due_at=str(due["due_at"]),
        )
    )
    return Got(name="ok", values={})


def asked(stage: Stage, action: Form | Lookup | Fetch | Do) -> Outcome:
    """A question to an agent's screen, a file, a service or a plug-in."""
    kind, subject = _subject(action)
    item = stage.pool.other(kind, subject, stage.run.spot)
    if item is None or item.outcome is None:
        return stage.or_stop(action, f"the {kind} {subject} was not asked then")
    stage.trace.play(item)
    outcome = item.outcome
    if isinstance(outcome, Got) and not isinstance(action, Form) and outcome.name != "not_found":
        return replace(outcome, values=stage.run.stand_in(action.store))
    return outcome


def _subject(action: Form | Lookup | Fetch | Do) -> tuple[str, str]:
    match action:
        case Form(name=name):
            return "form", name
        case Lookup(directory=name):
            return "lookup", name
        case Fetch(source=name):
            return "fetch", name
        case Do(plugin=name):
            return "do", name


def _s(ms: int) -> str:
    return f"{ms / 1000:g} s"
