"""What a draft comes to, and what still keeps it from being submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa.rubric import Form, asked, score, uncommented
from qa.work.evaluation import DraftAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What is still to be done, by question, in the form's order."""

    unanswered: tuple[str, ...]
    uncommented: tuple[str, ...]
    """Answers that need a comment."""

    unreasoned: tuple[str, ...]
    """Answers that overrule the machine and do not say why."""

    def __bool__(self) -> bool:
        return bool(self.unanswered or self.uncommented or self.unreasoned)


def merged(
    form: Form, draft: Mapping[str, DraftAnswer], machine: Mapping[str, str]
) -> dict[str, str]:
    """Question -> answer: the person's where there is one, else the machine's; only those asked.

    Whether a question is asked depends on the answers before it, so they are told in order.
    """
    answers: dict[str, str] = {}
    for question in form.questions():
        given = draft.get(question.name)
        answer = (given.answer if given is not None else "") or machine.get(question.name, "")
        if answer and question.allows(answer):
            answers[question.name] = answer
    there = {question.name for question in asked(form, answers)}
    return {name: answer for name, answer in answers.items() if name in there}


def unmet(form: Form, draft: Mapping[str, DraftAnswer], machine: Mapping[str, str]) -> Unmet:
    """What keeps this draft from being submitted; falsy when nothing does."""
    answers = merged(form, draft, machine)
    commented = {name for name, given in draft.items() if given.comment.strip()}
    unreasoned = tuple(
        name
        for name, answer in answers.items()
        if machine.get(name, "") not in ("", answer) and not _reasoned(draft.get(name))
    )
    return Unmet(
        unanswered=score(form, answers).missing,
        uncommented=uncommented(form, answers, commented),
        unreasoned=unreasoned,
    )


def _reasoned(given: DraftAnswer | None) -> bool:
    return given is not None and bool(given.reason.strip())
