"""The machine's answers: facts only, each with why, the events that show it and where to listen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callflow.rules.events import span
from callflow.rules.monitor import Verdict
from callflow.rules.state import Status
from qa.answering.case import CaseFacts
from qa.answering.figures import Found
from qa.answering.rule_words import event_in, in_chinese
from qa.answering.telling import source_of, told_figure
from qa.rubric.form import NA, Fact, Form, Question, SourceKind, Texts
from qa.rubric.language import NO, YES

BEFORE_MS: Final = 1_500
AFTER_MS: Final = 1_500
"""A listener hears this much more on either side."""

MOST_LISTENED_MS: Final = 60_000
"""Evidence that is further apart is heard at its end, where a rule is broken or fulfilled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAnswer:
    """One question answered by facts."""

    question: str
    answer: str
    """A name of the question's answers, or `na`."""

    why: Texts
    events: tuple[int, ...]
    """Numbers of the events that show it, in order; empty where nothing happened to show."""

    from_ms: int | None
    to_ms: int | None
    """Where to listen, offsets on the call; None where there is nothing to hear."""

    value: int | None = None
    """Of a measure or figure."""


def machine_answers(form: Form, case: CaseFacts) -> dict[str, MachineAnswer]:
    """What facts answer of this form; a question they do not answer is the human's.

    Conditions (`ask_if`) are not looked at: an answer to a question that is not asked counts
    nothing.
    """
    found = ((name, one) for name, one in _all(form, case) if isinstance(one, MachineAnswer))
    return dict(found)


def machine_gaps(form: Form, case: CaseFacts) -> dict[str, Texts]:
    """The factual questions that facts do not answer, each with why not."""
    return {name: one for name, one in _all(form, case) if not isinstance(one, MachineAnswer)}


def _all(form: Form, case: CaseFacts) -> Iterator[tuple[str, MachineAnswer | Texts]]:
    for question in form.questions():
        if question.fact is not None:
            yield question.name, _answer(question, question.fact, case)


def _answer(question: Question, fact: Fact, case: CaseFacts) -> MachineAnswer | Texts:
    if fact.kind is SourceKind.RULE:
        return _by_rule(question, fact, case)
    return _by_figure(question, fact, case)


# ---- rules -------------------------------------------------------------------------------------


def _by_rule(question: Question, fact: Fact, case: CaseFacts) -> MachineAnswer | Texts:
    verdict = case.verdicts.get(fact.name)
    gap = _gap(fact.name, verdict)
    if verdict is None or gap:
        return gap
    answer = {Status.KEPT: YES, Status.BROKEN: NO}.get(verdict.status, NA)
    seqs = tuple(evidence.seq for evidence in verdict.evidence)
    from_ms, to_ms = _listen(case, seqs)
    return MachineAnswer(
        question=question.name,
        answer=answer,
        why=_why(verdict),
        events=seqs,
        from_ms=from_ms,
        to_ms=to_ms,
    )


def _gap(rule: str, verdict: Verdict | None) -> Texts:
    """Why there is no answer; empty when there is one."""
    if verdict is None:
        return {"zh": f"没有规章 {rule}", "en": f"the house has no rule {rule}"}
    if not verdict.rule.decidable:
        return {
            "zh": f"{rule} 不能由事件判定：{verdict.rule.reason.get('zh', '')}",
            "en": f"no events show {rule}: {verdict.rule.reason.get('en', '')}",
        }
    if verdict.status is Status.PENDING:
        return {"zh": "通话还没有结束", "en": "the call is not over"}
    if verdict.status is Status.NOT_APPLICABLE and verdict.why:
        return {
            "zh": f"因故障无法判定 {rule}：{in_chinese(verdict.why)}",
            "en": f"{rule} cannot be judged: {verdict.why}",
        }
    return {}


def _why(verdict: Verdict) -> Texts:
    rule = verdict.rule
    zh, en = f"{rule.id} {rule.title['zh']}", f"{rule.id} {rule.title['en']}"
    if verdict.status is Status.BROKEN:
        return {"zh": f"违反 {zh}：{in_chinese(verdict.why)}", "en": f"{en} broken: {verdict.why}"}
    if verdict.status is not Status.KEPT:
        return {"zh": f"{zh}：没有发生相关的事", "en": f"{en}: nothing it speaks of happened"}
    shown = {
        language: _listed([event_in(one.what, language) for one in verdict.evidence], mark)
        for language, mark in (("zh", "，"), ("en", ", "))
    }
    return {"zh": f"做到 {zh}：{shown['zh']}", "en": f"{en} kept: {shown['en']}"}


def _listed(words: list[str], mark: str) -> str:
    """The first and the last few of them."""
    return mark.join(words if len(words) <= 6 else [*words[:3], "...", *words[-2:]])


def _listen(case: CaseFacts, seqs: tuple[int, ...]) -> tuple[int, int] | tuple[None, None]:
    """The stretch of the call that holds this evidence, and a little more."""
    wanted = set(seqs)
    spans = [span(event) for event in case.events if event.seq in wanted]
    if not spans:
        return None, None
    to_ms = max(one.end_ms for one in spans)
    near = [one for one in spans if one.start_ms >= to_ms - MOST_LISTENED_MS]
    return _padded(case, min((one.start_ms for one in near), default=to_ms), to_ms)


def _padded(case: CaseFacts, from_ms: int, to_ms: int) -> tuple[int, int]:
    return max(0, from_ms - BEFORE_MS), max(from_ms, min(to_ms + AFTER_MS, case.length_ms))


# ---- figures -----------------------------------------------------------------------------------


def _by_figure(question: Question, fact: Fact, case: CaseFacts) -> MachineAnswer | Texts:
    found, source = case.figures[fact.name], source_of(fact)
    if not found.applies and question.na and case.over:
        zh, en = source.title["zh"], source.title["en"]
        why = {"zh": f"{zh}：这通电话没有", "en": f"{en}: this call has none"}
        return _of_found(question, NA, why, found, case)
    if found.value is None or not case.over:
        return _unknown(fact, found, case)
    band = next((one for one in fact.bands if one.holds(found.value)), None)
    shown = band or (fact.bands[0] if len(fact.bands) == 1 else None)
    why = told_figure(source, found.value, shown)
    return _of_found(question, band.answer if band else fact.otherwise, why, found, case)


def _of_found(
    question: Question, answer: str, why: Texts, found: Found, case: CaseFacts
) -> MachineAnswer:
    from_ms, to_ms = found.from_ms, found.to_ms
    if from_ms is not None and to_ms is not None:
        from_ms, to_ms = _padded(case, from_ms, to_ms)
    return MachineAnswer(
        question=question.name,
        answer=answer,
        why=why,
        events=found.seqs,
        from_ms=from_ms,
        to_ms=to_ms,
        value=found.value,
    )


def _unknown(fact: Fact, found: Found, case: CaseFacts) -> Texts:
    source = source_of(fact)
    if not case.over:
        return {"zh": "通话还没有结束", "en": "the call is not over"}
    if not found.applies:
        return {
            "zh": f"{source.title['zh']}：这通电话没有",
            "en": f"{source.title['en']}: this call has none",
        }
    if fact.kind is SourceKind.MEASURE:
        return _NOT_MEASURED
    zh, en = source.title["zh"], source.title["en"]
    return {"zh": f"{zh}：至今没有记录", "en": f"{en}: no fact tells it so far"}


_NOT_MEASURED: Final[Mapping[str, str]] = {
    "zh": "录音还没有测量",
    "en": "no recording of the call was measured",
}
