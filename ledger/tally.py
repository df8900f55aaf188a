"""What figures are made of: each call's numbers, light enough for a month at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.encoding import at_us, from_us
from ledger.tables import calls

_AT_ONCE = 2000


class CallTally(NamedTuple):
    """One call's columns of `ledger.rows.CallRow`, by the same names."""

    id: str
    offered_at: datetime
    direction: str
    flow: str
    answered_ms: int | None
    rings: int | None
    queue: str
    agent: str
    ended_ms: int | None
    end_reason: str | None
    disposition: str | None
    faults: int
    queued_ms: int | None
    agent_ms: int | None
    queue_result: str | None
    queue_waited_ms: int | None
    talked_ms: int | None
    held_ms: int
    wrapped_ms: int | None
    offers: int
    judged: bool
    kept: tuple[str, ...]
    broken: tuple[str, ...]
    tag: str
    survey_asked: bool
    survey: int | None
    caller_talk_ms: int | None
    agent_talk_ms: int | None
    talk_over_ms: int | None
    dead_air_ms: int | None
    recording: str


_COLUMNS = [calls.c[name] for name in CallTally._fields]
_MADE = CallTally._fields.index("judged")
"""From here five columns are made into something else: `judged kept broken tag survey_asked`."""

_make = partial(tuple.__new__, CallTally)


@lru_cache(4096)
def _names(listed: str) -> tuple[str, ...]:
    # Most calls keep the same rules, and one or none is broken.
    return tuple(listed.split())


def _tally(row: Sequence[Any]) -> CallTally:
    # CallTally(...) is a call in Python, and a month has a hundred thousand.
    judged, kept, broken, tag, asked = row[_MADE : _MADE + 5]
    made = (judged == 1, _names(kept), _names(broken), tag, asked == 1)
    return _make((row[0], from_us(row[1]), *row[2:_MADE], *made, *row[_MADE + 5 :]))


class Tallying:
    """Part of `ledger.reader.LedgerReader`."""

    def tally_rows(
        self, since: datetime, until: datetime, queue: str | None = None
    ) -> Iterator[CallTally]:
        """Calls offered in [since, until), oldest first; of one queue when it is given."""
        query = (
            select(*_COLUMNS)
            .where(calls.c.offered_at >= at_us(since), calls.c.offered_at < at_us(until))
            .order_by(calls.c.offered_at, calls.c.id)
        )
        if queue is not None:
            query = query.where(calls.c.queue == queue)
        with self._one_moment() as connection:
            at_once = {"yield_per": _AT_ONCE}
            with connection.execute(query, execution_options=at_once) as streamed:
                for part in streamed.partitions():
                    yield from map(_tally, part)

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError
