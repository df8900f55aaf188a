"""Drawing calls: the same population, plan and seed always give the same calls.

Chance comes from Python's Mersenne Twister seeded with the draw's seed, over the population in the
order of ids, so the order in which calls were given counts for nothing. By risk, calls are drawn
without replacement with unequal chances after Efraimidis and Spirakis, "Weighted random sampling
with a reservoir" (Information Processing Letters 97, 2006): of keys u^(1/w), the largest.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from qa.sampling.plan import APART, Candidate, Method, Plan
from qa.sampling.risk import Risk, risk_of
from qa.sampling.strata import allotted, stratum_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """One call that was drawn."""

    call_id: str
    agent: str
    stratum: str
    """`agent 1001, hour 9`; empty without strata."""

    why: Mapping[str, str]
    """How it came to be drawn, by language."""

    def data(self) -> dict[str, Any]:
        """As the quality book keeps it."""
        why = f"{self.why['zh']} / {self.why['en']}"
        return {"call_id": self.call_id, "agent": self.agent, "stratum": self.stratum, "why": why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What was drawn, from what."""

    plan: Plan
    seed: int
    population: int
    """Calls that could have been drawn."""

    population_digest: str
    picked: tuple[Picked, ...]
    left_out: Mapping[str, int]
    """How many calls were not among them, by reason: `drawn apart agentless short`."""


def draw(
    candidates: Iterable[Candidate], plan: Plan, seed: int, *, drawn: Collection[str] = ()
) -> Draw:
    """Draw calls by `plan`; `drawn` are ids that were drawn before and are left out.

    Fewer than asked for are drawn when there are no more; none from an empty population.
    """
    left_out: Counter[str] = Counter()
    known = set(drawn)
    population: list[Candidate] = []
    for call in sorted(candidates, key=lambda one: one.call_id):
        reason = _why_not(call, plan, known)
        if reason:
            left_out[reason] += 1
        else:
            population.append(call)
    picked = _DRAWING[plan.method](population, plan, Random(seed))  # noqa: S311 - no secret
    return Draw(
        plan=plan,
        seed=seed,
        population=len(population),
        population_digest=population_digest(call.call_id for call in population),
        picked=tuple(picked),
        left_out=dict(left_out),
    )


def population_digest(call_ids: Iterable[str]) -> str:
    """SHA-256 (hex) over the ids in order, one a line."""
    return hashlib.sha256("\n".join(sorted(call_ids)).encode()).hexdigest()


def _why_not(call: Candidate, plan: Plan, drawn: set[str]) -> str:
    if call.call_id in drawn:
        return "drawn"
    if plan.tag:
        if call.tag != plan.tag:
            return "apart"
    elif call.tag in APART:
        return "apart"
    if plan.agents_only and not call.agent:
        return "agentless"
    return "short" if call.length_ms < plan.least_ms else ""


class _Quota:
    """How many more may be taken, in all and of each agent."""

    def __init__(self, plan: Plan, most: int) -> None:
        self._left = min(plan.count, most) if plan.count else most
        self._per_agent = plan.per_agent
        self._of: Counter[str] = Counter()

    def take(self, call: Candidate) -> bool:
        """Whether the call may be taken; it is, then."""
        full = self._per_agent and call.agent and self._of[call.agent] >= self._per_agent
        if not self._left or full:
            return False
        self._left -= 1
        self._of[call.agent] += 1
        return True


def _random(population: Sequence[Candidate], plan: Plan, chance: Random) -> list[Picked]:
    quota = _Quota(plan, len(population))
    order = chance.sample(population, len(population))
    zh, en = f"从 {len(population)} 通中随机抽取", f"drawn at random from {len(population)} calls"
    return [_picked(call, "", zh, en) for call in order if quota.take(call)]


def _stratified(population: Sequence[Candidate], plan: Plan, chance: Random) -> list[Picked]:
    strata: dict[str, list[Candidate]] = defaultdict(list)
    for call in population:
        strata[stratum_of(call, plan.by)].append(call)
    order = {name: chance.sample(strata[name], len(strata[name])) for name in sorted(strata)}
    total = min(plan.count, len(population)) if plan.count else len(population)
    sizes = {name: len(calls) for name, calls in order.items()}
    share = allotted(sizes, total, plan.shares, chance)
    quota = _Quota(plan, len(population))
    taken: list[tuple[str, Candidate]] = []
    spare: list[tuple[str, Candidate]] = []
    for name, calls in order.items():
        for call in calls:
            wanted = share[name] > 0 and quota.take(call)
            share[name] -= wanted
            (taken if wanted else spare).append((name, call))
    # Where an agent's quota held a stratum back, others give what is missing.
    chance.shuffle(spare)
    taken += [one for one in spare if quota.take(one[1])]
    return [_of_stratum(name, call, sizes[name]) for name, call in taken]


def _of_stratum(name: str, call: Candidate, size: int) -> Picked:
    zh = f"从「{name}」的 {size} 通中抽取"
    return _picked(call, name, zh, f"drawn from {size} calls of {name}")


def _by_risk(population: Sequence[Candidate], plan: Plan, chance: Random) -> list[Picked]:
    risks = [risk_of(call, plan.weights) for call in population]
    keys = [chance.random() ** (1 / risk.weight) for risk in risks]
    order = sorted(zip(keys, population, risks, strict=True), key=lambda one: -one[0])
    quota = _Quota(plan, len(population))
    return [_risky(call, risk) for _, call, risk in order if quota.take(call)]


def _risky(call: Candidate, risk: Risk) -> Picked:
    zh = f"按风险抽取，权重 {risk.weight:g}" + (f"：{risk.why['zh']}" if risk.why["zh"] else "")
    en = f"drawn by risk, weight {risk.weight:g}" + (
        f": {risk.why['en']}" if risk.why["en"] else ""
    )
    return _picked(call, "", zh, en)


def _picked(call: Candidate, stratum: str, zh: str, en: str) -> Picked:
    return Picked(call_id=call.call_id, agent=call.agent, stratum=stratum, why={"zh": zh, "en": en})


_DRAWING = {Method.RANDOM: _random, Method.STRATIFIED: _stratified, Method.RISK: _by_risk}
