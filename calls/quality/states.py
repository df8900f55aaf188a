"""States of an evaluation and roles of a person, as everybody names them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each role of the console."""

    AGENT = "agent"
    """Sees what was scored of the own calls, acknowledges, disputes."""

    QA = "qa"
    """Draws, claims, scores, comments; hears recordings."""

    SUPERVISOR = "supervisor"
    """As QA; resolves disputes, coaches, runs calibrations, sees the wallboard and reports."""

    ADMIN = "admin"
    """Accounts, retention, legal holds, the log of looks; hears no recording by this role."""


class EvaluationState(StrEnum):
    """Where an evaluation stands."""

    OPEN = "open"
    """Drawn, nobody has it."""

    CLAIMED = "claimed"
    """One evaluator works on it; answers are kept as a draft."""

    SUBMITTED = "submitted"
    """Scored; the agent may acknowledge or dispute until the deadline."""

    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    """A second reviewer has to resolve it."""

    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    """Opened in error; counts in no figure, and stays in the ledger."""


class EvaluationKind(StrEnum):
    """What an evaluation is for."""

    REVIEW = "review"
    CALIBRATION = "calibration"
    """One of several of the same call; counts for no agent."""

    MYSTERY = "mystery"
    """Of a planned test call; its figures are kept apart (Q07)."""


class FormResult(StrEnum):
    """What a submitted form came to."""

    PASSED = "passed"
    BELOW = "below"
    """Under the form's pass mark."""

    FAILED = "failed"
    """A fatal question failed: the whole form is zero."""
