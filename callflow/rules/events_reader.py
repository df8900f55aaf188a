"""Reads the events of a rule: `answered`, `{said: hello}`, `{said: {tag: closing}}`, or a list.

Kinds and fields are those of `calls.events`; a list means any of them. `{heard: any}` is every
event of the kind, `{heard: none}` none of them: for a chain, to which its kinds matter. A word that
can never come is a mistake: a rule that waits for it would always hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, Scalar
from callflow.reading import Reading, nearest
from callflow.rules.events import (
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
from calls.call import PERFORMERS, EndReason
from calls.events import Fact
from calls.outcomes import SaidEnd, Sound

ANY: Final = "any"
NONE: Final = "none"
_MOST_NUMBER: Final = 86_400_000
_LEFT: Final = ("answered", "no_answer", "failed", "busy", "abandoned")
_LEFT_QUEUE: Final = (*_LEFT, "key")
_WORDS: Final[Mapping[str, Collection[str]]] = {
    "heard.what": tuple(Sound),
    "said.ended": tuple(SaidEnd),
    "ended.end_reason": tuple(EndReason),
    "hung_up.by": ("caller", "us", "agent", "network"),
    "said.performer": PERFORMERS,
    "offered.direction": ("inbound", "outbound"),
    "left_queue.result": _LEFT_QUEUE,
    "transferred.result": _LEFT,
    "form_filled.result": ("ok", "cancelled"),
    "looked_up.result": ("found", "not_found", "error"),
    "fetched.result": ("ok", "not_found", "timeout", "error"),
    "plugin_done.result": ("ok", "timeout", "error"),
}
"""Fields whose words are all known."""


def _kinds() -> dict[str, frozenset[str]]:
    """Kinds a rule may speak of, with their fields."""
    found: dict[str, frozenset[str]] = {}
    for fact in Fact.__subclasses__():  # a class remade for its slots may be listed twice
        if fact.kind not in WATCHED:
            found[fact.kind] = found.get(fact.kind, frozenset()).union(map(str, fact.__slots__))
    return found


KINDS: Final = _kinds()


class EventReader:
    """Reads events; problems go to `reading`.

    `lines` and `tags` are those of the house; None when they are not known here. `more` are known
    words of other fields, by kind and field: `branched.branch`.
    """

    def __init__(
        self,
        reading: Reading,
        lines: Collection[str] | None = None,
        tags: Collection[str] | None = None,
        more: Mapping[str, Collection[str] | None] | None = None,
    ) -> None:
        self._reading = reading
        given = {"said.line": lines, "said.tag": tags, **(more or {})}
        self._known: dict[str, Collection[str]] = dict(_WORDS)
        self._known.update((field, names) for field, names in given.items() if names is not None)

    def event(self, node: Node) -> EventPattern:
        """An event, or any of several."""
        if not isinstance(node, Scalar | MappingNode):
            choices = (self.event(item).choices for item in node.items)
            return EventPattern(tuple(one for each in choices for one in each))
        if isinstance(node, Scalar):
            return self._of_kind(node, None)
        if len(node.items) != 1:
            self._reading.wrong(
                node.place, "an event is one kind", "write {said: hello}, or a list of them"
            )
            return NOTHING
        return self._of_kind(*node.items[0])

    def _of_kind(self, kind: Scalar, value: Node | None) -> EventPattern:
        if kind.text not in KINDS:
            self._reading.wrong(kind.place, f'"{kind.text}" is no event', nearest(kind.text, KINDS))
            return NOTHING
        word = value.text if isinstance(value, Scalar) else None
        if value is None or word in (ANY, ""):
            return EventPattern((Happened(kind.text),))
        if word == NONE:
            return EventPattern((Happened(kind.text, (OneOf("", frozenset()),)),))
        if isinstance(value, MappingNode):
            return EventPattern((self._tested(kind.text, value),))
        short = SHORT.get(kind.text)
        if short is None:
            self._reading.wrong(
                value.place,
                f"{kind.text} needs the name of a field",
                f"write {{{kind.text}: {{...}}}}",
            )
            return NOTHING
        test = OneOf(short, self._words(kind.text, short, value))
        return EventPattern((Happened(kind.text, (test,)),))

    def _tested(self, kind: str, body: MappingNode) -> Happened:
        unless: tuple[Test, ...] = ()
        tests: list[Test] = []
        for key, value in body.items:
            if key.text != "not":
                tests += self._test(kind, key, value)
                continue
            inner = self._reading.mapping(value, "not")
            if inner is not None:
                found = (self._test(kind, name, one) for name, one in inner.items)
                unless = tuple(test for each in found for test in each)
        return Happened(kind, tuple(tests), unless)

    def _test(self, kind: str, key: Scalar, value: Node) -> list[Test]:
        fields = KINDS[kind]
        if "tags" in fields and key.text in ("tag", "tags"):
            return [Tagged(self._words(kind, "tag", value), every=key.text == "tags")]
        if key.text not in fields:
            known = {*fields, "not", *(("tag",) if "tags" in fields else ())}
            self._reading.wrong(key.place, f'{kind} has no "{key.text}"', nearest(key.text, known))
            return []
        if isinstance(value, MappingNode):
            return [self._range(key.text, value)]
        return [OneOf(key.text, self._words(kind, key.text, value))]

    def _range(self, field: str, body: MappingNode) -> Within:
        reading = self._reading
        reading.keys(body, ("at_least", "at_most"), f"the range of {field}")
        low, high = body.get("at_least"), body.get("at_most")
        return Within(
            field,
            None if low is None else reading.number(low, "at_least", 0, 0, _MOST_NUMBER),
            None if high is None else reading.number(high, "at_most", 0, 0, _MOST_NUMBER),
        )

    def _words(self, kind: str, field: str, node: Node) -> frozenset[str]:
        known = self._known.get(f"{kind}.{field}")

        def word(item: Node) -> str:
            text = self._reading.text(item, "a value")
            if known is not None and text not in known:
                what = f'{kind} can have no {field} "{text}"'
                self._reading.wrong(item.place, what, nearest(text, known))
            return text

        return frozenset(self._reading.list_of(node, "the value", word))
