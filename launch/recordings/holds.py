"""Legal holds of calls, as the quality book tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from calls.errors import WorkError
from calls.quality.events import LegalHoldLifted, LegalHoldSet
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE

_KINDS = (LegalHoldSet.kind, LegalHoldLifted.kind)


class BookHolds:
    """The holds of one state folder's quality book; a folder without one holds nothing."""

    def __init__(self, state: Path) -> None:
        self._path = state / QUALITY_FILE

    def reasons(self) -> Mapping[str, str]:
        """Call -> why it is held. Raises LedgerError when the book cannot be read."""
        if not self._path.exists():
            return {}
        held: dict[str, str] = {}
        with QualityBook.open(self._path) as book:
            for event in book.events_of(_KINDS):
                call_id = event.stream.removeprefix("call/")
                if event.kind == LegalHoldSet.kind:
                    held[call_id] = str(event.data.get("reason", "")) or "no reason given"
                else:
                    held.pop(call_id, None)
        return held

    def hold(self, call_id: str, reason: str, actor: str) -> None:
        """From now on nothing of this call is erased. Raises WorkError when it is held already."""
        held = self.reasons().get(call_id)
        if held is not None:
            raise WorkError(f"call {call_id} is held already: {held}")
        with QualityBook.open(self._path) as book:
            book.append(f"call/{call_id}", LegalHoldSet(reason=reason), actor=actor)

    def lift(self, call_id: str, reason: str, actor: str) -> None:
        """Retention goes on. Raises WorkError when the call is not held."""
        if call_id not in self.reasons():
            raise WorkError(f"call {call_id} is not held; `recordings hold` holds one")
        with QualityBook.open(self._path) as book:
            book.append(f"call/{call_id}", LegalHoldLifted(reason=reason), actor=actor)
