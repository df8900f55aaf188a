"""Reading the quality book: its facts, and what is told from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from calls.errors import UnknownWorkError
from calls.quality.events import QualityEvent
from calls.quality.states import EvaluationKind, EvaluationState
from ledger.encoding import at_us, from_us
from ledger.quality.encoding import quality_event, spoiled
from ledger.quality.opening import Shelf
from ledger.quality.rows import AccountRow, EvaluationFilter, EvaluationRow, Look, LookFilter
from ledger.quality.tables import accounts, evaluations, quality_events, quality_head

_EVENTS = tuple(quality_events.c[name] for name in ("stream", "seq", "at", "actor", "kind", "data"))
_EVALUATION_FIELDS = tuple(one.name for one in fields(EvaluationRow))
_ACCOUNT_FIELDS = tuple(one.name for one in fields(AccountRow))
_TIMES = frozenset({"claimed_until", "respond_by", "resolve_by"})
_PAGE = 1000
_LAST = "\U0010ffff"


class QualityReading:
    """What may be asked of a quality book, from any thread."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    # ---- facts -------------------------------------------------------------------------------

    def events(self, stream: str) -> list[QualityEvent]:
        """All facts of exactly this stream, in order; empty when there is none."""
        query = select(*_EVENTS).where(quality_events.c.stream == stream)
        return self._events(query.order_by(quality_events.c.seq))

    def streams(self, prefix: str) -> list[str]:
        """Names of the streams that begin so (`draw/`), by name."""
        column = quality_events.c.stream
        query = select(column).where(quality_events.c.seq == 1)
        if self.shelf.postgres:
            query = query.where(column.startswith(prefix, autoescape=True))
        else:
            # A range goes down the index; another collation than SQLite's would break it.
            query = query.where(column >= prefix, column < prefix + _LAST)
        return [row["stream"] for row in self._rows(query.order_by(column))]

    def events_of(
        self,
        kinds: Collection[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[QualityEvent]:
        """Facts of these kinds written in [since, until), in the order they were committed.

        Read page by page, so that writers never wait for a slow reader.
        """
        query = select(quality_events.c.cursor, *_EVENTS).where(quality_events.c.kind.in_(kinds))
        if since is not None:
            query = query.where(quality_events.c.at >= at_us(since))
        if until is not None:
            query = query.where(quality_events.c.at < at_us(until))
        cursor = 0
        while True:
            page = query.where(quality_events.c.cursor > cursor)
            found = self._rows(page.order_by(quality_events.c.cursor).limit(_PAGE))
            yield from map(quality_event, found)
            if len(found) < _PAGE:
                return
            cursor = found[-1]["cursor"]

    def cursor(self) -> int:
        """The cursor of the last fact there is."""
        return int(self._rows(select(quality_head.c.cursor))[0]["cursor"])

    def events_after(self, cursor: int, limit: int = _PAGE) -> tuple[list[QualityEvent], int]:
        """Up to `limit` facts after `cursor` (0: from the first), and the cursor to go on from."""
        query = select(quality_events.c.cursor, *_EVENTS).where(quality_events.c.cursor > cursor)
        found = self._rows(query.order_by(quality_events.c.cursor).limit(limit))
        return [quality_event(one) for one in found], found[-1]["cursor"] if found else cursor

    # ---- what is told ------------------------------------------------------------------------

    def evaluations(self, wanted: EvaluationFilter | None = None) -> list[EvaluationRow]:
        """Evaluations that fit, by when they were opened."""
        wanted = wanted or EvaluationFilter()
        return [evaluation_row(values) for values in self._rows(evaluations_query(wanted))]

    def evaluation(self, evaluation_id: str) -> EvaluationRow:
        """The evaluation with this id, or whose id alone begins so.

        Raises UnknownWorkError when there is none or more than one.
        """
        prefix = evaluations.c.id.startswith(evaluation_id, autoescape=True)
        found = self._rows(select(evaluations).where(prefix).order_by(evaluations.c.id).limit(9))
        exact = [values for values in found if values["id"] == evaluation_id]
        if evaluation_id and (exact or len(found) == 1):
            return evaluation_row((exact or found)[0])
        if not found or not evaluation_id:
            raise UnknownWorkError(
                f"no evaluation {evaluation_id!r}; `thirdring qa list` shows them"
            )
        ids = ", ".join(values["id"] for values in found[:8])
        raise UnknownWorkError(
            f"{evaluation_id!r} begins several evaluations: {ids}; give more of the id"
        )

    def drawn(self, call_ids: Sequence[str]) -> set[str]:
        """Those of these calls that have an evaluation, withdrawn ones and calibrations aside."""
        found: set[str] = set()
        column = evaluations.c.call_id
        for at in range(0, len(call_ids), _PAGE):
            query = select(column).where(
                column.in_(call_ids[at : at + _PAGE]),
                evaluations.c.state != EvaluationState.WITHDRAWN,
                evaluations.c.purpose != EvaluationKind.CALIBRATION,
            )
            found.update(row["call_id"] for row in self._rows(query))
        return found

    def accounts(self) -> list[AccountRow]:
        """All accounts by name."""
        return [account_row(row) for row in self._rows(select(accounts).order_by(accounts.c.name))]

    def account(self, name: str) -> AccountRow | None:
        """The account of exactly this name; None when there is none."""
        found = self._rows(select(accounts).where(accounts.c.name == name))
        return account_row(found[0]) if found else None

    def held_calls(self) -> dict[str, str]:
        """Calls under a legal hold, each with the reason."""
        held: dict[str, str] = {}
        for event in self.events_of(("hold_set", "hold_lifted")):
            call_id = event.stream.removeprefix("call/")
            if event.kind == "hold_set":
                held[call_id] = str(event.data["reason"])
            else:
                held.pop(call_id, None)
        return held

    def looks(self, wanted: LookFilter | None = None) -> list[Look]:
        """The latest looks that fit, newest first."""
        return [*_looks(self._rows, wanted or LookFilter())]

    def _events(self, query: Select[Any]) -> list[QualityEvent]:
        return [quality_event(values) for values in self._rows(query)]

    def _rows(self, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
        with self.shelf.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def evaluations_query(wanted: EvaluationFilter) -> Select[Any]:
    """What `QualityBook.evaluations` asks; a test reads its plan."""
    c = evaluations.c
    same = {
        c.agent: wanted.agent,
        c.evaluator: wanted.evaluator,
        c.call_id: wanted.call_id,
        c.form: wanted.form,
        c.form_digest: wanted.form_digest,
        c.drawn_by: wanted.drawn_by,
    }
    query = select(evaluations).where(
        *(column == value for column, value in same.items() if value is not None)
    )
    if wanted.states:
        query = query.where(c.state.in_(wanted.states))
    if wanted.purposes:
        query = query.where(c.purpose.in_(wanted.purposes))
    if wanted.submitted_since is not None:
        query = query.where(c.submitted_at >= at_us(wanted.submitted_since))
    if wanted.submitted_until is not None:
        query = query.where(c.submitted_at < at_us(wanted.submitted_until))
    order = (c.opened_at, c.id)
    query = query.order_by(*(one.desc() for one in order) if wanted.newest_first else order)
    return query if wanted.limit is None else query.limit(wanted.limit)


def evaluation_row(values: Mapping[str, Any]) -> EvaluationRow:
    """The frozen row of a table's row."""
    return EvaluationRow(**_with_times(values, _EVALUATION_FIELDS))


def account_row(values: Mapping[str, Any]) -> AccountRow:
    """The frozen row of a table's row."""
    return AccountRow(**_with_times(values, _ACCOUNT_FIELDS))


def _with_times(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    try:
        return {
            name: from_us(values[name])
            if (name.endswith("_at") or name in _TIMES) and values[name] is not None
            else values[name]
            for name in names
        }
    except (TypeError, OverflowError):  # SQLite keeps any type in any column
        raise spoiled(f"the row of {values[names[0]]}") from None


def _looks(
    rows: Callable[[Select[Any]], Sequence[Mapping[str, Any]]], wanted: LookFilter
) -> Iterator[Look]:
    c = quality_events.c
    query = select(c.cursor, *_EVENTS).where(c.kind == "looked")
    if wanted.since is not None:
        query = query.where(c.at >= at_us(wanted.since))
    if wanted.until is not None:
        query = query.where(c.at < at_us(wanted.until))
    if wanted.actor is not None:
        query = query.where(c.actor == wanted.actor)
    cursor, given = None, 0
    while given < wanted.limit:
        page = query if cursor is None else query.where(c.cursor < cursor)
        found = rows(page.order_by(c.cursor.desc()).limit(_PAGE))
        for event in map(quality_event, found):
            if given < wanted.limit and _fits(event, wanted):
                given += 1
                yield Look(at=event.at, actor=event.actor, **event.data)
        if len(found) < _PAGE:
            return
        cursor = found[-1]["cursor"]


def _fits(event: QualityEvent, wanted: LookFilter) -> bool:
    subject = str(event.data["subject"])
    if wanted.action is not None and event.data["action"] != wanted.action:
        return False
    return wanted.subject in (None, subject) or subject.startswith(f"{wanted.subject}/")
