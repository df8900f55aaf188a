"""Between a step's act and the outside: its action, and what an outcome means to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from callflow.acts.base import Act
from callflow.acts.doing import (
    DoAct,
    FetchAct,
    LookupAct,
    PromiseAct,
    RecordAct,
    TicketAct,
    TransferAct,
)
from callflow.acts.queueing import MOST_PRIORITY, QueueAct
from callflow.acts.talking import AskAct, ListenAct, MenuAct, RingAct, WaitAct
from callflow.forms import FormText
from callflow.steps import Step
from callflow.targets import Target
from callflow.templates import Condition, Wording, WordingError
from calls.actions import (
    PLACE,
    Action,
    Do,
    Fetch,
    Form,
    FormField,
    Keys,
    Line,
    Listen,
    Lookup,
    OfficeAction,
    Promise,
    Queue,
    Record,
    Ring,
    Telling,
    Ticket,
    Transfer,
    Wait,
)
from calls.outcomes import Got, Keyed, Outcome, QueueLeft
from calls.values import maker, value


@value
class Reprompt:
    """Ask again, with these lines."""

    lines: tuple[str, ...]


@value
class Decided:
    """An outcome's meaning to the step: a word of its `on:`, or a target outright."""

    route: str = ""
    """The word, or with a target the menu's key that leads there."""

    target: Target | None = None
    stored: Mapping[str, Any] | None = None
    """Variables that get new values."""


_decided = maker(Decided)
_lookup = maker(Lookup)
_queue = maker(Queue)


def hears(act: Act) -> bool:
    """Whether the act opens a listening window, so that its prompt may be barged in on."""
    return isinstance(act, ListenAct | MenuAct | AskAct)


@lru_cache(maxsize=8192)
def action_of(step: Step) -> Action | None:
    """The action of the step's act, made once; None for acts the engine does by itself."""
    match step.act:
        case RingAct(rings=rings):
            return Ring(rings=rings)
        case RecordAct(command=command):
            return Record(command=command)
        case TransferAct(to=to, most_wait_ms=most_wait_ms):
            return Transfer(to=to, most_wait_ms=most_wait_ms)
        case WaitAct(ms=ms):
            return Wait(ms=ms)
        case ListenAct() | MenuAct() | AskAct():
            return _listen(step, step.act)
        case _:
            return None


def _listen(step: Step, act: ListenAct | MenuAct | AskAct) -> Listen:
    match act:
        case ListenAct():
            return Listen(
                window_ms=act.window_ms,
                wanted=step.wanted,
                until=act.until,
                end_pause_ms=act.end_pause_ms,
                longest_ms=act.longest_ms,
                keys=Keys() if "key" in step.wanted else None,
            )
        case MenuAct():
            return Listen(
                window_ms=act.window_ms,
                wanted=step.wanted,
                end_pause_ms=act.end_pause_ms,
                longest_ms=act.longest_ms,
                keys=Keys(),
            )
        case AskAct():
            keys = Keys(
                most=act.most,
                allowed="0123456789",
                terminator=act.terminator,
                next_key_ms=act.next_key_ms,
            )
            return Listen(window_ms=act.window_ms, wanted=step.wanted, keys=keys)


def office_action(act: Act, variables: Mapping[str, Any]) -> OfficeAction | None:
    """What the back office is asked, with the run's values filled in; None for any other act.

    Raises WordingError when a text cannot be filled in.
    """
    match act:
        case LookupAct(directory=directory, by=by, store=store):
            value = str(variables.get(by, ""))
            return _lookup(directory=directory, by=by, value=value, store=store)
        case FetchAct(source=source, store=store, most_ms=most_ms):
            given = _rendered(act.given, variables)
            return Fetch(source=source, given=given, store=store, most_ms=most_ms)
        case DoAct(plugin=plugin, store=store, most_ms=most_ms):
            given = _rendered(act.given, variables)
            return Do(plugin=plugin, given=given, store=store, most_ms=most_ms)
        case PromiseAct(about_what=about, to=to, within_ms=within_ms):
            return Promise(
                about=about.render(variables), number=to.render(variables), within_ms=within_ms
            )
        case TicketAct(ticket_class=ticket_class, about_what=about, due_ms=due_ms, store=store):
            return Ticket(
                ticket_class=ticket_class, about=about.render(variables), due_ms=due_ms, store=store
            )
        case _:
            return None


def queue_action(
    act: QueueAct, variables: Mapping[str, Any], line: Callable[[str, Mapping[str, Any]], Line]
) -> Queue:
    """The wait with its words and its priority filled in; `line` speaks one with variables.

    Raises WordingError when a line cannot be filled in.
    """
    told = tuple(line(name, {**variables, "place": PLACE}) for name in act.tell)
    return _queue(
        name=act.queue,
        most_wait_ms=act.most_wait_ms,
        tell=Telling(lines=told, every_ms=act.every_ms) if told else None,
        keys="".join(act.keys),
        priority=_priority(act.priority, variables),
        agent_flow=act.agent_flow,
    )


def _priority(expression: Condition, variables: Mapping[str, Any]) -> int:
    """From 0 to MOST_PRIORITY; 0 for what is no number: it is no reason to turn a caller away."""
    try:
        priority = int(str(expression.value(variables)))
    except (WordingError, ValueError):
        return 0
    return min(max(priority, 0), MOST_PRIORITY)


def form_action(form: FormText, variables: Mapping[str, Any], line: Callable[[str], Line]) -> Form:
    """What the agent's screen shows; `line` gives the wording of a field's question."""
    fields = tuple(
        FormField(
            name=field.name,
            label=field.label,
            type=field.type,
            required=field.required,
            choices=field.choices,
            question=line(field.ask) if field.ask else None,
        )
        for field in form.fields
    )
    known = {field.name: variables[field.name] for field in fields if field.name in variables}
    return Form(name=form.name, title=form.title, fields=fields, values=known)


def _rendered(given: Mapping[str, Wording], variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: wording.render(variables) for name, wording in given.items()}


def decide(act: Act, outcome: Outcome, attempt: int) -> Decided | Reprompt:
    """What `outcome` means to `act` on its `attempt`, counted from 0."""
    match act:
        case MenuAct():
            if isinstance(outcome, Keyed) and outcome.digits in act.keys:
                key = outcome.digits
                return _decided(route=key, target=act.keys[key], stored=act.stored(key))
            usable = not isinstance(outcome, Keyed) and outcome.name != "silence"
        case AskAct():
            if isinstance(outcome, Keyed) and _fits(act, outcome.digits):
                return _decided(route="ok", stored={act.store: outcome.digits})
            usable = not isinstance(outcome, Keyed) and outcome.name != "silence"
        case QueueAct(keys=keys) if isinstance(outcome, QueueLeft) and outcome.key in keys:
            return _decided(route=outcome.key, target=keys[outcome.key])
        case _:
            values = outcome.values if isinstance(outcome, Got) else None
            return _decided(route=outcome.name, stored=values)
    if usable:
        return _decided(route=outcome.name)
    if attempt + 1 >= act.attempts:
        return _decided(route="exhausted")
    return Reprompt(lines=(act.reprompt,) if act.reprompt else ())


def _fits(act: AskAct, digits: str) -> bool:
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
