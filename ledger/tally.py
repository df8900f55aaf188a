"""What figures are made of: each call's numbers, light enough for a month at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

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
_AT = CallTally._fields.index("offered_at")
_JUDGED = CallTally._fields.index("judged")
_KEPT = CallTally._fields.index("kept")
_BROKEN = CallTally._fields.index("broken")
_ASKED = CallTally._fields.index("survey_asked")


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
            streamed = connection.execution_options(yield_per=_AT_ONCE).execute(query)
            for part in streamed.partitions():
                for row in part:
                    values = list(row)
                    values[_AT] = from_us(values[_AT])
                    values[_JUDGED], values[_ASKED] = bool(values[_JUDGED]), bool(values[_ASKED])
                    values[_KEPT] = tuple(values[_KEPT].split())
                    values[_BROKEN] = tuple(values[_BROKEN].split())
                    yield CallTally._make(values)

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError
