"""Reads the events of a rule: `answered`, `{said: hello}`, `{said: {tag: closing}}`, or a list.

Kinds and fields are those of `calls.events`; a list means any of them.
"""

from __future__ import annotations

from typing import Final

from callflow.nodes import Mapping, Node, Scalar
from callflow.reading import Reading, nearest
from callflow.rules_events import (
    NOTHING,
    SHORT,
    WATCHED,
    EventPattern,
    Happened,
    OneOf,
    Tagged,
    Test,
    Within,
)
from calls.events import Fact

ANY: Final = "any"
_MOST_NUMBER: Final = 86_400_000


def _kinds() -> dict[str, frozenset[str]]:
    """Kinds a rule may speak of, with their fields."""
    found: dict[str, frozenset[str]] = {}
    for fact in Fact.__subclasses__():  # a class remade for its slots may be listed twice
        if fact.kind not in WATCHED:
            found[fact.kind] = found.get(fact.kind, frozenset()).union(map(str, fact.__slots__))
    return found


KINDS: Final = _kinds()


def read_event(node: Node, reading: Reading) -> EventPattern:
    """An event, or any of several; problems go to `reading`."""
    if not isinstance(node, Scalar | Mapping):
        choices = (read_event(item, reading).choices for item in node.items)
        return EventPattern(tuple(one for each in choices for one in each))
    if isinstance(node, Scalar):
        return _of_kind(node, None, reading)
    if len(node.items) != 1:
        reading.wrong(node.place, "an event is one kind", "write {said: hello}, or a list of them")
        return NOTHING
    return _of_kind(*node.items[0], reading)


def _of_kind(kind: Scalar, value: Node | None, reading: Reading) -> EventPattern:
    if kind.text not in KINDS:
        reading.wrong(kind.place, f'"{kind.text}" is no event', nearest(kind.text, KINDS))
        return NOTHING
    if value is None or (isinstance(value, Scalar) and value.text in (ANY, "")):
        return EventPattern((Happened(kind.text),))
    if isinstance(value, Mapping):
        return EventPattern((_tested(kind, value, reading),))
    short = SHORT.get(kind.text)
    if short is None:
        reading.wrong(
            value.place, f"{kind.text} needs the name of a field", f"write {{{kind.text}: {{...}}}}"
        )
        return NOTHING
    return EventPattern((Happened(kind.text, (_values(short, value, reading),)),))


def _tested(kind: Scalar, body: Mapping, reading: Reading) -> Happened:
    unless: tuple[Test, ...] = ()
    tests: list[Test] = []
    for key, value in body.items:
        if key.text != "not":
            tests += _test(kind.text, key, value, reading)
            continue
        inner = reading.mapping(value, "not")
        if inner is not None:
            found = (_test(kind.text, name, one, reading) for name, one in inner.items)
            unless = tuple(test for each in found for test in each)
    return Happened(kind.text, tuple(tests), unless)


def _test(kind: str, key: Scalar, value: Node, reading: Reading) -> list[Test]:
    fields = KINDS[kind]
    if "tags" in fields and key.text in ("tag", "tags"):
        return [Tagged(_words(value, reading), every=key.text == "tags")]
    if key.text not in fields:
        known = {*fields, "not", *(("tag",) if "tags" in fields else ())}
        reading.wrong(key.place, f'{kind} has no "{key.text}"', nearest(key.text, known))
        return []
    if isinstance(value, Mapping):
        return [_range(key.text, value, reading)]
    return [_values(key.text, value, reading)]


def _range(field: str, body: Mapping, reading: Reading) -> Within:
    reading.keys(body, ("at_least", "at_most"), f"the range of {field}")
    low, high = body.get("at_least"), body.get("at_most")
    return Within(
        field,
        None if low is None else reading.number(low, "at_least", 0, 0, _MOST_NUMBER),
        None if high is None else reading.number(high, "at_most", 0, 0, _MOST_NUMBER),
    )


def _values(field: str, node: Node, reading: Reading) -> OneOf:
    return OneOf(field, _words(node, reading))


def _words(node: Node, reading: Reading) -> frozenset[str]:
    return frozenset(reading.list_of(node, "the value", lambda one: reading.text(one, "a value")))
