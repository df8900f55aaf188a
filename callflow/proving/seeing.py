"""What one pattern sees of the calls of a graph: the events it speaks of, and nothing else.

Outcomes that look alike to a pattern and lead to the same point are one move to it. That is what
makes a proof quick: most of what a caller can do means nothing to most rules.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import fields
from typing import Final

from callflow.proving.folding import FoldedGraph, Out
from callflow.proving.lengths import Pace
from callflow.proving.ways import event_of
from callflow.rules.events import EventPattern, Within
from callflow.rules.monitor import Rule
from callflow.rules.patterns import Chain, Pattern, Response
from callflow.rules.rebasing import longest_ms
from calls.events import CallEvent, Fact

_SPEECH: Final = frozenset({"saying", "said"})

Seen = tuple[tuple[Hashable, CallEvent], ...]
"""Events that mean something to the pattern, each with all that the pattern can tell of it."""


Move = tuple[int, int, int, int, Out, Pace]
"""A way on from a class of points as one pattern sees it: the number of the row of events it sees,
where it leads, how unlikely it is and how long it usually takes, and the way itself. A plain tuple:
a proof makes a million of them."""


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


def kinds_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Kinds of the facts that rules speak of, or that close them."""
    patterns = [pattern for rule in rules for pattern in rule.patterns]
    asked = (kind for each in patterns for one in events_of_pattern(each) for kind in one.kinds)
    return frozenset(asked) | {"ended", "said"}


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

    def __init__(self, graph: FoldedGraph, rule: Rule, pattern: Pattern) -> None:
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
        self._tails = [self._kept(tail) for tail in graph.tails]
        self._pairs: dict[tuple[int, int, Pace], int] = {}

    def moves(self, number: int, paces: tuple[Pace, ...]) -> list[Move]:
        """The ways on from a class, those that look alike once, by the likeliest of them."""
        alike: dict[tuple[int, int], Move] = {}
        pairs = self._pairs
        for pace in paces:
            for out in self._graph.outs[number]:
                way, tail, target, odd, ms = out
                row = pairs.get((way, tail, pace))
                if row is None:
                    row = self._row(way, tail, pace)
                best = alike.get((row, target))
                if best is None or (odd, ms) < best[2:4]:
                    alike[row, target] = (row, target, odd, ms, out, pace)
        return list(alike.values())

    def all_rows(self, pace: Pace) -> set[int]:
        """Every row there is anywhere, whatever comes before it."""
        pairs = {(out.way, out.tail) for outs in self._graph.outs for out in outs}
        return {self._row(way, tail, pace) for way, tail in pairs}

    def _row(self, way: int, tail: int, pace: Pace) -> int:
        """The number of what is seen of a way and of the facts after it."""
        length_ms = self._graph.ways[way].events(pace)[1]
        after = (event_of(fact, length_ms) for fact in self._tails[tail])
        seen = self._way(way, pace) + self._seen(after)
        row: Hashable = tuple(letter for letter, _ in seen)
        if self.timed:
            row = (row, length_ms)
        number = self._numbers.setdefault(row, len(self.rows))
        if number == len(self.rows):
            self.rows.append((tuple(event for _, event in seen), length_ms))
        self._pairs[way, tail, pace] = number
        return number

    def _kept(self, tail: tuple[Fact, ...]) -> tuple[Fact, ...]:
        return tuple(fact for fact in tail if self._all or fact.kind in self._kinds)

    def _way(self, way: int, pace: Pace) -> Seen:
        found = self._of_ways.get((way, pace))
        if found is None:
            events = self._graph.ways[way].events(pace)[0]
            found = self._of_ways[way, pace] = self._seen(events)
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
