"""Which calls are evaluated: drawn by a seed, so that anybody can draw them again."""

from __future__ import annotations

from qa.sampling.drawing import Draw, Picked, draw, population_digest
from qa.sampling.plan import BY, Candidate, Method, Plan, RiskWeights, Shares
from qa.sampling.risk import Risk, risk_of

__all__ = [
    "BY",
    "Candidate",
    "Draw",
    "Method",
    "Picked",
    "Plan",
    "Risk",
    "RiskWeights",
    "Shares",
    "draw",
    "population_digest",
    "risk_of",
]
