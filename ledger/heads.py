"""Heads of the ledger: what to keep elsewhere, so that even a ledger rewritten whole shows.

A chain proves a call against its own last hash, and who can rewrite every row and hash can forge
them all. A head kept where they cannot reach it (another machine, a print-out) cannot be: it holds
one digest of every block of rows, by cursor. Rows are only ever added, so an old head stays true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.exc import DatabaseError

from calls.errors import LedgerError
from ledger.opening import reader_engine, unreadable
from ledger.tables import call_events, floor_events

_MOST_BLOCKS: Final = 1000
_DIGITS: Final = 32
_BATCH: Final = 10_000
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Digests of all rows up to one cursor."""

    rows: int
    """Cursor of the last row."""

    step: int
    """Rows in a block; the last may have fewer."""

    blocks: tuple[str, ...]
    """32 hex digits of SHA-256 over cursors and hashes of each block's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The heads of a ledger's two tables of facts."""

    calls: Head
    floor: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFinding:
    """Rows that are not as they were when a head was made."""

    table: str
    """`calls` or `floor`."""

    what: str
    """`cut` or `rewritten`."""

    detail: str


def heads(ledger: Path) -> Heads:
    """The heads of now; reads every hash once. Raises LedgerMissingError, LedgerError."""
    with _opened(ledger) as connection:
        return Heads(calls=_head(connection, call_events), floor=_head(connection, floor_events))


def head_findings(ledger: Path, kept: Heads) -> list[HeadFinding]:
    """What of the rows that `kept` speaks of is gone or otherwise. Raises as `heads`."""
    with _opened(ledger) as connection:
        return [
            *_compared(connection, call_events, "calls", kept.calls),
            *_compared(connection, floor_events, "floor", kept.floor),
        ]


def heads_json(made: Heads) -> dict[str, Any]:
    """As JSON-ready values."""
    return asdict(made)


def read_heads(told: Mapping[str, Any], source: str) -> Heads:
    """The heads of `heads_json`. Raises LedgerError when they are none."""
    try:
        return Heads(calls=_read(told["calls"]), floor=_read(told["floor"]))
    except (KeyError, TypeError, ValueError):
        raise LedgerError(
            f"{source}: holds no heads; `thirdring ledger head --to FILE` writes them"
        ) from None


def _read(told: Mapping[str, Any]) -> Head:
    head = Head(
        rows=int(told["rows"]),
        step=int(told["step"]),
        blocks=tuple(str(block) for block in told["blocks"]),
    )
    if head.step < 1 or len(head.blocks) != -(-head.rows // head.step):
        raise ValueError("blocks that do not fit the rows")
    return head


def _head(connection: Connection, table: Table) -> Head:
    rows = _last(connection, table)
    step = max(1, -(-rows // _MOST_BLOCKS))
    return Head(rows=rows, step=step, blocks=tuple(_blocks(connection, table, rows, step)))


def _blocks(connection: Connection, table: Table, rows: int, step: int) -> Iterator[str]:
    """The digest of each block of cursors up to `rows`, blocks without rows too."""
    if not rows:
        return
    query = select(table.c.cursor, table.c.hash).where(table.c.cursor <= rows)
    found = connection.execution_options(yield_per=_BATCH).execute(query.order_by(table.c.cursor))
    end, digest = step, hashlib.sha256()
    given = 0
    for cursor, kept in found:
        while cursor > end:
            yield digest.hexdigest()[:_DIGITS]
            given += 1
            end, digest = end + step, hashlib.sha256()
        digest.update(b"%d:" % cursor)
        digest.update(kept if isinstance(kept, bytes) else repr(kept).encode())
    for _ in range(-(-rows // step) - given):
        yield digest.hexdigest()[:_DIGITS]
        digest = hashlib.sha256()


def _compared(connection: Connection, table: Table, name: str, kept: Head) -> Iterator[HeadFinding]:
    last = _last(connection, table)
    if last < kept.rows:
        detail = f"rows {last + 1} to {kept.rows} were there when the head was made and are gone"
        yield HeadFinding(table=name, what="cut", detail=detail)
    now = _blocks(connection, table, kept.rows, kept.step)
    for number, (before, after) in enumerate(zip(kept.blocks, now, strict=True)):
        first, end = number * kept.step + 1, min((number + 1) * kept.step, kept.rows)
        if before != after and first <= last:
            whose = _whose(connection, table, first, end)
            one = first == end
            which = (
                f"row {first} ({whose}) differs"
                if one
                else f"rows {first} to {end} ({whose}) differ"
            )
            detail = f"{which} from the head"
            yield HeadFinding(table=name, what="rewritten", detail=detail)


def _whose(connection: Connection, table: Table, first: int, last: int) -> str:
    owner = table.c.call_id if table is call_events else table.c.agent
    query = select(owner).distinct().where(table.c.cursor.between(first, last)).order_by(owner)
    found = [str(one) for one in connection.execute(query.limit(_SHOWN + 1)).scalars()]
    shown = ", ".join(found[:_SHOWN]) or "of none"
    return f"{shown} and others" if len(found) > _SHOWN else shown


def _last(connection: Connection, table: Table) -> int:
    # A ledger that no server of this version has opened yet has no floor.
    if not inspect(connection).has_table(table.name):
        return 0
    return int(connection.execute(select(func.max(table.c.cursor))).scalar() or 0)


@contextmanager
def _opened(ledger: Path) -> Iterator[Connection]:
    """One transaction: what a running server adds meanwhile is not half seen."""
    engine = reader_engine(ledger)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    except DatabaseError as error:
        raise unreadable(ledger, error) from None
    finally:
        engine.dispose()
