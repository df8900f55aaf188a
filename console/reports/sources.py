"""Where reports have their facts from: the ledger and the quality book, read only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from calls.clock import Clock
from calls.masking import mask, plain, plain_name
from ledger.dated_facts import DatedFact, dated_facts
from ledger.floor_day import AgentDay
from ledger.quality.book import QualityBook
from ledger.quality.rows import EvaluationFilter, EvaluationRow
from ledger.reader import LedgerReader
from qa.figures.rows import CallFacts
from qa.figures.sames import Placed
from qa.figures.slots import Days

ABOUT_CELLS: Final = 60
COMPLAINT: Final = "complaint"
"""A ticket's class that begins so is a complaint (C02: general, important or major)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One submitted evaluation, as `qa.figures.rows.Scored` wants it."""

    id: str
    call_id: str
    agent: str
    kind: str
    score: float
    result: str
    form: str
    state: str
    answers: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Something a caller was told would happen: a callback, a ticket."""

    call_id: str
    kind: str
    """`promised` or `ticket_opened`."""

    id: str
    at: datetime
    due_at: datetime | None
    about: str
    number: str
    """Masked; empty for a ticket."""

    ticket_class: str
    agent: str
    queue: str

    @property
    def is_complaint(self) -> bool:
        """Whether a caller complained."""
        return self.ticket_class.startswith(COMPLAINT)


class Sources(Protocol):
    """What reports ask for. Blocks; LedgerError when it cannot be read."""

    def calls(self, days: Days, queue: str = "") -> Iterable[CallFacts]:
        """Calls offered in these days, part by part; of one queue or (empty) of the whole house."""

    def agents(self, days: Days) -> Sequence[AgentDay]:
        """Each agent's time in these days, up to now, by number."""

    def scores(self, days: Days) -> Sequence[Placed]:
        """Evaluations submitted in these days that stand."""

    def work(self) -> Mapping[str, int]:
        """How many evaluations are in each state just now."""

    def owed(self, days: Days) -> Sequence[Owed]:
        """What was promised, and tickets opened, on the calls of these days; not on those of
        planned test callers (Q07)."""


class HouseSources:
    """The real one."""

    def __init__(self, reader: LedgerReader, book: QualityBook | None, clock: Clock) -> None:
        """Without a `book` nothing was ever evaluated."""
        self._reader, self._book, self._clock = reader, book, clock

    def calls(self, days: Days, queue: str = "") -> Iterable[CallFacts]:
        return self._reader.call_columns(days.since, days.until, queue or None)

    def agents(self, days: Days) -> Sequence[AgentDay]:
        until = min(days.until, self._clock.utc_now())
        if until <= days.since:
            return []
        found = self._reader.agent_days(days.since, until)
        return [day for day in found if day.offers or set(day.state_ms) - {"signed_out"}]

    def scores(self, days: Days) -> Sequence[Placed]:
        if self._book is None:
            return []
        wanted = EvaluationFilter(submitted_since=days.since, submitted_until=days.until)
        events = self._book.events_of(("submitted",), since=days.since, until=days.until)
        told = {event.stream.partition("/")[2]: dict(event.data) for event in events}
        # A dispute may have been resolved later; its answers count like its score.
        for event in self._book.events_of(("resolved",), since=days.since):
            name = event.stream.partition("/")[2]
            if name in told:
                told[name] |= {"answers": event.data["answers"]}
        return [
            Placed(_evaluated(row, told.get(row.id, {})), _offered_at(row))
            for row in self._book.evaluations(wanted)
            if row.score is not None and row.state != "withdrawn"
        ]

    def work(self) -> Mapping[str, int]:
        if self._book is None:
            return {}
        found: dict[str, int] = {}
        wanted = EvaluationFilter(states=("open", "claimed", "submitted", "disputed"))
        for row in self._book.evaluations(wanted):
            found[row.state] = found.get(row.state, 0) + 1
        return found

    def owed(self, days: Days) -> Sequence[Owed]:
        facts = dated_facts(self._reader, ("promised", "ticket_opened"), days.since, days.until)
        return [_owed(fact) for fact in facts if not fact.tag]


def _evaluated(row: EvaluationRow, told: Mapping[str, Any]) -> Evaluated:
    return Evaluated(
        id=row.id,
        call_id=row.call_id,
        agent=row.agent,
        kind=row.purpose,
        score=row.score or 0.0,
        result=row.result or "",
        form=row.form,
        state=row.state,
        answers=told.get("answers") or {},
        machine=told.get("machine") or {},
    )


def _offered_at(row: EvaluationRow) -> datetime:
    """When the evaluated call came: its id tells; else when the evaluation was opened."""
    try:
        return datetime.strptime(row.call_id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return row.opened_at


def _owed(fact: DatedFact) -> Owed:
    event, data = fact.event, fact.event.data
    return Owed(
        call_id=event.call_id,
        kind=event.kind,
        id=str(data.get("promise") or data.get("ticket") or ""),
        at=event.at,
        due_at=_moment(data.get("due_at")),
        about=plain_name(str(data.get("about") or ""), most_cells=ABOUT_CELLS),
        number=mask(plain(str(data.get("number") or ""))),
        ticket_class=str(data.get("ticket_class") or ""),
        agent=fact.agent,
        queue=fact.queue,
    )


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
