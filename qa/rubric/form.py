"""A form as a value: sections, questions, answers, and the facts that answer them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

NA: Final = "na"
"""The answer that takes a question out of the denominator, where the question allows it."""

Texts = Mapping[str, str]
"""By language, `zh` and `en`."""


class Mode(StrEnum):
    """How answers become a score of 0 to 100."""

    PERCENT = "percent"
    """Weighted: questions within their section, sections within the form."""

    POINTS = "points"
    """Points reached of the points that could be reached, over the whole form."""


class Comment(StrEnum):
    """When an answer needs a comment."""

    OPTIONAL = "optional"
    ON_FAIL = "on_fail"
    """When the answer is worth nothing."""

    REQUIRED = "required"


class SourceKind(StrEnum):
    """What answers a factual question."""

    RULE = "rule"
    """A house rule over the call's events: kept is `yes`, broken is `no`, else `na`."""

    MEASURE = "measure"
    """A figure measured from the recording's sound."""

    FIGURE = "figure"
    """A figure of the call's events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer that may be given."""

    name: str
    title: Texts
    share: Fraction
    """Of the question's points, 0 to 1; 0 is a failed question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of a figure that one answer stands for, both ends included."""

    answer: str
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, value: int) -> bool:
        """Whether `value` lies in it."""
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Where the machine takes the answer of a question from."""

    kind: SourceKind
    name: str
    """The rule's id, or the name of the measure or figure."""

    bands: tuple[Band, ...] = ()
    """Of a measure or figure, tried in order; milliseconds where it is a time."""

    otherwise: str = ""
    """The answer when no band holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form."""

    name: str
    title: Texts
    help: Texts = field(default_factory=dict)
    weight: int = 1
    """Percent mode: against the other questions of the section. Points mode: its points."""

    answers: Mapping[str, Answer]
    na: bool = False
    critical: bool = False
    """Failed, it makes its section zero."""

    fatal: bool = False
    """Failed, it makes the form zero."""

    ask_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Asked only when each of these earlier questions has one of these answers."""

    comment: Comment = Comment.OPTIONAL
    rules: tuple[str, ...] = ()
    """House rules it is about."""

    fact: Fact | None = None
    """None: a human's question."""

    evidence: tuple[str, ...] = ()
    """Names of `qa.rubric.sources.EVIDENCE`: what is shown to whoever answers."""

    def allows(self, answer: str) -> bool:
        """Whether `answer` may be given."""
        return answer in self.answers or (answer == NA and self.na)

    def fails(self, answer: str) -> bool:
        """Whether `answer` is worth nothing."""
        found = self.answers.get(answer)
        return found is not None and found.share == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that make one partial score."""

    name: str
    title: Texts
    weight: int = 1
    """Percent mode only: against the other sections."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """One version of a form; equal digests are the same form, whatever its layout."""

    name: str
    title: Texts
    version: str
    """What people call this version; the digest tells versions apart."""

    mode: Mode
    pass_mark: int
    """Percent; a score from here on is passed."""

    sections: tuple[Section, ...]
    text: str = field(repr=False, default="")
    """The YAML it was read from, to be frozen with its first use."""

    source: str = ""
    digest: str = field(init=False)
    """SHA-256 (hex) of the canonical text."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "digest", hashlib.sha256(canonical(self).encode("utf-8")).hexdigest()
        )

    def questions(self) -> Iterator[Question]:
        """All, in order."""
        for section in self.sections:
            yield from section.questions

    def question(self, name: str) -> Question:
        """The question of this name. KeyError when there is none."""
        for question in self.questions():
            if question.name == name:
                return question
        raise KeyError(name)

    def section_of(self, question: str) -> Section:
        """The section that asks it. KeyError when none does."""
        for section in self.sections:
            if any(each.name == question for each in section.questions):
                return section
        raise KeyError(question)


def canonical(form: Form) -> str:
    """Everything a form says, as JSON without spaces; layout and comments leave no trace.

    The order of sections, questions, answers and bands is kept: people read them in it.
    """
    said: dict[str, Any] = {
        "form": form.name,
        "title": dict(form.title),
        "version": form.version,
        "mode": form.mode,
        "pass_mark": form.pass_mark,
        "sections": [_section(section) for section in form.sections],
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": dict(section.title),
        "weight": section.weight,
        "questions": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    # Only where there is any: a form that was frozen before there was such a thing stays the same.
    shown = {"evidence": list(question.evidence)} if question.evidence else {}
    return {
        **shown,
        "name": question.name,
        "title": dict(question.title),
        "help": dict(question.help),
        "weight": question.weight,
        "answers": [
            {"name": each.name, "title": dict(each.title), "share": str(each.share)}
            for each in question.answers.values()
        ],
        "na": question.na,
        "critical": question.critical,
        "fatal": question.fatal,
        "ask_if": [[name, list(answers)] for name, answers in question.ask_if.items()],
        "comment": question.comment,
        "rules": list(question.rules),
        "fact": _fact(question.fact),
    }


def _fact(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "kind": fact.kind,
        "name": fact.name,
        "bands": [[band.answer, band.at_least, band.at_most] for band in fact.bands],
        "otherwise": fact.otherwise,
    }
