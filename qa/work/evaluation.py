"""An evaluation as its facts tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from calls.quality.events import QualityEvent
from calls.quality.states import EvaluationKind, EvaluationState
from qa.work.terms import when


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswer:
    """The last answer that a person gave to a question."""

    answer: str
    """An answer's name, `na`, or empty: taken back."""

    comment: str
    machine: str
    """What the machine said then; empty when it had nothing to say."""

    reason: str
    """Why the machine is overruled."""

    at_ms: int | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the answers came to, as submitted or as resolved."""

    by: str
    at: datetime
    answers: Mapping[str, str]
    score: float
    result: str
    sections: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """The agent disagrees."""

    by: str
    at: datetime
    reason: str
    questions: tuple[str, ...]
    resolve_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coaching:
    """What the agent may do better, with places to listen to."""

    by: str
    at: datetime
    note: str
    clips: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that one evaluation's facts say."""

    id: str
    seq: int
    """Number of its last fact."""

    call_id: str
    agent: str
    form: str
    form_digest: str
    purpose: EvaluationKind
    drawn_by: str
    why: str
    opened_by: str
    opened_at: datetime
    state: EvaluationState = EvaluationState.OPEN
    evaluator: str = ""
    claimed_until: datetime | None = None
    draft: Mapping[str, DraftAnswer] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    """What the machine said of each question when it was submitted."""

    submitted: Outcome | None = None
    respond_by: datetime | None = None
    dispute: Dispute | None = None
    resolved: Outcome | None = None
    upheld: bool | None = None
    closing: str = ""
    """The agent's comment when acknowledging, the reviewer's reason, or why it was withdrawn."""

    coaching: tuple[Coaching, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What counts: the resolution where there is one."""
        return self.resolved or self.submitted

    def is_claimed(self, now: datetime) -> bool:
        """Whether somebody has it; a claim that ran out is none."""
        until = self.claimed_until
        return self.state is EvaluationState.CLAIMED and until is not None and now < until

    def standing(self, now: datetime) -> EvaluationState:
        """Its state, with a claim that ran out as open."""
        if self.state is EvaluationState.CLAIMED and not self.is_claimed(now):
            return EvaluationState.OPEN
        return self.state


def fold(evaluation_id: str, events: Iterable[QualityEvent]) -> Evaluation | None:
    """The evaluation of these facts, in order; None without any."""
    found: Evaluation | None = None
    for event in events:
        if event.kind == "opened":
            found = _opened(evaluation_id, event)
        elif found is not None:
            change = _CHANGES.get(event.kind)
            found = replace(change(found, event) if change else found, seq=event.seq)
    return found


def _opened(evaluation_id: str, event: QualityEvent) -> Evaluation:
    data = event.data
    return Evaluation(
        id=evaluation_id,
        seq=event.seq,
        call_id=data["call_id"],
        agent=data["agent"],
        form=data["form"],
        form_digest=data["form_digest"],
        purpose=EvaluationKind(data["purpose"]),
        drawn_by=data["drawn_by"],
        why=data["why"],
        opened_by=event.actor,
        opened_at=event.at,
    )


def _claimed(found: Evaluation, event: QualityEvent) -> Evaluation:
    return replace(
        found,
        state=EvaluationState.CLAIMED,
        evaluator=event.actor,
        claimed_until=when(event.data["until"]),
    )


def _released(found: Evaluation, _: QualityEvent) -> Evaluation:
    return replace(found, state=EvaluationState.OPEN, evaluator="", claimed_until=None)


def _answered(found: Evaluation, event: QualityEvent) -> Evaluation:
    data = event.data
    answer = DraftAnswer(
        answer=data["answer"],
        comment=data["comment"],
        machine=data["machine"],
        reason=data["reason"],
        at_ms=data["at_ms"],
        by=event.actor,
    )
    return replace(found, draft={**found.draft, data["question"]: answer})


def _submitted(found: Evaluation, event: QualityEvent) -> Evaluation:
    return replace(
        found,
        state=EvaluationState.SUBMITTED,
        evaluator=event.actor,
        claimed_until=None,
        machine=dict(event.data["machine"]),
        submitted=_outcome(event),
        respond_by=when(event.data["respond_by"]),
    )


def _acknowledged(found: Evaluation, event: QualityEvent) -> Evaluation:
    return replace(found, state=EvaluationState.ACKNOWLEDGED, closing=event.data["comment"])


def _disputed(found: Evaluation, event: QualityEvent) -> Evaluation:
    data = event.data
    dispute = Dispute(
        by=event.actor,
        at=event.at,
        reason=data["reason"],
        questions=tuple(data["questions"]),
        resolve_by=when(data["resolve_by"]),
    )
    return replace(found, state=EvaluationState.DISPUTED, dispute=dispute)


def _resolved(found: Evaluation, event: QualityEvent) -> Evaluation:
    return replace(
        found,
        state=EvaluationState.RESOLVED,
        resolved=_outcome(event),
        upheld=event.data["upheld"],
        closing=event.data["reason"],
    )


def _withdrawn(found: Evaluation, event: QualityEvent) -> Evaluation:
    return replace(
        found,
        state=EvaluationState.WITHDRAWN,
        claimed_until=None,
        closing=event.data["reason"],
    )


def _coached(found: Evaluation, event: QualityEvent) -> Evaluation:
    clips = tuple((int(start), int(end)) for start, end in event.data["clips"])
    note = Coaching(by=event.actor, at=event.at, note=event.data["note"], clips=clips)
    return replace(found, coaching=(*found.coaching, note))


def _outcome(event: QualityEvent) -> Outcome:
    data: Mapping[str, Any] = event.data
    return Outcome(
        by=event.actor,
        at=event.at,
        answers=dict(data["answers"]),
        score=data["score"],
        result=data["result"],
        sections=dict(data["sections"]),
    )


_CHANGES: Mapping[str, Callable[[Evaluation, QualityEvent], Evaluation]] = {
    "claimed": _claimed,
    "released": _released,
    "answered": _answered,
    "submitted": _submitted,
    "acknowledged": _acknowledged,
    "disputed": _disputed,
    "resolved": _resolved,
    "withdrawn": _withdrawn,
    "coached": _coached,
}
