"""When the fact that was written last is from: what a clock of now can be held against."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from ledger.encoding import from_us
from ledger.sight import Sight
from ledger.tables import call_events, floor_events


def newest_at(ledger: Path) -> datetime | None:
    """Time (aware UTC) of the call's or the floor's fact written last; None for an empty ledger.

    Not the latest time there is: what a wrong clock dated years ahead would stay the latest for
    years. Raises LedgerError when the ledger cannot be read.
    """
    with Sight(ledger) as sight, sight.connection() as connection:
        last = (
            connection.execute(select(table.c.at).order_by(table.c.cursor.desc()).limit(1)).scalar()
            for table in (call_events, floor_events)
        )
        return max((from_us(at) for at in last if at is not None), default=None)
