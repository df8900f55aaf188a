"""Agreement between the machine and the humans, question by question."""

from __future__ import annotations

from qa.agreeing.agreement import ENOUGH, Agreement, Submitted, agreement, kappa

__all__ = ["ENOUGH", "Agreement", "Submitted", "agreement", "kappa"]
