"""What those who follow the ledger ask several times a second, in plain SQL.

A query of SQLAlchemy's takes longer to put together than the database takes to answer it, and a
row of its kind longer to make than to read. A running server asks these for every call it carries.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, Final

from pydantic_core import from_json

from calls.events import CallEvent
from ledger.encoding import from_us
from ledger.sight import Sight

_COLUMNS: Final = "call_id, seq, at, offset_ms, kind, data"
_NEWEST: Final = "SELECT max(cursor) FROM call_events"
_AFTER: Final = f"""
SELECT cursor, {_COLUMNS} FROM call_events WHERE cursor > ? ORDER BY cursor LIMIT ?"""  # noqa: S608


class Following:
    """Part of `ledger.reader.LedgerReader`."""

    _sight: Sight

    def cursor(self) -> int:
        """The cursor of the last event there is: `events_after` it gives only what is new."""
        return int(self._sight.tuples(_NEWEST, ())[0][0] or 0)

    def events_after(self, cursor: int, limit: int = 1000) -> tuple[list[CallEvent], int]:
        """Up to `limit` events after `cursor` (0: from the first), and the cursor to go on from.

        Events come in the order they were committed; nothing is skipped and nothing comes twice.
        """
        found = self._sight.tuples(_AFTER, (cursor, limit))
        return _events(row[1:] for row in found), found[-1][0] if found else cursor

    def events_between(self, after: int, upto: int, kinds: Collection[str]) -> list[CallEvent]:
        """Events of these kinds with a cursor in (after, upto], in the order they were committed.

        With `upto` from `cursor()` nothing is skipped and nothing comes twice.
        """
        query = (
            f"SELECT {_COLUMNS} FROM call_events WHERE cursor > ? AND cursor <= ?"  # noqa: S608
            f" AND kind IN ({_places(kinds)}) ORDER BY cursor"
        )
        return _events(self._sight.tuples(query, (after, upto, *kinds)))

    def events_of_calls(self, call_ids: Collection[str]) -> dict[str, list[CallEvent]]:
        """All events of each of these calls, in order; none of a call that is not known."""
        of_call: dict[str, list[CallEvent]] = {call_id: [] for call_id in call_ids}
        query = (
            f"SELECT {_COLUMNS} FROM call_events WHERE call_id IN ({_places(of_call)})"  # noqa: S608
            " ORDER BY call_id, seq"
        )
        for event in _events(self._sight.tuples(query, tuple(of_call))):
            of_call[event.call_id].append(event)
        return of_call


def _places(values: Collection[str]) -> str:
    """A place for each value, and never none: that is no list in SQL."""
    return ", ".join("?" * len(values)) or "NULL"


def _events(rows: Iterable[tuple[Any, ...]]) -> list[CallEvent]:
    return [
        CallEvent(call_id, seq, from_us(at), offset_ms, kind, _values(data))
        for call_id, seq, at, offset_ms, kind, data in rows
    ]


def _values(data: str) -> Any:
    try:
        return from_json(data)
    except ValueError:
        # Stricter than Python's own, which a row that somebody wrote by hand may need.
        return json.loads(data)
