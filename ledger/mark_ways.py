"""The ways to calls that are over by their marks: which mark is gone through, newest first, and
what is looked at for each call that has it.

An index of marks is ten times as near as the calls' rows: those are looked at only where a mark
does not tell for sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, literal, select

from ledger.conditions import Claim
from ledger.rarity import Rarity, rarities, together
from ledger.tables import call_marks, calls

_A_LOOK_UP = 20
"""Marks that PostgreSQL goes through while it looks one up."""

_AT_ONCE = 10
"""Ways of one test each instead of a way of several: all classes of a length, and few more."""

_NONE = Rarity(False, 0)
Keys = Select[Any]
"""When a call was offered, and its id."""

Bounds = Callable[[ColumnElement[int], ColumnElement[str]], Iterable[ColumnElement[bool]]]
"""Conditions on these two."""


@dataclass(frozen=True, slots=True)
class Way:
    """All calls with one mark, of which those are wanted that pass the tests."""

    mark: str
    tests: tuple[tuple[str, ...], ...]
    """Of each of these marks a call has one, the test most fail first."""

    looked_up: bool = True
    """Whether so few calls have the mark that each is looked up by itself in the tests' marks;
    else going through all of them side by side is the shorter way."""

    rows: tuple[ColumnElement[bool], ...] = ()
    """Conditions that only a call's row tells."""


def ways(connection: Connection, claims: Sequence[Claim], within: tuple[int, int]) -> list[Way]:
    """Ways that together lead to each call offered `within` that fits once; those that need no row
    first. Microseconds since 1970, both ends included.

    At least one claim must have marks. Empty when no call that is over fits.
    """
    marked = [claim for claim in claims if claim.marks]
    if len(marked) == 1:
        found = [Way(mark, ()) for mark in marked[0].marks]
    else:
        known = rarities(connection, [claim.marks for claim in marked], within)
        some = [tuple(one for one in claim.marks if known[one] > _NONE) for claim in marked]
        crossed = _crossed(some, known)
        if connection.dialect.name == "postgresql":
            crossed = (one for way in crossed for one in _mark_by_mark(way, known))
        found = [_going(way, known) for way in crossed]
    told = [replace(way, rows=tuple(_untold(claims, way))) for way in found]
    return sorted(told, key=lambda way: len(way.rows))


def _crossed(groups: Sequence[tuple[str, ...]], known: Mapping[str, Rarity]) -> Iterator[Way]:
    """Ways by the rarest of these groups; of each group, a call has one of the marks."""
    rarest, *others = sorted(groups, key=lambda marks: together(known[one] for one in marks))
    if len(rarest) != 1:
        yield from (Way(mark, tuple(others)) for mark in rarest)
        return
    (mark,) = rarest
    # Marks of another group that are rarer still have ways of their own.
    place = next((place for place, group in enumerate(others) if len(group) > 1), None)
    if place is not None:
        group, rest = others[place], (*others[:place], *others[place + 1 :])
        rarer = tuple(one for one in group if known[one] < known[mark])
        yield from (Way(one, (rarest, *rest)) for one in rarer)
        others[place] = tuple(one for one in group if one not in rarer)
    if all(others):
        yield Way(mark, tuple(others))


def _mark_by_mark(way: Way, known: Mapping[str, Rarity]) -> Iterator[Way]:
    """The same calls by ways that can be gone side by side: of many calls, each would be looked up
    in every mark of a test, and its row looked at for the sake of one of them."""
    if known[way.mark].endless and prod(map(len, way.tests)) <= _AT_ONCE:
        for chosen in product(*way.tests):
            yield replace(way, tests=tuple((one,) for one in chosen))
    else:
        yield way


def _going(way: Way, known: Mapping[str, Rarity]) -> Way:
    walked = known[way.mark]
    if not walked.endless or any(len(marks) > 1 for marks in way.tests):
        return way
    first = together(known[one] for one in way.tests[0])
    return replace(way, looked_up=first.many > _A_LOOK_UP * walked.many)


def _untold(claims: Sequence[Claim], way: Way) -> Iterator[ColumnElement[bool]]:
    met = {way.mark, *(mark for test in way.tests for mark in test)}
    for claim in claims:
        if not claim.marks or not met.isdisjoint(claim.unsure):
            yield claim.row


def keys(connection: Connection, way: Way, bounds: Bounds) -> Keys:
    """The query of a way."""
    at, call_id = call_marks.c.offered_at, call_marks.c.call_id
    query = select(at, call_id.label("id")).where(call_marks.c.mark == way.mark)
    query = query.where(*bounds(at, call_id))
    if connection.dialect.name != "postgresql":
        return query.where(*map(_looked_up, way.tests), *_told_by_row(call_id, way))
    if way.looked_up:
        return query.where(*map(_apart, way.tests), *_told_by_row(call_id, way))
    query = query.where(*(_side_by_side(marks, bounds) for marks in way.tests))
    if not (way.tests and way.rows):
        return query.where(*_told_by_row(call_id, way))
    # Or it would look at calls' rows between two marks.
    found = query.order_by(at.desc(), call_id.desc()).offset(literal(0)).subquery()
    return select(found.c.offered_at, found.c.id).where(*_told_by_row(found.c.id, way))


def _told_by_row(call_id: ColumnElement[str], way: Way) -> list[ColumnElement[bool]]:
    return [exists().where(calls.c.id == call_id, *way.rows)] if way.rows else []


def _looked_up(marks: Sequence[str]) -> ColumnElement[bool]:
    """Whether a call has one of these marks."""
    return exists(_same_call(call_marks.alias(), marks))


def _apart(marks: Sequence[str]) -> ColumnElement[bool]:
    """The same, looked up for each call alone: without an offset PostgreSQL would make a join."""
    return exists(_same_call(call_marks.alias(), marks).offset(literal(0)))


def _side_by_side(marks: Sequence[str], bounds: Bounds) -> ColumnElement[bool]:
    """The same, where it may go through both: it begins where the other does."""
    other = call_marks.alias()
    return exists(_same_call(other, marks).where(*bounds(other.c.offered_at, other.c.call_id)))


def _same_call(other: FromClause, marks: Sequence[str]) -> Select[Any]:
    return select(literal(1)).where(
        other.c.mark.in_(marks),
        other.c.offered_at == call_marks.c.offered_at,
        other.c.call_id == call_marks.c.call_id,
    )
