"""How rare a mark is: counted in the index of the marks itself, up to a limit.

No statistics that can be stale, and the same on either database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select

from ledger.tables import call_marks

COUNTED = (1000, 5000)
"""Marks counted to tell which is the rarest: a few at first, more when all have as many."""

EVER = (-(2**63), 2**63 - 1)
"""A stretch of time without ends."""


class Rarity(NamedTuple):
    """How many calls have a mark; of two, the rarer one is the less."""

    endless: bool
    """Nobody counted to the end."""

    many: float
    """How many, or, of an endless one, how many a second among the newest."""


class _Counted(NamedTuple):
    number: int
    oldest: int
    """When the last one counted was offered, microseconds since 1970."""

    newest: int
    endless: bool


def _count_query() -> Select[Any]:
    at = call_marks.c.offered_at
    some = (
        select(at)
        .where(call_marks.c.mark == bindparam("mark"))
        .where(at >= bindparam("first"), at <= bindparam("last"))
        .order_by(at.desc(), call_marks.c.call_id.desc())
        .limit(bindparam("most"))
        .subquery()
    )
    counted = some.c.offered_at
    told: list[Any] = [func.count(counted), func.min(counted), func.max(counted)]
    return select(*told)


_COUNT = _count_query()
"""Built once: building it takes longer than counting a thousand."""


def rarities(
    connection: Connection, groups: Collection[Collection[str]], within: tuple[int, int]
) -> Mapping[str, Rarity]:
    """Of each mark of these groups, among the calls offered `within`, both ends included; as
    exactly as is needed to tell the rarest group. Microseconds since 1970."""
    found: dict[str, _Counted] = {}
    for most in COUNTED:
        asked = {one for marks in groups for one in marks}
        for one in asked:
            if one not in found or found[one].endless:
                found[one] = _counted(connection, one, within, most)
        if any(not any(found[one].endless for one in marks) for marks in groups):
            break
    newest = max((one.newest for one in found.values()), default=0)
    return {mark: _rarity(one, newest) for mark, one in found.items()}


def together(found: Iterable[Rarity]) -> Rarity:
    """Of several marks of which a call has one at most."""
    known = list(found)
    endless = any(one.endless for one in known)
    return Rarity(endless, sum(one.many for one in known if one.endless is endless))


def _counted(connection: Connection, mark: str, within: tuple[int, int], most: int) -> _Counted:
    values = {"mark": mark, "first": within[0], "last": within[1], "most": most}
    number, oldest, newest = connection.execute(_COUNT, values).one()
    return _Counted(number, oldest or 0, newest or 0, number == most)


def _rarity(counted: _Counted, newest: int) -> Rarity:
    if not counted.endless:
        return Rarity(False, counted.number)
    return Rarity(True, counted.number * 1e6 / (newest - counted.oldest + 1))
