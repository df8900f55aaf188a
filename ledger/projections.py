"""The fold that makes `calls` and `recordings` from events. Pure: no database, no clock.

Every figure of a call is told by its events; a kind that is not named here changes nothing but
the seal. Data of a wrong type count as absent, so that no event can stop the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ledger.encoding import EventRow

_MOST_WHOLE = 2**63 - 1


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


@dataclass(slots=True, kw_only=True)
class CallState:
    """One row of `calls`, field for column."""

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


CALL_COLUMNS = tuple(one.name for one in fields(CallState))
RECORDING_COLUMNS = tuple(one.name for one in fields(RecordingState))


@dataclass(slots=True)
class Fold:
    """A call under way: its row, its recordings, its last event, and which rows changed."""

    call: CallState
    recordings: dict[str, RecordingState] = field(default_factory=dict)
    last_seq: int = 0
    last_hash: bytes = b""
    last_at: int = 0
    last_ms: int = 0
    changed: bool = False
    changed_recordings: set[str] = field(default_factory=set)

    def apply(self, row: EventRow, digest: bytes) -> None:
        """Take in the next event; `digest` is its hash in the chain."""
        _, self.last_seq, self.last_at, self.last_ms, kind, _, facts = row
        self.last_hash = digest
        tell = _TELLERS.get(kind)
        if tell is not None:
            tell(self, row, facts)
        if self.call.ended_at is not None:
            self.call.sealed_seq = self.last_seq
            self.call.sealed_hash = digest
            self.changed = True


def fold_call(call_id: str, events: Iterable[tuple[EventRow, bytes]]) -> Fold:
    """The whole of one call from its events in order, each with its stored hash."""
    fold = Fold(CallState(id=call_id))
    for row, digest in events:
        fold.apply(row, digest)
    return fold


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str):
        return ""
    # As the stored text reads back: a lone surrogate has no place in UTF-8.
    return str(value) if value.isascii() else value.encode("utf-8", "replace").decode()


def _whole(facts: Mapping[str, Any], name: str) -> int | None:
    value = facts.get(name)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if whole and -_MOST_WHOLE <= value <= _MOST_WHOLE else None  # type: ignore[operator, arg-type]


def _offered(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    call = fold.call
    call.offered_at = row.at
    call.uniqueid = _text(facts, "uniqueid")
    call.ani = _text(facts, "ani")
    call.dnis = _text(facts, "dnis")
    call.caller_name = _text(facts, "caller_name")
    call.direction = _text(facts, "direction")
    call.flow = _text(facts, "flow")
    call.channel = _text(facts, "channel")
    fold.changed = True


def _answered(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.answered_at = row.at
    fold.call.answered_ms = row.offset_ms
    fold.call.rings = _whole(facts, "rings")
    fold.changed = True


def _said(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    language = _text(facts, "language")
    if language and language != fold.call.language:
        fold.call.language = language
        fold.changed = True


def _queued(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.queue = _text(facts, "queue")
    fold.changed = True


def _agent_answered(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.agent = _text(facts, "agent")
    fold.changed = True


def _fault(fold: Fold, _row: EventRow, _facts: Mapping[str, Any]) -> None:
    fold.call.faults += 1
    fold.changed = True


def _hung_up(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    # The first to hang up did it; a second report of the same end changes nothing.
    if not fold.call.hung_up_by:
        fold.call.hung_up_by = _text(facts, "by")
        fold.changed = True


def _ended(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    if fold.call.ended_at is None:
        fold.call.ended_at = row.at
        fold.call.ended_ms = row.offset_ms
        fold.call.end_reason = _text(facts, "end_reason")
        # An agent who wrapped up before the flow came to its end has said what the call was.
        if fold.call.disposition is None:
            fold.call.disposition = _text(facts, "disposition")


def _disposed(fold: Fold, _row: EventRow, facts: Mapping[str, Any]) -> None:
    fold.call.disposition = _text(facts, "disposition")
    fold.changed = True


def _recording(fold: Fold, facts: Mapping[str, Any]) -> RecordingState:
    name = _text(facts, "recording")
    fold.changed_recordings.add(name)
    found = fold.recordings.get(name)
    if found is None:
        found = fold.recordings[name] = RecordingState(id=name, call_id=fold.call.id)
    return found


def _recording_started(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    recording.started_at = row.at
    recording.started_ms = row.offset_ms
    recording.caller_file = _text(facts, "caller_file")
    recording.house_file = _text(facts, "house_file")
    fold.call.recording = recording.id
    fold.changed = True


def _recording_paused(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    if recording.paused_from_ms is None:
        recording.paused_from_ms = row.offset_ms


def _recording_resumed(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    _end_pause(_recording(fold, facts), row.offset_ms)


def _recording_stopped(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    _end_pause(recording, row.offset_ms)
    recording.stopped_ms = row.offset_ms
    recording.stop_reason = _text(facts, "reason")


def _end_pause(recording: RecordingState, at_ms: int) -> None:
    if recording.paused_from_ms is not None:
        recording.paused_ms += max(at_ms - recording.paused_from_ms, 0)
        recording.paused_from_ms = None


def _recording_kept(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    recording.kept_at = row.at
    recording.file = _text(facts, "file")
    recording.sha256 = _text(facts, "sha256")
    recording.bytes = _whole(facts, "bytes")
    recording.duration_ms = _whole(facts, "duration_ms")
    recording.problem = _text(facts, "problem")


_TELLERS: Mapping[str, Callable[[Fold, EventRow, Mapping[str, Any]], None]] = {
    "offered": _offered,
    "answered": _answered,
    "said": _said,
    "queued": _queued,
    "agent_answered": _agent_answered,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
    "disposed": _disposed,
    "recording_started": _recording_started,
    "recording_paused": _recording_paused,
    "recording_resumed": _recording_resumed,
    "recording_stopped": _recording_stopped,
    "recording_kept": _recording_kept,
}
