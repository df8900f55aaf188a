"""Between a step's act and the outside: its action, and what an outcome means to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from callflow import steps
from callflow.steps import Step
from callflow.templates import Condition, Wording, WordingError
from calls.actions import Action, Keys, Listen, Queue, Record, Ring, Wait
from calls.outcomes import Keyed, Outcome


@dataclass(frozen=True, slots=True)
class Reprompt:
    """Ask again, with these lines."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """An outcome's meaning to the step: a word of its `on:`, or a target outright."""

    route: str = ""
    target: steps.Target | None = None
    stored: tuple[str, str] | None = None


def hears(act: steps.Act) -> bool:
    """Whether the act opens a listening window, so that its prompt may be barged in on."""
    return isinstance(act, steps.ListenAct | steps.MenuAct | steps.AskAct)


@lru_cache(maxsize=8192)
def action_of(step: Step) -> Action | None:
    """The action of the step's act, made once; None for acts the engine does by itself."""
    match step.act:
        case steps.RingAct(rings=rings):
            return Ring(rings=rings)
        case steps.RecordAct(command=command):
            return Record(command=command)
        case steps.QueueAct(queue=queue, most_wait_ms=most_wait_ms):
            return Queue(name=queue, most_wait_ms=most_wait_ms)
        case steps.WaitAct(ms=ms):
            return Wait(ms=ms)
        case steps.ListenAct() | steps.MenuAct() | steps.AskAct():
            return _listen(step, step.act)
        case _:
            return None


def _listen(step: Step, act: steps.ListenAct | steps.MenuAct | steps.AskAct) -> Listen:
    match act:
        case steps.ListenAct():
            return Listen(
                window_ms=act.window_ms,
                wanted=step.wanted,
                until=act.until,
                end_pause_ms=act.end_pause_ms,
                longest_ms=act.longest_ms,
                keys=Keys() if "key" in step.wanted else None,
            )
        case steps.MenuAct():
            return Listen(
                window_ms=act.window_ms,
                wanted=step.wanted,
                end_pause_ms=act.end_pause_ms,
                longest_ms=act.longest_ms,
                keys=Keys(),
            )
        case steps.AskAct():
            keys = Keys(
                most=act.most,
                allowed="0123456789",
                terminator=act.terminator,
                next_key_ms=act.next_key_ms,
            )
            return Listen(window_ms=act.window_ms, wanted=step.wanted, keys=keys)


def decide(act: steps.Act, outcome: Outcome, attempt: int) -> Decided | Reprompt:
    """What `outcome` means to `act` on its `attempt`, counted from 0."""
    match act:
        case steps.MenuAct():
            if isinstance(outcome, Keyed) and outcome.digits in act.keys:
                return Decided(target=act.keys[outcome.digits])
            usable = not isinstance(outcome, Keyed) and outcome.name != "silence"
        case steps.AskAct():
            if isinstance(outcome, Keyed) and _fits(act, outcome.digits):
                return Decided(route="ok", stored=(act.store, outcome.digits))
            usable = not isinstance(outcome, Keyed) and outcome.name != "silence"
        case _:
            return Decided(route=outcome.name)
    if usable:
        return Decided(route=outcome.name)
    if attempt + 1 >= act.attempts:
        return Decided(route="exhausted")
    return Reprompt((act.reprompt,) if act.reprompt else ())


def _fits(act: steps.AskAct, digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and act.least <= len(digits) <= act.most


def computed(
    values: Mapping[str, Wording | Condition], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The new values of a `set`. Raises WordingError for a language that is none."""
    new = {
        name: value.value(variables) if isinstance(value, Condition) else value.render(variables)
        for name, value in values.items()
    }
    if "language" in new and new["language"] not in ("zh-Hans", "zh-Hant", "en"):
        raise WordingError(f'"{new["language"]}" is no language here; use zh-Hans, zh-Hant or en')
    return new
