"""What the machine answers of a form, from the facts of the call, and what shows it."""

from __future__ import annotations

from qa.answering.answers import MachineAnswer, machine_answers, machine_gaps
from qa.answering.case import CaseFacts
from qa.answering.figures import Found, figures_of
from qa.answering.words import (
    HeardWords,
    Place,
    WordsShown,
    kept_recordings,
    words_gaps,
    words_shown,
)

__all__ = [
    "CaseFacts",
    "Found",
    "HeardWords",
    "MachineAnswer",
    "Place",
    "WordsShown",
    "figures_of",
    "kept_recordings",
    "machine_answers",
    "machine_gaps",
    "words_gaps",
    "words_shown",
]
