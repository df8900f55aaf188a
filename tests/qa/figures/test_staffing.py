"""Staffing from arrivals, the four sames, and what the figures propose for agents."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from qa.figures.catalogue import CATALOGUE
from qa.figures.consequences import Flag, Limits, Standing, propose
from qa.figures.figure import Value
from qa.figures.folding import fold
from qa.figures.judging import QA
from qa.figures.sames import Placed, by_hour, by_load
from qa.figures.slots import Days
from qa.figures.staffing import Goals, staffing, with_shrinkage
from qa.figures.terms import Terms
from tests.support.figure_rows import Evaluated, FigureCall, abandoned, at, told

UTC = ZoneInfo("UTC")
MONDAYS = ("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23")


def calls_at(day: str, clock: str, count: int, **more: object) -> list[FigureCall]:
    return [
        FigureCall(offered_at=at(f"{day} {clock}"), talked_ms=150_000, **more)  # type: ignore[arg-type]
        for _ in range(count)
    ]


def test_a_half_hour_needs_what_erlang_c_says_for_its_mean_day() -> None:
    calls = [call for day in MONDAYS for call in calls_at(day, "10:05", 100)]
    days = Days(date(2026, 11, 2), date(2026, 11, 29), UTC)

    (need,) = staffing(fold(told(calls), Terms(), UTC), days.all, Goals(most_occupancy=1.0))

    assert (need.weekday, need.half, need.days, need.calls) == (0, 20, 4, 100)
    assert need.handle_s == 180
    assert need.mean.agents == 14
    assert round(need.mean.service_level, 4) == 0.8884
    assert need.seats == 20
    assert need.burstiness == 0


def test_a_monday_without_a_call_counts_as_a_quiet_one() -> None:
    calls = calls_at("2026-11-02", "10:05", 80)
    days = Days(date(2026, 11, 2), date(2026, 11, 29), UTC)

    (need,) = staffing(fold(told(calls), Terms(), UTC), days.all, Goals())

    assert need.calls == 20
    assert need.bursty


def test_a_busy_day_needs_more_than_the_mean_day() -> None:
    counts = dict(zip(MONDAYS, (10, 20, 30, 100), strict=True))
    calls = [call for day, count in counts.items() for call in calls_at(day, "10:05", count)]
    days = Days(date(2026, 11, 2), date(2026, 11, 29), UTC)

    (need,) = staffing(fold(told(calls), Terms(), UTC), days.all, Goals(busy_share=0.8))

    assert (need.calls, need.busy_calls) == (40, 100)
    assert need.busy.agents > need.mean.agents


def test_callers_who_gave_up_need_an_agent_too() -> None:
    calls = [*calls_at("2026-11-02", "10:05", 5), *[abandoned(60_000)] * 5]
    days = Days(date(2026, 11, 2), date(2026, 11, 2), UTC)

    needs = staffing(fold(told(calls), Terms(), UTC), days.all, Goals())

    assert sum(need.calls for need in needs) == 10


def test_shrinkage_asks_for_people_who_are_not_at_the_phone() -> None:
    assert with_shrinkage(14, 0.3) == 20
    assert with_shrinkage(7, 0.3) == 10
    assert with_shrinkage(0, 0.3) == 0
    with pytest.raises(ValueError, match="shrinkage"):
        Goals(shrinkage=1.0)


# ---- A07 ---------------------------------------------------------------------------------------


def test_service_at_quiet_and_at_busy_hours_stands_side_by_side() -> None:
    calls = [
        *calls_at("2026-11-02", "08:00", 1, kept=("A02",)),
        *calls_at("2026-11-02", "09:00", 5, kept=("A02",)),
        *calls_at("2026-11-02", "10:00", 20, broken=("A02",)),
    ]
    scores = [
        Placed(Evaluated(score=95), at("2026-11-02 08:00")),
        Placed(Evaluated(score=60), at("2026-11-02 10:10")),
        Placed(Evaluated(score=0, kind="calibration"), at("2026-11-02 10:10")),
    ]

    quiet, normal, busy = by_load(fold(told(calls), Terms(), UTC), scores, UTC)

    assert [(one.name, one.hours, one.most_calls) for one in (quiet, normal, busy)] == [
        ("quiet", 1, 1),
        ("normal", 1, 5),
        ("busy", 1, 20),
    ]
    assert (quiet.figures["RULE.1"].amount, busy.figures["RULE.1"].amount) == (1.0, 0.0)
    assert (quiet.score.amount, normal.score.amount, busy.score.amount) == (95, None, 60)


def test_hours_that_were_equally_busy_are_in_the_same_part() -> None:
    calls = [call for hour in range(6) for call in calls_at("2026-11-02", f"{8 + hour:02}:00", 4)]

    parts = by_load(fold(told(calls), Terms(), UTC), [], UTC)

    assert sorted(part.hours for part in parts) == [0, 0, 6]
    assert by_load(fold(told([]), Terms(), UTC), [], UTC)[0].hours == 0


def test_each_hour_of_the_clock_stands_for_all_days() -> None:
    calls = [*calls_at("2026-11-02", "09:00", 2), *calls_at("2026-11-03", "09:40", 3)]

    (nine,) = by_hour(fold(told(calls), Terms(), UTC), [], UTC)

    assert (nine.name, nine.hours, nine.most_calls) == ("09", 2, 3)


# ---- Q06 ---------------------------------------------------------------------------------------


def standing(score: float, scores: int, rules: float, complaints: int = 0) -> Standing:
    return Standing(
        agent="801",
        score=Value(QA, score * scores, scores),
        rules=Value(CATALOGUE["RULE.1"], rules * 1000, 1000),
        judged_calls=200,
        complaints=["call"] * complaints,
    )


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        (standing(95, 5, 0.99), (Flag.COMMEND,)),
        (standing(95, 5, 0.99, complaints=1), ()),
        (standing(85, 5, 0.99), ()),
        (standing(95, 5, 0.85), (Flag.COACH,)),
        (standing(79.9, 3, 0.99), (Flag.COACH,)),
        (standing(10, 2, 0.99), (Flag.COMMEND,)),
        (standing(95, 5, 0.99, complaints=3), (Flag.COMPLAINTS,)),
        (standing(50, 5, 0.5, complaints=3), (Flag.COACH, Flag.COMPLAINTS)),
    ],
)
def test_good_results_are_commended_poor_ones_coached_three_complaints_flagged(
    given: Standing, flags: tuple[Flag, ...]
) -> None:
    assert propose(given, Limits()).flags == flags


def test_too_little_to_judge_by_proposes_nothing() -> None:
    little = Standing(
        agent="801",
        score=Value(QA, 10, 1),
        rules=Value(CATALOGUE["RULE.1"], 1, 2),
        judged_calls=2,
    )

    proposal = propose(little, Limits())

    assert (proposal.flags, proposal.enough) == ((), False)
