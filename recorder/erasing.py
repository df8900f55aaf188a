"""Erasing recordings so that nobody can hear them again, and saying so in the ledger.

Order of the acts, so that being killed between any two leaves nothing half done for good: the key,
the file, the raw files, then the fact; who begins again does what is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import structlog

from calls.errors import CallCenterError
from calls.events import RecordingErased
from recorder.catalog import Recording
from recorder.orders import Order, Outcome
from recorder.ports import FactSink, Holds, KeptRecordings
from recorder.store import Store, recording_of

log = structlog.get_logger("recorder")

_BATCH: Final = 500


class Eraser:
    """Erases recordings; only with the store's lock held, and by the one who writes the ledger."""

    def __init__(self, store: Store, source: KeptRecordings, sink: FactSink, holds: Holds) -> None:
        self._store = store
        self._source = source
        self._sink = sink
        self._holds = holds

    def carry_out(self, order: Order) -> Outcome:
        """Erase what an order names. Raises CallCenterError when the holds cannot be known."""
        found: list[Recording] = []
        left: dict[str, str] = {}
        for call_id, wanted in order.calls.items():
            recordings = {one.id: one for one in self._source.of_call(call_id)}
            for recording in wanted:
                if recording in recordings:
                    found.append(recordings[recording])
                else:
                    left[recording] = "the ledger knows no such recording"
        outcome = self.erase(found, order.why, order.by)
        return Outcome(erased=outcome.erased, left={**left, **outcome.left})

    def erase(self, recordings: Sequence[Recording], why: str, by: str) -> Outcome:
        """Erase these, but for those that are held or not finished; durable when it returns.

        Raises CallCenterError when the holds or the ledger fail: what is gone then is told to the
        ledger the next time.
        """
        erased: list[str] = []
        left: dict[str, str] = {}
        for recording in recordings:
            # Asked for each: a hold that is set while others are erased still counts.
            obstacle = _obstacle(recording, self._holds.reasons())
            if not obstacle:
                obstacle = self._remove(recording)
            if obstacle:
                left[recording.id] = obstacle
                continue
            erased.append(recording.id)
            if recording.erased is None:
                fact = RecordingErased(recording=recording.id, why=why, by=by)
                self._sink.append_late(recording.call_id, fact)
        if erased:
            asyncio.run(self._sink.durable())  # the recorder's thread has no loop of its own
            log.info("recordings erased", recordings=len(erased), left=len(left), why=why)
        return Outcome(erased=tuple(erased), left=left)

    def erase_orphans(self, before: datetime) -> int:
        """Erase kept files of days before `before` that no call speaks of; returns how many.

        There is no call whose fact could tell of it: the log does. Raises CallCenterError, OSError.
        """
        erased = 0
        files = self._store.kept_before(before)
        while some := list(islice(files, _BATCH)):
            known = self._source.among([recording_of(file) for file in some])
            for file in some:
                if recording_of(file) not in known:
                    self._store.erase(file)
                    log.warning("orphan recording erased, it was kept long enough", file=file)
                    erased += 1
        return erased

    def _remove(self, recording: Recording) -> str:
        """Key, file and raw files; gives what hindered it, empty when they are gone."""
        try:
            if recording.kept is not None and recording.kept.file:
                self._store.erase(recording.kept.file)
            legs = (recording.caller_file, recording.house_file)
            self._store.remove([self._store.path(file) for file in legs])
        except (OSError, CallCenterError) as error:
            log.error("recording cannot be erased", recording=recording.id, problem=str(error))
            return f"{error}; put that right and order it again"
        return ""


def _obstacle(recording: Recording, held: Mapping[str, str]) -> str:
    """Why this one may not go yet; empty when it may."""
    if recording.call_id in held:
        return f"held: {held[recording.call_id]}"
    if not recording.over:
        return "the call is still on"
    if recording.kept is None:
        return "not taken in yet; order it again in a minute"
    return ""
