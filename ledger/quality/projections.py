"""Evaluations and accounts as their facts tell them: one fold, for writing, rebuilding, verifying.

A fold takes the row before (None: there is none) and gives the row after; times are whole
microseconds as the tables have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from calls.quality.events import QualityEvent
from calls.quality.states import EvaluationState
from ledger.encoding import at_us
from ledger.quality.tables import accounts, evaluations

Row = dict[str, Any]

TOLD: Mapping[str, Table] = {"evaluation": evaluations, "account": accounts}
"""First part of a stream's name -> the table its rows are in."""


def key_of(table: Table) -> str:
    """Name of the table's key column."""
    return next(iter(table.primary_key.columns)).name


def told(stream: str) -> tuple[Table, str] | None:
    """The table that tells of this stream and the row's key; None for other streams."""
    kind, _, name = stream.partition("/")
    table = TOLD.get(kind)
    return None if table is None else (table, name)


def fold(row: Row | None, event: QualityEvent) -> Row | None:
    """The row after `event`."""
    kind, _, name = event.stream.partition("/")
    if kind == "evaluation":
        return _evaluation(row, name, event)
    if kind == "account":
        return _account(row, name, event)
    return None


def apply(connection: Connection, event: QualityEvent) -> None:
    """Bring the row of the event's stream up to it."""
    found = told(event.stream)
    if found is None:
        return
    table, name = found
    key = table.c[key_of(table)]
    kept = connection.execute(select(table).where(key == name)).mappings().first()
    row = fold(dict(kept) if kept is not None else None, event)
    connection.execute(delete(table).where(key == name))
    if row is not None:
        connection.execute(insert(table).values(row))


# ---- an evaluation -----------------------------------------------------------------------------


def _evaluation(row: Row | None, name: str, event: QualityEvent) -> Row | None:
    if event.kind == "opened":
        row = _opened(name, event)
    elif row is not None and (change := _CHANGES.get(event.kind)) is not None:
        row = row | change(event)
    return None if row is None else row | {"seq": event.seq}


def _opened(name: str, event: QualityEvent) -> Row:
    data = event.data
    said = ("call_id", "agent", "form", "form_digest", "purpose", "drawn_by", "why")
    return dict.fromkeys(column.name for column in evaluations.columns) | {
        "id": name,
        "state": EvaluationState.OPEN.value,
        "opened_at": at_us(event.at),
        "opened_by": event.actor,
        "evaluator": "",
        **{field: data[field] for field in said},
    }


def _claimed(event: QualityEvent) -> Row:
    return {
        "state": EvaluationState.CLAIMED.value,
        "evaluator": event.actor,
        "claimed_until": _us(event.data["until"]),
    }


def _released(_: QualityEvent) -> Row:
    return {"state": EvaluationState.OPEN.value, "evaluator": "", "claimed_until": None}


def _submitted(event: QualityEvent) -> Row:
    return {
        "state": EvaluationState.SUBMITTED.value,
        "evaluator": event.actor,
        "claimed_until": None,
        "submitted_at": at_us(event.at),
        "respond_by": _us(event.data["respond_by"]),
        "score": event.data["score"],
        "result": event.data["result"],
    }


def _acknowledged(event: QualityEvent) -> Row:
    return {"state": EvaluationState.ACKNOWLEDGED.value, "settled_at": at_us(event.at)}


def _disputed(event: QualityEvent) -> Row:
    resolve_by = _us(event.data["resolve_by"])
    return {"state": EvaluationState.DISPUTED.value, "resolve_by": resolve_by}


def _resolved(event: QualityEvent) -> Row:
    return {
        "state": EvaluationState.RESOLVED.value,
        "settled_at": at_us(event.at),
        "score": event.data["score"],
        "result": event.data["result"],
    }


def _withdrawn(event: QualityEvent) -> Row:
    state = EvaluationState.WITHDRAWN.value
    return {"state": state, "claimed_until": None, "settled_at": at_us(event.at)}


_CHANGES: Mapping[str, Callable[[QualityEvent], Row]] = {
    "claimed": _claimed,
    "released": _released,
    "submitted": _submitted,
    "acknowledged": _acknowledged,
    "disputed": _disputed,
    "resolved": _resolved,
    "withdrawn": _withdrawn,
}


def _us(iso: str) -> int:
    return at_us(datetime.fromisoformat(iso))


# ---- an account --------------------------------------------------------------------------------


def _account(row: Row | None, name: str, event: QualityEvent) -> Row | None:
    if event.kind == "account_created":
        said = {field: event.data[field] for field in ("role", "agent", "display_name")}
        made = {"enabled": True, "created_at": at_us(event.at), "password_at": None}
        return {"name": name, **said, **made}
    if row is None:
        return None
    if event.kind == "account_changed":
        fields = ("role", "agent", "display_name", "enabled")
        return row | {field: event.data[field] for field in fields}
    if event.kind == "password_set":
        return row | {"password_at": at_us(event.at)}
    return row
