"""What the machine answers of a form, from the facts of the call, and what shows it."""

from __future__ import annotations

from qa.answering.answers import MachineAnswer, machine_answers, machine_gaps
from qa.answering.case import CaseFacts
from qa.answering.figures import Found, figures_of

__all__ = [
    "CaseFacts",
    "Found",
    "MachineAnswer",
    "figures_of",
    "machine_answers",
    "machine_gaps",
]
