"""One transaction of the writer: facts, their chains and both projections, in few statements.

Rows go in as multi-row inserts: SQLite then takes a batch in one step, and the interpreter's lock
is handed over once instead of once a row (a busy event loop makes each hand-over dear).
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog

from ledger.encoding import EventRow, LateRow, Row, chained
from ledger.floor import FloorBatch, FloorRow
from ledger.fold import Fold
from ledger.marks import marks_of
from ledger.projections import apply
from ledger.row_writing import NARROW_SIZES, Changes, insert_calls, statements, update_all
from ledger.states import (
    CALL_COLUMNS,
    RECORDING_COLUMNS,
    CallState,
    RecordingState,
)
from ledger.tables import call_events, call_marks, recordings

log = structlog.get_logger(__name__)

_EVENT_COLUMNS = ("call_id", "seq", "at", "offset_ms", "kind", "data", "hash")
_MOST_FOLDS = 20_000
"""Calls kept in memory; one that falls out is read again at its next event."""

_CHECKPOINT_PAGES = 1000
_PAGES_OF_COMMIT, _ROWS_OF_PAGE = 8, 4
"""About so many pages a commit touches anyhow, and so many rows more fill one."""

_MOST_OVER = 1000
"""Of those, the ones that are over: what is found out afterwards comes within seconds."""


class Store:
    """The database side of the writer; used by the writer's thread alone."""

    def __init__(self, connection: sqlite3.Connection, patience_ms: int) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._cursor.execute(f"PRAGMA busy_timeout={patience_ms:d}")
        self._folds: OrderedDict[str, Fold] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._floor = FloorBatch(self._cursor)
        self._held: dict[str, list[LateRow]] = {}
        self._newly_held: list[LateRow] = []
        self._holding = True
        self._trusting = True
        self._pages = 0
        self._batch: list[Any] = []
        """Values of `_EVENT_COLUMNS`, row after row."""

        self._touched: dict[str, Fold] = {}

    @property
    def held(self) -> int:
        """Late facts that wait for their call to end."""
        return sum(map(len, self._held.values()))

    def reopen(self, connection: sqlite3.Connection) -> None:
        """Go on with another connection: after an I/O error the old one is not to be trusted."""
        self._connection.close()
        self._connection = connection
        self._cursor = connection.cursor()
        self._floor = FloorBatch(self._cursor)
        self._folds.clear()

    def close(self) -> None:
        """Close the database; the last one out moves the WAL into it."""
        self._connection.close()

    def commit(self, rows: Sequence[Row | FloorRow], *, replay: bool = False) -> None:
        """Make `rows` durable in one transaction.

        A row that is in the ledger already is passed over. `replay` looks for late facts and facts
        of the floor that were kept before. Raises sqlite3.Error, and then nothing of `rows` is in
        the ledger.
        """
        try:
            self._commit(rows, trusting=not replay, replay=replay)
        except sqlite3.IntegrityError:
            # A call that began with number 1 was here before: look this time.
            self._commit(rows, trusting=False, replay=replay)

    def _commit(self, rows: Sequence[Row | FloorRow], *, trusting: bool, replay: bool) -> None:
        self._trusting = trusting
        self._batch.clear()
        self._floor.begin()
        self._newly_held.clear()
        self._touched.clear()
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            self._take_all(rows, replay=replay)
            released = self._release_held()
            self._write()
            self._cursor.execute("COMMIT")
        except BaseException:
            # What the folds took in is not in the database: read them again.
            self._folds.clear()
            self._let_newly_held_go()
            self._floor.forget()
            if self._connection.in_transaction:
                self._cursor.execute("ROLLBACK")
            raise
        for call_id in released:
            del self._held[call_id]
        self._pages += _PAGES_OF_COMMIT + len(rows) // _ROWS_OF_PAGE
        self._forget()

    def tidy(self) -> None:
        """Move the WAL into the database once enough was written: between commits, when nobody
        waits for one, and not at a commit's end, as SQLite would by itself.
        """
        if self._pages < _CHECKPOINT_PAGES:
            return
        self._pages = 0
        # What is wrong with the disk, the next commit tells.
        with suppress(sqlite3.Error):
            self._cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def let_go(self) -> None:
        """Keep the late facts that are still held: no more events of their calls will come.

        Raises sqlite3.Error, and then they are held still.
        """
        held, self._held = self._held, {}
        self._holding = False
        try:
            self.commit([late for rows in held.values() for late in rows])
        except sqlite3.Error:
            self._held = held
            raise
        finally:
            self._holding = True

    def _take_all(self, rows: Sequence[Row | FloorRow], *, replay: bool) -> None:
        folds, touched = self._folds, self._touched
        keep, keep_hash = self._batch.extend, self._batch.append
        for row in rows:
            if not isinstance(row, EventRow):
                self._take_other(row, replay=replay)
            elif (fold := folds.get(row[0])) is not None and row[1] == fold.last_seq + 1:
                # As `_add` has it: nearly all rows come here, and a busy ledger has thousands.
                digest = chained(fold.last_hash, row)
                apply(fold, row, digest)
                keep(row[:6])
                keep_hash(digest)
                if fold.changed or fold.changed_recordings:
                    touched[row[0]] = fold
            else:
                self._take(row)

    def _take(self, row: EventRow) -> None:
        fold = self._folds.get(row.call_id)
        if fold is None:
            # Each question to the database hands the interpreter's lock to a busy event loop, so
            # a first event is taken for a new call; the table itself refuses it when it is not.
            fold = self._fold(row.call_id, new=self._trusting and row.seq == 1)
        if row.seq != fold.last_seq + 1:
            if row.seq <= fold.last_seq:
                self._again(row)
                return
            log.error(
                "events of a call are missing",
                call_id=row.call_id,
                after=fold.last_seq,
                before=row.seq,
            )
        self._add(fold, row)

    def _add(self, fold: Fold, row: EventRow) -> None:
        digest = chained(fold.last_hash, row)
        apply(fold, row, digest)
        self._batch += (*row[:6], digest)
        if fold.changed or fold.changed_recordings:
            self._touched[row.call_id] = fold

    def _again(self, row: EventRow) -> None:
        self._cursor.execute(
            "SELECT kind, data FROM call_events WHERE call_id = ? AND seq = ?",
            (row.call_id, row.seq),
        )
        found = self._cursor.fetchone()
        width = len(_EVENT_COLUMNS)
        kept = zip(self._batch[0::width], self._batch[1::width], strict=True)
        same_batch = (row.call_id, row.seq) in kept
        if found != (row.kind, row.data) and not same_batch:
            log.error("two events claim one number", call_id=row.call_id, seq=row.seq)

    def _take_other(self, row: LateRow | FloorRow, *, replay: bool) -> None:
        if isinstance(row, FloorRow):
            self._floor.take(row, trusting=not replay)
        else:
            self._take_late(row)

    def _take_late(self, late: LateRow) -> None:
        fold = self._folds.get(late.call_id) or self._fold(late.call_id)
        over = fold.call.ended_at is not None
        if not fold.last_seq:
            log.error("a fact for a call that the ledger does not know", call_id=late.call_id)
        elif late.kind == "ended":
            if not over:
                self._add_late(fold, late)
        elif self._holding and (not over or late.call_id in self._held):
            # The end and this one may come in one commit: those held before it go before it.
            self._held.setdefault(late.call_id, []).append(late)
            self._newly_held.append(late)
        elif self._trusting or not self._kept_before(late):
            self._add_late(fold, late)

    def _let_newly_held_go(self) -> None:
        """The rows of a commit that failed come again."""
        for late in self._newly_held:
            held = self._held[late.call_id]
            held.pop(len(held) - 1 - held[::-1].index(late))
            if not held:
                del self._held[late.call_id]

    def _add_late(self, fold: Fold, late: LateRow) -> None:
        offset_ms = fold.last_ms
        if late.at and fold.call.offered_at:
            offset_ms = max(offset_ms, (late.at - fold.call.offered_at) // 1000)
        self._add(
            fold,
            EventRow(
                late.call_id,
                fold.last_seq + 1,
                late.at or fold.last_at,
                offset_ms,
                late.kind,
                late.data,
                late.facts,
            ),
        )

    def _kept_before(self, late: LateRow) -> bool:
        self._cursor.execute(
            "SELECT 1 FROM call_events WHERE call_id = ? AND kind = ? AND data = ?",
            (late.call_id, late.kind, late.data),
        )
        return self._cursor.fetchone() is not None

    def _release_held(self) -> list[str]:
        released = [
            call_id
            for call_id in self._held
            if call_id in self._touched and self._touched[call_id].call.ended_at is not None
        ]
        for call_id in released:
            for late in self._held[call_id]:
                self._add_late(self._touched[call_id], late)
        return released

    def _write(self) -> None:
        EVENT_INSERTS.run_flat(self._cursor, self._batch)
        self._floor.write()
        rows = Changes()
        for fold in self._touched.values():
            rows.take(fold)
        new = [row for row in rows.renamed if row[0] not in rows.before]
        insert_calls(self._cursor, new)
        told = [row for row in (*rows.renamed, *rows.calls) if row[0] in rows.before]
        update_all(self._cursor, told, rows.before)
        RECORDING_UPSERTS.run(self._cursor, rows.recordings)
        if rows.unmarked:
            self._cursor.executemany(_UNMARK, rows.unmarked)
        MARK_INSERTS.run(self._cursor, rows.marked)

    def _forget(self) -> None:
        over = self._over
        for call_id, fold in self._touched.items():
            if fold.call.ended_at is not None:
                over[call_id] = None
                over.move_to_end(call_id)
        while len(over) > _MOST_OVER:
            self._folds.pop(over.popitem(last=False)[0], None)
        while len(self._folds) > _MOST_FOLDS:
            self._folds.popitem(last=False)

    def _fold(self, call_id: str, *, new: bool = False) -> Fold:
        fold = Fold(CallState(id=call_id)) if new else self._read(call_id)
        self._folds[call_id] = fold
        return fold

    def _read(self, call_id: str) -> Fold:
        execute = self._cursor.execute
        fold = Fold(CallState(id=call_id))
        call = fold.written = execute(_ONE_CALL, (call_id,)).fetchone()
        last = execute(_LAST_EVENT, (call_id,)).fetchone()
        if last is None:
            return fold
        fold.last_seq, fold.last_hash, fold.last_at, fold.last_ms = last
        if call is not None:
            fold.call = CallState(**dict(zip(CALL_COLUMNS, call, strict=True)))
            fold.marks, fold.renamed = marks_of(fold.call), False
        for values in execute(_ITS_RECORDINGS, (call_id,)).fetchall():
            recording = RecordingState(**dict(zip(RECORDING_COLUMNS, values, strict=True)))
            fold.recordings[recording.id] = recording
        return fold


EVENT_INSERTS = statements(call_events, _EVENT_COLUMNS, sizes=NARROW_SIZES)
MARK_INSERTS = statements(call_marks, ("mark", "offered_at", "call_id"), sizes=NARROW_SIZES)
_UNMARK = "DELETE FROM call_marks WHERE mark = ? AND offered_at = ? AND call_id = ?"
RECORDING_UPSERTS = statements(recordings, RECORDING_COLUMNS, upsert=True)
_LAST_EVENT = (
    "SELECT seq, hash, at, offset_ms FROM call_events WHERE call_id = ? ORDER BY seq DESC LIMIT 1"
)
_ONE_CALL = f"SELECT {', '.join(CALL_COLUMNS)} FROM calls WHERE id = ?"  # noqa: S608
_ITS_RECORDINGS = f"SELECT {', '.join(RECORDING_COLUMNS)} FROM recordings WHERE call_id = ?"  # noqa: S608
