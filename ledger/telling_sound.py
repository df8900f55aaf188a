"""What the recorder's events tell of recordings and of the call; part of `ledger.projections`.

Figures of a call with several recordings are sums over them, the longest dead air the longest of
all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calls.asides import is_aside
from ledger.encoding import EventRow
from ledger.fold import Fold, text, whole
from ledger.states import RecordingState

_MOST_WHOLE = 2**63 - 1
_SUMS = ("caller_talk_ms", "agent_talk_ms", "talk_over_ms")


def _recording(fold: Fold, facts: Mapping[str, Any]) -> RecordingState:
    name = text(facts, "recording")
    fold.changed_recordings.add(name)
    found = fold.recordings.get(name)
    if found is None:
        found = fold.recordings[name] = RecordingState(id=name, call_id=fold.call.id)
    return found


def _started(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    recording.started_at = row.at
    recording.started_ms = row.offset_ms
    recording.caller_file = text(facts, "caller_file")
    recording.house_file = text(facts, "house_file")
    if not is_aside(recording.id):
        fold.call.recording = recording.id
        fold.changed = True


def _paused(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    if recording.paused_from_ms is None:
        recording.paused_from_ms = row.offset_ms


def _resumed(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    _end_pause(_recording(fold, facts), row.offset_ms)


def _stopped(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    _end_pause(recording, row.offset_ms)
    recording.stopped_ms = row.offset_ms
    recording.stop_reason = text(facts, "reason")


def _end_pause(recording: RecordingState, at_ms: int) -> None:
    if recording.paused_from_ms is not None:
        recording.paused_ms += max(at_ms - recording.paused_from_ms, 0)
        recording.paused_from_ms = None


def _kept(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    recording = _recording(fold, facts)
    recording.kept_at = row.at
    recording.file = text(facts, "file")
    recording.sha256 = text(facts, "sha256")
    recording.bytes = whole(facts, "bytes")
    recording.duration_ms = whole(facts, "duration_ms")
    recording.problem = text(facts, "problem")
    recording.begins_ms = whole(facts, "begins_ms")
    recording.key = text(facts, "key")


def _measured(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    # An event whose data cannot be read any more tells nothing, and stops nothing.
    _recording(fold, facts).measures = row.data if facts else None
    told = [json.loads(one.measures) for one in fold.recordings.values() if one.measures]
    call = fold.call
    for name in _SUMS:
        setattr(call, name, _sum(told, name))
    call.dead_air_ms = max(
        (length for one in told if (length := whole(one, "dead_air_ms")) is not None), default=None
    )
    fold.changed = True


def _sum(told: list[Mapping[str, Any]], name: str) -> int | None:
    lengths = [length for one in told if (length := whole(one, name)) is not None]
    return max(min(sum(lengths), _MOST_WHOLE), -_MOST_WHOLE) if lengths else None


def _erased(fold: Fold, row: EventRow, facts: Mapping[str, Any]) -> None:
    _recording(fold, facts).erased_at = row.at


SOUND_TELLERS: Mapping[str, Callable[[Fold, EventRow, Mapping[str, Any]], None]] = {
    "recording_started": _started,
    "recording_paused": _paused,
    "recording_resumed": _resumed,
    "recording_stopped": _stopped,
    "recording_kept": _kept,
    "recording_measured": _measured,
    "recording_erased": _erased,
}
