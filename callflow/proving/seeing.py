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

Seen = tuple[tuple[Hashable, ...], tuple[CallEvent, ...]]
"""All that the pattern can tell of the events that mean something to it, and they themselves."""

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
        self._tails = [self._tail(tail) for tail in graph.tails]
        self._rows: dict[Pace, list[int]] = {}
        """Of each pair of the graph, by its number."""

    def moves(self, number: int, paces: tuple[Pace, ...]) -> list[Move]:
        """The ways on from a class, those that look alike once, by the likeliest of them."""
        alike: dict[tuple[int, int], Move] = {}
        for pace in paces:
            rows = self._rows_of(pace)
            for out in self._graph.outs[number]:
                _, _, target, odd, ms, pair = out
                row = rows[pair]
                best = alike.get((row, target))
                if best is None or (odd, ms) < best[2:4]:
                    alike[row, target] = (row, target, odd, ms, out, pace)
        return list(alike.values())

    def all_rows(self, pace: Pace) -> set[int]:
        """Every row there is anywhere, whatever comes before it."""
        return set(self._rows_of(pace))

    def _rows_of(self, pace: Pace) -> list[int]:
        rows = self._rows.get(pace)
        if rows is None:
            rows = self._rows[pace] = [self._row(*pair, pace) for pair in self._graph.pairs]
        return rows

    def _row(self, way: int, tail: int, pace: Pace) -> int:
        """The number of what is seen of a way and of the facts after it."""
        length_ms = self._graph.ways[way].events(pace)[1]
        letters, events = self._way(way, pace)
        after, facts = self._tails[tail]
        if self.timed:
            after = tuple((tells, None, length_ms) for tells in after)
        row: Hashable = letters + after
        if self.timed:
            row = (row, length_ms)
        number = self._numbers.setdefault(row, len(self.rows))
        if number == len(self.rows):
            told = tuple(event_of(fact, length_ms) for fact in facts)
            self.rows.append((events + told, length_ms))
        return number

    def _tail(self, tail: tuple[Fact, ...]) -> tuple[tuple[Hashable, ...], tuple[Fact, ...]]:
        """What is seen of the facts after a way, whenever that is over."""
        kept = tuple(fact for fact in tail if self._all or fact.kind in self._kinds)
        return tuple(self._tells(event_of(fact, 0)) for fact in kept), kept

    def _way(self, way: int, pace: Pace) -> Seen:
        found = self._of_ways.get((way, pace))
        if found is None:
            events = self._graph.ways[way].events(pace)[0]
            found = self._of_ways[way, pace] = self._seen(events)
        return found

    def _seen(self, events: Iterable[CallEvent]) -> Seen:
        kept = tuple(event for event in events if self._all or event.kind in self._kinds)
        if not self.timed:
            return tuple(map(self._tells, kept)), kept
        letters = ((self._tells(one), one.data.get("start_ms"), one.offset_ms) for one in kept)
        return tuple(letters), kept

    def _tells(self, event: CallEvent) -> Hashable:
        """All that the pattern can tell of an event, its time aside."""
        tells: Hashable = ""
        if event.kind in self._kinds:
            tells = (event.kind, tuple(each.fits(event) for each in self._events))
        if event.kind in _SPEECH:
            return (tells, event.kind, event.data.get("ended"), event.data["performer"])
        if event.kind == "ended":
            return (tells, event.data["end_reason"])
        return tells
