"""The act of waiting for an agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from callflow.acts.base import Act
from callflow.acts.fields import Field, Kind
from callflow.targets import Target
from callflow.templates import Condition, Wording

MOST_PRIORITY = 9
"""More than that counts as that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAct(Act):
    """`queue: {name: support, wait: 2min, tell: your_place, every: 30s, keys: {"1": callback}}`"""

    word: ClassVar[str] = "queue"
    about: ClassVar[str] = "wait for an agent, with music, and words from time to time"
    scalar: ClassVar[str] = "name"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="name", into="queue", kind=Kind.NAME, required=True, about="the queue"),
        Field(
            name="wait",
            into="most_wait_ms",
            kind=Kind.DURATION,
            default=60_000,
            low=1000,
            high=3_600_000,
            about="the longest wait",
        ),
        Field(
            name="agent",
            into="agent_flow",
            kind=Kind.NAME,
            default="",
            about="the flow that the agent performs",
        ),
        Field(
            name="tell",
            kind=Kind.LINES,
            default=(),
            about="said over the music once the caller waits, and again; `{place}` is the place "
            "in line",
        ),
        Field(
            name="every",
            into="every_ms",
            kind=Kind.DURATION,
            default=30_000,
            low=5000,
            high=600_000,
            about="the music between one telling and the next",
        ),
        Field(
            name="keys",
            kind=Kind.KEYS,
            default={},
            about="where a key leads that the caller presses instead of waiting on",
        ),
        Field(
            name="priority",
            kind=Kind.EXPRESSION,
            default="0",
            low=0,
            high=MOST_PRIORITY,
            about="a number or an expression; who has more is taken first, whoever came first",
        ),
    )
    must: ClassVar[frozenset[str]] = frozenset({"answered", "no_answer", "failed"})
    queue: str
    most_wait_ms: int
    agent_flow: str = ""
    tell: tuple[str, ...] = ()
    every_ms: int = 30_000
    keys: Mapping[str, Target] = field(default_factory=dict)
    priority: Condition = field(default_factory=lambda: Condition("0"))

    def targets(self) -> Iterator[tuple[str, Target]]:
        return iter(self.keys.items())

    def lines(self) -> tuple[str, ...]:
        return self.tell

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return (self.priority,)
