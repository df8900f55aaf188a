"""Reads the patterns of a house rule, by the keys of `callflow.rules.language`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, Place, Sequence
from callflow.reading import Reading
from callflow.rules.events import NOTHING, EventPattern
from callflow.rules.events_reader import EventReader
from callflow.rules.language import MOST_COUNT, PATTERN_KEYS, PAUSE_KEYS, Key, Value
from callflow.rules.patterns import (
    Between,
    Chain,
    Count,
    Every,
    Link,
    Pattern,
    Precedence,
    Response,
)
from callflow.rules.state import Times

PAUSE: Final = "pause"


@dataclass(slots=True)
class _Parts:
    """What stood at the keys of one pattern; a key that was not written is absent."""

    events: dict[str, EventPattern] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Counts, and times in milliseconds."""

    links: tuple[Link, ...] = ()
    slack_ms: int = 0

    def event(self, name: str) -> EventPattern:
        return self.events.get(name, NOTHING)

    def times(self, most: str = "at_most") -> Times:
        return Times(self.numbers.get("at_least", 0), self.numbers.get(most), self.slack_ms)


def _counted(parts: _Parts, low: int, high: int | None) -> Count:
    return Count(
        of=parts.event("of"),
        at_least=low,
        at_most=high,
        after=parts.event("after"),
        until=parts.event("until"),
        unless=parts.event("unless"),
    )


def _precedence(parts: _Parts) -> Pattern:
    return Precedence(
        before=parts.event("before"), expect=parts.event("expect"), reset=parts.event("reset")
    )


def _response(parts: _Parts) -> Pattern:
    return Response(
        when=parts.event("when"),
        expect=parts.event("expect"),
        unless=parts.event("unless"),
        times=parts.times("within"),
    )


def _chain(parts: _Parts) -> Pattern:
    return Chain(
        when=parts.event("when"),
        links=parts.links,
        after=parts.event("after"),
        unless=parts.event("unless"),
    )


def _between(parts: _Parts) -> Pattern:
    return Between(
        first=parts.event("first"),
        then=parts.event("then"),
        times=parts.times(),
        unless=parts.event("unless"),
    )


_MADE: Final[Mapping[str, Callable[[_Parts], Pattern]]] = {
    "never": lambda parts: _counted(parts, 0, 0),
    "exists": lambda parts: _counted(parts, 1, None),
    "count": lambda parts: _counted(
        parts, parts.numbers.get("at_least", 0), parts.numbers.get("at_most")
    ),
    "every": lambda parts: Every(of=parts.event("of"), fulfils=parts.event("fulfils")),
    "precedence": _precedence,
    "response": _response,
    "chain": _chain,
    "between": _between,
}


class PatternReader:
    """Reads patterns; problems go to `reading`. `slack_ms` is the file's tolerance."""

    def __init__(self, reading: Reading, events: EventReader, slack_ms: int) -> None:
        self._reading = reading
        self._events = events
        self._slack_ms = slack_ms

    def of_keys(self, body: MappingNode) -> list[Pattern]:
        """The patterns written as keys of `body`."""
        found = []
        for key, value in body.items:
            if key.text in PATTERN_KEYS:
                parts = self._reading.mapping(value, key.text)
                if parts is not None:
                    found.append(self._pattern(key.text, parts))
        return found

    def _pattern(self, word: str, body: MappingNode) -> Pattern:
        keys = PATTERN_KEYS[word]
        self._reading.keys(body, (key.name for key in keys), word)
        parts = _Parts(slack_ms=self._slack_ms)
        for key in keys:
            self._part(parts, key, body)
        for most in ("at_most", "within"):
            self._in_order(parts.numbers, most, body.place)
        return _MADE[word](parts)

    def _part(self, parts: _Parts, key: Key, body: MappingNode) -> None:
        node = body.get(key.name)
        if key.value is Value.LINKS:
            parts.links = self._links(body, node)
        elif node is None:
            self._wanted(key, body.place)
        elif key.value is Value.EVENT:
            parts.events[key.name] = self._events.event(node)
        elif key.value is Value.TIME:
            parts.numbers[key.name] = self._reading.duration(node, key.name, 0, 0)
        else:
            parts.numbers[key.name] = self._reading.number(node, key.name, 0, 0, MOST_COUNT)

    def _wanted(self, key: Key, place: Place) -> None:
        if key.required:
            hint = f"write {key.name}: and an event, like {{said: hello}}"
            self._reading.wrong(place, f'"{key.name}" is missing', hint)

    def _in_order(self, numbers: Mapping[str, int], most: str, place: Place) -> None:
        if most in numbers and numbers[most] < numbers.get("at_least", 0):
            self._reading.wrong(place, f"at_least is more than {most}", "swap the two")

    def _links(self, body: MappingNode, node: Node | None) -> tuple[Link, ...]:
        items = node.items if isinstance(node, Sequence) else ()
        if not items:
            self._reading.wrong(
                body.place, "a chain has no links", "write expect: [{said: hello}, ...]"
            )
        return tuple(self._link(item) for item in items)

    def _link(self, node: Node) -> Link:
        pause = node.get(PAUSE) if isinstance(node, MappingNode) else None
        if pause is None or not isinstance(node, MappingNode):
            return Link(self._events.event(node), Times(slack_ms=self._slack_ms))
        rest = tuple(item for item in node.items if item[0].text != PAUSE)
        return Link(self._events.event(MappingNode(node.place, rest)), self._pause(pause))

    def _pause(self, node: Node) -> Times:
        parts = _Parts(slack_ms=self._slack_ms)
        body = self._reading.mapping(node, PAUSE)
        if body is not None:
            self._reading.keys(body, (key.name for key in PAUSE_KEYS), PAUSE)
            for key in PAUSE_KEYS:
                self._part(parts, key, body)
            self._in_order(parts.numbers, "at_most", body.place)
        return parts.times()
