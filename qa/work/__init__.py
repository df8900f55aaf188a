"""The rules of quality work: who may do what to an evaluation, when, and what it comes to."""

from __future__ import annotations

from qa.work.deciding import (
    Answering,
    decide_answer,
    decide_claim,
    decide_expiry,
    decide_open,
    decide_release,
    decide_submit,
    decide_withdraw,
)
from qa.work.evaluation import DraftAnswer, Evaluation, fold
from qa.work.reasons import why_in
from qa.work.responding import (
    decide_acknowledge,
    decide_coach,
    decide_dispute,
    decide_resolve,
)
from qa.work.terms import SYSTEM, Actor, Decided, Terms
from qa.work.unmet import Unmet, merged, unmet

__all__ = [
    "SYSTEM",
    "Actor",
    "Answering",
    "Decided",
    "DraftAnswer",
    "Evaluation",
    "Terms",
    "Unmet",
    "decide_acknowledge",
    "decide_answer",
    "decide_claim",
    "decide_coach",
    "decide_dispute",
    "decide_expiry",
    "decide_open",
    "decide_release",
    "decide_resolve",
    "decide_submit",
    "decide_withdraw",
    "fold",
    "merged",
    "unmet",
    "why_in",
]
