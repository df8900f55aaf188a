"""A fact of quality work as the row that is stored and hashed.

The hash of a fact is SHA-256 over the hash of the stream's fact before it (nothing for the first)
and the row's text fields joined by newlines. The head is SHA-256 over the head before it in the
book and this hash: whoever keeps one head elsewhere can tell a book rewritten from end to end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from calls.errors import LedgerError
from calls.fact import Fact
from calls.quality.events import QualityEvent
from ledger.encoding import at_us, encode_data, from_us

_MOST_DATA = 1_000_000


class QualityRow(NamedTuple):
    """A numbered fact ready for the table; `data` is JSON text."""

    stream: str
    seq: int
    at: int
    """Microseconds since 1970 UTC."""

    actor: str
    kind: str
    data: str


def quality_row(stream: str, seq: int, at: datetime, actor: str, fact: Fact) -> QualityRow:
    """The stored form of a fact; ValueError when it cannot be stored and hashed as it is."""
    row = QualityRow(stream, seq, at_us(at), actor, fact.kind, encode_data(fact.data()))
    for name, text in (("stream", stream), ("actor", actor), ("kind", fact.kind)):
        if not text or not text.isprintable():
            raise ValueError(f"a fact needs a printable {name}, got {text!r}")
    if len(row.data) > _MOST_DATA:
        raise ValueError(f"a fact of {len(row.data):,} characters; {_MOST_DATA:,} are the most")
    return row


def chained(before: bytes, row: QualityRow) -> bytes:
    """SHA-256 that binds `row` to the stream's fact before it."""
    text = f"{row.stream}\n{row.seq}\n{row.at}\n{row.actor}\n{row.kind}\n{row.data}"
    return hashlib.sha256(before + text.encode("utf-8", "surrogatepass")).digest()


def headed(before: bytes, digest: bytes) -> bytes:
    """SHA-256 that binds a fact's hash to all facts of the book before it."""
    return hashlib.sha256(before + digest).digest()


def quality_event(values: Mapping[str, Any]) -> QualityEvent:
    """The fact as others get it; LedgerError for a row that somebody spoiled."""
    try:
        data, at = json.loads(values["data"]), from_us(values["at"])
    except (TypeError, ValueError, OverflowError):
        data, at = None, None
    if not isinstance(data, dict) or at is None:
        raise spoiled(f"{values['stream']}: fact {values['seq']}")
    return QualityEvent(values["stream"], values["seq"], at, values["actor"], values["kind"], data)


def event_or_none(row: QualityRow) -> QualityEvent | None:
    """The fact; None where somebody wrote what is none. SQLite keeps any type in any column."""
    try:
        data = json.loads(row.data)
        at = from_us(row.at)
    except (TypeError, ValueError, OverflowError):
        return None
    if not isinstance(data, dict) or not isinstance(row.seq, int):
        return None
    return QualityEvent(row.stream, row.seq, at, row.actor, row.kind, data)


def spoiled(what: str) -> LedgerError:
    """For a row of the book that is not as any version of ours writes it."""
    return LedgerError(
        f"quality book: {what} was changed by another program; `thirdring verify` names all"
        " that was, restore the book from a backup"
    )
