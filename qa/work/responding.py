"""What happens to a score: the agent's word, the second reviewer's, coaching.

Decisions as in `qa.work.deciding`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from calls.errors import NotAllowedError, WorkError
from calls.quality.events import (
    Coached,
    DisputeResolved,
    EvaluationAcknowledged,
    EvaluationDisputed,
)
from calls.quality.states import EvaluationKind, EvaluationState, Role
from qa.rubric import Form, asked, score
from qa.work.deciding import refuse_unless, short
from qa.work.evaluation import Evaluation, Outcome
from qa.work.terms import Actor, Decided, Terms, iso

_SUPERVISORS = frozenset({Role.SUPERVISOR})
_MOST_CLIPS = 20
_AFTER_MS = 1000
"""A recording may go on for a moment after the call."""


def decide_acknowledge(
    evaluation: Evaluation, actor: Actor, now: datetime, comment: str
) -> list[Decided]:
    """The agent has read it."""
    _refuse_unless_concerned(evaluation, actor, now, "acknowledges")
    return [Decided(EvaluationAcknowledged(comment=short(comment)), actor.name)]


def decide_dispute(
    evaluation: Evaluation,
    actor: Actor,
    now: datetime,
    terms: Terms,
    form: Form,
    reason: str,
    questions: Sequence[str] = (),
) -> list[Decided]:
    """The agent disagrees, with all of it or with some answers."""
    outcome = _refuse_unless_concerned(evaluation, actor, now, "disputes")
    if not reason.strip():
        raise WorkError("say what is not right: --reason TEXT")
    unknown = [name for name in questions if name not in outcome.answers]
    if unknown:
        known = ", ".join(question.name for question in asked(form, outcome.answers))
        raise WorkError(f"{unknown[0]!r} was not asked; this form asked {known}")
    disputed = EvaluationDisputed(
        reason=short(reason),
        questions=tuple(questions),
        resolve_by=iso(now + terms.resolve),
    )
    return [Decided(disputed, actor.name)]


def decide_resolve(
    evaluation: Evaluation,
    actor: Actor,
    form: Form,
    reason: str,
    changes: Mapping[str, str],
) -> list[Decided]:
    """A second reviewer decides: without `changes` the score stands, with them it is anew."""
    refuse_unless(actor, _SUPERVISORS, "resolve a dispute")
    outcome = evaluation.submitted
    if evaluation.state is not EvaluationState.DISPUTED or outcome is None:
        raise WorkError(f"{evaluation.id} is {evaluation.state}; only a disputed one is resolved")
    if actor.name == evaluation.evaluator:
        raise NotAllowedError(
            "who scored a call does not resolve its dispute; another reviewer does"
        )
    if actor.agent and actor.agent == evaluation.agent:
        raise NotAllowedError("nobody resolves a dispute about a call of their own")
    if not reason.strip():
        raise WorkError("say why it is decided so: --reason TEXT")
    before = outcome.answers
    changed = {name: answer for name, answer in changes.items() if before.get(name) != answer}
    if changes and not changed:
        raise WorkError("these answers are the ones that were given; leave them out to uphold them")
    answers = _changed(form, before, changed)
    found = score(form, answers)
    if found.missing:
        raise WorkError(f"then these are asked too, give their answers: {', '.join(found.missing)}")
    if found.percent is None or found.result is None:
        raise WorkError("nothing would apply any more; withdraw the evaluation instead")
    resolved = DisputeResolved(
        upheld=not changed,
        reason=short(reason),
        answers=answers,
        score=found.percent,
        result=found.result.value,
        sections=found.by_section(),
    )
    return [Decided(resolved, actor.name)]


def decide_coach(
    evaluation: Evaluation,
    actor: Actor,
    note: str,
    clips: Sequence[tuple[int, int]],
    end_ms: int | None = None,
) -> list[Decided]:
    """A note for the agent, with places to listen to (offsets in ms; the call ends at `end_ms`)."""
    refuse_unless(actor, _SUPERVISORS, "coach")
    if evaluation.outcome is None or evaluation.state is EvaluationState.WITHDRAWN:
        raise WorkError(f"{evaluation.id} is {evaluation.state}; coaching follows a score")
    if not evaluation.agent or evaluation.purpose is EvaluationKind.CALIBRATION:
        raise WorkError(f"{evaluation.id} is about no agent; there is nobody to coach")
    if not note.strip():
        raise WorkError("write what the agent may do better")
    if len(clips) > _MOST_CLIPS:
        raise WorkError(f"{len(clips)} clips; {_MOST_CLIPS} are the most")
    for start, end in clips:
        if not 0 <= start < end:
            raise WorkError(f"a clip goes from an offset to a later one, not {start} to {end} ms")
        if end_ms is not None and end > end_ms + _AFTER_MS:
            raise WorkError(f"the call ends at {end_ms} ms; a clip does not go to {end} ms")
    return [Decided(Coached(note=short(note), clips=tuple(clips)), actor.name)]


def _changed(form: Form, before: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    for name, answer in changed.items():
        try:
            question = form.question(name)
        except KeyError:
            raise WorkError(f"{form.name} has no question {name!r}") from None
        if not question.allows(answer):
            words = [*question.answers, *(["na"] if question.na else [])]
            raise WorkError(f"{name}: {answer!r} is no answer; give {', '.join(words)}")
    answers = {**before, **changed}
    there = {question.name for question in asked(form, answers)}
    return {name: answer for name, answer in answers.items() if name in there}


def _refuse_unless_concerned(
    evaluation: Evaluation, actor: Actor, now: datetime, does: str
) -> Outcome:
    if not actor.agent or actor.agent != evaluation.agent:
        raise NotAllowedError(f"only the agent whose call it is {does} a score")
    if evaluation.purpose is EvaluationKind.CALIBRATION:
        raise WorkError(f"{evaluation.id} is part of a calibration and counts for no agent")
    outcome = evaluation.submitted
    if evaluation.state is not EvaluationState.SUBMITTED or outcome is None:
        raise WorkError(f"{evaluation.id} is {evaluation.state}; nobody {does} it now")
    if evaluation.respond_by is not None and now > evaluation.respond_by:
        raise WorkError(
            f"{evaluation.id}: the time to answer ended {evaluation.respond_by:%Y-%m-%d %H:%M} UTC"
        )
    return outcome
