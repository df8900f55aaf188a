"""The node's ledger as the recorder reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from calls.events import CallEvent
from ledger.reader import LedgerReader
from ledger.rows import RecordingRow
from recorder.catalog import Erased, Kept, Recording

_HEEDED: Final = (
    "recording_started",
    "recording_stopped",
    "hung_up",
    "ended",
    "recording_kept",
    "recording_erased",
)
"""Kinds of facts that change a catalog: most of a call's are none of the recorder's business."""


class LedgerSource:
    """Recordings from the ledger's projection, later facts by cursor."""

    def __init__(self, reader: LedgerReader) -> None:
        self._reader = reader

    def known(self) -> tuple[Sequence[Recording], int]:
        """Every recording so far and the cursor of the last fact certainly among them."""
        cursor = self._reader.cursor()
        live = {call.id for call in self._reader.calls(live=True)}
        rows = self._reader.recordings()
        found = (self._recording(row, over=row.call_id not in live) for row in rows)
        return [recording for recording in found if recording is not None], cursor

    def events_after(self, cursor: int) -> tuple[Sequence[CallEvent], int]:
        """The next facts that a catalog heeds, and the cursor behind all there were."""
        newest = self._reader.cursor()
        if newest == cursor:
            return (), cursor
        return self._reader.events_between(cursor, newest, _HEEDED), newest

    def events_of(self, call_id: str) -> Sequence[CallEvent]:
        """All facts of one call so far, in order."""
        return self._reader.events(call_id)

    def of_call(self, call_id: str) -> Sequence[Recording]:
        """The recordings of the call with exactly this id, oldest first."""
        rows = self._reader.recordings(call_id=call_id)
        if not rows:
            return []
        over = self._reader.call(call_id).ended_at is not None
        found = (self._recording(row, over=over) for row in rows)
        return [recording for recording in found if recording is not None]

    def among(self, ids: Collection[str]) -> set[str]:
        """Those of these recordings that some call speaks of."""
        return self._reader.known_recordings(ids)

    def due(
        self, before: datetime | None, of_queues: Mapping[str, datetime | None], limit: int
    ) -> Sequence[Recording]:
        """Recordings that were kept long enough; see `LedgerReader.recordings_due`."""
        rows = self._reader.recordings_due(before, of_queues, limit)
        found = (self._recording(row, over=True) for row in rows)
        return [recording for recording in found if recording is not None]

    def _recording(self, row: RecordingRow, *, over: bool) -> Recording | None:
        if row.started_at is None:
            return None
        ended_ms = row.stopped_ms
        if over and ended_ms is None:
            ended_ms = self._reader.call(row.call_id).ended_ms
        return Recording(
            id=row.id,
            call_id=row.call_id,
            started_at=row.started_at,
            started_ms=row.started_ms or 0,
            caller_file=row.caller_file,
            house_file=row.house_file,
            ended_ms=ended_ms,
            stop_reason=row.stop_reason or "",
            over=over,
            kept=_kept(row),
            erased=None if row.erased_at is None else Erased(),
        )


def _kept(row: RecordingRow) -> Kept | None:
    if row.kept_at is None:
        return None
    return Kept(
        file=row.file or "",
        sha256=row.sha256 or "",
        bytes=row.bytes or 0,
        duration_ms=row.duration_ms or 0,
        problem=row.problem or "",
        begins_ms=row.begins_ms,
        key=row.key,
    )
