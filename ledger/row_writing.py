"""Rows into SQLite, many at a time: what changed of calls, and statements for it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import attrgetter, ne
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from ledger.fold import Fold
from ledger.marks import Mark, marks_of
from ledger.states import CALL_COLUMNS, IDENTITY, RECORDING_COLUMNS

_SIZES = (*range(64, 7, -8), *range(7, 0, -1))
"""Rows of one statement, so that nearly any number of rows takes one or two: around each the
interpreter's lock goes from thread to thread, and under load that costs more than the row."""

NARROW_SIZES = (256, 128, *_SIZES)
"""Of tables with few columns."""

_PADDED = (1, 4, 16, 64)
_MOST_PADDED = _PADDED[-1]
_GROUPS = (
    frozenset(IDENTITY),
    frozenset(("language", "answered_at", "answered_ms", "rings")),
    frozenset(("queue", "agent", "queued_ms", "agent_ms", "queue_result", "queue_waited_ms"))
    | frozenset(("talked_ms", "held_ms", "wrapped_ms", "offers", "stays", "talk_from_ms"))
    | frozenset(("talk_to_ms", "held_from_ms", "disposed_ms")),
    frozenset(("hung_up_by", "ended_at", "ended_ms", "end_reason", "disposition"))
    | frozenset(("sealed_seq", "sealed_hash")),
    frozenset(("judged", "kept", "broken", "tag", "survey_asked", "survey")),
    frozenset(("caller_talk_ms", "agent_talk_ms", "talk_over_ms", "dead_air_ms")),
)
"""Columns that are told together."""

_call_values = attrgetter(*CALL_COLUMNS)
_recording_values = attrgetter(*RECORDING_COLUMNS)


class Changes:
    """The rows that one transaction has to write; folds that were taken count as written."""

    def __init__(self) -> None:
        self.renamed: list[tuple[Any, ...]] = []
        """Calls that are new or changed in a column that an index holds."""

        self.calls: list[tuple[Any, ...]] = []
        self.before: dict[str, tuple[Any, ...]] = {}
        """What the database has for those of them that it has a row for, by id."""

        self.recordings: list[tuple[Any, ...]] = []
        self.marked: list[Mark] = []
        self.unmarked: list[Mark] = []

    def take(self, fold: Fold) -> None:
        """What changed of one call."""
        if fold.changed:
            values = _call_values(fold.call)
            (self.renamed if fold.renamed else self.calls).append(values)
            if fold.written is not None:
                self.before[values[0]] = fold.written
            fold.written = values
            fold.changed = fold.renamed = False
            marks = marks_of(fold.call)
            if marks != fold.marks:
                self.unmarked += fold.marks - marks
                self.marked += marks - fold.marks
                fold.marks = marks
        for name in fold.changed_recordings:
            self.recordings.append(_recording_values(fold.recordings[name]))
        fold.changed_recordings.clear()


class Inserts:
    """Statements that insert so many rows at once, by their number."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._sizes = sorted(texts)
        self._texts = texts

    def run(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows: the largest statement that fits, again and again."""
        position, count = 0, len(rows)
        while position < count:
            size = self._sizes[bisect_right(self._sizes, count - position) - 1]
            flat = chain.from_iterable(rows[position : position + size])
            cursor.execute(self._texts[size], list(flat))
            position += size


def statements(
    table: Table, columns: Sequence[str], *, upsert: bool = False, sizes: Sequence[int] = _SIZES
) -> Inserts:
    """Inserts of many rows at once; `upsert` replaces a row with the same key.

    A plain insert that fails leaves what it did so far (`OR FAIL`): its transaction is rolled back
    anyway, and SQLite need not copy every page beforehand.
    """
    keys = [column.name for column in table.primary_key]
    statement = insert(table).values(dict.fromkeys(columns))
    if upsert:
        new = {name: statement.excluded[name] for name in columns if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    else:
        statement = statement.prefix_with("OR FAIL")
    one = str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
    row = f"({', '.join('?' * len(columns))})"
    # Compiling many rows costs a quarter of a second of every start.
    before, _, after = one.partition(row)
    return Inserts({size: before + ", ".join([row] * size) + after for size in sizes})


def update_all(
    cursor: Any, rows: Sequence[tuple[Any, ...]], before: Mapping[str, tuple[Any, ...]]
) -> None:
    """Set what is otherwise in the rows of `calls` than `before`, many rows in a statement.

    A call's row has some fifty columns, and most of its changes touch five of them.
    """
    alike: dict[tuple[bool, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        changed = tuple(map(ne, row, before[row[0]]))
        if any(changed):
            columns = _together(changed)
            alike.setdefault(columns, []).append((row[0], *compress(row, columns)))
    for columns, values in alike.items():
        texts = _updates(columns)
        for start in range(0, len(values), _MOST_PADDED):
            part = values[start : start + _MOST_PADDED]
            size = next(size for size in _PADDED if size >= len(part))
            # A row of NULL is no call's: one statement too long costs less than several that fit.
            missing = [None] * (len(part[0]) * (size - len(part)))
            cursor.execute(texts[size], [*chain.from_iterable(part), *missing])


@lru_cache(maxsize=256)
def _together(changed: tuple[bool, ...]) -> tuple[bool, ...]:
    """`changed` by column, with all columns that usually change along: few kinds of statement."""
    names = set(compress(CALL_COLUMNS, changed))
    for group in _GROUPS:
        if not names.isdisjoint(group):
            names.update(group)
    return tuple(name in names for name in CALL_COLUMNS)


@lru_cache(maxsize=64)
def _updates(columns: tuple[bool, ...]) -> dict[int, str]:
    """Statements by size that set these columns of `calls` in rows of id and values."""
    names = list(compress(CALL_COLUMNS, columns))
    settings = ", ".join(f"{name} = new.column{at}" for at, name in enumerate(names, 2))
    row = f"({', '.join('?' * (len(names) + 1))})"
    return {
        size: f"UPDATE calls SET {settings} FROM (VALUES {', '.join([row] * size)}) AS new"  # noqa: S608
        " WHERE calls.id = new.column1"
        for size in _PADDED
    }
