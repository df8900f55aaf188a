"""The ways a database really goes: every statement that a question sends is explained as sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from ledger.reader import LedgerReader

_BIG = ("calls", "call_events", "call_marks", "recordings", "floor_events")


def steps_of(reader: LedgerReader, ask: Callable[[], object]) -> list[str]:
    """The steps of the plans of all that `ask` asks of the reader's database, each once."""
    steps: dict[str, None] = {}
    busy: list[bool] = []

    def explain(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any
    ) -> None:
        if busy or not statement.lstrip(" (\n").startswith(("SELECT", "WITH")):
            return
        if "set_config" in statement:
            return
        busy.append(True)
        try:
            steps.update(dict.fromkeys(_explained(connection, statement, parameters)))
        finally:
            busy.clear()

    engine = reader._sight._engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    return list(steps)


def _explained(connection: Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        told = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row[3]) for row in told]
    told = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    lines = [str(row[0]).strip(" ->") for row in told]
    named = (line.partition("  (")[0] for line in lines)
    return [line for line in named if "Scan" in line or "Sort" in line]


def full_scans(steps: list[str]) -> list[str]:
    """Steps that read one of the big tables to its end, and not by an index."""
    return [step for step in steps if _reads_all(step)]


def _reads_all(step: str) -> bool:
    words = step.split()
    if step.startswith("Seq Scan on"):
        return words[3] in _BIG
    if words[0] != "SCAN" or len(words) < 2:
        return False
    # Along an index that is kept for the rows in question alone, or in the order asked for.
    return words[1].partition("_1")[0] in _BIG and "USING" not in words
