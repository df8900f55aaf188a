"""Steps of house rules that were taken once and need not be worked out again.

While no time of a rule runs, where it comes to after an event depends on where it stands and on the
few fields its patterns read, on nothing else. Events of one sort are shown to it as one model
event, that carries those fields alone; while a time runs, every step is taken anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final

from callflow.rules.events import SHORT, EventPattern, OneOf, Test, Within, describe, span
from callflow.rules.patterns import Chain, Pattern, Response
from callflow.rules.rebasing import longest_ms
from callflow.rules.rule import Progress, Rule, begin, moved, step
from callflow.rules.verdict import Verdict
from calls.events import CallEvent

MOST_SORTS: Final = 4096
"""Sorts of event known of one set of rules; with more, all is forgotten and begun anew."""

_MISSING: Final = object()
_EVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
_MODEL_MS: Final = 1
"""When a model event happens: another moment than the 0 at which all that came before stands."""

_ALWAYS_READ: Final = {
    "offered": ("direction", "flow"),
    "saying": ("performer",),
    "said": ("performer", "ended"),
    "ended": ("end_reason",),
}
"""What the steps of any rule read, beside what its patterns ask for."""


@dataclass(slots=True, eq=False)
class Sort:
    """Events that no rule tells apart, their times aside."""

    model: CallEvent
    what: str
    """In words, as `events.describe` has it."""

    heeded_by: tuple[int, ...]
    """Places of the rules that such an event may change, by other than the time it comes at."""


@dataclass(slots=True, eq=False)
class Point:
    """Where a rule stands while no time of it runs."""

    progress: Progress
    moves: dict[Sort, Move] = field(default_factory=dict)
    verdict: Verdict | None = None
    """What the rule came to if the call ends here, without its evidence; made when first asked."""


@dataclass(slots=True, eq=False)
class Begun:
    """Where a rule stands once an event of a sort made a time of it run."""

    progress: Progress
    """As after the model event."""

    timed: tuple[bool, ...]
    """Which patterns look at times."""

    def by(self, event: CallEvent) -> Progress:
        """The same after that very event: what runs has run since its end."""
        end_ms = span(event).end_ms
        pairs = zip(self.progress, self.timed, strict=True)
        return tuple(
            [
                state._replace(mark_ms=end_ms) if timed and state.mark_ms is not None else state
                for state, timed in pairs
            ]
        )


Move = tuple[Point | Begun, bool]
"""Where an event leads from a point, and whether it brought the rule further."""


class Known:
    """What is known of the steps of one set of rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = rules = tuple(rules)
        self._read = _fields_read(self.rules)
        self._sorts: dict[tuple[object, ...], Sort] = {}
        self._timed = [
            tuple(longest_ms(each) is not None for each in rule.patterns) for rule in rules
        ]
        self._points: list[dict[Progress, Point]] = [{} for _ in self.rules]
        begun = [self.at_rest(at, begin(rule)) for at, rule in enumerate(self.rules)]
        self.starts = tuple(point for point in begun if point is not None)
        """Where the rules stand before the first event, by their places."""

    @property
    def full(self) -> bool:
        """Whether so much is known that it is better forgotten."""
        return len(self._sorts) >= MOST_SORTS

    def sort_of(self, event: CallEvent) -> Sort | None:
        """The event's sort; None for a kind that no rule speaks of."""
        names = self._read.get(event.kind)
        if names is None:
            return None
        get = event.data.get
        key: tuple[object, ...] = (event.kind,)
        for name in names:
            value = get(name, _MISSING)
            # What is no text is told apart by its spelling: 1, True and 1.0 are equal, not alike.
            key += (value,) if value.__class__ is str else (None, repr(value))
        return self._sorts.get(key) or self._learn_sort(key, event, names)

    def move(self, at: int, point: Point, sort: Sort) -> Move:
        """Where the rule at place `at` comes to from `point`."""
        return point.moves.get(sort) or self._learn_move(at, point, sort)

    def at_rest(self, at: int, progress: Progress) -> Point | None:
        """The point of all calls in which the rule stands so; None while a time runs."""
        for timed, state in zip(self._timed[at], progress, strict=True):
            if timed and state.mark_ms is not None:
                return None
        stands = tuple(
            [state._replace(mark_ms=0) if state.mark_ms else state for state in progress]
        )
        return self._points[at].get(stands) or self._points[at].setdefault(stands, Point(stands))

    def _learn_sort(
        self, key: tuple[object, ...], event: CallEvent, names: tuple[str, ...]
    ) -> Sort:
        data: dict[str, Any] = {name: event.data[name] for name in names if name in event.data}
        data |= {"start_ms": _MODEL_MS, "end_ms": _MODEL_MS}
        model = CallEvent("", 0, _EVER, _MODEL_MS, event.kind, data)
        heeded_by = tuple(at for at, rule in enumerate(self.rules) if _heeds(rule, model))
        return self._sorts.setdefault(key, Sort(model, describe(model), heeded_by))

    def _learn_move(self, at: int, point: Point, sort: Sort) -> Move:
        after = step(self.rules[at], point.progress, sort.model)
        further = any(map(moved, point.progress, after))
        to = self.at_rest(at, after) or Begun(after, self._timed[at])
        move = point.moves[sort] = (to, further)
        return move


def runs_out_ms(rule: Rule, progress: Progress) -> float:
    """The moment of the call after which any event may break the rule; inf for none."""
    waits = (
        state.mark_ms + pattern.times.at_most_ms + pattern.times.slack_ms
        for pattern, state in zip(rule.patterns, progress, strict=True)
        if isinstance(pattern, Response)
        and state.mark_ms is not None
        and pattern.times.at_most_ms is not None
    )
    return min(waits, default=math.inf)


def _heeds(rule: Rule, event: CallEvent) -> bool:
    """Whether the event may change where the rule stands, by other than the time it comes at."""
    kind = event.kind
    if not rule.patterns:
        return False
    if kind in ("offered", "ended") or (rule.performer and kind == "said"):
        return True
    if not rule.kinds:
        # A time that may begin to run does not run out while somebody speaks.
        return kind in ("saying", "said") or any(_means(each, event) for each in rule.patterns)
    return kind in rule.kinds and any(_means(pattern, event) for pattern in rule.patterns)


def _means(pattern: Pattern, event: CallEvent) -> bool:
    """Whether the pattern asks for such an event, or what its chain must not meet."""
    if isinstance(pattern, Chain):
        kinds = [pattern.after.kinds, *(link.event.kinds for link in pattern.links)]
        if any(event.kind in each for each in kinds):
            return True
    return any(part.fits(event) for part in _event_patterns(pattern))


def _event_patterns(pattern: Pattern) -> Iterator[EventPattern]:
    for each in fields(pattern):
        part = getattr(pattern, each.name)
        if isinstance(part, EventPattern):
            yield part
        elif isinstance(part, tuple):
            yield from (link.event for link in part)


def _fields_read(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    """What any of the rules reads of an event, by its kind; kinds without a rule are left out."""
    read = {kind: dict.fromkeys(names) for kind, names in _ALWAYS_READ.items()}
    for rule in rules:
        for pattern in rule.patterns:
            for choice in (one for part in _event_patterns(pattern) for one in part.choices):
                names = read.setdefault(choice.kind, {})
                names |= dict.fromkeys(map(_field, (*choice.tests, *choice.unless)))
    for kind, names in read.items():
        if kind in SHORT:
            names[SHORT[kind]] = None
    return {kind: tuple(names) for kind, names in read.items()}


def _field(test: Test) -> str:
    return test.field if isinstance(test, OneOf | Within) else "tags"
