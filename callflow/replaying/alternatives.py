"""What could come where a record no longer decides, and what the flow would do then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from callflow.acts.base import Act
from callflow.acts.talking import AskAct, MenuAct
from callflow.engine import Ended
from callflow.replaying.running import ReplayRun, UndecidedError
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Listen,
    Lookup,
    Promise,
    Queue,
    Record,
    Ring,
    Say,
    Ticket,
    Transfer,
    Until,
    Wait,
)
from calls.outcomes import (
    Answered,
    Branched,
    Done,
    Failed,
    Got,
    Heard,
    HungUp,
    Keyed,
    Outcome,
    QueueLeft,
    SaidEnd,
    Sound,
    Spoken,
    TransferLeft,
)

_LEFT_BY_KEY: Final = QueueLeft(name="key", waited_ms=0, talked_ms=0, agent="")
MOST_LINES: Final = 12
"""Actions followed after an outcome, at the most."""

_WORDS: Final[dict[type, tuple[str, ...]]] = {
    Queue: ("answered", "no_answer", "failed"),
    Transfer: ("answered", "busy", "no_answer", "failed"),
    Form: ("ok", "cancelled"),
    Lookup: ("found", "not_found"),
    Fetch: ("ok", "not_found", "timeout"),
    Do: ("ok", "timeout"),
    Promise: ("ok",),
    Ticket: ("ok",),
}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One outcome that could come, and the flow's way from it to the next question."""

    outcome: str
    says: tuple[str, ...]
    """Names of the lines said on that way."""

    then: str
    """What it asks or does next, or how it ends the call."""


def alternatives(run: ReplayRun, action: Action) -> tuple[Alternative, ...]:
    """Every outcome of `action`, each with what would follow."""
    return tuple(_follow(run, label, outcome) for label, outcome in outcomes(action, run))


def outcomes(action: Action, run: ReplayRun) -> Iterator[tuple[str, Outcome]]:
    """What an action can come to, each with the word a flow's author knows it by."""
    yield from _heard(action, run.act) if isinstance(action, Listen) else _worded(action)
    if not isinstance(action, Say | Ring | Wait):
        yield "error", Failed(reason="")
    if run.variables["performer"] == "agent":
        for branch in run.branches():
            yield f"anytime {branch}", Branched(name=branch)
    yield "hangup", HungUp(by="caller")


def _worded(action: Action) -> Iterator[tuple[str, Outcome]]:
    match action:
        case Say():
            yield "ok", Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED)
            yield "error", Spoken(start_ms=0, end_ms=0, ended=SaidEnd.FAILED)
        case Ring():
            yield "answered", Answered(rings=action.rings, waited_ms=0)
        case Wait() | Record():
            yield "ok", Done()
        case _:
            for word in _WORDS[type(action)]:
                yield word, _left(action, word)
            for key in action.keys if isinstance(action, Queue) else "":
                yield f"key {key}", replace(_LEFT_BY_KEY, key=key)


def _left(action: Action, word: str) -> Outcome:
    if isinstance(action, Queue):
        return QueueLeft(name=word, waited_ms=0, talked_ms=0, agent="")
    if isinstance(action, Transfer):
        return TransferLeft(name=word, waited_ms=0, talked_ms=0)
    return Got(name=word, values={})


def _heard(listen: Listen, act: Act) -> Iterator[tuple[str, Outcome]]:
    ran_out = "noise" if listen.until is Until.CLEAR else "silence"
    for word in sorted({ran_out, *listen.wanted} - {"key"}):
        yield word, Heard(what=Sound(word), from_ms=0, to_ms=0, level_dbov=None, reason="")
    if listen.keys is None:
        return
    for digits in _keys(act):
        yield f"key {digits}", Keyed(digits=digits, at_ms=0)


def _keys(act: Act) -> tuple[str, ...]:
    match act:
        case MenuAct(keys=keys):
            wrong = next(key for key in "123456789*#0x" if key not in keys)
            return (*keys, wrong)
        case AskAct(least=least):
            return ("1" * least, "*")
        case _:
            return ("1",)


def _follow(run: ReplayRun, label: str, outcome: Outcome) -> Alternative:
    says: list[str] = []
    run = run.fork()
    try:
        at = run.resume(outcome)
        for _ in range(MOST_LINES):
            if isinstance(at, Say):
                says.append(at.line.name)
                at = run.resume(Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED))
            elif isinstance(at, Wait | Record):
                at = run.resume(Done())
            else:
                break
    except UndecidedError as error:
        return Alternative(label, tuple(says), str(error))
    if isinstance(at, Ended):
        return Alternative(label, tuple(says), f"the call ends: {at.disposition}")
    if isinstance(at, Listen) and at.prompt is not None:
        says.append(at.prompt.name)
    return Alternative(label, tuple(says), f"{asks(at)} in {run.spot.flow}.{run.spot.step}")


def asks(action: Action) -> str:
    """An action in a few words."""
    match action:
        case Listen():
            return f"listens for {action.window_ms / 1000:g} s"
        case Queue(name=name):
            return f"puts the caller into queue {name}"
        case Transfer(to=to):
            return f"connects to {to}"
        case Form(name=name):
            return f"shows the form {name}"
        case Lookup(directory=name) | Fetch(source=name) | Do(plugin=name):
            return f"asks {name}"
        case Say(line=line):
            return f"says {line.name}"
        case _:
            return type(action).__name__.lower()
