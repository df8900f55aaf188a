"""Who calls: the customer's file and what the ledger knows of this number, for the agent's eyes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import structlog

from calls.errors import LedgerError
from calls.events import CallEvent
from calls.floor.view import CallerFile, OpenMatter, PastCall
from calls.masking import mask, plain, plain_name
from ledger.rows import CallRow

MOST_CALLS: Final = 10
MOST_FIELDS: Final = 12
MOST_OVER: Final = 50
NAME_CELLS: Final = 32
FIELD_CELLS: Final = 60
_MATTERS: Final = ("promised", "ticket_opened")

_log = structlog.get_logger("desk")

Customer = Callable[[str], Mapping[str, str] | None]
"""The row of the house's customer file for a number; None for a stranger."""


class Past(Protocol):
    """The ledger's memory of a number; `LedgerReader` is one. Blocks."""

    def call(self, call_id: str) -> CallRow:
        """One call; LedgerError when there is none."""

    def calls_of(self, ani: str, limit: int) -> Sequence[CallRow]:
        """The latest calls from exactly this number, oldest first."""

    def events_of(self, call_ids: Sequence[str], kinds: Collection[str]) -> Sequence[CallEvent]:
        """Events of these kinds of these calls, in order."""


class CallerFiles:
    """Builds callers' files; what blocks is done in a thread."""

    def __init__(self, past: Past, customer: Customer) -> None:
        self._past = past
        self._customer = customer
        self._over: dict[str, CallerFile] = {}

    def at_once(self, ani: str, caller_name: str) -> CallerFile:
        """What is known without a look at the ledger."""
        row = dict(self._customer(ani) or {}) if ani else {}
        name = row.pop("name", "") or caller_name
        tier = row.pop("tier", "")
        fields = [(label, text) for label, text in row.items() if label != "key" and text]
        return CallerFile(
            number=mask(ani),
            name=plain_name(name, most_cells=NAME_CELLS),
            tier=plain(tier, most_cells=NAME_CELLS),
            fields={
                plain(label, most_cells=NAME_CELLS): plain(text, most_cells=FIELD_CELLS)
                for label, text in fields[:MOST_FIELDS]
            },
        )

    def of_call(self, call_id: str) -> CallerFile:
        """Who called with a call that this process never had: looked up in the ledger, once."""
        if call_id not in self._over:
            self._over[call_id] = self._of_row(call_id)
            while len(self._over) > MOST_OVER:
                self._over.pop(next(iter(self._over)))
        return self._over[call_id]

    def _of_row(self, call_id: str) -> CallerFile:
        try:
            row = self._past.call(call_id) if call_id else None
        except LedgerError:
            row = None
        return CallerFile() if row is None else self.at_once(row.ani, row.caller_name)

    async def whole(self, ani: str, caller_name: str, *, but: str) -> CallerFile:
        """The same with history and open matters; the call with the id `but` is not history."""
        known = self.at_once(ani, caller_name)
        if not ani:
            return known
        try:
            history, matters = await asyncio.to_thread(self._look, ani, but)
        except LedgerError as error:
            _log.warning("a caller's history cannot be read", problem=str(error))
            return known
        return known.model_copy(update={"history": history, "open_matters": matters})

    def _look(self, ani: str, but: str) -> tuple[tuple[PastCall, ...], tuple[OpenMatter, ...]]:
        found = [call for call in self._past.calls_of(ani, MOST_CALLS + 1) if call.id != but]
        latest = found[-MOST_CALLS:][::-1]
        events = self._past.events_of([call.id for call in latest], (*_MATTERS, "form_filled"))
        return (
            tuple(_past_call(call, events) for call in latest),
            tuple(_matter(event) for event in events if event.kind in _MATTERS),
        )


def _past_call(call: CallRow, events: Sequence[CallEvent]) -> PastCall:
    return PastCall(
        call_id=call.id,
        at=_iso(call.offered_at),
        disposition=call.disposition or "",
        agent=call.agent,
        matter=_matter_of(call.id, events),
    )


def _matter_of(call_id: str, events: Sequence[CallEvent]) -> str:
    """What the call was about, by the last form or matter that says so."""
    told = ""
    for event in events:
        if event.call_id != call_id:
            continue
        about = event.data.get("about")
        values = event.data.get("values")
        filled = values.get("matter") if isinstance(values, Mapping) else None
        told = next((text for text in (filled, about) if isinstance(text, str) and text), told)
    return plain(told, most_cells=FIELD_CELLS)


def _matter(event: CallEvent) -> OpenMatter:
    about, due = event.data.get("about"), event.data.get("due_at")
    return OpenMatter(
        kind="promise" if event.kind == "promised" else "ticket",
        about=plain(str(about or ""), most_cells=FIELD_CELLS),
        due=plain(str(due or "")),
    )


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
