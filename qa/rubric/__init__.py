"""Forms of quality work: read from YAML, frozen by digest, scored."""

from __future__ import annotations

from qa.rubric.form import (
    NA,
    Answer,
    Comment,
    Fact,
    Form,
    Mode,
    Question,
    Section,
    SourceKind,
)
from qa.rubric.loading import FORMS_FOLDER, load_form, load_forms
from qa.rubric.own_rules import forms_for
from qa.rubric.scoring import QuestionScore, Score, SectionScore, asked, score, uncommented

__all__ = [
    "FORMS_FOLDER",
    "NA",
    "Answer",
    "Comment",
    "Fact",
    "Form",
    "Mode",
    "Question",
    "QuestionScore",
    "Score",
    "Section",
    "SectionScore",
    "SourceKind",
    "asked",
    "forms_for",
    "load_form",
    "load_forms",
    "score",
    "uncommented",
]
