"""The rows of `calls` and `recordings` while their events are told, field for column."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True, kw_only=True)
class RecordingState:
    """One row of `recordings`, field for column."""

    call_id: str
    id: str
    caller_file: str = ""
    house_file: str = ""
    started_at: int | None = None
    started_ms: int | None = None
    stopped_ms: int | None = None
    stop_reason: str | None = None
    paused_ms: int = 0
    paused_from_ms: int | None = None
    kept_at: int | None = None
    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    duration_ms: int | None = None
    problem: str | None = None
    begins_ms: int | None = None
    key: str = ""
    erased_at: int | None = None
    measures: str | None = None
    """JSON text of the last `recording_measured`."""


@dataclass(slots=True, kw_only=True)
class CallState:
    """One row of `calls`, field for column; `ledger.rows.CallRow` says what each is."""

    id: str
    uniqueid: str = ""
    ani: str = ""
    dnis: str = ""
    caller_name: str = ""
    direction: str = ""
    flow: str = ""
    channel: str = ""
    language: str = ""
    offered_at: int | None = None
    answered_at: int | None = None
    answered_ms: int | None = None
    rings: int | None = None
    queue: str = ""
    agent: str = ""
    hung_up_by: str = ""
    ended_at: int | None = None
    ended_ms: int | None = None
    end_reason: str | None = None
    disposition: str | None = None
    recording: str = ""
    faults: int = 0
    sealed_seq: int | None = None
    sealed_hash: bytes | None = None
    queued_ms: int | None = None
    agent_ms: int | None = None
    queue_result: str | None = None
    queue_waited_ms: int | None = None
    talked_ms: int | None = None
    held_ms: int = 0
    wrapped_ms: int | None = None
    offers: int = 0
    judged: int = 0
    kept: str = ""
    """Ids of rules, parted by a space."""

    broken: str = ""
    tag: str = ""
    survey_asked: int = 0
    survey: int | None = None
    caller_talk_ms: int | None = None
    agent_talk_ms: int | None = None
    talk_over_ms: int | None = None
    dead_air_ms: int | None = None
    stays: int = 0
    """How often the caller came to a queue; this and what follows only the fold reads."""

    talk_from_ms: int | None = None
    """Since when an agent talks; None while none does."""

    talk_to_ms: int | None = None
    """When the last talk was over."""

    held_from_ms: int | None = None
    disposed_ms: int | None = None


CALL_COLUMNS = tuple(one.name for one in fields(CallState))
RECORDING_COLUMNS = tuple(one.name for one in fields(RecordingState))
IDENTITY = (
    "uniqueid",
    "ani",
    "dnis",
    "caller_name",
    "direction",
    "flow",
    "channel",
    "offered_at",
)
"""Columns that `offered` tells and nothing else: they stand in indexes, and change once."""
