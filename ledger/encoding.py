"""An event as the row that is stored and hashed.

The hash of an event is SHA-256 over the hash of the call's event before it (nothing for the first)
and the row's text fields joined by newlines: an edit, a cut or a swap shows (OWASP ASVS 16.4.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import repeat
from operator import sub
from typing import Any, NamedTuple

from pydantic_core import SchemaSerializer, core_schema, to_json

from calls.events import CallEvent

_MOST_WHOLE = 2**63 - 1
_USUAL = 2**60
"""Whole numbers from 0 to here need no closer look."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_S = 86_400
_FEW = 12
"""Events below this number are made into rows one by one."""


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
    text: bytes = b""
    """What its hash is over, after the hash before it; empty where nobody made it yet."""


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
_TEXT = b"%b\n%d\n%d\n%d\n%b\n%b"
_quick_json = SchemaSerializer(
    core_schema.any_schema(), core_schema.CoreConfig(ser_json_inf_nan="null")
).to_json
"""As `to_json`, in two thirds of the time, for all that JSON and UTF-8 can hold."""

_json = partial(to_json, inf_nan_mode="null", fallback=str)


def encode_data(data: Mapping[str, Any]) -> str:
    """JSON text of `data`.

    What JSON or UTF-8 cannot hold (NaN, a lone surrogate, a foreign object) is replaced: a fact
    with a blemish is worth more than a fact lost.
    """
    return _encoded(data).decode()


def _encoded(data: Mapping[str, Any]) -> bytes:
    with suppress(ValueError):
        return _quick_json(data)
    try:
        return _json(data)
    except ValueError:
        return _json(_clean(data))


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
    row = EventRow(call_id, seq, at_us(at), offset_ms, kind, encode_data(data), data)
    check_row(row)
    return row


def event_rows(events: Sequence[CallEvent]) -> list[EventRow]:
    """As `event_row` of each, in order, with what their hashes are over.

    Column by column: a loop over the rows takes twice as long, where there are more than a few.
    """
    if len(events) < _FEW:
        return list(map(event_row, events))
    call_ids, seqs, ats, offsets, kinds, facts = zip(*events, strict=True)
    try:
        texts = list(map(_quick_json, facts))
    except ValueError:
        texts = list(map(_encoded, facts))
    # Dividing a length takes several times as long as its parts do.
    since = map(sub, ats, repeat(_EPOCH))
    times = [(one.days * _DAY_S + one.seconds) * 1_000_000 + one.microseconds for one in since]
    names = {name: name.encode() for name in {*call_ids, *kinds}}
    hashed = zip(
        *(map(names.__getitem__, call_ids), seqs, times, offsets),
        *(map(names.__getitem__, kinds), texts),
        strict=True,
    )
    data = map(bytes.decode, texts)
    stored = zip(
        *(call_ids, seqs, times, offsets, kinds, data, facts, map(_TEXT.__mod__, hashed)),
        strict=True,
    )
    rows = list(map(_row, stored))
    if not (_are_names(names) and _are_usual(seqs, offsets, times)):
        for row in rows:
            check_row(row)
    return rows


def _are_names(names: Mapping[str, bytes]) -> bool:
    return "" not in names and all(map(str.isprintable, names))


def _are_usual(seqs: Sequence[int], offsets: Sequence[int], times: Sequence[int]) -> bool:
    whole = {*map(type, seqs), *map(type, offsets)} == {int}
    return whole and (
        max(max(seqs), max(offsets), max(times)) < _USUAL
        and min(seqs) > 0
        and min(offsets) >= 0
        and min(times) > 0
    )


def check_row(row: EventRow) -> None:
    """ValueError or TypeError when a row could not be stored and hashed as it is."""
    call_id, seq, at, offset_ms, kind = row[:5]
    if {type(seq), type(at), type(offset_ms)} != {int}:
        raise TypeError(f"an event needs whole numbers, got {seq!r} at {offset_ms!r} ms")
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
    return sha256(before + (row.text or _text(row))).digest()


def _text(row: EventRow) -> bytes:
    # Whatever stands in a database that somebody wrote to is hashed as it stands there.
    call_id, seq, at, offset_ms, kind, data = row[:6]
    return f"{call_id}\n{seq}\n{at}\n{offset_ms}\n{kind}\n{data}".encode()
