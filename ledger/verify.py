"""Finding what was done to the ledger behind the house's back, and making projections anew.

A chain shows an edit, a cut or a swap only to somebody whose last hash is known: each finished call
carries its own (`calls.sealed_hash`), and cursors are never given twice, so a whole call taken out
leaves a hole. Who can rewrite every row and hash can forge all of it: keep `Report.head` elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Column, Connection, Table, func, inspect, select, text
from sqlalchemy.exc import DatabaseError

from ledger.encoding import chained
from ledger.floor_verify import floor_findings, floor_head, wrong_hours
from ledger.opening import (
    WriterLock,
    file_version,
    migrate,
    other_version,
    reader_engine,
    unreadable,
    writer_connection,
    writer_engine,
)
from ledger.postgres.batch import GIVEN, progress
from ledger.postgres.opening import is_address, rebuild_central
from ledger.retelling import Stored, by_call, retell
from ledger.sight import Sight
from ledger.tables import HEAD, call_events, call_marks, calls, floor_events, recordings
from ledger.verify_rows import RowCheck

_CALLS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as the writer left it.

    `what` is `edited`, `missing`, `swapped`, `cut`, `hole` or `projection`; `seq` is 0 where no
    single event is meant.
    """

    call_id: str
    seq: int
    what: str
    detail: str
    agent: str = ""
    """Whose fact of the floor is meant; empty for a call's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification saw."""

    calls: int
    events: int
    findings: tuple[Finding, ...]
    head: str
    """Hash of the last event by cursor, hexadecimal; empty for an empty ledger."""

    floor_events: int = 0
    floor_head: str = ""
    """The same of the floor's facts."""

    notes: tuple[str, ...] = ()
    """What was not looked at, and why."""


def verify(place: Path | str) -> Report:
    """Check every chain, every cursor and all rows; reads only, a serve may go on.

    `place` is a file, or the `postgresql://` address that nodes ship into. A file of an earlier
    version is proved as it is and stays so: a note says what could not be compared. Raises
    LedgerError when it cannot be read, or is of a later version.
    """
    if is_address(place):
        with Sight(place) as sight, sight.one_moment() as connection:
            return _verify(connection)
    return _verify_file(Path(place))


def _verify_file(ledger: Path) -> Report:
    engine = reader_engine(ledger)
    try:
        with engine.connect() as connection:
            # One transaction: what a running server adds meanwhile is not half seen.
            connection.exec_driver_sql("BEGIN")
            return _verify(connection, _earlier(connection, ledger))
    except DatabaseError as error:
        raise unreadable(ledger, error) from None
    finally:
        engine.dispose()


def _earlier(connection: Connection, ledger: Path) -> str:
    """The schema's revision when an earlier version wrote it; empty for this version's."""
    found = file_version(connection, ledger)
    if found > HEAD:
        raise other_version(str(ledger), found)
    return found if found < HEAD else ""


def _verify(connection: Connection, earlier: str = "") -> Report:
    findings: list[Finding] = []
    counted = [0, 0]
    told: set[str] = set()
    check = RowCheck(connection)
    calls_told = by_call(connection)
    while group := list(islice(calls_told, _CALLS_AT_ONCE)):
        counted[0] += len(group)
        counted[1] += sum(len(stored) for _, stored in group)
        told.update(call_id for call_id, _ in group)
        found = _group(check, group)
        # Rows that an earlier version told may say less.
        findings += (one for one in found if not earlier or one.what != "projection")
    findings += _untold(connection, told)
    # Calls that do not fit their chain were not compared.
    if not findings and not earlier and (extra := check.left_over()):
        detail = f"the search index has {extra} rows of no call; `ledger rebuild`"
        findings.append(Finding(call_id="", seq=0, what="projection", detail=detail))
    findings += _holes(connection, call_events)
    floor, floor_last = 0, b""
    # A ledger that no server of this version has opened yet has no floor.
    if inspect(connection).has_table(floor_events.name):
        findings += _floor(connection)
        floor = connection.execute(select(func.count()).select_from(floor_events)).scalar_one()
        floor_last = floor_head(connection)
    last = connection.execute(
        select(call_events.c.hash).order_by(call_events.c.cursor.desc()).limit(1)
    ).scalar()
    return Report(
        calls=counted[0],
        events=counted[1],
        findings=tuple(findings),
        head=bytes(last).hex() if last is not None else "",
        floor_events=floor,
        floor_head=floor_last.hex(),
        notes=(_not_compared(earlier),) if earlier else (),
    )


def _not_compared(earlier: str) -> str:
    return (
        f"written by an earlier version (schema {earlier}, this one has {HEAD}): the facts are "
        "proved, the tables that are told from them were not compared; `thirdring ledger rebuild` "
        "brings it to this version, and so does the next `thirdring serve`"
    )


def _floor(connection: Connection) -> Iterator[Finding]:
    broken = list(floor_findings(connection))
    for agent, what, detail in broken:
        yield Finding(call_id="", seq=0, what=what, detail=detail, agent=agent)
    holes = list(_holes(connection, floor_events))
    yield from holes
    # Facts that do not hold are not added up.
    for agent in [] if broken or holes else wrong_hours(connection):
        detail = "the sums of an agent's hours say otherwise than the facts; `ledger rebuild`"
        yield Finding(call_id="", seq=0, what="projection", detail=detail, agent=agent)


def _chain(call_id: str, stored: Iterable[Stored]) -> Iterator[Finding]:
    before, expected, cursor = b"", 1, 0
    for one in stored:
        seq = one.row.seq
        if seq != expected:
            gone = str(expected) if seq == expected + 1 else f"{expected} to {seq - 1}"
            detail = f"event {gone} is not there"
            yield Finding(call_id=call_id, seq=expected, what="missing", detail=detail)
        elif one.cursor < cursor:
            detail = f"event {seq} was written before event {seq - 1}"
            yield Finding(call_id=call_id, seq=seq, what="swapped", detail=detail)
        elif not one.readable or chained(before, one.row) != one.digest:
            detail = f"event {seq} ({one.row.kind}) does not fit its hash"
            yield Finding(call_id=call_id, seq=seq, what="edited", detail=detail)
        before, expected, cursor = one.digest, seq + 1, one.cursor


def _group(check: RowCheck, group: Sequence[tuple[str, list[Stored]]]) -> Iterator[Finding]:
    """Each call's chain; its rows, where the chain holds."""
    broken = {call_id: [*_chain(call_id, stored)] for call_id, stored in group}
    wrong = check.wrong([one for one in group if not broken[one[0]]])
    for call_id, stored in group:
        yield from broken[call_id]
        if call_id in wrong:
            what, detail = wrong[call_id]
            seq = stored[-1].row.seq + 1 if what == "cut" else 0
            yield Finding(call_id=call_id, seq=seq, what=what, detail=detail)


def _untold(connection: Connection, told: set[str]) -> Iterator[Finding]:
    columns = [calls.c.id, recordings.c.call_id]
    if inspect(connection).has_table(call_marks.name):
        columns.append(call_marks.c.call_id)
    for column in columns:
        for call_id in connection.execute(select(column)).scalars():
            if call_id not in told:
                told.add(call_id)
                detail = "all events of this call are gone"
                yield Finding(call_id=call_id, seq=1, what="cut", detail=detail)


def _holes(connection: Connection, table: Table) -> Iterator[Finding]:
    at = 0
    cursor_of: Column[int] = table.c.cursor
    cursors = connection.execute(select(cursor_of).order_by(cursor_of))
    for cursor in cursors.scalars():
        if cursor != at + 1:
            yield _hole(table, at + 1, cursor - 1)
        at = cursor
    given = _given(connection, table)
    if given is not None and given > at:
        yield _hole(table, at + 1, given)


def _given(connection: Connection, table: Table) -> int | None:
    """The last cursor that was ever given."""
    if connection.dialect.name == "sqlite":
        last = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.execute(last, {"name": table.name}).scalar()
    given = progress(connection, GIVEN)
    return given.cursor if table is call_events else given.floor_cursor


def _hole(table: Table, first: int, last: int) -> Finding:
    where = " of the floor's facts" if table is floor_events else ""
    detail = f"rows {first} to {last}{where} were written and are gone"
    return Finding(call_id="", seq=0, what="hole", detail=detail)


def rebuild(place: Path | str) -> int:
    """Make all rows that follow from the facts anew, in one transaction.

    Returns how many calls were told. Raises LedgerBusyError while a server writes to a file; in a
    database that nodes ship into, they wait.
    """
    if is_address(place):
        return rebuild_central(str(place))
    ledger = Path(place)
    reader_engine(ledger).dispose()
    try:
        with WriterLock(ledger), closing(writer_connection(ledger)) as connection:
            engine = writer_engine(connection)
            migrate(engine, ledger)
            with engine.begin() as opened:
                return retell(opened)
    except (DatabaseError, sqlite3.Error) as error:
        raise unreadable(ledger, error) from None
