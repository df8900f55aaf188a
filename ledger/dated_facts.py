"""Facts of a few kinds of all calls offered in a stretch of time, each with who had the caller."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, literal, select

from calls.events import CallEvent
from ledger.encoding import at_us, from_us
from ledger.plans import go_by_index
from ledger.reader import LedgerReader
from ledger.tables import OWED, OWED_KINDS, call_events, calls

_SET_BACK = timedelta(days=1)
"""No wall clock is set back by more while a call is on."""

_LONGEST = timedelta(days=7)
"""No call lasts longer, its wrap-up included."""

_FACT = tuple(call_events.c[name] for name in ("call_id", "seq", "at", "offset_ms", "kind", "data"))


class DatedFact(NamedTuple):
    """One fact, and the agent of its call."""

    event: CallEvent
    agent: str
    """Who took the call last; empty when no agent did."""

    queue: str
    tag: str
    """Of the call: `mystery`, `test`, `practice`; empty for a caller's own."""


def dated_facts(
    reader: LedgerReader, kinds: Collection[str], since: datetime, until: datetime
) -> Iterator[DatedFact]:
    """Facts of these kinds of the calls offered in [since, until), call by call in order.

    Those of `ledger.tables.OWED` have an index of their own. For others it goes from the calls'
    rows to all their events: the age of the ledger costs nothing, the length of the stretch much.
    """
    with reader._one_moment() as connection:
        go_by_index(connection)
        found = connection.execute(dated_facts_query(kinds, since, until)).all()
    # Not sorted by the database: for that order PostgreSQL would look at every call there is.
    for _, call_id, seq, at, offset_ms, kind, data, *of_call in sorted(found, key=_place):
        event = CallEvent(call_id, seq, from_us(at), offset_ms, kind, json.loads(data))
        yield DatedFact(event, *of_call)


def _place(found: Sequence[Any]) -> tuple[int, str, int]:
    return found[0], found[1], found[2]


def dated_facts_query(kinds: Collection[str], since: datetime, until: datetime) -> Select[Any]:
    """What is asked of the database; a test reads its plan."""
    owed = set(kinds) <= OWED_KINDS
    # Reckoned with, a column has no index: the way is from the facts to their calls.
    offered_at = calls.c.offered_at + literal(0) if owed else calls.c.offered_at
    asked = (
        select(calls.c.offered_at, *_FACT, calls.c.agent, calls.c.queue, calls.c.tag)
        .select_from(calls.join(call_events, call_events.c.call_id == calls.c.id))
        .where(offered_at >= at_us(since), offered_at < at_us(until))
        .where(call_events.c.kind.in_(kinds))
    )
    if owed:
        # A fact comes after its call's offer, but for a wall clock that was set back.
        asked = asked.where(OWED, call_events.c.at >= at_us(since - _SET_BACK))
        asked = asked.where(call_events.c.at < at_us(until + _LONGEST))
    return asked
