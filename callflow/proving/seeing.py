"""What one pattern sees of the calls of a graph: the events it speaks of, and nothing else.

Outcomes that look alike to a pattern and lead to the same point are one move to it. That is what
makes a proof quick: most of what a caller can do means nothing to most rules.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import fields
from typing import Final, NamedTuple

from callflow.proving.graph import CallGraph, Edge
from callflow.proving.lengths import Pace
from callflow.proving.ways import Way, event_of
from callflow.rules.events import EventPattern, Within
from callflow.rules.monitor import Rule
from callflow.rules.patterns import Chain, Pattern, Response
from callflow.rules.rebasing import longest_ms
from calls.events import CallEvent, Fact

_SPEECH: Final = frozenset({"saying", "said"})

Seen = tuple[tuple[Hashable, CallEvent], ...]
"""Events that mean something to the pattern, each with all that the pattern can tell of it."""


class Move(NamedTuple):
    """An edge as one pattern sees it."""

    row: int
    """Number of the row of events that the pattern sees."""

    target: int
    edge: Edge
    pace: Pace
    odd: int
    ms: int
    """How unlikely it is and how long it usually takes."""


def events_of_pattern(pattern: Pattern) -> list[EventPattern]:
    """The events a pattern speaks of."""
    found = [getattr(pattern, each.name) for each in fields(pattern)]
    found += [link.event for link in pattern.links] if isinstance(pattern, Chain) else []
    return [each for each in found if isinstance(each, EventPattern) and each]


def asks_for_numbers(pattern: Pattern) -> bool:
    """Whether a pattern compares a number inside an event."""
    return any(
        isinstance(test, Within)
        for each in events_of_pattern(pattern)
        for choice in each.choices
        for test in (*choice.tests, *choice.unless)
    )


def asks_which_key(rule: Rule) -> bool:
    """Whether a rule tells one key from another."""
    return any(
        choice.kind == "key" and choice.tests + choice.unless
        for pattern in rule.patterns
        for each in events_of_pattern(pattern)
        for choice in each.choices
    )


class Seeing:
    """One pattern's view of one graph."""

    def __init__(self, graph: CallGraph, rule: Rule, pattern: Pattern) -> None:
        self._graph = graph
        self._events = events_of_pattern(pattern)
        self._kinds = frozenset(kind for each in self._events for kind in each.kinds) | {"ended"}
        if rule.performer:
            self._kinds |= {"said"}
        self.timed = longest_ms(pattern) is not None
        self.numbers = asks_for_numbers(pattern)
        # Only a response breaks by time alone, at whatever event comes next.
        self._all = self.timed and isinstance(pattern, Response)
        self.rows: list[tuple[tuple[CallEvent, ...], int]] = []
        """Events and length of each row."""

        self._numbers: dict[Hashable, int] = {}
        self._of_ways: dict[tuple[int, Pace], Seen] = {}
        self._of_tails: dict[int, tuple[int, tuple[Fact, ...]]] = {}
        self._tails: dict[Hashable, int] = {}
        self._pairs: dict[tuple[int, Pace, int], int] = {}

    def moves(self, node: int, paces: tuple[Pace, ...]) -> list[Move]:
        """The edges of a node, those that look alike once, by the likeliest of them."""
        alike: dict[tuple[int, int], Move] = {}
        for edge in self._graph.edges[node]:
            way = edge.way
            tail = self._of_tails.get(id(edge.tail)) or self._tail(edge.tail)
            for pace in paces:
                row = self._pairs.get((way.number, pace, tail[0]))
                if row is None:
                    row = self._row(way, pace, tail)
                best = alike.get((row, edge.target))
                if best is None or way.odd < best.odd:
                    ms = way.events(Pace.USUAL)[1]
                    alike[row, edge.target] = Move(row, edge.target, edge, pace, way.odd, ms)
        return list(alike.values())

    def _row(self, way: Way, pace: Pace, tail: tuple[int, tuple[Fact, ...]]) -> int:
        """The number of what is seen of a way and of the facts after it."""
        tail_number, kept = tail
        length_ms = way.events(pace)[1]
        after = (event_of(fact, length_ms) for fact in kept)
        seen = self._way(way, pace) + self._seen(after)
        row: Hashable = tuple(letter for letter, _ in seen)
        if self.timed:
            row = (row, length_ms)
        number = self._numbers.setdefault(row, len(self.rows))
        if number == len(self.rows):
            self.rows.append((tuple(event for _, event in seen), length_ms))
        self._pairs[way.number, pace, tail_number] = number
        return number

    def _tail(self, tail: tuple[Fact, ...]) -> tuple[int, tuple[Fact, ...]]:
        """The facts of a tail that are seen, and a number for all tails that look like it."""
        events = [(fact, event_of(fact, 0)) for fact in tail]
        kept = [(fact, event) for fact, event in events if self._sees(event)]
        letters = tuple(self._letter(event) for _, event in kept)
        number = self._tails.setdefault(letters, len(self._tails))
        found = self._of_tails[id(tail)] = (number, tuple(fact for fact, _ in kept))
        return found

    def _way(self, way: Way, pace: Pace) -> Seen:
        found = self._of_ways.get((way.number, pace))
        if found is None:
            found = self._of_ways[way.number, pace] = self._seen(way.events(pace)[0])
        return found

    def _seen(self, events: Iterable[CallEvent]) -> Seen:
        return tuple((self._letter(event), event) for event in events if self._sees(event))

    def _sees(self, event: CallEvent) -> bool:
        return self._all or event.kind in self._kinds

    def _letter(self, event: CallEvent) -> Hashable:
        """All that the pattern can tell of an event it sees."""
        tells: Hashable = event.kind if event.kind in self._kinds else ""
        if tells:
            fits = tuple(each.fits(event) for each in self._events)
            tells = (tells, fits)
        if event.kind in _SPEECH:
            tells = (tells, event.kind, event.data.get("ended"), event.data["performer"])
        elif event.kind == "ended":
            tells = (tells, event.data["end_reason"])
        if not self.timed:
            return tells
        return (tells, event.data.get("start_ms"), event.offset_ms)
