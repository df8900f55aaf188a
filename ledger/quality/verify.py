"""Finding what was done to the quality book behind the house's back, and telling it anew.

Each stream is a chain, and each fact carries a head over all facts before it: an edit, a cut, a
swap or a fact taken out shows. Who can rewrite every row and hash can forge all of it: keep
`Report.head` elsewhere and give it back to `verify` later.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from calls.errors import LedgerError
from calls.quality.events import QualityEvent
from ledger.quality.book import QualityBook
from ledger.quality.encoding import QualityRow, chained, event_or_none, headed
from ledger.quality.open_doors import WALL, Doors
from ledger.quality.projections import TOLD, Row, fold, key_of, told
from ledger.quality.tables import quality_events, quality_head
from ledger.quality.vouching import PREFIX, Vouched, kept_secrets, swapped, unproved, vouch

_PAGE = 2000
_HEAD = re.compile(r"(?P<cursor>[0-9]{1,18}):(?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFinding:
    """One thing that is not as it was written.

    `what` is `edited`, `missing`, `swapped`, `cut`, `hole`, `projection`, `secret`, `session`,
    `wall` or `head`; `seq` is 0 where no single fact is meant.
    """

    stream: str
    seq: int
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What a verification saw."""

    streams: int
    events: int
    findings: tuple[QualityFinding, ...]
    head: str
    """`CURSOR:HASH` of the last fact; empty for an empty book."""

    notes: tuple[str, ...] = ()
    """What cannot be proved, and is no sign that anything was done."""


def verify(book: QualityBook, *, head: str = "") -> QualityReport:
    """Check every chain, the heads, every cursor and what is told; others may go on writing.

    `head` is one that an earlier report gave: a book that was rewritten since does not have it.
    Raises LedgerError when the book cannot be read, or `head` is none.
    """
    check = _Check(*_given(head))
    while True:
        with book.shelf.reading() as connection:
            rows = _page(connection, check.cursor)
            for row in rows:
                check.take(row)
            if len(rows) < _PAGE:
                # In the same transaction as the last page: nobody has written in between.
                check.end(connection)
                break
    return QualityReport(
        streams=len(check.last),
        events=check.events,
        findings=tuple(check.findings),
        head=f"{check.cursor}:{check.head.hex()}" if check.events else "",
        notes=tuple(unproved(check.vouched)),
    )


@dataclass(slots=True)
class _Check:
    """A walk over all facts in the order they were committed."""

    known_at: int
    known_head: str
    cursor: int = 0
    head: bytes = b""
    events: int = 0
    last: dict[str, int] = field(default_factory=dict)
    """Stream -> number of its highest fact so far."""

    hashes: dict[str, bytes] = field(default_factory=dict)
    skipped: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, Row | None] = field(default_factory=dict)
    """What is told of a stream so far, where a table tells of it."""

    vouched: dict[str, Vouched] = field(default_factory=dict)
    """Account -> what its facts say it signs in with."""

    doors: Doors = field(default_factory=Doors)
    broken: set[str] = field(default_factory=set)
    findings: list[QualityFinding] = field(default_factory=list)

    def take(self, values: Mapping[str, Any]) -> None:
        """The next fact by cursor."""
        cursor, stream, seq = values["cursor"], str(values["stream"]), values["seq"]
        digest, head = _digest(values["hash"]), _digest(values["head"])
        whole = cursor == self.cursor + 1
        if not whole:
            self._find("", 0, "hole", f"rows {self.cursor + 1} to {cursor - 1} are gone")
        self.events += 1
        row = QualityRow(stream, seq, *(values[name] for name in ("at", "actor", "kind", "data")))
        in_order = self._number(stream, seq)
        event = event_or_none(row)
        if in_order and (event is None or chained(self._before(stream), row) != digest):
            self._find(stream, seq, "edited", f"fact {seq} ({row.kind}) does not fit its hash")
        elif whole and headed(self.head, digest) != head:
            self._find(stream, seq, "head", f"the head at row {cursor} does not fit")
        self.cursor, self.head = cursor, head
        self.hashes[stream] = digest
        if event is not None and stream not in self.broken:
            self._fold(event)
        if cursor == self.known_at and self.head.hex() != self.known_head:
            self._find("", 0, "head", f"the head at row {cursor} is not the one that was kept")

    def end(self, connection: Connection) -> None:
        """No fact is left: what is not there, and what is told otherwise."""
        for stream, numbers in self.skipped.items():
            for seq in sorted(numbers):
                self._find(stream, seq, "missing", f"fact {seq} is not there")
        given = connection.execute(select(quality_head.c.cursor, quality_head.c.head)).first()
        last = given[0] if given is not None and isinstance(given[0], int) else 0
        if last > self.cursor or self.known_at > max(last, self.cursor):
            upto = max(last, self.known_at)
            self._find("", 0, "cut", f"rows {self.cursor + 1} to {upto} were written and are gone")
        elif given is None or last < self.cursor or _digest(given[1]) != self.head:
            self._find("", 0, "head", "the book's own note of its head is not that of its facts")
        self._beside(connection)

    def _beside(self, connection: Connection) -> None:
        """What is told of the facts, and what stands beside them."""
        broken = frozenset(self.broken)
        self._tables(connection)
        for one in swapped(self.vouched, kept_secrets(connection)):
            # A chain that does not hold tells nothing of what was kept; it is named already.
            if f"{PREFIX}{one.name}" not in broken:
                self._find(f"{PREFIX}{one.name}", 0, "secret", one.detail)
        for stream, detail in self.doors.forged(connection):
            if stream not in broken:
                self._find(stream, 0, "wall" if stream.startswith(WALL) else "session", detail)

    def _fold(self, event: QualityEvent) -> None:
        self.doors.take(event)
        if told(event.stream) is not None:
            self.rows[event.stream] = fold(self.rows.get(event.stream), event)
        if event.stream.startswith(PREFIX):
            name = event.stream.removeprefix(PREFIX)
            self.vouched[name] = vouch(self.vouched.get(name, Vouched()), event)

    def _number(self, stream: str, seq: object) -> bool:
        """Whether the fact's number is the one that comes next in its stream."""
        if not isinstance(seq, int):
            self._find(stream, 0, "edited", f"a fact has {seq!r} in place of its number")
            return False
        expected = self.last.get(stream, 0) + 1
        if seq == expected:
            self.last[stream] = seq
            return True
        if seq > expected:
            self.skipped[stream].update(range(expected, seq))
            self.last[stream] = seq
        elif seq in self.skipped[stream]:
            self.skipped[stream].discard(seq)
            self._find(stream, seq, "swapped", f"fact {seq} was written before it was its turn")
        self.broken.add(stream)
        return False

    def _before(self, stream: str) -> bytes:
        return self.hashes.get(stream, b"")

    def _tables(self, connection: Connection) -> None:
        for kind, table in TOLD.items():
            key = key_of(table)
            kept = {row[key]: dict(row) for row in connection.execute(select(table)).mappings()}
            streams = {stream for stream in self.last if stream.startswith(f"{kind}/")}
            told_of = {stream.partition("/")[2] for stream in streams}
            for name in sorted(kept.keys() | told_of, key=str):
                stream = f"{kind}/{name}"
                if stream not in streams:
                    self._find(stream, 1, "cut", "all its facts are gone")
                elif stream not in self.broken:
                    self._told(stream, kept.get(name))

    def _told(self, stream: str, kept: Row | None) -> None:
        expected = self.rows.get(stream)
        if kept is None or expected is None:
            wrong = [] if kept is expected else ["a row is there or not"]
        else:
            wrong = [name for name in expected if kept[name] != expected[name]]
        if wrong:
            detail = f"the row says otherwise than the facts: {', '.join(wrong)}; `ledger rebuild`"
            self._find(stream, 0, "projection", detail)

    def _find(self, stream: str, seq: int, what: str, detail: str) -> None:
        self.findings.append(QualityFinding(stream=stream, seq=seq, what=what, detail=detail))
        if stream:
            self.broken.add(stream)


def _given(head: str) -> tuple[int, str]:
    if not head.strip():
        return 0, ""
    matched = _HEAD.fullmatch(head.strip().lower())
    if matched is None:
        raise LedgerError(
            f"{head[:40]!r} is no head of a quality book;"
            " `thirdring ledger head --to FILE` writes one"
        )
    return int(matched["cursor"]), matched["digest"]


def _digest(kept: object) -> bytes:
    """A hash as it is kept; where somebody put what is none, bytes that fit nothing."""
    return kept if isinstance(kept, bytes) else repr(kept).encode()


def _page(connection: Connection, after: int) -> list[Mapping[str, Any]]:
    query = select(quality_events).where(quality_events.c.cursor > after)
    ordered = query.order_by(quality_events.c.cursor).limit(_PAGE)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def rebuild(book: QualityBook) -> int:
    """Make evaluations and accounts anew from the facts, in one transaction; how many rows."""
    with book.shelf.writing() as connection:
        rows: dict[str, Row | None] = {}
        for event in _all(connection):
            if told(event.stream) is not None:
                rows[event.stream] = fold(rows.get(event.stream), event)
        for table in TOLD.values():
            connection.execute(delete(table))
        written = 0
        for stream, row in rows.items():
            found = told(stream)
            if found is not None and row is not None:
                connection.execute(insert(found[0]).values(row))
                written += 1
    return written


def _all(connection: Connection) -> Iterator[QualityEvent]:
    cursor = 0
    while rows := _page(connection, cursor):
        for values in rows:
            event = event_or_none(QualityRow(*(values[name] for name in QualityRow._fields)))
            if event is not None:
                yield event
        cursor = rows[-1]["cursor"]
