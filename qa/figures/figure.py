"""A figure: its id, its names, its formula in words, and the sum it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from qa.figures.columns import Columns, Floats, Mask
from qa.figures.terms import Terms

Parts = tuple[Floats | Mask, Floats | Mask]
"""What each call adds to the numerator and to the denominator; 0 in both: it is not counted. A
numerator is looked at only where the denominator is not 0, and may be NaN elsewhere."""


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    """0 to 1, shown in percent."""

    MS = "ms"
    COUNT = "count"
    """The numerators added up; the denominator means nothing."""

    MEAN = "mean"
    """A plain number: rings, points, a verdict from 1 to 5."""


class Better(StrEnum):
    """Which way is good."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One formula. Two ways of counting are two figures, with two ids."""

    id: str
    """`SL.2`; stays for ever: another formula gets another id."""

    titles: Mapping[str, str]
    """By `zh` and `en`."""

    words: Mapping[str, str]
    """The formula in words, by language; `{target}` and the like stand for the terms."""

    tells: Mapping[str, str]
    """What question it answers, and what it hides."""

    unit: Unit
    rules: tuple[str, ...] = ()
    """House rules it shows."""

    source: str = ""
    """Where the formula comes from."""

    better: Better = Better.NEITHER
    of: Callable[[Columns, Terms], Parts] | None = None
    """What calls add. No function: the figure is made of agents' time or of evaluations, not of
    calls."""

    of_time: bool = False
    """A share of milliseconds, not of calls: its sums mean nothing to a reader."""

    tail: bool = False
    """Its 90th percentile is told beside it: a mean alone hides the long ones."""

    def formula(self, language: str, terms: Terms) -> str:
        """The formula with the terms' numbers, in `zh` or `en`."""
        return self.words[language].format(
            target=terms.target_s,
            short=terms.short_s,
            rings=terms.most_rings,
            satisfied=terms.satisfied,
            silence=terms.long_silence_s,
        )


@dataclass(frozen=True, slots=True)
class Value:
    """What a figure came to. `over` is what it is a share or a mean of."""

    figure: Figure
    total: float
    over: float
    p90: float | None = None

    @property
    def amount(self) -> float | None:
        """The figure itself; None where there was nothing to count."""
        if self.figure.unit is Unit.COUNT:
            return self.total
        return self.total / self.over if self.over else None
