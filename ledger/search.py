"""Searching calls newest first, page by page, at any age of the ledger.

A page is first found by its calls' times and ids, which the indexes hold, then its rows are read.
Calls that are over are found by their marks (`ledger.mark_ways`); those on the line are few and all
looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    desc,
    false,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from ledger.conditions import claims, conditions, of_id, prefix_range
from ledger.encoding import at_us
from ledger.filters import About, CallFilter, Cursor, NumberMatch, Page
from ledger.mark_ways import Keys, keys, ways
from ledger.plans import go_by_index
from ledger.rarity import EVER
from ledger.row_reading import call_row
from ledger.rows import CallRow
from ledger.tables import calls

SORTED = 3000
"""Calls found by a part of their number or id that are sorted; of more, the newest are read."""

_ORDER: Sequence[ColumnElement[Any]] = (desc("offered_at"), desc("id"))
"""Newest first, by the names that a query gives."""


class Searching:
    """Part of `ledger.reader.LedgerReader`."""

    def search(self, asked: CallFilter, *, before: Cursor | None = None, limit: int = 50) -> Page:
        """Calls that fit, newest first; `before` is the `next` of the page before."""
        if limit < 1:
            raise ValueError(f"a page has at least one call, asked for {limit}")
        with self._one_moment() as connection:
            page = newest(connection, key_queries(connection, asked, before), limit + 1)
            found = [Cursor(at, call_id) for at, call_id in connection.execute(page)]
            rows = _rows(connection, [key.call_id for key in found[:limit]])
        return Page(
            tuple(rows[key.call_id] for key in found[:limit] if key.call_id in rows),
            found[limit - 1] if len(found) > limit else None,
        )

    def about(self, asked: CallFilter, *, most: int = 1000) -> About:
        """How many calls fit, counted up to `most`."""
        with self._one_moment() as connection:
            found = _count(connection, _some(connection, key_queries(connection, asked), most + 1))
        return About(min(found, most), found > most)

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError


def key_queries(
    connection: Connection, asked: CallFilter, before: Cursor | None = None
) -> list[Keys]:
    """The queries that together give time and id of every call that fits, each once.

    `connection` is asked which way is the shorter one, and told to go by indexes.
    """
    go_by_index(connection, merging=True)

    def bounds(at: ColumnElement[int], call_id: ColumnElement[str]) -> list[ColumnElement[bool]]:
        return [*_times(at, call_id, asked, before), *of_id(call_id, asked)]

    if asked.live is True:
        return [_on_the_line(asked, before)]
    if asked.ani and asked.ani_match is NumberMatch.EXACT:
        return [_listed(asked, before)]
    ranged = _by_range(connection, asked, before)
    if ranged is not None:
        return [ranged]
    claimed = claims(asked)
    if not any(claim.marks for claim in claimed):
        return [_listed(asked, before)]
    found = ways(connection, claimed, _within(asked, before))
    over = [keys(connection, way, bounds) for way in found]
    if asked.live is False:
        return over or [_listed(asked, before).where(false())]
    return [_on_the_line(asked, before), *over]


def newest(
    connection: Connection, queries: Sequence[Keys], limit: int
) -> Keys | CompoundSelect[Any]:
    """The newest calls of all these queries, newest first."""
    if len(queries) == 1:
        return queries[0].order_by(*_ORDER).limit(limit)
    each = _each(connection, queries, limit)
    return union_all(*each).order_by(*_ORDER).limit(limit)


def _some(
    connection: Connection, queries: Sequence[Keys], limit: int
) -> Keys | CompoundSelect[Any]:
    """Up to so many calls of all these queries."""
    each = _each(connection, queries, limit)
    return each[0] if len(each) == 1 else union_all(*each).limit(limit)


def _each(connection: Connection, queries: Sequence[Keys], limit: int) -> Sequence[Keys]:
    """PostgreSQL goes by the order of time, and merges, only where each is asked for so."""
    if connection.dialect.name == "postgresql":
        return [query.order_by(*_ORDER).limit(limit) for query in queries]
    return queries if len(queries) > 1 else [queries[0].limit(limit)]


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, CallRow]:
    if not ids:
        return {}
    found = connection.execute(select(calls).where(calls.c.id.in_(ids))).mappings()
    return {row["id"]: call_row(dict(row)) for row in found}


def _listed(asked: CallFilter, before: Cursor | None) -> Keys:
    at, call_id = calls.c.offered_at, calls.c.id
    bounds = _times(at, call_id, asked, before)
    return select(at, call_id).where(*conditions(asked), *bounds, *_over(asked))


def _on_the_line(asked: CallFilter, before: Cursor | None) -> Keys:
    return _listed(replace(asked, live=None), before).where(calls.c.ended_at.is_(None))


def _over(asked: CallFilter) -> list[ColumnElement[bool]]:
    return [] if asked.live is None else [calls.c.ended_at.is_not(None)]


def _by_range(connection: Connection, asked: CallFilter, before: Cursor | None) -> Keys | None:
    """Calls by the beginning of a number or of an id that few calls have; None when many have it,
    or none is asked for."""
    parts = [(calls.c.id, asked.id_prefix)]
    if asked.ani_match is NumberMatch.PREFIX:
        parts.append((calls.c.ani, asked.ani))
    for column, prefix in parts:
        if prefix:
            few = prefix_range(column, prefix)
            some = select(literal(1)).select_from(calls).where(*few).limit(SORTED + 1)
            if _count(connection, some) <= SORTED:
                # Reckoned with, the time has no index: those few are found first, and then sorted.
                at = calls.c.offered_at + literal(0)
                bounds = _times(at, calls.c.id, asked, before)
                query = select(at.label("offered_at"), calls.c.id).where(*few, *bounds)
                return query.where(*conditions(asked), *_over(asked))
    return None


def _times(
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


def _within(asked: CallFilter, before: Cursor | None) -> tuple[int, int]:
    """As `_times`, but for the calls at the very time of `before`."""
    first, last = EVER
    if asked.since is not None:
        first = at_us(asked.since)
    if asked.until is not None:
        last = at_us(asked.until) - 1
    return first, last if before is None else min(last, before.offered_at)


def _count(connection: Connection, some: Select[Any] | CompoundSelect[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
