"""Calls as QA sees them, from the ledger and the house's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo

from callflow.rules.monitor import RuleSet
from calls.quality.states import EvaluationKind
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from qa.answering import CaseFacts, MachineAnswer, machine_answers
from qa.rubric import Form
from qa.sampling import Candidate

_DAY = timedelta(days=1)
MYSTERY = "mystery"
"""The tag of a planned test call (Q07)."""


class LedgerCases:
    """Implements `console.work.ports.Cases`."""

    def __init__(
        self,
        reader: LedgerReader,
        rules: RuleSet | Callable[[], RuleSet],
        zone: tzinfo | None = None,
    ) -> None:
        """`rules`: the house's, or what gives them as they are now; `zone`: that of the site,
        None the machine's own."""
        self._reader = reader
        self._zone = zone
        self._rules: Callable[[], RuleSet] = rules if callable(rules) else lambda: rules

    def call(self, call_id: str) -> CallRow:
        return self._reader.call(call_id)

    def facts(self, call_id: str) -> CaseFacts:
        return CaseFacts.of(self._reader.events(call_id), self._rules())

    def machine(self, form: Form, call_id: str) -> Mapping[str, MachineAnswer]:
        return machine_answers(form, self.facts(call_id))

    def purpose(self, call_id: str) -> str:
        tag = self._reader.call(call_id).tag
        return (EvaluationKind.MYSTERY if tag == MYSTERY else EvaluationKind.REVIEW).value

    def candidates(self, since: datetime, until: datetime) -> Iterator[Candidate]:
        # A day at a time: a month of a busy line is more rows than one list should hold.
        while since < until:
            end = min(since + _DAY, until)
            for call in self._reader.calls(since=since, until=end, live=False):
                yield _candidate(call, self._zone)
            since = end


def _candidate(call: CallRow, zone: tzinfo | None) -> Candidate:
    return Candidate(
        call_id=call.id,
        agent=call.agent,
        queue=call.queue,
        hour=call.offered_at.astimezone(zone).hour if call.offered_at is not None else 0,
        outcome=call.disposition or call.end_reason or "",
        length_ms=(call.talked_ms if call.agent and call.talked_ms else call.ended_ms) or 0,
        tag=call.tag,
        broken=call.broken,
        talk_over_ms=call.talk_over_ms,
        dead_air_ms=call.dead_air_ms,
        survey=call.survey,
        faults=call.faults,
    )
