"""What answers come to: sections, the form, and why. Pure arithmetic in whole fractions.

Percent mode: a section's score is the weighted mean of its answers' shares, the form's the
weighted mean of its sections. Points mode: points reached of the points that could be. What was
answered `na`, was not asked or not answered leaves the denominator, so its weight spreads over the
rest; a section of which nothing is left leaves the form's. A failed critical question makes its
section zero, a failed fatal one the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from calls.quality.states import FormResult
from qa.rubric.form import NA, Comment, Form, Mode, Question, Section

Answers = Mapping[str, str]
"""Question -> name of an answer or `na`; empty or missing: not answered."""

_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionScore:
    """One question that was asked."""

    question: str
    answer: str
    """Empty: not answered yet."""

    points: float | None
    """In percent points of the whole form (percent mode) or points (points mode), before anything
    critical or fatal; None when it does not count."""

    possible: float
    """The same, at best; 0 when it does not count."""

    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionScore:
    """One section."""

    section: str
    percent: float | None
    """0 to 100; None when nothing in it counts."""

    zeroed_by: tuple[str, ...]
    """Critical questions that failed."""

    questions: tuple[QuestionScore, ...]
    """Those that were asked, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A whole form."""

    percent: float | None
    """0 to 100, two places; None when nothing counts, and there is nothing to submit."""

    result: FormResult | None
    """By the rounded percent, as it is shown; None like `percent`."""

    sections: tuple[SectionScore, ...]
    failed_by: tuple[str, ...]
    """Fatal questions that failed."""

    missing: tuple[str, ...]
    """Questions that are asked and not answered."""

    @property
    def complete(self) -> bool:
        """Whether it can be submitted."""
        return not self.missing and self.percent is not None

    def by_section(self) -> dict[str, float | None]:
        """Section -> percent."""
        return {each.section: each.percent for each in self.sections}


def asked(form: Form, answers: Answers) -> tuple[Question, ...]:
    """The questions that are asked, given the answers so far, in order.

    A condition on a question that is not asked itself does not hold, whatever was answered there.
    """
    found: dict[str, Question] = {}
    for question in form.questions():
        conditions = question.ask_if.items()
        if all(name in found and answers.get(name, "") in words for name, words in conditions):
            found[question.name] = question
    return tuple(found.values())


def score(form: Form, answers: Answers) -> Score:
    """The score of a form. KeyError for a question or an answer that the form does not have."""
    _refuse_strange(form, answers)
    there = {question.name for question in asked(form, answers)}
    sections = [_Sums(form, section, answers, there) for section in form.sections]
    failed_by = tuple(
        question.name
        for question in form.questions()
        if question.fatal and question.name in there and _failed(question, answers)
    )
    whole = _of_form(form, sections)
    percent = 0.0 if failed_by else None if whole is None else _rounded(whole)
    return Score(
        percent=percent,
        result=_result(form, percent, failed=bool(failed_by)),
        sections=tuple(sums.told(_scale(form, sums, sections)) for sums in sections),
        failed_by=failed_by,
        missing=tuple(
            question.name
            for question in form.questions()
            if question.name in there and not answers.get(question.name)
        ),
    )


def uncommented(form: Form, answers: Answers, commented: Iterable[str]) -> tuple[str, ...]:
    """Questions whose answers need a comment and are not among the `commented`."""
    done = set(commented)
    return tuple(
        question.name
        for question in asked(form, answers)
        if question.name not in done and _needs_comment(question, answers)
    )


def _needs_comment(question: Question, answers: Answers) -> bool:
    if not answers.get(question.name):
        return False
    if question.comment is Comment.REQUIRED:
        return True
    return question.comment is Comment.ON_FAIL and _failed(question, answers)


class _Sums:
    """A section's weights added up."""

    def __init__(self, form: Form, section: Section, answers: Answers, there: set[str]) -> None:
        self.section = section
        self._answers = answers
        self.asked = [each for each in section.questions if each.name in there]
        self.counted = [each for each in self.asked if _share(each, answers) is not None]
        self.possible = sum(each.weight for each in self.counted)
        self.zeroed_by = tuple(
            each.name for each in self.counted if each.critical and _failed(each, answers)
        )
        reached = sum((_reached(each, answers) for each in self.counted), Fraction(0))
        self.reached = Fraction(0) if self.zeroed_by else reached
        if self.zeroed_by and form.mode is Mode.PERCENT:
            # One without weight, too, makes a section zero of which nothing else counts.
            self.possible = self.possible or 1
        self.weight = section.weight if form.mode is Mode.PERCENT else self.possible

    def told(self, per_weight: Fraction) -> SectionScore:
        """As a value; a question's weight times `per_weight` is what it gives to the form."""
        return SectionScore(
            section=self.section.name,
            percent=_rounded(self.reached / self.possible) if self.possible else None,
            zeroed_by=self.zeroed_by,
            questions=tuple(self._question(each, per_weight) for each in self.asked),
        )

    def _question(self, question: Question, per_weight: Fraction) -> QuestionScore:
        counts = _share(question, self._answers) is not None
        return QuestionScore(
            question=question.name,
            answer=self._answers.get(question.name, ""),
            points=round(float(_reached(question, self._answers) * per_weight), _PLACES)
            if counts
            else None,
            possible=round(float(question.weight * per_weight), _PLACES) if counts else 0.0,
            failed=_failed(question, self._answers),
        )


def _of_form(form: Form, sections: Iterable[_Sums]) -> Fraction | None:
    counted = [sums for sums in sections if sums.possible and sums.weight]
    if not counted:
        return None
    if form.mode is Mode.POINTS:
        return Fraction(sum(sums.reached for sums in counted)) / sum(s.possible for s in counted)
    whole = sum((sums.weight * sums.reached / sums.possible for sums in counted), Fraction(0))
    return whole / sum(sums.weight for sums in counted)


def _scale(form: Form, sums: _Sums, sections: Iterable[_Sums]) -> Fraction:
    """What one unit of a question's weight is worth in the form."""
    if form.mode is Mode.POINTS or not sums.possible:
        return Fraction(1)
    weights = sum(each.weight for each in sections if each.possible)
    return Fraction(100 * sums.weight, weights * sums.possible) if weights else Fraction(0)


def _share(question: Question, answers: Answers) -> Fraction | None:
    """The share an answer is worth; None when it leaves the denominator."""
    answer = answers.get(question.name, "")
    return question.answers[answer].share if answer and answer != NA else None


def _reached(question: Question, answers: Answers) -> Fraction:
    return question.weight * (_share(question, answers) or Fraction(0))


def _failed(question: Question, answers: Answers) -> bool:
    return question.fails(answers.get(question.name, ""))


def _result(form: Form, percent: float | None, *, failed: bool) -> FormResult | None:
    if percent is None:
        return None
    if failed:
        return FormResult.FAILED
    return FormResult.PASSED if percent >= form.pass_mark else FormResult.BELOW


def _rounded(share: Fraction) -> float:
    return round(float(share * 100), _PLACES)


def _refuse_strange(form: Form, answers: Answers) -> None:
    known = {question.name: question for question in form.questions()}
    for name, answer in answers.items():
        if answer and not known[name].allows(answer):
            raise KeyError(f"{name}: {answer}")
