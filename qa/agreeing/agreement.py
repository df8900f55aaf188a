"""How often humans left the machine's answers as they were, per question.

Kappa after J. Cohen, "A Coefficient of Agreement for Nominal Scales" (1960): agreement beyond what
two judges with these habits would reach by chance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 20
"""Human checks below which an agreement says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One evaluation as submitted, or as a dispute was resolved."""

    id: str
    answers: Mapping[str, str]
    """Question -> what stands."""

    machine: Mapping[str, str]
    """Question -> what the machine said; nothing where it was silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One question over many evaluations."""

    question: str
    count: int
    """Evaluations in which both the machine and the human answered."""

    agreed: int
    kappa: float | None
    """Cohen's; None where it is not defined: nothing to compare, or one answer only."""

    overruled: Mapping[tuple[str, str], int]
    """(machine's answer, human's) -> how often."""

    evaluations: tuple[str, ...]
    """Ids of those that overruled it, to look at."""

    @property
    def share(self) -> float | None:
        """Agreed of all, 0 to 1; None without any."""
        return self.agreed / self.count if self.count else None

    @property
    def enough(self) -> bool:
        """Whether there are so many checks that the share can be relied on."""
        return self.count >= ENOUGH


def agreement(submitted: Iterable[Submitted]) -> dict[str, Agreement]:
    """By question, in order of the first evaluation that the machine answered it in."""
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    overruled: dict[str, list[str]] = defaultdict(list)
    for one in submitted:
        for question, said in one.machine.items():
            stands = one.answers.get(question, "")
            if not (said and stands):
                continue
            pairs[question].append((said, stands))
            if said != stands:
                overruled[question].append(one.id)
    return {
        question: Agreement(
            question=question,
            count=len(found),
            agreed=sum(said == stands for said, stands in found),
            kappa=kappa(found),
            overruled=Counter(pair for pair in found if pair[0] != pair[1]),
            evaluations=tuple(overruled[question]),
        )
        for question, found in pairs.items()
    }


def kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Cohen's kappa over pairs of answers; None where it is not defined."""
    found = list(pairs)
    n = len(found)
    ones, others = Counter(one for one, _ in found), Counter(other for _, other in found)
    by_chance = sum(ones[name] * others[name] for name in ones)
    if not n or by_chance == n * n:
        return None
    agreed = sum(one == other for one, other in found)
    return (agreed / n - by_chance / n**2) / (1 - by_chance / n**2)
