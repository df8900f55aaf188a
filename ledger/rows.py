"""What the ledger gives out: frozen values, never database rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call as its events tell it. Times are aware UTC, `*_ms` count from the offer.

    Lengths come from the `*_ms` fields (monotonic), never from the difference of two `*_at`.
    """

    id: str
    uniqueid: str
    ani: str
    dnis: str
    caller_name: str
    direction: str
    flow: str
    channel: str
    language: str
    """Language of the last line spoken; empty before the first."""

    offered_at: datetime | None
    answered_at: datetime | None
    answered_ms: int | None
    rings: int | None
    queue: str
    agent: str
    hung_up_by: str
    ended_at: datetime | None
    """None while the call is live."""

    ended_ms: int | None
    end_reason: str | None
    disposition: str | None
    recording: str
    """Id of the last recording started; empty when there is none."""

    faults: int
    queued_ms: int | None = None
    """When the caller came to `queue`, the last one."""

    agent_ms: int | None = None
    """When the first agent answered; one before `queued_ms` answered in an earlier queue."""

    queue_result: str | None = None
    """How the stay in `queue` ended, a word of `LeftQueue`; None while it lasts."""

    queue_waited_ms: int | None = None
    """Until an agent of `queue` answered, or until the caller left it."""

    talked_ms: int | None = None
    """With agents on the line, hold included; None before the first talk's end."""

    held_ms: int = 0
    wrapped_ms: int | None = None
    """From the end of the talk until its last agent closed the wrap-up."""

    offers: int = 0
    """How often an agent's phone rang for it."""

    judged: bool = False
    """Whether the rules were judged: without it, no rule is known to be kept or broken."""

    kept: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    tag: str = ""
    survey_asked: bool = False
    survey: int | None = None
    """The caller's verdict, 1 to 5; None without one."""

    caller_talk_ms: int | None = None
    agent_talk_ms: int | None = None
    talk_over_ms: int | None = None
    dead_air_ms: int | None = None
    """Measures of its recordings; None until they were measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRow:
    """One recording as its events tell it; `kept_at` is None until the recorder took it in."""

    id: str
    call_id: str
    caller_file: str
    house_file: str
    started_at: datetime | None
    started_ms: int | None
    stopped_ms: int | None
    stop_reason: str | None
    paused_ms: int
    """Time written as silence, whole pauses only."""

    kept_at: datetime | None
    file: str | None
    sha256: str | None
    bytes: int | None
    duration_ms: int | None
    problem: str | None
    """Empty when all is well, None before intake."""

    begins_ms: int | None = None
    """Offset of the file's first sample as measured; None: that of `started_ms`."""

    key: str = ""
    """Id of the key that wraps the file's own; empty: not sealed."""

    erased_at: datetime | None = None
    """When its sound was erased; None: it can be heard."""

    measures: Mapping[str, Any] | None = field(default=None, hash=False)
    """Data of its last `recording_measured`."""
