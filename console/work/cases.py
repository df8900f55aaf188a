"""Calls as QA sees them, from the ledger and the house's rules."""

from __future__ import annotations

from collections.abc import Mapping

from callflow.rules.monitor import RuleSet
from calls.quality.states import EvaluationKind
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from qa.answering import CaseFacts, MachineAnswer, machine_answers
from qa.rubric import Form

MYSTERY = "mystery"
"""The tag of a planned test call (Q07)."""


class LedgerCases:
    """Implements `console.work.ports.Cases`."""

    def __init__(self, reader: LedgerReader, rules: RuleSet) -> None:
        self._reader = reader
        self._rules = rules

    def call(self, call_id: str) -> CallRow:
        return self._reader.call(call_id)

    def facts(self, call_id: str) -> CaseFacts:
        """The events of exactly this call, judged by the house's rules."""
        return CaseFacts.of(self._reader.events(call_id), self._rules)

    def machine(self, form: Form, call_id: str) -> Mapping[str, MachineAnswer]:
        return machine_answers(form, self.facts(call_id))

    def purpose(self, call_id: str) -> str:
        tag = self._reader.call(call_id).tag
        return (EvaluationKind.MYSTERY if tag == MYSTERY else EvaluationKind.REVIEW).value
