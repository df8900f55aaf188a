"""A call of the past performed once more, by the flows of now, with what happened then.

What the caller, the agents and the back office did then answers the same question asked now. A
line that was not said then is taken to be said to its end. Where something is asked that nobody
was asked then, or in a way that the answer of then does not fit, the record no longer decides and
the replay stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callflow.engine import Ended
from callflow.house import House
from callflow.replaying import asking, talking
from callflow.replaying.pool import Pool
from callflow.replaying.record import Record, Spot
from callflow.replaying.running import ReplayRun, UndecidedError
from callflow.replaying.stage import LineLength, Stage
from callflow.replaying.trace import Trace
from calls import actions
from calls.actions import Action, Listen, Promise, Queue, Ring, Say, Ticket, Transfer, Wait
from calls.call import EndReason
from calls.events import CallEvent, EndedFact, Fault, Stepped
from calls.outcomes import HungUp, Outcome


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the record no longer decides."""

    run: ReplayRun
    action: Action | None
    """What is asked there; None when a condition is."""

    why: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A call as it would go now."""

    events: tuple[CallEvent, ...]
    stop: Stop | None
    """None when the record decided everything up to the end of the call."""

    ended: Ended | None
    steps: tuple[Spot, ...]
    """Every step entered, in order."""


def replay(
    record: Record,
    house: House,
    variables: Mapping[str, Any],
    language: str,
    line_ms: LineLength,
) -> Replayed:
    """Play a record against a house; KeyError when it has no flow of that name.

    `variables` are the house's own, `language` the one a call begins in when the record says
    none, `line_ms` gives the length in ms of a line that was not said then.
    """
    for item in record.items:
        item.used = False
    brought = {name: record.offered.get(name, "") for name in ("ani", "dnis", "caller_name")}
    run = ReplayRun(
        house,
        house.flows[record.flow],
        {**variables, **brought},
        record.language or language,
        record,
    )
    stage = Stage(
        record=record,
        house=house,
        run=run,
        pool=Pool(record.items),
        trace=Trace(record.events[0]),
        own=frozenset(variables),
        line_ms=line_ms,
    )
    return _play(stage)


def _play(stage: Stage) -> Replayed:
    run, trace = stage.run, stage.trace
    action: Action | None = None
    try:
        at = run.begin()
        if stage.record.performer == "agent":
            talking.picked_up(stage)  # taking the queue's call was the answer
        while True:
            _note_steps(stage)
            if isinstance(at, Ended):
                _end(stage, at)
                return Replayed(tuple(trace.events), None, at, tuple(stage.steps))
            action = at
            outcome = _perform(stage, action)
            action = None
            at = run.resume(outcome)
    except UndecidedError as error:
        _note_steps(stage)
        stop = Stop(run, action, str(error), trace.now_ms)
        return Replayed(tuple(trace.events), stop, None, tuple(stage.steps))


def _note_steps(stage: Stage) -> None:
    for entered in stage.run.take_entered():
        stage.trace.note(entered)
        if isinstance(entered, Stepped):
            stage.steps.append(Spot(entered.flow, entered.step))


def _end(stage: Stage, ended: Ended) -> None:
    """What `conduct` and the channel record when the run is over."""
    trace, reason = stage.trace, ended.reason
    if reason is EndReason.FAILED:
        if ended.problem:
            trace.note(Fault(where="flow", problem=ended.problem))
        trace.stop_recording(reason.value)
    else:
        trace.hangs_up("agent" if stage.agent_left else "us")
        if reason is EndReason.COMPLETED and trace.down_by == "agent":
            reason = EndReason.AGENT_HUNG_UP
    trace.note(EndedFact(end_reason=reason.value, disposition=ended.disposition))


def _perform(stage: Stage, action: Action) -> Outcome:
    before = None if isinstance(action, Ring) else stage.mishap_next()
    outcome = before or _answer(stage, action)
    if isinstance(outcome, HungUp):
        stage.trace.hangs_up(outcome.by)
    return outcome


def _answer(stage: Stage, action: Action) -> Outcome:
    match action:
        case Say(line=line):
            return talking.say(stage, line, whole=True)
        case Listen():
            return talking.listen(stage, action)
        case Ring():
            return talking.ring(stage, action)
        case Wait(ms=ms):
            return talking.wait(stage, ms)
        case actions.Record(command=command):
            return asking.order(stage, command)
        case Queue() | Transfer():
            return asking.away(stage, action)
        case Promise() | Ticket():
            return asking.house_keeps(stage, action)
        case _:
            return asking.asked(stage, action)
