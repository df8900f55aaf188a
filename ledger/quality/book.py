"""The quality book: facts of quality work, written by several processes at once.

Every write is one short transaction that is durable when it returns. Nobody edits a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from sqlalchemy import Connection, select

from calls.clock import Clock, SystemClock
from calls.errors import ConflictError, LedgerError
from calls.fact import Fact
from calls.quality.events import QualityEvent
from calls.quality.states import EvaluationKind, EvaluationState, Role
from ledger.closing import Closing
from ledger.quality.opening import Shelf
from ledger.quality.reading import QualityReading
from ledger.quality.rows import Entry
from ledger.quality.tables import accounts, evaluations
from ledger.quality.writing import write

Beside = Callable[[Connection], None]
"""What is written in the same transaction and is no fact: a password's hash."""


class QualityBook(QualityReading, Closing):
    """One quality book; safe to use from any thread, and from several processes.

    Raises LedgerError when it is damaged, foreign, of a later version or cannot be reached.
    """

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        super().__init__(shelf)
        self.clock = clock

    @classmethod
    def open(cls, place: str | Path, *, clock: Clock | None = None) -> QualityBook:
        """The book in this file (made when there is none) or at this `postgresql://` address."""
        return cls(Shelf(place), clock or SystemClock())

    def append(
        self, stream: str, fact: Fact, *, actor: str, after: int | None = None
    ) -> QualityEvent:
        """Write one fact behind the stream's last; durable when this returns.

        Raises ConflictError when `after` is given and is not the number of the stream's last fact
        (0: there is none yet).
        """
        return self.append_all([Entry(stream, fact, actor, after)])[0]

    def append_all(
        self,
        entries: Iterable[Entry],
        *,
        fresh: Collection[tuple[str, str]] = (),
        beside: Beside | None = None,
    ) -> list[QualityEvent]:
        """Write all of them in one transaction, or none; each `after` counts what is before it.

        `fresh`: calls and forms; ConflictError when one of these calls has an evaluation by that
        form already, calibrations and withdrawn ones aside.
        """
        entries = list(entries)
        with self.shelf.writing() as connection:
            _refuse_second(connection, fresh)
            written = write(connection, entries, self.clock.utc_now())
            if beside is not None:
                beside(connection)
        return written

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        self.shelf.close()


class NoAdminError(LedgerError):
    """After this nobody could administer the house."""


def refuse_without_admin(connection: Connection) -> None:
    """To be given as `beside`: NoAdminError when no admin is left who may sign in."""
    c = accounts.c
    admins = select(c.name).where(c.role == Role.ADMIN.value, c.enabled)
    if connection.execute(admins.limit(1)).first() is None:
        raise NoAdminError("no admin would be left; `thirdring user add NAME --role admin`")


def _refuse_second(connection: Connection, fresh: Collection[tuple[str, str]]) -> None:
    c = evaluations.c
    counted = (c.state != EvaluationState.WITHDRAWN) & (c.purpose != EvaluationKind.CALIBRATION)
    for call_id, form in fresh:
        same = (c.call_id == call_id) & (c.form == form) & counted
        found = connection.execute(select(c.id, c.state).where(same)).first()
        if found is not None:
            raise ConflictError(
                f"{call_id} has evaluation {found.id} by form {form} already ({found.state})"
            )
