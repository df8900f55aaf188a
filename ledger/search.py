"""Searching calls newest first, page by page, at any age of the ledger.

Calls that are over are found by the rarest mark asked for (`ledger.marks`), then looked at one by
one until the page is full; those on the line are few and all looked at. How rare a mark is, is
counted, up to a limit: no statistics that can be stale, and the same on either database.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from ledger.conditions import conditions, marks_asked, prefix_range
from ledger.encoding import at_us
from ledger.filters import About, CallFilter, Cursor, NumberMatch, Page
from ledger.plans import go_by_index
from ledger.row_reading import call_row
from ledger.tables import call_marks, calls

COUNTED = (2000, 30_000)
"""Marks counted to tell which is the rarest: a few at first, more when all have as many."""

SORTED = 3000
"""Calls found by a part of their number or id that are sorted; of more, the newest are read."""

LOOKED_UP = 2
"""A length of at least so much has a dozen marks: then the call's own row is the shorter way."""

_ORDER = (calls.c.offered_at.desc(), calls.c.id.desc())
_Rows = Sequence[Mapping[str, Any]]


class Searching:
    """Part of `ledger.reader.LedgerReader`."""

    def search(self, asked: CallFilter, *, before: Cursor | None = None, limit: int = 50) -> Page:
        """Calls that fit, newest first; `before` is the `next` of the page before."""
        if limit < 1:
            raise ValueError(f"a page has at least one call, asked for {limit}")
        with self._one_moment() as connection:
            found = list(islice(self._newest(connection, asked, before, limit + 1), limit + 1))
        rows = tuple(call_row(values) for values in found[:limit])
        if len(found) <= limit:
            return Page(rows, None)
        last = found[limit - 1]
        return Page(rows, Cursor(last["offered_at"], last["id"]))

    def about(self, asked: CallFilter, *, most: int = 1000) -> About:
        """How many calls fit, counted up to `most`."""
        with self._one_moment() as connection:
            queries = plan(connection, asked, None, most + 1)
            count = sum(
                connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
                for query in queries
            )
        return About(min(count, most), count > most)

    def _newest(
        self, connection: Connection, asked: CallFilter, before: Cursor | None, limit: int
    ) -> Iterator[Mapping[str, Any]]:
        lists: list[_Rows] = [
            [dict(row) for row in connection.execute(query).mappings()]
            for query in plan(connection, asked, before, limit)
        ]
        yield from heapq.merge(*lists, key=lambda row: (row["offered_at"], row["id"]), reverse=True)

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError


def plan(
    connection: Connection, asked: CallFilter, before: Cursor | None, limit: int
) -> list[Select[Any]]:
    """The queries that together give every call that fits once, each newest first.

    `connection` is asked which way is the shorter one.
    """
    go_by_index(connection)
    fits = conditions(asked)
    bounds = [*fits, *_bounds(calls.c.offered_at, calls.c.id, asked, before)]
    on_the_line = _listed([calls.c.ended_at.is_(None), *bounds], limit)
    if asked.live is True:
        return [on_the_line]
    if asked.ani and asked.ani_match is NumberMatch.EXACT:
        return [_listed([*bounds, *_over(asked)], limit)]
    ranged = _by_range(connection, asked)
    if ranged is not None:
        # Reckoned with, the time has no index: those few are found first, and then sorted.
        at = calls.c.offered_at + literal(0)
        few = [*ranged, *fits, *_bounds(at, calls.c.id, asked, before), *_over(asked)]
        return [select(calls).where(*few).order_by(at.desc(), calls.c.id.desc()).limit(limit)]
    marks, others = _rarest(connection, asked)
    if not marks:
        return [_listed([*bounds, *_over(asked)], limit)]
    # PostgreSQL would look at calls' rows between two marks; SQLite would sort what it fenced off.
    marked = _fenced if others and connection.dialect.name == "postgresql" else _marked
    over = [marked(one, others, asked, before, limit) for one in marks]
    return over if asked.live is False else [on_the_line, *over]


def _over(asked: CallFilter) -> list[ColumnElement[bool]]:
    return [] if asked.live is None else [calls.c.ended_at.is_not(None)]


def _listed(where: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    return select(calls).where(*where).order_by(*_ORDER).limit(limit)


def _marked(
    mark: str,
    others: Sequence[Sequence[str]],
    asked: CallFilter,
    before: Cursor | None,
    limit: int,
) -> Select[Any]:
    at, call_id = call_marks.c.offered_at, call_marks.c.call_id
    return (
        select(calls)
        .select_from(call_marks.join(calls, calls.c.id == call_id))
        .where(call_marks.c.mark == mark, *_bounds(at, call_id, asked, before))
        .where(*map(_has, others), *conditions(asked))
        .order_by(at.desc(), call_id.desc())
        .limit(limit)
    )


def _fenced(
    mark: str,
    others: Sequence[Sequence[str]],
    asked: CallFilter,
    before: Cursor | None,
    limit: int,
) -> Select[Any]:
    """As `_marked`; all marks are looked at before any call's row, as far as the page goes."""
    at, call_id = call_marks.c.offered_at, call_marks.c.call_id
    found = (
        select(at, call_id)
        .where(call_marks.c.mark == mark, *_bounds(at, call_id, asked, before))
        .where(*map(_has, others))
        .order_by(at.desc(), call_id.desc())
        .offset(literal(0))
        .subquery()
    )
    return (
        select(calls)
        .select_from(found.join(calls, calls.c.id == found.c.call_id))
        .where(*conditions(asked))
        .order_by(found.c.offered_at.desc(), found.c.call_id.desc())
        .limit(limit)
    )


def _has(marks: Sequence[str]) -> ColumnElement[bool]:
    """Whether the call has one of these marks, too: a call's row is ten times as far away."""
    other = call_marks.alias()
    return exists().where(
        other.c.mark.in_(marks),
        other.c.offered_at == call_marks.c.offered_at,
        other.c.call_id == call_marks.c.call_id,
    )


def _bounds(
    at: ColumnElement[int], call_id: ColumnElement[str], asked: CallFilter, before: Cursor | None
) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = [at.is_not(None)]
    if asked.since is not None:
        bounds.append(at >= at_us(asked.since))
    if asked.until is not None:
        bounds.append(at < at_us(asked.until))
    if before is not None:
        # The first one alone bounds the index, on either database.
        bounds.append(at <= before.offered_at)
        place = tuple_(literal(before.offered_at), literal(before.call_id))
        bounds.append(tuple_(at, call_id) < place)
    return bounds


def _by_range(connection: Connection, asked: CallFilter) -> list[ColumnElement[bool]] | None:
    """What finds the beginning of a number or of an id that few calls have."""
    parts = [(calls.c.id, asked.id_prefix)]
    if asked.ani_match is NumberMatch.PREFIX:
        parts.append((calls.c.ani, asked.ani))
    for column, prefix in parts:
        if prefix:
            few = prefix_range(column, prefix)
            some = select(literal(1)).select_from(calls).where(*few).limit(SORTED + 1)
            if _count(connection, some) <= SORTED:
                return few
    return None


def _rarest(connection: Connection, asked: CallFilter) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The marks of what fewest calls have among all that is asked, none when nothing has marks; and
    those of the rest that are looked up at once."""
    candidates = marks_asked(asked)
    if len(candidates) < 2:
        return (candidates[0] if candidates else ()), []
    counted: list[int] = []
    for most in COUNTED:
        counted = [_marked_so(connection, marks, asked, most) for marks in candidates]
        if min(counted) < most:
            break
    rarest = candidates.pop(counted.index(min(counted)))
    return rarest, [marks for marks in candidates if len(marks) <= LOOKED_UP]


def _marked_so(connection: Connection, marks: Sequence[str], asked: CallFilter, most: int) -> int:
    bounds = _bounds(call_marks.c.offered_at, call_marks.c.call_id, asked, None)
    some = [
        select(literal(1).label("one"))
        .select_from(call_marks)
        .where(call_marks.c.mark == one, *bounds)
        for one in marks
    ]
    every = union_all(*some).subquery()
    return _count(connection, select(every.c.one).limit(most))


def _count(connection: Connection, some: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
