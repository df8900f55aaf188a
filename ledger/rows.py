"""What the ledger gives out: frozen values, never database rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
