"""How many agents each half hour of each weekday needs, from the house's own arrivals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, pvariance

from calls.values import value
from qa.figures.erlang import Load, Serving, agents_needed
from qa.figures.folding import Folded
from qa.figures.percentile import percentile
from qa.figures.sums import Sums

HALF_HOUR_S = 1800
BURSTY = 1.5
"""Variance over mean of the calls of one slot from which on arrivals are burstier than Erlang C
takes for granted (1 is Poisson)."""

LEAST_DAYS = 3
"""Fewer days of one weekday than this tell nothing of how its arrivals vary."""


@value
class Goals:
    """What staffing is reckoned for."""

    target_s: int = 20
    goal: float = 0.8
    most_occupancy: float = 0.85
    """Agents who are busier than this for long tire: at the peak the cap decides, not the wait."""

    shrinkage: float = 0.3
    """Share of paid time that takes no calls: breaks, leave, training, meetings."""

    busy_share: float = 0.8
    """A busy day: so many of the days of this weekday had no more calls in this half hour."""

    def __post_init__(self) -> None:
        if not 0 <= self.shrinkage < 1:
            raise ValueError(f"shrinkage is at least 0 and below 1, got {self.shrinkage}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One half hour of one weekday."""

    weekday: int
    """Monday is 0."""

    half: int
    """0 is 00:00."""

    days: int
    """Days that it is the mean of."""

    calls: float
    """Mean of those days."""

    busy_calls: float
    handle_s: float
    mean: Serving
    """For the mean day."""

    busy: Serving
    """For a busy day."""

    seats: int
    """To be on the roster for the mean day: with shrinkage."""

    busy_seats: int
    burstiness: float | None
    """Variance over mean of the calls; None with too few days or calls."""

    @property
    def bursty(self) -> bool:
        """Erlang C asks for too few here."""
        return self.burstiness is not None and self.burstiness > BURSTY


def with_shrinkage(agents: int, shrinkage: float) -> int:
    """How many have to be on the roster for so many to be at the phone."""
    return math.ceil(round(agents / (1 - shrinkage), 9))


def staffing(folded: Folded, days: Iterable[date], goals: Goals) -> list[Need]:
    """Needs of every half hour in which a call came to a queue, weekday by weekday.

    `days`: all days looked at, those without a call as well, since a quiet day counts. A slot's
    handle time is its own; with no call answered in it, that of all calls.
    """
    # A call that the IVR served alone needs nobody.
    by_slot = {
        slot: sums for slot, sums in folded.by_day_half().items() if sums.value("OFF.1").total
    }
    dates = _by_weekday(days)
    handle_s = _handle_s([folded.total()], 180.0)
    halves = sorted({(day.weekday(), half) for day, half in by_slot})
    return [
        _need(weekday, half, [by_slot.get((day, half)) for day in dates[weekday]], handle_s, goals)
        for weekday, half in halves
        if weekday in dates
    ]


def _by_weekday(days: Iterable[date]) -> Mapping[int, list[date]]:
    found: dict[int, list[date]] = {}
    for day in days:
        found.setdefault(day.weekday(), []).append(day)
    return found


def _need(
    weekday: int, half: int, sums: Sequence[Sums | None], handle_s: float, goals: Goals
) -> Need:
    counts = [one.value("OFF.1").total if one else 0.0 for one in sums]
    handle_s = _handle_s([one for one in sums if one], handle_s)
    mean_calls = fmean(counts)
    busy_calls = max(percentile(counts, goals.busy_share) or 0.0, mean_calls)
    mean, busy = (
        agents_needed(
            Load(calls, HALF_HOUR_S, handle_s),
            goals.target_s,
            goals.goal,
            most_occupancy=goals.most_occupancy,
        )
        for calls in (mean_calls, busy_calls)
    )
    return Need(
        weekday=weekday,
        half=half,
        days=len(counts),
        calls=mean_calls,
        busy_calls=busy_calls,
        handle_s=handle_s,
        mean=mean,
        busy=busy,
        seats=with_shrinkage(mean.agents, goals.shrinkage),
        busy_seats=with_shrinkage(busy.agents, goals.shrinkage),
        burstiness=_burstiness(counts),
    )


def _burstiness(counts: Sequence[float]) -> float | None:
    mean = fmean(counts)
    return pvariance(counts) / mean if mean and len(counts) >= LEAST_DAYS else None


def _handle_s(sums: Sequence[Sums], otherwise_s: float) -> float:
    over = Sums().plus(sums).value("AHT.1")
    return over.total / over.over / 1000 if over.over else otherwise_s
