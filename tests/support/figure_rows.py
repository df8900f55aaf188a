"""Calls as the figures read them, with what a plain answered call has as defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.call_columns import FLAGS, NUMBERS, TEXTS, CallColumns, call_columns
from ledger.encoding import at_us


def at(text: str) -> datetime:
    """`2026-11-02 09:15` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCall:
    """One call."""

    id: str = "20261102-091500-aaaaaaaa"
    offered_at: datetime = field(default_factory=lambda: at("2026-11-02 09:15"))
    direction: str = "inbound"
    queue: str = "support"
    agent: str = "801"
    disposition: str | None = "served"
    ended_ms: int | None = 200_000
    answered_ms: int | None = 4_000
    rings: int | None = 1
    queue_result: str | None = "answered"
    queue_waited_ms: int | None = 8_000
    talked_ms: int | None = 120_000
    held_ms: int = 0
    wrapped_ms: int | None = 30_000
    kept: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    tag: str = ""
    survey_asked: bool = False
    survey: int | None = None
    agent_talk_ms: int | None = None
    talk_over_ms: int | None = None
    dead_air_ms: int | None = None
    recorded: bool = True
    faults: int = 0


def told(calls: Sequence[FigureCall], at_once: int = 3) -> Iterator[CallColumns]:
    """The calls column by column, in parts of so many, as the ledger gives them."""
    for first in range(0, len(calls), at_once):
        part = calls[first : first + at_once]
        values = {name: [getattr(call, name) for call in part] for name in (*TEXTS, *NUMBERS)}
        values |= {
            "id": [call.id for call in part],
            "offered_at": [at_us(call.offered_at) for call in part],
            "kept": [" ".join(call.kept) for call in part],
            "broken": [" ".join(call.broken) for call in part],
            "flags": [_flags(call) for call in part],
        }
        yield call_columns(values)


def _flags(call: FigureCall) -> int:
    claims = {
        "answered": call.answered_ms is not None,
        "ended": call.ended_ms is not None,
        "outbound": call.direction == "outbound",
        "survey_asked": call.survey_asked,
        "recorded": call.recorded,
    }
    return sum(claims[name] << bit for bit, name in enumerate(FLAGS))


def abandoned(waited_ms: int, **more: object) -> FigureCall:
    """A caller who hung up after so long a wait."""
    return FigureCall(
        agent="",
        queue_result="abandoned",
        queue_waited_ms=waited_ms,
        talked_ms=None,
        wrapped_ms=None,
        disposition="abandoned",
        **more,  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One evaluation that stands."""

    call_id: str = "20261102-091500-aaaaaaaa"
    agent: str = "801"
    kind: str = "review"
    score: float = 90.0
    result: str = "passed"
    answers: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
