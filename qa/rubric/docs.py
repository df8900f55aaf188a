"""The tables of `docs/qa-forms.md`, from the definitions; the prose around them is by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callflow.schema.docs import Tables, table
from qa.rubric.form import Form
from qa.rubric.language import (
    ANSWER_KEYS,
    BAND_KEYS,
    BUILT_IN,
    FACT_KEYS,
    FORM_KEYS,
    QUESTION_KEYS,
    SECTION_KEYS,
)
from qa.rubric.loading import load_forms
from qa.rubric.sources import EVIDENCE, FIGURES, MEASURES, Source

_UNITS: Final = {"time": "a time: `1s`", "count": "a number"}


def _keys(known: Mapping[str, str]) -> Callable[[], str]:
    return lambda: table(("key", "meaning"), ((f"`{name}`", text) for name, text in known.items()))


def _sources(known: Mapping[str, Source]) -> Callable[[], str]:
    rows = [
        (f"`{source.name}`", source.title["zh"], source.about, _UNITS[source.unit.value])
        for source in known.values()
    ]
    return lambda: table(("name", "中文", "what it is", "limits are"), rows)


def _scales() -> str:
    rows = []
    for name, answers in BUILT_IN.items():
        told = (f"`{word}` {zh} {en} ({share})" for word, (zh, en, share) in answers.items())
        rows.append((f"`{name}`", ", ".join(told)))
    return table(("scale", "answers (share)"), rows)


def _evidence() -> str:
    rows = ((f"`{one.name}`", one.title["zh"], one.about) for one in EVIDENCE.values())
    return table(("name", "中文", "what it shows"), rows)


def _shipped() -> str:
    heads = ("question", "", "rules", "answered by")
    parts = []
    for form in load_forms().values():
        parts.append(f"### `{form.name}` {form.title['zh']} · {form.title['en']}\n")
        parts.append(table(heads, _questions(form)))
    return "\n" + "\n".join(parts) + "\n"


def _questions(form: Form) -> list[list[str]]:
    rows = []
    for section in form.sections:
        rows.append([f"**{section.title['zh']} {section.title['en']}**", "", "", ""])
        for question in section.questions:
            fact, rules = question.fact, " ".join(question.rules)
            by = "a human" if fact is None else f"{fact.kind} `{fact.name}`"
            shown = ", ".join(f"`{one}`" for one in question.evidence)
            by += f", shown {shown}" if shown else ""
            rows.append([question.title["zh"], question.title["en"], rules, by])
    return rows


TABLES: Final[Tables] = {
    "qa_form_keys": _keys(FORM_KEYS),
    "qa_section_keys": _keys(SECTION_KEYS),
    "qa_question_keys": _keys(QUESTION_KEYS),
    "qa_answer_keys": _keys(ANSWER_KEYS),
    "qa_scales": _scales,
    "qa_fact_keys": _keys(FACT_KEYS),
    "qa_band_keys": _keys(BAND_KEYS),
    "qa_measures": _sources(MEASURES),
    "qa_figures": _sources(FIGURES),
    "qa_evidence": _evidence,
    "qa_shipped": _shipped,
}
"""Every table by the name of its marks."""
