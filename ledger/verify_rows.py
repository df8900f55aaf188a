"""Whether the rows that can be made anew say what the events say; part of `ledger.verify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select

from ledger.fold import Fold
from ledger.marks import marks_of
from ledger.projections import fold_call
from ledger.retelling import Stored
from ledger.tables import call_marks, calls, recordings


class RowCheck:
    """Compares call by call; columns that an older version's ledger lacks are passed over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calls = _present(connection, calls)
        self._recordings = _present(connection, recordings)
        self._marked = inspect(connection).has_table(call_marks.name)
        self._marks = 0

    def cut(self, call_id: str, last: int) -> str:
        """What is missing behind event `last`, by the seal; empty when nothing is."""
        sealed = calls.c.sealed_seq
        found = self._connection.execute(select(sealed).where(calls.c.id == call_id)).scalar()
        return f"events {last + 1} to {found} are not there" if (found or 0) > last else ""

    def differing(self, call_id: str, stored: Sequence[Stored]) -> list[str]:
        """Columns of the call's rows that say otherwise than its events."""
        fold = fold_call(call_id, ((one.row, one.digest) for one in stored))
        kept = self._one(call_id)
        # The writer makes a row at the first fact that tells.
        wrong = _differing(self._calls, kept, fold.call, expected=fold.changed)
        listed = select(*(recordings.c[name] for name in self._recordings))
        rows = self._connection.execute(listed.where(recordings.c.call_id == call_id)).mappings()
        found = {row["id"]: row for row in rows}
        for name in sorted(found.keys() | fold.recordings.keys()):
            told = fold.recordings.get(name)
            row = found.get(name)
            wrong += _differing(self._recordings, row, told, expected=told is not None)
        return wrong + self._unmarked(fold)

    def left_over(self) -> int:
        """Marks that no call has, once all calls were compared."""
        if not self._marked:
            return 0
        there = self._connection.execute(select(func.count()).select_from(call_marks)).scalar_one()
        return there - self._marks

    def _one(self, call_id: str) -> Any:
        query = select(*(calls.c[name] for name in self._calls)).where(calls.c.id == call_id)
        return self._connection.execute(query).mappings().first()

    def _unmarked(self, fold: Fold) -> list[str]:
        marks = marks_of(fold.call)
        if not (self._marked and marks):
            return []
        query = select(func.count()).where(
            call_marks.c.mark.in_([mark for mark, _, _ in marks]),
            call_marks.c.offered_at == (fold.call.offered_at or 0),
            call_marks.c.call_id == fold.call.id,
        )
        there = self._connection.execute(query).scalar_one()
        self._marks += there
        return [] if there == len(marks) else ["what it is found by"]


def _present(connection: Connection, table: Table) -> list[str]:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    return [column.name for column in table.columns if column.name in there]


def _differing(columns: Sequence[str], kept: Any, told: object, *, expected: bool) -> list[str]:
    if not expected:
        return ["a row without events"] if kept is not None else []
    if kept is None:
        return ["a row is not there"]
    return [name for name in columns if kept[name] != getattr(told, name)]
