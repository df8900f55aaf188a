"""An event as the row that is stored and hashed.

The hash of an event is SHA-256 over the hash of the call's event before it (nothing for the first)
and the row's text fields joined by newlines: an edit, a cut or a swap shows (OWASP ASVS 16.4.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from pydantic_core import to_json

from calls.events import CallEvent

_MOST_WHOLE = 2**63 - 1
_USUAL = 2**60
"""Whole numbers from 0 to here need no closer look."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_S = 86_400


class EventRow(NamedTuple):
    """A numbered event ready for the table; `data` is JSON text, `facts` the same as values."""

    call_id: str
    seq: int
    at: int
    """Microseconds since 1970 UTC."""

    offset_ms: int
    kind: str
    data: str
    facts: Mapping[str, Any]


class LateRow(NamedTuple):
    """A fact added to a finished call; the writer gives it its number and offset.

    An `at` of 0 means: when the last event before it was.
    """

    call_id: str
    at: int
    kind: str
    data: str
    facts: Mapping[str, Any]


Row = EventRow | LateRow

_row = partial(tuple.__new__, EventRow)
_json = partial(to_json, inf_nan_mode="null", fallback=str)


def encode_data(data: Mapping[str, Any]) -> str:
    """JSON text of `data`.

    What JSON or UTF-8 cannot hold (NaN, a lone surrogate, a foreign object) is replaced: a fact
    with a blemish is worth more than a fact lost.
    """
    try:
        return _json(data).decode()
    except ValueError:
        return _json(_clean(data)).decode()


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_clean(str(key)): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value).encode("utf-8", "replace").decode()


def at_us(at: datetime) -> int:
    """Whole microseconds since 1970 UTC; exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(at: int) -> datetime:
    """The aware UTC time of `at_us`."""
    return _EPOCH + at * _MICROSECOND


def event_row(event: CallEvent) -> EventRow:
    """The stored form of `event`; ValueError or TypeError when it cannot be stored."""
    call_id, seq, at, offset_ms, kind, data = event
    # EventRow(...) is a call in Python, and a busy ledger makes thousands of them a second;
    # dividing a length takes several times as long as its parts do.
    since = at - _EPOCH
    us = (since.days * _DAY_S + since.seconds) * 1_000_000 + since.microseconds
    row = _row((call_id, seq, us, offset_ms, kind, encode_data(data), data))
    if not (0 < seq < _USUAL and 0 <= offset_ms < _USUAL and 0 < us < _USUAL) or not (
        call_id.isprintable() and kind.isprintable() and call_id and kind
    ):
        check_row(row)
    return row


def check_row(row: EventRow) -> None:
    """ValueError or TypeError when a row could not be stored and hashed as it is."""
    call_id, seq, at, offset_ms, kind, _, _ = row
    if not (call_id and kind and call_id.isprintable() and kind.isprintable()):
        raise ValueError(f"an event needs a printable call id and kind, got {call_id!r} {kind!r}")
    if not (0 < seq <= _MOST_WHOLE and abs(offset_ms) <= _MOST_WHOLE and abs(at) <= _MOST_WHOLE):
        raise ValueError(f"an event needs a number from 1, got {seq} at {offset_ms} ms")


def late_row(call_id: str, at: datetime | None, kind: str, data: Mapping[str, Any]) -> LateRow:
    """The stored form of a fact that has no number yet."""
    row = LateRow(call_id, at_us(at) if at else 0, kind, encode_data(data), data)
    check_row(EventRow(call_id, 1, row.at, 0, kind, row.data, data))
    return row


def chained(before: bytes, row: EventRow) -> bytes:
    """SHA-256 that binds `row` to the event before it."""
    call_id, seq, at, offset_ms, kind, data, _ = row
    text = f"{call_id}\n{seq}\n{at}\n{offset_ms}\n{kind}\n{data}"
    return hashlib.sha256(before + text.encode()).digest()
