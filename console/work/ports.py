"""What the work of QA needs of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from ledger.rows import CallRow
from qa.answering import CaseFacts, MachineAnswer
from qa.rubric import Form
from qa.sampling import Candidate


class Cases(Protocol):
    """Calls as QA sees them. Blocks; LedgerError when the ledger cannot be read."""

    def call(self, call_id: str) -> CallRow:
        """A call by its whole id or the beginning of it; LedgerError when there is none."""

    def facts(self, call_id: str) -> CaseFacts:
        """The events of exactly this call, judged by the house's rules."""

    def machine(self, form: Form, call_id: str) -> Mapping[str, MachineAnswer]:
        """What the machine answers of this call, by question; nothing it does not know."""

    def purpose(self, call_id: str) -> str:
        """`mystery` for a planned test call, else `review`."""

    def candidates(self, since: datetime, until: datetime) -> Iterable[Candidate]:
        """Calls offered in [since, until) that are over."""
