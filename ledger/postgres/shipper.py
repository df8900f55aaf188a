"""Carries a node's ledger on into PostgreSQL, while calls go on whether that is there or not."""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from calls.clock import Clock, SystemClock
from calls.errors import LedgerError
from ledger.closing import Closing
from ledger.encoding import at_us, from_us
from ledger.opening import LedgerAwayError, check_schema, reader_engine, unreadable
from ledger.postgres.batch import Batch, OtherLedgerError, Progress, Step, progress
from ledger.postgres.opening import (
    central_engine,
    prepare,
    trouble,
    without_password,
)
from ledger.tables import call_events, floor_events, shipments

log = structlog.get_logger(__name__)

STEP_EVENTS = 2000
"""Events of one transaction."""

_LOOK_S = 0.5
_LAST_STEPS = 20
_RETRY_S = (0.5, 1.0, 2.0, 5.0)
_EVENTS = [
    call_events.c[name]
    for name in ("cursor", "call_id", "seq", "at", "offset_ms", "kind", "data", "hash")
]
_FLOOR = [floor_events.c[name] for name in ("cursor", "agent", "at", "kind", "data", "hash")]


def node_name(state: Path) -> str:
    """What the node of this state folder is called in the database; made once, kept in `node`."""
    path = state / "node"
    try:
        return path.read_text(encoding="utf-8").strip() or _named(path)
    except FileNotFoundError:
        return _named(path)


def _named(path: Path) -> str:
    name = f"node-{secrets.token_hex(4)}"
    path.write_text(f"{name}\n", encoding="utf-8")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the database is behind a node's ledger."""

    node: str
    behind: int
    """Events of calls that are not in the database yet."""

    floor_behind: int
    shipped_at: str
    """ISO time, UTC; empty when nothing was shipped yet."""

    refused: int
    """Events that the database has otherwise, under the same call and number."""


class Shipper(Closing):
    """Ships one ledger. Use from one thread; several nodes, or two of one, do no harm.

    Raises ConfigError for an address that is none or without the driver; nothing is connected yet.
    """

    def __init__(self, ledger: Path, url: str, node: str, *, clock: Clock | None = None) -> None:
        self.ledger, self.url, self.node = ledger, url, node
        self._clock = clock or SystemClock()
        self._central = central_engine(url, pool_size=1)
        self._local = reader_engine(ledger)
        self._prepared = False
        self._never = threading.Event()

    def ship(self, at_most: int | None = None) -> int:
        """Ship everything there is, or `at_most` so many steps; returns how many facts.

        Raises LedgerError when the ledger or the database refuses; what was shipped stays.
        """
        shipped = 0
        for _ in count() if at_most is None else range(at_most):
            step = self.ship_step()
            shipped += step
            if not step:
                break
        return shipped

    def ship_step(self) -> int:
        """Ship up to `STEP_EVENTS` facts of each kind in one transaction; returns how many."""
        try:
            return self._ship_step()
        except SQLAlchemyError as error:
            raise trouble(self.url, error) from error

    def standing(self) -> Standing:
        """How far the database is behind. Raises LedgerError when it cannot be asked."""
        try:
            self._prepare()
            with self._central.connect() as connection:
                there = progress(connection, self.node)
                at = connection.execute(
                    select(shipments.c.shipped_at).where(shipments.c.node == self.node)
                ).scalar()
        except SQLAlchemyError as error:
            raise trouble(self.url, error) from error
        with self._local.connect() as local:
            check_schema(local, self.ledger)
            behind = [
                local.execute(select(func.count()).where(table.c.cursor > cursor)).scalar_one()
                for table, cursor in (
                    (call_events, there.cursor),
                    (floor_events, there.floor_cursor),
                )
            ]
        return Standing(
            node=self.node,
            behind=behind[0],
            floor_behind=behind[1],
            shipped_at=from_us(at).isoformat() if at else "",
            refused=there.refused,
        )

    def wait(self) -> None:
        """Let more facts come in."""
        self._never.wait(_LOOK_S)

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        self._central.dispose()
        self._local.dispose()

    def _prepare(self) -> None:
        if not self._prepared:
            prepare(self._central, self.url)
            self._prepared = True

    def _ship_step(self) -> int:
        self._prepare()
        with self._central.begin() as connection:
            batch = Batch(connection, self.node, at_us(self._clock.utc_now()))
            before = batch.begin()
            step = self._next(before)
            if step.events or step.floor:
                batch.write(step, before)
            return len(step.events) + len(step.floor)

    def _next(self, before: Progress) -> Step:
        try:
            with self._local.connect() as local:
                local.exec_driver_sql("BEGIN")
                self._same_ledger(local, before)
                return Step(
                    _after(local, call_events, _EVENTS, before.cursor),
                    _after(local, floor_events, _FLOOR, before.floor_cursor),
                )
        except DatabaseError as error:
            raise unreadable(self.ledger, error) from None

    def _same_ledger(self, local: Connection, before: Progress) -> None:
        if not before.cursor:
            return
        query = select(call_events.c.hash).where(call_events.c.cursor == before.cursor)
        found = local.execute(query).scalar()
        if found is None or bytes(found) != before.head:
            raise OtherLedgerError(
                f"{without_password(self.url)} has event {before.cursor} of {self.node!r}, and "
                f"{self.ledger} has another one or none; a restored or copied ledger ships under "
                "a new name: set ledger.node, or delete `node` in the state folder"
            )


def _after(local: Connection, table: Table, columns: Any, cursor: int) -> list[tuple[Any, ...]]:
    query = select(*columns).where(table.c.cursor > cursor).order_by(table.c.cursor)
    return [tuple(row) for row in local.execute(query.limit(STEP_EVENTS))]


class Shipping:
    """A thread of the server that ships as facts come, until stopped.

    Trouble is told once when it begins and once when it is over; in between it tries again, first
    after a second, then up to every half minute.
    """

    def __init__(self, shipper: Shipper) -> None:
        self._shipper = shipper
        self._stop = threading.Event()
        self._tried = 0
        self.trouble = ""
        """Why nothing is shipped now; empty when all is well."""

        self.lasting = False
        """Whether the database can be reached and refuses: so it stays until somebody acts."""

        self._thread = threading.Thread(target=self._run, name="ledger-shipper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, patience_s: float = 10) -> None:
        """Ship what there is once more, if that can be; harmless when done already."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stop.wait(pause_s):
            pause_s = self._once()
        # What came last, unless more and more comes: then the next start ships it.
        with suppress(LedgerError):
            self._shipper.ship(at_most=_LAST_STEPS)
        self._shipper.close()

    def _once(self) -> float:
        """Ship a step; returns how long to wait before the next one."""
        try:
            shipped = self._shipper.ship_step()
        except LedgerError as error:
            return self._failed(error)
        if self.trouble:
            log.info("facts are shipped again", node=self._shipper.node)
        self.trouble, self.lasting, self._tried = "", False, 0
        return 0.0 if shipped >= STEP_EVENTS else _LOOK_S

    def _failed(self, error: LedgerError) -> float:
        self.lasting = not isinstance(error, LedgerAwayError)
        if not self.trouble:
            tell = log.critical if self.lasting else log.warning
            tell("facts wait in the node's own ledger", node=self._shipper.node, problem=str(error))
        self.trouble = str(error)
        self._tried += 1
        return _RETRY_S[min(self._tried, len(_RETRY_S)) - 1]
