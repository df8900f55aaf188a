"""An event as the row that is stored and hashed.

The hash of an event is SHA-256 over the hash of the call's event before it (nothing for the first)
and the row's text fields joined by newlines: an edit, a cut or a swap shows (OWASP ASVS 16.4.2).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from calls.events import CallEvent

_MOST_WHOLE = 2**63 - 1


class EventRow(NamedTuple):
    """A numbered event ready for the table; `data` is JSON text, `facts` the same as values."""

    call_id: str
    seq: int
    at: str
    offset_ms: int
    kind: str
    data: str
    facts: Mapping[str, Any]


class LateRow(NamedTuple):
    """A fact added to a finished call; the writer gives it its number and offset.

    An empty `at` means: when the last event before it was.
    """

    call_id: str
    at: str
    kind: str
    data: str
    facts: Mapping[str, Any]


Row = EventRow | LateRow

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode_data(data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """JSON text of `data` and values equal to what that text reads back as for the projections.

    What JSON or UTF-8 cannot hold (NaN, a lone surrogate, a foreign object) is replaced: a fact
    with a blemish is worth more than a fact lost.
    """
    try:
        text = _encode(data)
        text.encode()
    except (TypeError, ValueError):
        data = {str(_clean(key)): _clean(value) for key, value in data.items()}
        text = _encode(data)
    return text, data


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(_clean(str(key))): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    return _clean(str(value))


def at_text(at: datetime) -> str:
    """UTC text that sorts by time."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def event_row(event: CallEvent) -> EventRow:
    """The stored form of `event`. ValueError when it has no usable call, number or kind."""
    text, facts = encode_data(event.data)
    row = EventRow(
        event.call_id, event.seq, at_text(event.at), event.offset_ms, event.kind, text, facts
    )
    check_row(row)
    return row


def check_row(row: EventRow) -> None:
    """ValueError when a row could not be stored as it is."""
    call_id, seq, _, offset_ms, kind, _, _ = row
    if not (call_id and kind and call_id.isprintable() and kind.isprintable()):
        raise ValueError(f"an event needs a printable call id and kind, got {call_id!r} {kind!r}")
    if not (0 < seq <= _MOST_WHOLE and -_MOST_WHOLE <= offset_ms <= _MOST_WHOLE):
        raise ValueError(f"an event needs a number from 1, got {seq} at {offset_ms} ms")


def late_row(call_id: str, at: datetime | None, kind: str, data: Mapping[str, Any]) -> LateRow:
    """The stored form of a fact that has no number yet."""
    text, facts = encode_data(data)
    row = LateRow(call_id, at_text(at) if at else "", kind, text, facts)
    check_row(EventRow(call_id, 1, row.at, 0, kind, text, facts))
    return row


def chained(before: bytes, row: EventRow) -> bytes:
    """SHA-256 that binds `row` to the event before it."""
    call_id, seq, at, offset_ms, kind, data, _ = row
    text = f"{call_id}\n{seq}\n{at}\n{offset_ms}\n{kind}\n{data}"
    return hashlib.sha256(before + text.encode()).digest()
