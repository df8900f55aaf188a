"""What came to the writer in the form that is stored, and what has none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import structlog

from calls.events import CallEvent
from calls.floor.events import FloorEvent
from ledger.encoding import Row, event_rows
from ledger.floor import FloorRow, floor_row

log = structlog.get_logger(__name__)


def stored_forms(
    items: Sequence[CallEvent | FloorEvent | Row],
) -> tuple[list[Row | FloorRow], str]:
    """The rows of `items` in order, and why the first of those that cannot be stored cannot.

    Those are logged and left out; the text is empty when there are none.
    """
    rows: list[Row | FloorRow] = []
    problem = ""
    for kind, same in groupby(items, type):
        run = list(same)
        try:
            rows += _rows(kind, run)
        except (TypeError, ValueError, AttributeError) as error:
            if len(run) == 1:
                _log_unfit(run[0], error)
                problem = problem or str(error)
                continue
            # One of them is unfit: one by one, that is found and the others are kept.
            for item in run:
                fit, found = stored_forms([item])
                rows += fit
                problem = problem or found
    return rows, problem


def _log_unfit(item: object, error: Exception) -> None:
    log.error("an event cannot be stored", kind=str(getattr(item, "kind", "")), problem=str(error))


def _rows(kind: type, run: list[Any]) -> Sequence[Row | FloorRow]:
    if kind is CallEvent:
        return event_rows(run)
    return [floor_row(item) if isinstance(item, FloorEvent) else item for item in run]
