"""Rows into SQLite, many at a time: what changed of calls, and statements for it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from ledger.fold import Fold
from ledger.marks import Mark, marks_of
from ledger.states import CALL_COLUMNS, RECORDING_COLUMNS

_CHUNKS = (64, 32, 16, 8, 4, 2, 1)
_call_values = attrgetter(*CALL_COLUMNS)
_recording_values = attrgetter(*RECORDING_COLUMNS)


class Changes:
    """The rows that one transaction has to write; folds that were taken count as written."""

    def __init__(self) -> None:
        self.renamed: list[tuple[Any, ...]] = []
        """Calls that are new or changed in a column that an index holds."""

        self.calls: list[tuple[Any, ...]] = []
        self.recordings: list[tuple[Any, ...]] = []
        self.marked: list[Mark] = []
        self.unmarked: list[Mark] = []

    def take(self, fold: Fold) -> None:
        """What changed of one call."""
        if fold.changed:
            (self.renamed if fold.renamed else self.calls).append(_call_values(fold.call))
            fold.changed = fold.renamed = False
            marks = marks_of(fold.call)
            if marks != fold.marks:
                self.unmarked += fold.marks - marks
                self.marked += marks - fold.marks
                fold.marks = marks
        for name in fold.changed_recordings:
            self.recordings.append(_recording_values(fold.recordings[name]))
        fold.changed_recordings.clear()


def insert_all(
    cursor: Any, texts: Sequence[tuple[int, str]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Run the largest of `statements` that fits, again and again, until all rows are in."""
    position = 0
    for size, text in texts:
        while len(rows) - position >= size:
            flat = [value for row in rows[position : position + size] for value in row]
            cursor.execute(text, flat)
            position += size


def statements(
    table: Table, columns: Sequence[str], *, upsert: bool = False, but: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Inserts of many rows at once; `upsert` replaces a row with the same key, all columns `but`.

    SQLite writes an index again for every column that is set, changed or not.
    """
    keys = [column.name for column in table.primary_key]
    statement = insert(table).values(dict.fromkeys(columns))
    if upsert:
        new = {name: statement.excluded[name] for name in columns if name not in (*keys, *but)}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    one = str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
    row = f"({', '.join('?' * len(columns))})"
    # Compiling many rows costs a quarter of a second of every start.
    before, _, after = one.partition(row)
    return [(size, before + ", ".join([row] * size) + after) for size in _CHUNKS]
