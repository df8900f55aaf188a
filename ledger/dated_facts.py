"""Facts of a few kinds of all calls offered in a stretch of time, each with who had the caller."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from calls.events import CallEvent
from ledger.encoding import at_us, from_us
from ledger.plans import go_by_index
from ledger.reader import LedgerReader
from ledger.tables import call_events, calls


class DatedFact(NamedTuple):
    """One fact, and the agent of its call."""

    event: CallEvent
    agent: str
    """Who took the call last; empty when no agent did."""

    queue: str


def dated_facts(
    reader: LedgerReader, kinds: Collection[str], since: datetime, until: datetime
) -> Iterator[DatedFact]:
    """Facts of these kinds of the calls offered in [since, until), call by call in order.

    Goes from the calls' rows to their events: the age of the ledger costs nothing.
    """
    with reader._sight.connection() as connection:
        go_by_index(connection)
        found = connection.execute(dated_facts_query(kinds, since, until)).mappings().all()
    for values in found:
        event = CallEvent(
            values["call_id"],
            values["seq"],
            from_us(values["at"]),
            values["offset_ms"],
            values["kind"],
            json.loads(values["data"]),
        )
        yield DatedFact(event, values["agent"], values["queue"])


def dated_facts_query(kinds: Collection[str], since: datetime, until: datetime) -> Select[Any]:
    """What is asked of the database; a test reads its plan."""
    columns = ("call_id", "seq", "at", "offset_ms", "kind", "data")
    return (
        select(*(call_events.c[name] for name in columns), calls.c.agent, calls.c.queue)
        .select_from(calls.join(call_events, call_events.c.call_id == calls.c.id))
        .where(calls.c.offered_at >= at_us(since), calls.c.offered_at < at_us(until))
        .where(call_events.c.kind.in_(kinds))
        .order_by(calls.c.offered_at, calls.c.id, call_events.c.seq)
    )
