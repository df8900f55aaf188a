"""One calibration session: several evaluations of one call by one form, and the expert's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qa.calibrating.alpha import Metric, alpha
from qa.rubric.form import NA, Form, Question
from qa.rubric.scoring import asked, score

_PLACES: Final = 2
Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A question that evaluators answered otherwise than the expert."""

    question: str
    expert: str
    answers: Mapping[str, str]
    """Evaluator -> answer, all of them; empty where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What a session came to."""

    alpha: float | None
    """Krippendorff's, nominal, over the answers to all questions, the expert's among them."""

    alpha_interval: float | None
    """The same over the shares the answers are worth, `na` missing."""

    deviations: Mapping[str, float]
    """Evaluator -> mean absolute deviation from the expert's points per question, 0 to 100."""

    score_deviations: Mapping[str, float | None]
    """Evaluator -> own score less the expert's, percent points; None where one has no score."""

    differences: tuple[Difference, ...]
    """In the form's order."""


def calibrate(form: Form, expert: str, answers: Mapping[str, Answers]) -> Calibrated:
    """Compare evaluations of one call; `answers` by evaluator, `expert` is one of them.

    A question that one of two did not ask, or answered `na`, and the other did not, deviates by a
    whole question. KeyError when the expert gave none.
    """
    shown = {name: _asked(form, given) for name, given in answers.items()}
    index = shown[expert]
    others = {name: given for name, given in shown.items() if name != expert}
    units = [
        [given[q.name] for given in shown.values() if q.name in given] for q in form.questions()
    ]
    return Calibrated(
        alpha=alpha(units),
        alpha_interval=alpha(_shares(form, shown), Metric.INTERVAL),
        deviations={name: _deviation(form, index, given) for name, given in others.items()},
        score_deviations={
            name: _of_scores(form, answers[expert], answers[name]) for name in others
        },
        differences=tuple(_differences(form, index, others)),
    )


def _asked(form: Form, answers: Answers) -> dict[str, str]:
    """The answers that count: to questions that are asked, given."""
    return {
        question.name: answers[question.name]
        for question in asked(form, answers)
        if answers.get(question.name)
    }


def _shares(form: Form, shown: Mapping[str, Answers]) -> list[list[float]]:
    return [
        [
            share
            for given in shown.values()
            if (share := _share(question, given.get(question.name, ""))) is not None
        ]
        for question in form.questions()
    ]


def _share(question: Question, answer: str) -> float | None:
    return None if answer in ("", NA) else float(question.answers[answer].share)


def _deviation(form: Form, expert: Answers, other: Answers) -> float:
    apart = []
    for question in form.questions():
        one = _share(question, expert.get(question.name, ""))
        two = _share(question, other.get(question.name, ""))
        if one is None and two is None:
            continue
        apart.append(1.0 if one is None or two is None else abs(one - two))
    return round(100 * sum(apart) / len(apart), _PLACES) if apart else 0.0


def _of_scores(form: Form, expert: Answers, other: Answers) -> float | None:
    one, two = score(form, expert).percent, score(form, other).percent
    return None if one is None or two is None else round(two - one, _PLACES)


def _differences(form: Form, expert: Answers, others: Mapping[str, Answers]) -> list[Difference]:
    found = []
    for question in form.questions():
        wanted = expert.get(question.name, "")
        given = {name: answers.get(question.name, "") for name, answers in others.items()}
        if any(answer != wanted for answer in given.values()):
            found.append(Difference(question=question.name, expert=wanted, answers=given))
    return found
