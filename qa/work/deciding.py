"""Opening, claiming, answering and submitting: what each step needs and what it writes.

A decision is pure: the evaluation as it stands, who wants what and the time in, facts out.
WorkError (NotAllowedError where another person may) when it cannot be; its text says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calls.errors import NotAllowedError, WorkError
from calls.quality.events import (
    EvaluationAcknowledged,
    EvaluationClaimed,
    EvaluationOpened,
    EvaluationReleased,
    EvaluationSubmitted,
    EvaluationWithdrawn,
    QuestionAnswered,
)
from calls.quality.states import EvaluationKind, EvaluationState, Role
from qa.rubric import Form, score
from qa.work.evaluation import Evaluation
from qa.work.terms import SCORERS, SYSTEM, Actor, Decided, Terms, iso
from qa.work.unmet import merged, unmet

MOST_TEXT = 4000
"""Characters of a comment or a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """An answer as a person gives it."""

    question: str
    answer: str
    """An answer's name, `na`, or empty to take it back."""

    comment: str = ""
    reason: str = ""
    """Why the machine is overruled."""

    at_ms: int | None = None


def decide_open(
    call_id: str,
    agent: str,
    form: Form,
    purpose: EvaluationKind,
    actor: Actor,
    *,
    why: str,
    drawn_by: str = "",
) -> list[Decided]:
    """A call is to be evaluated."""
    refuse_unless(actor, SCORERS, "open an evaluation")
    if not why.strip():
        raise WorkError("say why this call is evaluated: --why TEXT")
    opened = EvaluationOpened(
        call_id=call_id,
        agent=agent,
        form=form.name,
        form_digest=form.digest,
        purpose=purpose.value,
        drawn_by=drawn_by,
        why=why.strip()[:MOST_TEXT],
    )
    return [Decided(opened, actor.name)]


def decide_claim(
    evaluation: Evaluation, actor: Actor, now: datetime, terms: Terms
) -> list[Decided]:
    """Work on it, so that nobody else does; renewed when the actor has it already."""
    refuse_unless(actor, SCORERS, "score")
    if actor.agent and actor.agent == evaluation.agent:
        raise NotAllowedError("nobody scores a call of their own; leave it to a colleague")
    holder = evaluation.evaluator
    if evaluation.is_claimed(now) and holder != actor.name:
        until = evaluation.claimed_until
        raise NotAllowedError(
            f"{evaluation.id}: {holder} works on it until {until:%Y-%m-%d %H:%M} UTC;"
            " take another (`thirdring qa next`)"
        )
    if evaluation.state not in (EvaluationState.OPEN, EvaluationState.CLAIMED):
        raise WorkError(f"{evaluation.id} is {evaluation.state}; only an open one can be claimed")
    own = evaluation.purpose is EvaluationKind.CALIBRATION
    if own and holder != actor.name:
        raise NotAllowedError(f"{evaluation.id} is {holder}'s part of a calibration")
    decided = []
    if holder and holder != actor.name:
        decided.append(Decided(EvaluationReleased(reason="the claim ran out"), SYSTEM))
    length = terms.calibrate if own else terms.claim
    return [*decided, Decided(EvaluationClaimed(until=iso(now + length)), actor.name)]


def decide_release(
    evaluation: Evaluation, actor: Actor, now: datetime, reason: str
) -> list[Decided]:
    """Give it back; a supervisor may take it from somebody. The draft stays."""
    if not evaluation.is_claimed(now):
        raise WorkError(f"{evaluation.id} is {evaluation.standing(now)}; nobody has it")
    if evaluation.purpose is EvaluationKind.CALIBRATION:
        raise WorkError(f"{evaluation.id} is part of a calibration and stays with its evaluator")
    if evaluation.evaluator != actor.name and actor.role is not Role.SUPERVISOR:
        raise NotAllowedError(
            f"{evaluation.id}: {evaluation.evaluator} has it; only they or a supervisor release it"
        )
    return [Decided(EvaluationReleased(reason=short(reason)), actor.name)]


def decide_answer(
    evaluation: Evaluation,
    actor: Actor,
    now: datetime,
    terms: Terms,
    form: Form,
    given: Answering,
    machine: Mapping[str, str],
) -> list[Decided]:
    """Keep one answer in the draft. Renews the claim when less than half of it is left.

    A reason for overruling the machine may come later: `unmet` names those that lack one.
    """
    renewed = _held(evaluation, actor, now, terms)
    try:
        question = form.question(given.question)
    except KeyError:
        known = ", ".join(one.name for one in form.questions())
        raise WorkError(f"{form.name} has no question {given.question!r}; it has {known}") from None
    if given.answer and not question.allows(given.answer):
        words = [*question.answers, *(["na"] if question.na else [])]
        raise WorkError(f"{question.name}: {given.answer!r} is no answer; give {', '.join(words)}")
    if given.at_ms is not None and given.at_ms < 0:
        raise WorkError(f"{question.name}: a place on the call is not before its offer")
    answered = QuestionAnswered(
        question=question.name,
        answer=given.answer,
        comment=short(given.comment),
        machine=machine.get(question.name, ""),
        reason=short(given.reason),
        at_ms=given.at_ms,
    )
    return [*renewed, Decided(answered, actor.name)]


def decide_submit(
    evaluation: Evaluation,
    actor: Actor,
    now: datetime,
    terms: Terms,
    form: Form,
    machine: Mapping[str, str],
) -> list[Decided]:
    """The draft becomes final; a call that no agent took is settled with it."""
    renewed = _held(evaluation, actor, now, terms)
    missing = unmet(form, evaluation.draft, machine)
    if missing:
        raise WorkError(f"{evaluation.id} is not complete: {_told(missing)}")
    answers = merged(form, evaluation.draft, machine)
    found = score(form, answers)
    if found.percent is None or found.result is None:
        raise WorkError(f"{evaluation.id}: nothing applies, so there is no score; withdraw it")
    answerable = bool(evaluation.agent) and evaluation.purpose is not EvaluationKind.CALIBRATION
    submitted = EvaluationSubmitted(
        answers=answers,
        machine={name: machine[name] for name in answers if machine.get(name)},
        score=found.percent,
        result=found.result.value,
        sections=found.by_section(),
        respond_by=iso(now + terms.respond if answerable else now),
    )
    decided = [*renewed, Decided(submitted, actor.name)]
    if not evaluation.agent and evaluation.purpose is not EvaluationKind.CALIBRATION:
        decided.append(Decided(EvaluationAcknowledged(comment=""), SYSTEM))
    return decided


def decide_withdraw(
    evaluation: Evaluation, actor: Actor, now: datetime, reason: str
) -> list[Decided]:
    """Opened in error: it counts nowhere, and stays in the book.

    Evaluators may while it is not scored; a supervisor always.
    """
    refuse_unless(actor, SCORERS, "withdraw an evaluation")
    if evaluation.state is EvaluationState.WITHDRAWN:
        raise WorkError(f"{evaluation.id} is withdrawn already")
    if not reason.strip():
        raise WorkError("say why it is withdrawn: --reason TEXT")
    if actor.agent and actor.agent == evaluation.agent:
        raise NotAllowedError("nobody withdraws what is about a call of their own")
    if evaluation.purpose is EvaluationKind.CALIBRATION:
        raise WorkError(
            f"{evaluation.id} is part of calibration {evaluation.drawn_by}; closing that"
            " (`thirdring qa calibrate close`) withdraws what was not scored"
        )
    if actor.role is not Role.SUPERVISOR:
        if evaluation.submitted is not None:
            raise NotAllowedError(f"{evaluation.id} is scored; only a supervisor withdraws it")
        if evaluation.is_claimed(now) and evaluation.evaluator != actor.name:
            raise NotAllowedError(f"{evaluation.id}: {evaluation.evaluator} works on it")
    return [Decided(EvaluationWithdrawn(reason=short(reason)), actor.name)]


def decide_expiry(evaluation: Evaluation, now: datetime) -> list[Decided]:
    """What the deadlines do by themselves; empty when nothing.

    A claim that ran out is released; a score that nobody disputed in time is acknowledged.
    """
    state = evaluation.state
    if evaluation.purpose is EvaluationKind.CALIBRATION:
        return []
    if state is EvaluationState.CLAIMED and not evaluation.is_claimed(now):
        return [Decided(EvaluationReleased(reason="the claim ran out"), SYSTEM)]
    late = evaluation.respond_by is not None and now > evaluation.respond_by
    if state is EvaluationState.SUBMITTED and late:
        return [Decided(EvaluationAcknowledged(comment=""), SYSTEM)]
    return []


def refuse_unless(actor: Actor, roles: frozenset[Role], what: str) -> None:
    """NotAllowedError when the actor's role may not."""
    if actor.role not in roles:
        may = " or ".join(sorted(role.value for role in roles))
        raise NotAllowedError(f"{actor.name} ({actor.role}) may not {what}; {may} may")


def short(text: str) -> str:
    """What a person wrote, without the blanks around it. WorkError when it is endless."""
    text = text.strip()
    if len(text) > MOST_TEXT:
        raise WorkError(f"a text of {len(text)} characters; {MOST_TEXT} are the most")
    return text


def _held(evaluation: Evaluation, actor: Actor, now: datetime, terms: Terms) -> list[Decided]:
    """WorkError unless the actor has it; the renewal of a claim that is due."""
    if evaluation.state is not EvaluationState.CLAIMED or evaluation.evaluator != actor.name:
        who = f", {evaluation.evaluator} has it" if evaluation.is_claimed(now) else ""
        raise WorkError(
            f"{evaluation.id} is {evaluation.standing(now)}{who};"
            f" `thirdring qa claim {evaluation.id}` first"
        )
    until = evaluation.claimed_until
    if until is None or until - now < terms.claim / 2:
        return decide_claim(evaluation, actor, now, terms)
    refuse_unless(actor, SCORERS, "score")
    return []


def _told(missing: object) -> str:
    words = {
        "unanswered": "not answered",
        "uncommented": "without the comment they need",
        "unreasoned": "other than the machine says, without a reason",
    }
    found = ((text, getattr(missing, name)) for name, text in words.items())
    return "; ".join(f"{text}: {', '.join(names)}" for text, names in found if names)
