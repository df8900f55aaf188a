"""Forms of quality work told in words: lists, one form in full, problems with their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from callflow.checks.pinpoint import lines_of
from calls.errors import Problem
from launch.authoring.check_report import told
from launch.telling.wording import Wording
from qa.answering.telling import source_of, told_value
from qa.rubric.form import Band, Comment, Fact, Form, Mode, Question, Section, SourceKind
from qa.rubric.sources import EVIDENCE, Source

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "pass": ("及格线", "passed from"),
    "version": ("版本", "version"),
    "weight": ("权重", "weight"),
    "points": ("分值", "points"),
    "na": ("可不适用", "may not apply"),
    "critical": ("关键：不合格则本部分为零", "critical: failed, the section is zero"),
    "fatal": ("一票否决：不合格则全表为零", "fatal: failed, the form is zero"),
    "ask_if": ("仅当", "asked when"),
    "on_fail": ("不合格须写评语", "a comment when failed"),
    "required": ("须写评语", "a comment is needed"),
    "machine": ("机器作答", "answered by"),
    "human": ("人工判断", "for a human"),
    "shown": ("出示", "shown"),
    "rule": ("规章", "rule"),
    "otherwise": ("其余", "otherwise"),
    "is": ("为", "is"),
    "or": ("或", " or "),
}
word: Final = Wording(_WORDS)


def form_row(form: Form) -> dict[str, Any]:
    """One form in a list, JSON-ready."""
    questions = list(form.questions())
    return {
        "form": form.name,
        "title": dict(form.title),
        "version": form.version,
        "digest": form.digest,
        "mode": form.mode.value,
        "pass_mark": form.pass_mark,
        "sections": len(form.sections),
        "questions": len(questions),
        "by_machine": sum(question.fact is not None for question in questions),
        "file": form.source,
    }


def form_lines(form: Form, lang: str) -> list[tuple[int, str]]:
    """A form in full: how far each line stands in, and the line."""
    head = f"{form.title[lang]} ({form.name}, {word('version', lang)} {form.version})"
    rows = [(0, head), (0, f"{word('pass', lang)} {form.pass_mark} %, sha256 {form.digest}")]
    for section in form.sections:
        rows.append((0, ""))
        rows.append((0, _section_head(form, section, lang)))
        for question in section.questions:
            rows += [(1, _question_head(form, question, lang))]
            rows += [(2, line) for line in _details(form, question, lang)]
    return rows


def _section_head(form: Form, section: Section, lang: str) -> str:
    if form.mode is Mode.POINTS:
        points = sum(question.weight for question in section.questions)
        return f"{section.title[lang]} [{section.name}], {word('points', lang)} {points}"
    return f"{section.title[lang]} [{section.name}], {word('weight', lang)} {section.weight}"


def _question_head(form: Form, question: Question, lang: str) -> str:
    unit = word("points" if form.mode is Mode.POINTS else "weight", lang)
    rules = f" {' '.join(question.rules)}" if question.rules else ""
    return f"{question.title[lang]} [{question.name}]{rules}, {unit} {question.weight}"


def _details(form: Form, question: Question, lang: str) -> Iterable[str]:
    answers = [
        f"{answer.title[lang]} [{answer.name}] {float(answer.share):.0%}"
        for answer in question.answers.values()
    ]
    flags = [word("na", lang)] if question.na else []
    flags += [word("critical", lang)] if question.critical else []
    flags += [word("fatal", lang)] if question.fatal else []
    if question.comment is not Comment.OPTIONAL:
        flags.append(word(question.comment.value, lang))
    yield " · ".join((*answers, *flags))
    for name, wanted in question.ask_if.items():
        earlier = form.question(name)
        named = [_answer_title(earlier, one, lang) for one in wanted]
        conditions = f"{earlier.title[lang]} {word('is', lang)} {word('or', lang).join(named)}"
        yield f"{word('ask_if', lang)} {conditions}"
    yield fact_words(question, lang)
    if question.evidence:
        shown = ", ".join(EVIDENCE[one].title[lang] for one in question.evidence)
        yield f"{word('shown', lang)} {shown}"
    if question.help:
        yield question.help[lang]


def _answer_title(question: Question, name: str, lang: str) -> str:
    found = question.answers.get(name)
    return found.title[lang] if found else word("na", lang)


def fact_words(question: Question, lang: str) -> str:
    """What answers a question: a human, a rule, or a figure and its bands."""
    fact = question.fact
    if fact is None:
        return word("human", lang)
    if fact.kind is SourceKind.RULE:
        return f"{word('machine', lang)} {word('rule', lang)} {fact.name}"
    source = source_of(fact)
    return f"{word('machine', lang)} {source.title[lang]}: {_bands(question, fact, source, lang)}"


def _bands(question: Question, fact: Fact, source: Source, lang: str) -> str:
    parts = [
        f"{question.answers[band.answer].title[lang]} {_limits(band, source)}"
        for band in fact.bands
    ]
    rest = question.answers[fact.otherwise].title[lang]
    return ", ".join([*parts, f"{word('otherwise', lang)} {rest}"])


def _limits(band: Band, source: Source) -> str:
    low = [] if band.at_least is None else [f"≥ {told_value(source, band.at_least)}"]
    high = [] if band.at_most is None else [f"≤ {told_value(source, band.at_most)}"]
    return " ".join(low + high)


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Each problem with its source line and a caret, as `thirdring check` tells it."""
    texts: dict[str, list[str]] = {}
    for problem in problems:
        path = Path(problem.source)
        if problem.source not in texts:
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            texts[problem.source] = lines_of(text)
    return [told(problem, texts[problem.source]) for problem in problems]
