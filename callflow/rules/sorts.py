"""Which events no house rule tells apart: all that their steps can read of one.

A rule's patterns read few fields of an event. Events alike in those are of one sort, and the sort
is shown to a rule as one model event that carries nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from callflow.rules.events import SHORT, EventPattern, OneOf, Test, Within, describe
from callflow.rules.patterns import Chain, Pattern
from callflow.rules.rule import Rule
from calls.events import CallEvent

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

_Key = Callable[[Mapping[str, Any]], Hashable]


@dataclass(slots=True, eq=False)
class Sort:
    """Events that no rule tells apart, their times aside."""

    model: CallEvent
    what: str
    """In words, as `events.describe` has it."""

    heeded_by: tuple[int, ...]
    """Places of the rules that such an event may change, by other than the time it comes at."""


class _Kind:
    """Events of one kind: what is read of them, and the sorts met so far."""

    __slots__ = ("key", "names", "plain", "sorts")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.plain = bool(names)
        """Whether all values met so far are told apart by being equal."""

        self.key: _Key = itemgetter(*names) if names else _exact_key(names)
        self.sorts: dict[Hashable, Sort] = {}

    def is_met(self, data: Mapping[str, Any]) -> None:
        """A value may be one that equals others without being alike: then told apart exactly."""
        if self.plain and not all(_is_plain(data.get(name, _MISSING)) for name in self.names):
            self.plain, self.key = False, _exact_key(self.names)
            self.sorts.clear()


class Sorts:
    """The sorts of events met, for one set of rules."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._kinds = {kind: _Kind(names) for kind, names in _fields_read(rules).items()}
        self.count = 0
        """How many were met."""

    def of(self, event: CallEvent) -> Sort | None:
        """The event's sort; None for a kind that no rule speaks of."""
        kind = self._kinds.get(event.kind)
        if kind is None:
            return None
        try:
            return kind.sorts[kind.key(event.data)]
        except (KeyError, TypeError):  # a new one; or a field is missing, or a list
            return self._learn(kind, event)

    def _learn(self, kind: _Kind, event: CallEvent) -> Sort:
        kind.is_met(event.data)
        key = kind.key(event.data)
        found = kind.sorts.get(key)
        if found is not None:
            return found
        data = {name: event.data[name] for name in kind.names if name in event.data}
        data |= {"start_ms": _MODEL_MS, "end_ms": _MODEL_MS}
        model = CallEvent("", 0, _EVER, _MODEL_MS, event.kind, data)
        heeded_by = tuple(at for at, rule in enumerate(self._rules) if _heeds(rule, model))
        self.count += 1
        return kind.sorts.setdefault(key, Sort(model, describe(model), heeded_by))


def _is_plain(value: object) -> bool:
    """Whether what equals it is always alike; 1, True and 1.0 are equal, not alike."""
    kind = value.__class__
    if kind is tuple:
        return all(each.__class__ is str for each in value)  # type: ignore[attr-defined]
    return kind is str or kind is NoneType


def _exact_key(names: tuple[str, ...]) -> _Key:
    def key(data: Mapping[str, Any]) -> Hashable:
        get = data.get
        return tuple([_exact(get(name, _MISSING)) for name in names])

    return key


def _exact(value: object) -> Hashable:
    """What is no text is told apart by its spelling."""
    return value if value.__class__ is str else (value.__class__, repr(value))


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
