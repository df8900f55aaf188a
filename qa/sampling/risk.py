"""How much the facts of a call ask to be looked at, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qa.sampling.plan import Candidate, RiskWeights

_MOST_RULES = 3


@dataclass(frozen=True, slots=True)
class Risk:
    """A call's weight: 1 and what its facts add."""

    weight: float
    why: Mapping[str, str]
    """By language; empty texts when nothing was added."""


def risk_of(call: Candidate, weights: RiskWeights) -> Risk:
    """The weight of a call by these weights, with its reasons."""
    reasons = list(_reasons(call, weights))
    return Risk(
        weight=1.0 + sum(added for added, _, _ in reasons),
        why={
            "zh": "，".join(f"{zh}（+{added:g}）" for added, zh, _ in reasons),
            "en": ", ".join(f"{en} (+{added:g})" for added, _, en in reasons),
        },
    )


def _reasons(call: Candidate, weights: RiskWeights) -> Iterator[tuple[float, str, str]]:
    if call.broken:
        added = weights.broken_rule * min(len(call.broken), _MOST_RULES)
        rules = " ".join(call.broken)
        yield added, f"违反 {rules}", f"broke {rules}"
    if call.survey is not None and call.survey <= weights.survey_at_most:
        yield weights.low_survey, f"客户评价 {call.survey}", f"caller's verdict {call.survey}"
    if call.dead_air_ms is not None and call.dead_air_ms >= weights.silence_ms:
        seconds = f"{call.dead_air_ms / 1000:.0f}"
        yield weights.long_silence, f"冷场 {seconds} 秒", f"{seconds} s of dead air"
    if call.talk_over_ms is not None and call.talk_over_ms >= weights.talk_over_ms:
        seconds = f"{call.talk_over_ms / 1000:.1f}"
        yield weights.talk_over, f"抢话 {seconds} 秒", f"{seconds} s of talk-over"
    if call.faults:
        yield weights.fault, f"系统故障 {call.faults} 次", f"{call.faults} faults"
