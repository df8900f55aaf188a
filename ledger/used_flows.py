"""Which versions of flows the calls of a ledger went through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from ledger.encoding import from_us
from ledger.opening import reader_engine, unreadable
from ledger.tables import call_events


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFlow:
    """A version of a flow, and the last call it was used in."""

    flow: str
    digest: str
    steps: int
    last_at: datetime
    call_id: str
    """A call that went through it."""


def used_flows(ledger: Path) -> list[UsedFlow]:
    """Every version that some call went through; reads all `stepped` facts once.

    Facts whose data cannot be read are passed over (`ledger verify` names them). Raises
    LedgerMissingError, LedgerError.
    """
    data = call_events.c.data
    flow, digest = func.json_extract(data, "$.flow"), func.json_extract(data, "$.digest")
    query = (
        select(
            flow,
            digest,
            func.count(),
            func.max(call_events.c.at),
            func.max(call_events.c.call_id),
        )
        .where(call_events.c.kind == "stepped", func.json_valid(data) == 1)
        .group_by(flow, digest)
        .order_by(flow, digest)
    )
    engine = reader_engine(ledger)
    try:
        with engine.connect() as connection:
            rows = connection.execute(query).all()
    except DatabaseError as error:
        raise unreadable(ledger, error) from None
    finally:
        engine.dispose()
    return [
        UsedFlow(
            flow=str(row[0]),
            digest=str(row[1]),
            steps=int(row[2]),
            last_at=from_us(int(row[3])),
            call_id=str(row[4]),
        )
        for row in rows
        if row[1]
    ]
