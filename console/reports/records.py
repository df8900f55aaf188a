"""A report as rows of one shape: a figure of a part of the time or of the house, with its sum.

One row a figure and part, so that a spreadsheet filters and pivots it and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from console.reports.gathering import Gathered
from console.reports.staffing import needs_of
from qa.figures.agents_time import of_agents
from qa.figures.catalogue import OF_CALLS
from qa.figures.figure import Value
from qa.figures.folding import rule_rates
from qa.figures.judging import qa_passed, qa_score
from qa.figures.service_levels import service_levels
from qa.figures.staffing import Need
from qa.figures.sums import Sums
from qa.figures.terms import TARGETS_S

Record = Mapping[str, Any]
FIELDS: Final = {
    "first": str,
    "last": str,
    "queue": str,
    "part": str,
    "of": str,
    "figure": str,
    "title_zh": str,
    "title_en": str,
    "unit": str,
    "value": float,
    "total": float,
    "over": float,
    "p90": float,
    "target_s": int,
    "formula": str,
}
"""Field -> type. `part` is what `of` names: whole, day, hour, queue, agent, rule, tag."""

STAFFING_FIELDS: Final = {
    "first": str,
    "last": str,
    "queue": str,
    "weekday": int,
    "from": str,
    "days": int,
    "calls": float,
    "busy_calls": float,
    "handle_s": float,
    "agents": int,
    "service_level": float,
    "speed_s": float,
    "occupancy": float,
    "seats": int,
    "busy_agents": int,
    "busy_seats": int,
    "burstiness": float,
}
"""`weekday` is 1 for Monday to 7 for Sunday, as ISO 8601 counts."""


def records(gathered: Gathered) -> Iterator[Record]:
    """Every figure of every part, the whole first."""
    yield from _of_the_whole(gathered)
    folded = gathered.folded
    parts: Mapping[str, Mapping[Any, Sums]] = {
        "day": folded.by_day(),
        "hour": {f"{hour:02}:00": sums for hour, sums in folded.by_hour().items()},
        "queue": folded.by_queue(),
        "agent": folded.agents,
        "tag": folded.apart,
    }
    for part, groups in parts.items():
        for of, sums in groups.items():
            for one in OF_CALLS:
                yield _record(gathered, part, str(of), sums.value(one.id))
    for rule, value in rule_rates(folded).items():
        yield _record(gathered, "rule", rule, value)
    yield from _of_agents(gathered)


def _of_the_whole(gathered: Gathered) -> Iterator[Record]:
    for value in gathered.values().values():
        yield _record(gathered, "whole", "", value)
    for target_s in TARGETS_S:
        if target_s != gathered.house.terms.target_s:
            for value in service_levels(gathered.folded.waits, target_s).values():
                yield _record(gathered, "whole", "", value, target_s)


def _of_agents(gathered: Gathered) -> Iterator[Record]:
    for day in gathered.agents:
        for value in of_agents([day]):
            yield _record(gathered, "agent", day.agent, value)
    for agent in sorted({one.agent for one in gathered.reviews}):
        own = [one for one in gathered.reviews if one.agent == agent]
        for value in (qa_score(own), qa_passed(own)):
            yield _record(gathered, "agent", agent, value)


def _record(
    gathered: Gathered, part: str, of: str, value: Value, target_s: int | None = None
) -> Record:
    figure, terms = value.figure, gathered.house.terms
    target_s = target_s or terms.target_s
    timed = "{target}" in figure.words["en"]
    return {
        "first": str(gathered.days.first),
        "last": str(gathered.days.last),
        "queue": gathered.queue,
        "part": part,
        "of": of,
        "figure": figure.id,
        "title_zh": figure.titles["zh"],
        "title_en": figure.titles["en"],
        "unit": figure.unit.value,
        "value": value.amount,
        "total": value.total,
        "over": value.over,
        "p90": value.p90,
        "target_s": target_s if timed else None,
        "formula": figure.words["en"].replace("{target}", str(target_s))
        if timed
        else figure.formula("en", terms),
    }


def staffing_records(gathered: Gathered) -> Iterator[Record]:
    """One row a half hour and weekday."""
    for need in needs_of(gathered):
        yield _need(gathered, need)


def _need(gathered: Gathered, need: Need) -> Record:
    return {
        "first": str(gathered.days.first),
        "last": str(gathered.days.last),
        "queue": gathered.queue,
        "weekday": need.weekday + 1,
        "from": f"{need.half // 2:02}:{need.half % 2 * 30:02}",
        "days": need.days,
        "calls": need.calls,
        "busy_calls": need.busy_calls,
        "handle_s": need.handle_s,
        "agents": need.mean.agents,
        "service_level": need.mean.service_level,
        "speed_s": need.mean.speed_s,
        "occupancy": need.mean.occupancy,
        "seats": need.seats,
        "busy_agents": need.busy.agents,
        "busy_seats": need.busy_seats,
        "burstiness": need.burstiness,
    }
