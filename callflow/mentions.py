"""What a house rule speaks of: lines, tags, sounds, endings. Tells which rules a change touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from callflow.lines import LineWording
from callflow.rules.events import EventPattern, Happened, OneOf, Tagged, Test
from callflow.rules.monitor import Rule


@dataclass(frozen=True, slots=True)
class Mentions:
    """Words a rule names, by what they are."""

    lines: frozenset[str]
    tags: frozenset[str]
    """Those that alone are enough."""

    together: frozenset[frozenset[str]]
    """Tags that only count all on one line."""

    words: frozenset[str]
    """What was heard, who hung up, how a call or a queue ended."""

    kinds: frozenset[str]

    def speaks_of(self, line: LineWording) -> bool:
        """Whether the line is named, by itself or by a tag."""
        if line.name in self.lines or self.tags.intersection(line.tags):
            return True
        return any(tags.issubset(line.tags) for tags in self.together)


def mentions(rule: Rule) -> Mentions:
    """Everything that `rule` names."""
    events = [event for pattern in rule.patterns for event in _events(pattern)]
    tests = [test for event in events for test in (*event.tests, *event.unless)]
    tagged = [test for test in tests if isinstance(test, Tagged)]
    return Mentions(
        lines=frozenset(_values(tests, "line")),
        tags=frozenset[str]().union(*(test.tags for test in tagged if not test.every)),
        together=frozenset(test.tags for test in tagged if test.every),
        words=frozenset(
            word
            for field in ("what", "by", "result", "disposition")
            for word in _values(tests, field)
        ),
        kinds=frozenset(event.kind for event in events),
    )


def _values(tests: Iterable[Test], field: str) -> Iterator[str]:
    for test in tests:
        if isinstance(test, OneOf) and test.field == field:
            yield from test.values


def _events(part: object) -> Iterator[Happened]:
    """Every event below a pattern, whatever kind of pattern it is."""
    if isinstance(part, EventPattern):
        yield from part.choices
    elif isinstance(part, tuple):
        for each in part:
            yield from _events(each)
    elif hasattr(part, "__dataclass_fields__"):
        for field in fields(part):  # type: ignore[arg-type]
            yield from _events(getattr(part, field.name))
