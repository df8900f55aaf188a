"""Reads the act of a step; one function an act, in the table ACTS."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from callflow import steps
from callflow.nodes import Mapping, Node, Scalar, Sequence
from callflow.reading import Reading
from callflow.targets_reader import read_target
from callflow.templates import Condition, Wording, WordingError
from calls.actions import RecordCommand, Until

_RANGE: Final = re.compile(r"^(\d{1,2})(?:-(\d{1,2}))?$")
_KEY: Final = frozenset("0123456789*#")
_SEE: Final = "see docs/flow-format.md"


def _ring(node: Node, reading: Reading) -> steps.Act:
    return steps.RingAct(rings=reading.number(node, "ring", 1, 1, 3))


def _listen(node: Node, reading: Reading) -> steps.Act:
    if not isinstance(node, Mapping):
        return steps.ListenAct(window_ms=reading.duration(node, "listen", 4000))
    reading.keys(node, ("for", "until", "end_pause", "longest"), "listen")
    until = reading.one_of(node.get("until"), "until", [each.value for each in Until], "pause")
    return steps.ListenAct(
        window_ms=reading.duration(node.get("for"), "for", 4000),
        until=Until(until),
        end_pause_ms=reading.duration(node.get("end_pause"), "end_pause", 700, high_ms=5000),
        longest_ms=reading.duration(node.get("longest"), "longest", 20_000, high_ms=120_000),
    )


def _menu(node: Node, reading: Reading) -> steps.Act:
    body = reading.mapping(node, "menu") or Mapping(node.place, ())
    reading.keys(body, ("keys", "window", "attempts", "reprompt", "end_pause", "longest"), "menu")
    keys: dict[str, steps.Target] = {}
    found = body.get("keys")
    listed = reading.mapping(found, "keys") if found is not None else None
    if listed is None or not listed.items:
        reading.wrong(node.place, "the menu has no keys", 'write keys: {"1": a_step}')
    for key, value in listed.items if listed else ():
        if key.text not in _KEY:
            reading.wrong(key.place, f'"{key.text}" is no key of a phone', "use 0 to 9, * or #")
        keys[key.text] = read_target(value, reading)
    return steps.MenuAct(
        keys=keys,
        window_ms=reading.duration(body.get("window"), "window", 6000),
        attempts=reading.number(body.get("attempts"), "attempts", 3, 1, 5),
        reprompt=reading.text(body.get("reprompt"), "reprompt"),
        end_pause_ms=reading.duration(body.get("end_pause"), "end_pause", 700, high_ms=5000),
        longest_ms=reading.duration(body.get("longest"), "longest", 20_000, high_ms=120_000),
    )


def _ask(node: Node, reading: Reading) -> steps.Act:
    body = reading.mapping(node, "ask") or Mapping(node.place, ())
    allowed = ("store", "digits", "terminator", "window", "next_key", "attempts", "reprompt")
    reading.keys(body, allowed, "ask")
    stored = body.get("store")
    if stored is None:
        reading.wrong(node.place, "ask does not say where the digits go", "write store: a_name")
    least, most = _digits(body, reading)
    return steps.AskAct(
        store=reading.name(stored, "store") if stored is not None else "",
        least=least,
        most=most,
        terminator=reading.one_of(body.get("terminator"), "terminator", ("#", "*", ""), "#"),
        window_ms=reading.duration(body.get("window"), "window", 8000),
        next_key_ms=reading.duration(body.get("next_key"), "next_key", 4000),
        attempts=reading.number(body.get("attempts"), "attempts", 3, 1, 5),
        reprompt=reading.text(body.get("reprompt"), "reprompt"),
    )


def _digits(body: Mapping, reading: Reading) -> tuple[int, int]:
    node = body.get("digits")
    text = reading.text(node, "digits", "1-20")
    found = _RANGE.match(text)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= least <= most <= 40:
        place = node.place if node is not None else body.place
        reading.wrong(place, f'digits is "{text}"', "write how many: 4, or 3-6; at most 40")
        return 1, 20
    return least, most


def _choose(node: Node, reading: Reading) -> steps.Act:
    cases: list[tuple[Condition, steps.Target]] = []
    otherwise: steps.Target | None = None
    items = node.items if isinstance(node, Sequence) else ()
    for item in items:
        body = reading.mapping(item, "a case of choose")
        if body is None:
            continue
        last, test, go = body.get("else"), body.get("if"), body.get("go")
        if otherwise is not None:
            reading.wrong(item.place, "nothing is tried after `else`", "put `else` last")
        elif last is not None:
            reading.keys(body, ("else",), "the last case of choose")
            otherwise = read_target(last, reading)
        elif test is None or go is None:
            reading.wrong(item.place, "a case needs `if` and `go`", "write {if: vip, go: a_step}")
        else:
            reading.keys(body, ("if", "go"), "a case of choose")
            condition = _condition(test, reading)
            if condition is not None:
                cases.append((condition, read_target(go, reading)))
    if otherwise is None:
        reading.wrong(node.place, "choose has no `else`", "end the list with - else: a_step")
    return steps.ChooseAct(cases=tuple(cases), otherwise=otherwise or steps.Next())


def _condition(node: Node, reading: Reading) -> Condition | None:
    try:
        return Condition(reading.text(node, "a condition"))
    except WordingError as error:
        reading.wrong(node.place, f"the condition is not readable: {error}", _SEE)
        return None


def _set(node: Node, reading: Reading) -> steps.Act:
    body = reading.mapping(node, "set") or Mapping(node.place, ())
    values: dict[str, Wording | Condition] = {}
    for key, value in body.items:
        name = reading.name(key, "a variable")
        computed = value.get("is") if isinstance(value, Mapping) else None
        if computed is not None:
            condition = _condition(computed, reading)
            if condition is not None:
                values[name] = condition
            continue
        try:
            values[name] = Wording(reading.text(value, name))
        except WordingError as error:
            reading.wrong(value.place, str(error), _SEE)
    return steps.SetAct(values=values)


def _call(node: Node, reading: Reading) -> steps.Act:
    return steps.CallAct(flow=reading.name(node, "the flow to call"))


def _record(node: Node, reading: Reading) -> steps.Act:
    words = [each.value for each in RecordCommand]
    return steps.RecordAct(command=RecordCommand(reading.one_of(node, "record", words, "start")))


def _queue(node: Node, reading: Reading) -> steps.Act:
    if isinstance(node, Scalar):
        return steps.QueueAct(queue=reading.name(node, "the queue"), most_wait_ms=60_000)
    body = reading.mapping(node, "queue") or Mapping(node.place, ())
    reading.keys(body, ("name", "wait"), "queue")
    name = body.get("name")
    if name is None:
        reading.wrong(node.place, "the queue has no name", "write queue: {name: support}")
    return steps.QueueAct(
        queue=reading.name(name, "the queue") if name is not None else "",
        most_wait_ms=reading.duration(body.get("wait"), "wait", 60_000, low_ms=1000),
    )


def _wait(node: Node, reading: Reading) -> steps.Act:
    return steps.WaitAct(ms=reading.duration(node, "wait", 1000, high_ms=10_000))


def _end(node: Node, reading: Reading) -> steps.Act:
    return steps.LeaveAct(target=steps.End(reading.name(node, "the disposition")))


def _return(node: Node, reading: Reading) -> steps.Act:
    return steps.LeaveAct(target=steps.Return(reading.name(node, "the outcome")))


ACTS: Final[dict[str, Callable[[Node, Reading], steps.Act]]] = {
    "ring": _ring,
    "listen": _listen,
    "menu": _menu,
    "ask": _ask,
    "choose": _choose,
    "set": _set,
    "call": _call,
    "record": _record,
    "queue": _queue,
    "wait": _wait,
    "end": _end,
    "return": _return,
}
