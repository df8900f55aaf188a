"""Rows into SQLite, many at a time: what changed of calls, and statements for it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import attrgetter, ne
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from ledger.fold import Fold
from ledger.marks import Mark, marks_of
from ledger.states import CALL_COLUMNS, IDENTITY, RECORDING_COLUMNS, CallState
from ledger.tables import calls

_SIZES = (*range(64, 7, -8), *range(7, 0, -1))
"""Rows of one statement, so that nearly any number of rows takes one or two: around each the
interpreter's lock goes from thread to thread, and under load that costs more than the row."""

NARROW_SIZES = (512, 384, 256, 224, 192, 160, 128, 112, 96, 80, *_SIZES)
"""Of tables with few columns."""

_PADDED = (1, 2, 4, 8, 16, 24, 32, 48, 64)
_MOST_PADDED = _PADDED[-1]
_FEW = 16
"""So many rows that change alike are worth a statement of their own."""

_FRESH = attrgetter(*CALL_COLUMNS)(CallState(id=""))
_TOLD_LATER = tuple(name not in ("id", *IDENTITY) for name in CALL_COLUMNS)
_FRESH_LATER = tuple(compress(_FRESH, _TOLD_LATER))
_OFFERED = tuple(not later for later in _TOLD_LATER)
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

_ENDED_AT = CALL_COLUMNS.index("ended_at")
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
            # A call on the line has none, and most changes are a live call's.
            marks = fold.marks if values[_ENDED_AT] is None else marks_of(fold.call)
            if marks != fold.marks:
                self.unmarked += fold.marks - marks
                self.marked += marks - fold.marks
                fold.marks = marks
        for name in fold.changed_recordings:
            self.recordings.append(_recording_values(fold.recordings[name]))
        fold.changed_recordings.clear()


class Inserts:
    """Statements that insert so many rows at once, by their number; `width` values in a row."""

    def __init__(self, texts: Mapping[int, str], width: int) -> None:
        self._sizes = sorted(texts)
        self._texts = texts
        self._width = width

    def run(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows: the largest statement that fits, again and again."""
        self.run_flat(cursor, list(chain.from_iterable(rows)))

    def run_flat(self, cursor: Any, flat: list[Any]) -> None:
        """As `run`, with the values of all rows in one list."""
        position, count, width = 0, len(flat) // self._width, self._width
        while position < count:
            size = self._sizes[bisect_right(self._sizes, count - position) - 1]
            end = position + size
            whole = size == count
            cursor.execute(
                self._texts[size], flat if whole else flat[position * width : end * width]
            )
            position = end


def statements(
    table: Table,
    columns: Sequence[str],
    *,
    upsert: bool = False,
    sizes: Sequence[int] = _SIZES,
    same: Mapping[str, object] = MappingProxyType({}),
) -> Inserts:
    """Inserts of many rows at once; `upsert` replaces a row with the same key.

    `columns` in the table's order; `same` are columns with one value (whole number or text of ours)
    in every row, which costs no parameter.

    A plain insert that fails leaves what it did so far (`OR FAIL`): its transaction is rolled back
    anyway, and SQLite need not copy every page beforehand.
    """
    keys = [column.name for column in table.primary_key]
    statement = insert(table).values(dict.fromkeys((*columns, *same)))
    if upsert:
        new = {name: statement.excluded[name] for name in columns if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    else:
        statement = statement.prefix_with("OR FAIL")
    one = str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
    # Compiling many rows costs a quarter of a second of every start.
    before, _, after = one.partition(f"({', '.join('?' * (len(columns) + len(same)))})")
    named = [column.name for column in table.columns if column.name in {*columns, *same}]
    row = f"({', '.join(repr(same[name]) if name in same else '?' for name in named)})"
    texts = {size: before + ", ".join([row] * size) + after for size in sizes}
    return Inserts(texts, len(columns))


CALL_INSERTS = statements(calls, CALL_COLUMNS)
OFFER_INSERTS = statements(
    calls,
    ("id", *IDENTITY),
    same={
        name: value
        for name, value in zip(CALL_COLUMNS, _FRESH, strict=True)
        if name not in ("id", *IDENTITY) and value is not None
    },
)
"""Of calls of which nothing is known but the offer: nearly all new ones."""


def insert_calls(cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert new rows of `calls`."""
    offered, further = [], []
    for row in rows:
        if tuple(compress(row, _TOLD_LATER)) == _FRESH_LATER:
            offered.append(tuple(compress(row, _OFFERED)))
        else:
            further.append(row)
    OFFER_INSERTS.run(cursor, offered)
    CALL_INSERTS.run(cursor, further)


def update_all(
    cursor: Any, rows: Sequence[tuple[Any, ...]], before: Mapping[str, tuple[Any, ...]]
) -> None:
    """Set what is otherwise in the rows of `calls` than `before`, many rows in a statement.

    A call's row has some fifty columns, and most of its changes touch five of them.
    """
    for columns, changed in _alike(rows, before).items():
        size_of_one = sum(columns) + 1
        for start in range(0, len(changed), _MOST_PADDED):
            part = changed[start : start + _MOST_PADDED]
            size = _PADDED[bisect_left(_PADDED, len(part))]
            flat = [value for row in part for value in (row[0], *compress(row, columns))]
            # A row of NULL is no call's: one statement too long costs less than several that fit.
            flat += [None] * (size_of_one * (size - len(part)))
            cursor.execute(_update(columns, size), flat)


def _alike(
    rows: Sequence[tuple[Any, ...]], before: Mapping[str, tuple[Any, ...]]
) -> Mapping[tuple[bool, ...], list[tuple[Any, ...]]]:
    """The rows that changed, by the columns to set in them.

    Where few rows change alike, they are set in all columns of others that are few, which sets what
    stands there already; but calls that end apart from calls that go on, for an index changes.
    """
    alike: dict[tuple[bool, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        changed = tuple(map(ne, row, before[row[0]]))
        if any(changed):
            alike.setdefault(_together(changed), []).append(row)
    few = [columns for columns, changed in alike.items() if len(changed) < _FEW]
    for ending in (False, True):
        joined = [columns for columns in few if columns[_ENDED_AT] is ending]
        if len(joined) > 1:
            together = [row for columns in joined for row in alike.pop(columns)]
            alike.setdefault(tuple(map(any, zip(*joined, strict=True))), []).extend(together)
    return alike


@lru_cache(maxsize=256)
def _together(changed: tuple[bool, ...]) -> tuple[bool, ...]:
    """`changed` by column, with all columns that usually change along: few kinds of statement."""
    names = set(compress(CALL_COLUMNS, changed))
    for group in _GROUPS:
        if not names.isdisjoint(group):
            names.update(group)
    return tuple(name in names for name in CALL_COLUMNS)


@lru_cache(maxsize=512)
def _update(columns: tuple[bool, ...], size: int) -> str:
    """The statement that sets these columns of `calls` in `size` rows of id and values."""
    names = list(compress(CALL_COLUMNS, columns))
    settings = ", ".join(f"{name} = new.column{at}" for at, name in enumerate(names, 2))
    row = f"({', '.join('?' * (len(names) + 1))})"
    return (
        f"UPDATE calls SET {settings} FROM (VALUES {', '.join([row] * size)}) AS new"  # noqa: S608
        " WHERE calls.id = new.column1"
    )
