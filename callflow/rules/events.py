"""Which facts a house rule means: patterns over one event, and an event's own time and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from calls.events import CallEvent

SHORT: Final[Mapping[str, str]] = {
    "said": "line",
    "heard": "what",
    "key": "digits",
    "hung_up": "by",
    "ended": "disposition",
    "queued": "queue",
    "left_queue": "result",
    "transferring": "to",
    "transferred": "result",
    "branched": "branch",
    "form_filled": "form",
    "looked_up": "directory",
    "fetched": "source",
    "plugin_done": "plugin",
    "promised": "about",
    "ticket_opened": "ticket_class",
    "agent_offered": "agent",
    "agent_answered": "agent",
    "agent_transfer": "how",
    "stepped": "step",
    "offered": "flow",
    "surveyed": "answer",
    "fault": "where",
}
"""The field that `{said: hello}` speaks of, by kind."""

WATCHED: Final = frozenset({"saying", "listening", "hearing"})
"""Kinds for whoever watches live; what came of them is told by `said` and `heard`."""


class Span(NamedTuple):
    """When an event began and was over, milliseconds since the call was offered."""

    start_ms: int
    end_ms: int


def often(times: int) -> str:
    """A number of times, in words."""
    return "once" if times == 1 else f"{times} times"


def span(event: CallEvent) -> Span:
    """A line lasts from its first to its last sample; everything else is a moment."""
    if event.kind == "said":
        return Span(int(event.data["start_ms"]), int(event.data["end_ms"]))
    return Span(event.offset_ms, event.offset_ms)


def describe(event: CallEvent) -> str:
    """The event in a few words: `said hello`, `heard silence`, `hung_up us`."""
    value = event.data.get(SHORT.get(event.kind, ""), "")
    return f"{event.kind} {value}".strip()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field has one of these values."""

    field: str
    values: frozenset[str]

    def fits(self, data: Mapping[str, Any]) -> bool:
        return str(data.get(self.field, "")) in self.values

    def __str__(self) -> str:
        return " or ".join(sorted(self.values)) or "none"


@dataclass(frozen=True, slots=True)
class Within:
    """A number is in a range, both ends included."""

    field: str
    at_least: int | None = None
    at_most: int | None = None

    def fits(self, data: Mapping[str, Any]) -> bool:
        value = data.get(self.field)
        if not isinstance(value, int):
            return False
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        low = [] if self.at_least is None else [f"at least {self.at_least}"]
        high = [] if self.at_most is None else [f"at most {self.at_most}"]
        return f"{self.field} {' and '.join(low + high)}"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A line carries one of these tags, or with `every` all of them."""

    tags: frozenset[str]
    every: bool = False

    def fits(self, data: Mapping[str, Any]) -> bool:
        carried = self.tags.intersection(data.get("tags", ()))
        return carried == self.tags if self.every else bool(carried)

    def __str__(self) -> str:
        return f"({(' and ' if self.every else ' or ').join(sorted(self.tags))})"


Test = OneOf | Within | Tagged


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of one kind whose data pass all of `tests` and not all of `unless`."""

    kind: str
    tests: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()

    def fits(self, event: CallEvent) -> bool:
        if event.kind != self.kind or not all(test.fits(event.data) for test in self.tests):
            return False
        return not (self.unless and all(test.fits(event.data) for test in self.unless))

    def __str__(self) -> str:
        no = [f"not {' '.join(map(str, self.unless))}"] if self.unless else []
        return " ".join([self.kind, *map(str, self.tests), *no])


@dataclass(frozen=True, slots=True)
class EventPattern:
    """Any of several kinds of event; an empty pattern fits none."""

    choices: tuple[Happened, ...] = ()
    kinds: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", frozenset(choice.kind for choice in self.choices))

    def fits(self, event: CallEvent) -> bool:
        """Whether `event` is meant."""
        return event.kind in self.kinds and any(choice.fits(event) for choice in self.choices)

    def __str__(self) -> str:
        return ", or ".join(map(str, self.choices))

    def __bool__(self) -> bool:
        return bool(self.choices)


NOTHING: Final = EventPattern()
