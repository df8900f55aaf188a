"""One evaluation after the other: taking, answering, submitting, and what follows a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.errors import ConflictError, NotAllowedError
from calls.quality.states import EvaluationKind
from console.work.base import DeskBase, new_id
from console.work.words import heard_words
from ledger.quality.rows import Entry, EvaluationFilter, EvaluationRow
from qa.answering import (
    MachineAnswer,
    WordsShown,
    machine_answers,
    machine_gaps,
    words_gaps,
    words_shown,
)
from qa.rubric import Form, Score, score
from qa.rubric.form import Texts
from qa.work import (
    Actor,
    Answering,
    Evaluation,
    Unmet,
    decide_acknowledge,
    decide_answer,
    decide_claim,
    decide_coach,
    decide_dispute,
    decide_open,
    decide_release,
    decide_resolve,
    decide_submit,
    decide_withdraw,
    merged,
    unmet,
)
from qa.work.terms import SCORERS

_FRESH = ("open", "claimed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An evaluation with all that is needed to work on it."""

    evaluation: Evaluation
    form: Form
    machine: Mapping[str, MachineAnswer]
    gaps: Mapping[str, Texts]
    """Questions at which the machine could say something but of this call does not, with why."""

    shown: Mapping[str, tuple[WordsShown, ...]]
    """What speech recognition shows to whoever answers, by question."""

    answers: Mapping[str, str]
    """What counts now: what was submitted or resolved, else the draft over the machine."""

    score: Score
    unmet: Unmet
    """What keeps the draft from being submitted; falsy once it is."""


class Evaluating(DeskBase):
    """Evaluations, one at a time."""

    def open(
        self, actor: Actor, call_id: str, *, why: str, form: str = "", purpose: str = ""
    ) -> Evaluation:
        """Choose a call by hand. ConflictError when it has an evaluation by this form already."""
        call = self._ended(call_id)
        chosen = self.forms.current(form or self.usual_forms[not call.agent])
        kind = EvaluationKind(purpose or self.cases.purpose(call.id))
        decided = decide_open(call.id, call.agent, chosen, kind, actor, why=why)
        found = new_id()
        entries = [Entry(f"evaluation/{found}", each.fact, each.actor) for each in decided]
        again = kind is EvaluationKind.CALIBRATION
        self._write_new([chosen], entries, () if again else [(call.id, chosen.name)])
        return self._load(found)

    def take_next(self, actor: Actor) -> Evaluation | None:
        """Claim what `actor` has, else what was drawn first; None: nothing waits.

        Calls of their own are passed over, and so is what others have, or are faster to take.
        """
        self._refuse_unless_scorer(actor)
        for row in self._waiting(actor):
            try:
                return self.claim(actor, row.id)
            except (ConflictError, NotAllowedError):
                continue
        return None

    def claim(self, actor: Actor, evaluation_id: str) -> Evaluation:
        """Work on it, so that nobody else does."""
        found = self.evaluation(evaluation_id, actor)
        now = self.clock.utc_now()
        return self._act(found.id, lambda each: decide_claim(each, actor, now, self.terms))

    def release(self, actor: Actor, evaluation_id: str, reason: str = "") -> Evaluation:
        """Give it back."""
        found = self.evaluation(evaluation_id, actor)
        now = self.clock.utc_now()
        return self._act(found.id, lambda each: decide_release(each, actor, now, reason))

    def answer(self, actor: Actor, evaluation_id: str, given: Answering) -> Sheet:
        """Keep one answer in the draft; the sheet as it is then."""
        found = self.evaluation(evaluation_id, actor)
        form = self.form_of(found)
        machine, now = self.machine(found, form), self.clock.utc_now()
        done = self._act(
            found.id,
            lambda each: decide_answer(each, actor, now, self.terms, form, given, machine),
        )
        return self._sheet(done)

    def submit(self, actor: Actor, evaluation_id: str) -> Sheet:
        """The draft becomes final."""
        found = self.evaluation(evaluation_id, actor)
        form = self.form_of(found)
        machine, now = self.machine(found, form), self.clock.utc_now()
        done = self._act(
            found.id, lambda each: decide_submit(each, actor, now, self.terms, form, machine)
        )
        return self._sheet(done)

    def withdraw(self, actor: Actor, evaluation_id: str, reason: str) -> Evaluation:
        """Opened in error: it counts nowhere."""
        found = self.evaluation(evaluation_id, actor)
        now = self.clock.utc_now()
        return self._act(found.id, lambda each: decide_withdraw(each, actor, now, reason))

    def acknowledge(self, actor: Actor, evaluation_id: str, comment: str = "") -> Evaluation:
        """The agent has read it."""
        found = self.evaluation(evaluation_id, actor)
        now = self.clock.utc_now()
        return self._act(found.id, lambda each: decide_acknowledge(each, actor, now, comment))

    def dispute(
        self, actor: Actor, evaluation_id: str, reason: str, questions: Sequence[str] = ()
    ) -> Evaluation:
        """The agent disagrees."""
        found = self.evaluation(evaluation_id, actor)
        form, now = self.form_of(found), self.clock.utc_now()
        return self._act(
            found.id,
            lambda each: decide_dispute(each, actor, now, self.terms, form, reason, questions),
        )

    def resolve(
        self, actor: Actor, evaluation_id: str, reason: str, changes: Mapping[str, str]
    ) -> Sheet:
        """A second reviewer decides; without `changes` the score stands."""
        found = self.evaluation(evaluation_id, actor)
        form = self.form_of(found)
        done = self._act(found.id, lambda each: decide_resolve(each, actor, form, reason, changes))
        return self._sheet(done)

    def coach(
        self,
        actor: Actor,
        evaluation_id: str,
        note: str,
        clips: Sequence[tuple[int, int]] = (),
    ) -> Evaluation:
        """A note for the agent with places to listen to, offsets in ms."""
        found = self.evaluation(evaluation_id, actor)
        end_ms = self.cases.call(found.call_id).ended_ms
        return self._act(found.id, lambda each: decide_coach(each, actor, note, clips, end_ms))

    def sheet(self, actor: Actor, evaluation_id: str) -> Sheet:
        """An evaluation with its form, the machine's answers and the score so far."""
        return self._sheet(self.evaluation(evaluation_id, actor))

    def _sheet(self, evaluation: Evaluation) -> Sheet:
        form = self.form_of(evaluation)
        facts = self.cases.facts(evaluation.call_id)
        heard = heard_words(self.book, evaluation.call_id)
        machine = machine_answers(form, facts)
        said = {name: each.answer for name, each in machine.items() if each.answer}
        outcome = evaluation.outcome
        answers = (
            dict(outcome.answers) if outcome is not None else merged(form, evaluation.draft, said)
        )
        nothing = Unmet(unanswered=(), uncommented=(), unreasoned=())
        return Sheet(
            evaluation=evaluation,
            form=form,
            machine=machine,
            gaps=machine_gaps(form, facts) | words_gaps(form, facts, heard),
            shown=words_shown(form, facts, heard),
            answers=answers,
            score=score(form, answers),
            unmet=nothing if outcome is not None else unmet(form, evaluation.draft, said),
        )

    def _waiting(self, actor: Actor) -> list[EvaluationRow]:
        now = self.clock.utc_now()
        rows = [
            row
            for row in self.listed(actor, EvaluationFilter(states=_FRESH))
            if not (actor.agent and row.agent == actor.agent) and _is_free(row, actor, now)
        ]
        return sorted(rows, key=lambda row: row.evaluator != actor.name)

    def _refuse_unless_scorer(self, actor: Actor) -> None:
        if actor.role not in SCORERS:
            raise NotAllowedError(
                f"{actor.name} ({actor.role}) scores no calls; qa or supervisor do"
            )


def _is_free(row: EvaluationRow, actor: Actor, now: datetime) -> bool:
    if row.state == "open" or row.evaluator == actor.name:
        return True
    until = row.claimed_until
    return until is not None and until <= now and row.purpose != EvaluationKind.CALIBRATION
