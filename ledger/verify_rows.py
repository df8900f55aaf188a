"""Whether the rows that can be made anew say what the events say; part of `ledger.verify`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select, tuple_

from ledger.fold import Fold
from ledger.marks import Mark, marks_of
from ledger.projections import fold_call
from ledger.retelling import Stored
from ledger.tables import call_marks, calls, recordings

_MARKS_AT_ONCE = 500

Call = tuple[str, Sequence[Stored]]
Wrong = tuple[str, str]
"""What it is, as of `ledger.verify.Finding`, and its detail."""


class RowCheck:
    """Compares many calls at once; columns that an older version's ledger lacks are passed over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calls = _present(connection, calls)
        self._recordings = _present(connection, recordings)
        self._marked = inspect(connection).has_table(call_marks.name)
        self._marks = 0

    def wrong(self, group: Sequence[Call]) -> dict[str, Wrong]:
        """By call, what is wrong with its rows; `group` are calls whose chains hold."""
        ids = [call_id for call_id, _ in group]
        rows = {row["id"]: row for row in self._read(calls, self._calls, calls.c.id, ids)}
        kept: dict[str, dict[str, Any]] = {}
        for row in self._read(recordings, self._recordings, recordings.c.call_id, ids):
            kept.setdefault(row["call_id"], {})[row["id"]] = row
        found: dict[str, Wrong] = {}
        folds: dict[str, Fold] = {}
        for call_id, stored in group:
            last = stored[-1].row.seq
            sealed = rows[call_id]["sealed_seq"] or 0 if call_id in rows else 0
            if sealed > last:
                gone = f"events {last + 1} to {sealed} are not there"
                found[call_id] = ("cut", gone)
            else:
                folds[call_id] = fold_call(call_id, ((one.row, one.digest) for one in stored))
        there = self._there(folds.values())
        for call_id, fold in folds.items():
            names = self._differing(fold, rows.get(call_id), kept.get(call_id, {}))
            if self._marked and not marks_of(fold.call) <= there:
                names.append("what it is found by")
            if names:
                told = f"the row says otherwise than the events: {', '.join(names)}"
                found[call_id] = ("projection", f"{told}; `ledger rebuild`")
        return found

    def left_over(self) -> int:
        """Marks that no call has, once all calls were compared."""
        if not self._marked:
            return 0
        there = self._connection.execute(select(func.count()).select_from(call_marks)).scalar_one()
        return there - self._marks

    def _read(
        self, table: Table, names: Sequence[str], column: Any, ids: Sequence[str]
    ) -> list[Mapping[str, Any]]:
        query = select(*(table.c[name] for name in names)).where(column.in_(ids))
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _differing(
        self, fold: Fold, row: Mapping[str, Any] | None, kept: Mapping[str, Any]
    ) -> list[str]:
        # The writer makes a row at the first fact that tells.
        wrong = _differing(self._calls, row, fold.call, expected=fold.changed)
        for name in sorted(kept.keys() | fold.recordings.keys()):
            told = fold.recordings.get(name)
            wrong += _differing(self._recordings, kept.get(name), told, expected=told is not None)
        return wrong

    def _there(self, folds: Iterable[Fold]) -> frozenset[Mark]:
        """Which of the marks that these calls must have are there."""
        if not self._marked:
            return frozenset()
        wanted = [mark for fold in folds for mark in marks_of(fold.call)]
        columns = (call_marks.c.mark, call_marks.c.offered_at, call_marks.c.call_id)
        there: set[Mark] = set()
        for first in range(0, len(wanted), _MARKS_AT_ONCE):
            asked = tuple_(*columns).in_(wanted[first : first + _MARKS_AT_ONCE])
            for mark, at, call_id in self._connection.execute(select(*columns).where(asked)):
                there.add((mark, at, call_id))
        self._marks += len(there)
        return frozenset(there)


def _present(connection: Connection, table: Table) -> list[str]:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    return [column.name for column in table.columns if column.name in there]


def _differing(columns: Sequence[str], kept: Any, told: object, *, expected: bool) -> list[str]:
    if not expected:
        return ["a row without events"] if kept is not None else []
    if kept is None:
        return ["a row is not there"]
    return [name for name in columns if kept[name] != getattr(told, name)]
