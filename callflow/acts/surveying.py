"""The act that asks the caller for a verdict on the call (Q03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from callflow.acts.fields import Field, Kind
from callflow.acts.talking import MenuAct
from callflow.targets import Next, Target
from calls.judged_facts import Surveyed

BEST: Final = 5
WORST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictAct(MenuAct):
    """`verdict: {question: satisfaction, answers: {"1": satisfied, "2": so_so, "3": bad}}`

    A menu whose keys are answers: the run notes that it was asked when the step is entered, and
    the answer when it comes, so a caller who hangs up in between was asked and gave none.
    """

    word: ClassVar[str] = "verdict"
    about: ClassVar[str] = "ask the caller for a verdict on the call, by one key"
    scalar: ClassVar[str] = ""
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="question",
            kind=Kind.NAME,
            required=True,
            about="what is asked; the variable of this name gets the answer",
        ),
        Field(
            name="answers",
            kind=Kind.ANSWERS,
            required=True,
            low=2,
            high=5,
            default={},
            about="the answer of each key, two to five, the best first: 5 points down to 1",
        ),
        *(each for each in MenuAct.fields if each.kind not in (Kind.KEYS, Kind.LABELS)),
    )
    must: ClassVar[frozenset[str]] = frozenset()
    may: ClassVar[frozenset[str]] = frozenset({"speech", "noise", "faint"})
    default: ClassVar[Mapping[str, Target]] = {"exhausted": Next()}
    question: str
    answers: Mapping[str, str]

    @classmethod
    def made(cls, values: dict[str, Any]) -> VerdictAct:
        answers: Mapping[str, str] = values["answers"]
        return cls(keys={key: Next() for key in answers}, **values)

    def stores(self) -> Mapping[str, str]:
        return {self.question: "text"}

    def stored(self, key: str) -> Mapping[str, str]:
        return {self.question: self.answers[key]}

    def asked(self, by: str) -> Surveyed:
        """The fact that the question is put; `by` is who performs the flow."""
        return Surveyed(question=self.question, answer="", score=None, by=by)

    def answered(self, key: str, by: str) -> Surveyed:
        """The fact of an answer. The points are spread evenly from 5 (the first) to 1."""
        return Surveyed(
            question=self.question, answer=self.answers[key], score=self.points(key), by=by
        )

    def points(self, key: str) -> int:
        """5 for the best answer, 1 for the worst, whole numbers in between; keys of one answer
        are worth the same."""
        order = list(dict.fromkeys(self.answers.values()))
        place = order.index(self.answers[key])
        return round(BEST - (BEST - WORST) * place / max(1, len(order) - 1))
