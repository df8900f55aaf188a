"""A07, the four sames: is service the same at quiet and at busy hours, and at every hour?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from qa.figures.figure import Value
from qa.figures.folding import Folded
from qa.figures.judging import counted, qa_score
from qa.figures.rows import Scored
from qa.figures.slots import Slots
from qa.figures.sums import Sums

LOADS: Final = ("quiet", "normal", "busy")
FIGURES: Final = ("RULE.1", "SL.2", "AHT.1", "TO.1", "DA.1", "CSAT.1")


@dataclass(frozen=True, slots=True)
class Service:
    """How service was in one part of the time."""

    name: str
    """`quiet`, `normal`, `busy`; or an hour, `09`."""

    hours: int
    """Hours of the calendar that had a call."""

    most_calls: int
    """Calls in the fullest of them."""

    figures: Mapping[str, Value]
    score: Value
    """QA.1 of the calls in it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An evaluation and when its call came."""

    scored: Scored
    offered_at: datetime


def by_load(folded: Folded, scores: Iterable[Placed], zone: tzinfo | None) -> list[Service]:
    """Hours sorted by how many calls came in them, cut in three with about as many hours each.

    Hours with equally many calls are never parted: they were equally busy.
    """
    hours = folded.by_day_hour()
    marks = _scores_by_hour(scores, zone)
    order = sorted(hours, key=lambda hour: hours[hour].calls)
    edges = [hours[order[len(order) * third // 3]].calls for third in (1, 2)] if order else []
    parts: list[list[tuple[date, int]]] = [[], [], []]
    for hour in order:
        parts[sum(hours[hour].calls >= edge for edge in edges)].append(hour)
    return [
        _service(name, [hours[hour] for hour in part], _of(marks, part))
        for name, part in zip(LOADS, parts, strict=True)
    ]


def by_hour(folded: Folded, scores: Iterable[Placed], zone: tzinfo | None) -> list[Service]:
    """Each hour of the day that had a call."""
    hours = folded.by_day_hour()
    marks = _scores_by_hour(scores, zone)
    found = []
    for clock in sorted({hour for _, hour in hours}):
        part = [hour for hour in hours if hour[1] == clock]
        found.append(_service(f"{clock:02}", [hours[hour] for hour in part], _of(marks, part)))
    return found


Hour = tuple[date, int]


def _scores_by_hour(scores: Iterable[Placed], zone: tzinfo | None) -> dict[Hour, list[Scored]]:
    slots, found = Slots(zone), dict[Hour, list[Scored]]()
    for placed in scores:
        slot = slots.of(placed.offered_at)
        found.setdefault((slot.day, slot.hour), []).append(placed.scored)
    return found


def _of(marks: Mapping[Hour, list[Scored]], hours: Iterable[Hour]) -> list[Scored]:
    return counted(scored for hour in hours for scored in marks.get(hour, ()))


def _service(name: str, sums: list[Sums], scores: list[Scored]) -> Service:
    whole = Sums().plus(sums)
    return Service(
        name=name,
        hours=len(sums),
        most_calls=max((one.calls for one in sums), default=0),
        figures={figure: whole.value(figure) for figure in FIGURES},
        score=qa_score(scores),
    )
