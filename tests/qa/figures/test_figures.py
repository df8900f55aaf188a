"""The figures, by hand: each formula with numbers small enough to count on a sheet of paper."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.floor.states import AgentState
from qa.figures.agents_time import agent_rings, not_ready, occupancy, of_agents
from qa.figures.behind import calls_behind
from qa.figures.catalogue import CATALOGUE, OF_CALLS, VARIANTS, figure
from qa.figures.figure import Unit
from qa.figures.folding import fold, rule_rates
from qa.figures.judging import agreement, agreement_by_question, counted, qa_passed, qa_score
from qa.figures.percentile import percentile
from qa.figures.service_levels import service_levels
from qa.figures.slots import Days, Slots
from qa.figures.sums import Sums
from qa.figures.terms import Terms
from tests.support.figure_rows import Evaluated, FigureCall, abandoned, at, told

SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = Terms()


def test_the_three_service_levels_are_those_of_the_published_example() -> None:
    """ICMI: 1000 offered, 860 answered in time, 60 abandoned, 20 of them in time."""
    calls = [FigureCall() for _ in range(860)]
    calls += [FigureCall(queue_waited_ms=45_000) for _ in range(80)]
    calls += [abandoned(10_000) for _ in range(20)] + [abandoned(40_000) for _ in range(40)]

    total = fold(told(calls), TERMS, None).total()

    assert total.value("OFF.1").amount == 1000
    assert total.value("SL.1").amount == pytest.approx(0.860)
    assert total.value("SL.2").amount == pytest.approx(860 / 980)
    assert total.value("SL.3").amount == pytest.approx(0.880)
    assert total.value("AB.1").amount == pytest.approx(0.06)
    assert total.value("AB.2").amount == pytest.approx(0.06)


def test_a_call_answered_on_the_very_second_of_the_target_was_in_time() -> None:
    calls = [FigureCall(queue_waited_ms=20_000), FigureCall(queue_waited_ms=20_001)]

    folded = fold(told(calls), TERMS, None)

    assert folded.total().value("SL.1").amount == 0.5
    assert service_levels(folded.waits, 20)["SL.1"].amount == 0.5


def test_who_hangs_up_at_once_is_left_out_of_abandonment_by_its_second_formula() -> None:
    calls = [FigureCall(), FigureCall(), abandoned(4_000), abandoned(9_000)]

    total = fold(told(calls), TERMS, None).total()

    assert total.value("AB.1").amount == 0.5
    assert total.value("AB.2").amount == pytest.approx(1 / 3)


def test_answered_abandoned_and_left_otherwise_add_up_to_the_offered() -> None:
    calls = [
        FigureCall(),
        abandoned(30_000),
        FigureCall(queue_result="timeout", agent="", talked_ms=None),
        FigureCall(queue_result=None, queue_waited_ms=None, agent="", talked_ms=None),
    ]

    total = fold(told(calls), TERMS, None).total()

    assert total.value("ASA.1").over + total.value("AB.1").total + total.value("LEFT.1").total == 4
    assert total.value("LEFT.1").amount == 0.5


def test_waiting_is_told_of_the_answered_and_of_all() -> None:
    calls = [FigureCall(queue_waited_ms=6_000), FigureCall(queue_waited_ms=10_000)]

    total = fold(told([*calls, abandoned(50_000)]), TERMS, None).total()

    assert total.value("ASA.1").amount == 8_000
    assert total.value("ASA.2").amount == 22_000
    assert total.value("ASA.2").p90 == 50_000


def test_handle_time_is_talk_hold_and_wrap_up_with_its_long_tail_beside_it() -> None:
    talks = [100_000] * 9 + [1_000_000]
    calls = [FigureCall(talked_ms=talk, held_ms=20_000, wrapped_ms=40_000) for talk in talks]

    total = fold(told([*calls, abandoned(3_000)]), TERMS, None).total()

    assert total.value("AHT.1").amount == (9 * 140_000 + 1_040_000) / 10
    assert total.value("AHT.1").p90 == 140_000
    assert total.value("TALK.1").amount == (9 * 80_000 + 980_000) / 10
    assert total.value("HOLD.1").amount == 20_000
    assert total.value("ACW.1").amount == 40_000


def test_a_wrap_up_that_nobody_closed_is_not_counted_as_a_short_one() -> None:
    calls = [FigureCall(wrapped_ms=None), FigureCall(wrapped_ms=60_000)]

    assert fold(told(calls), TERMS, None).total().value("ACW.1").amount == 60_000


def test_three_rings_are_within_three_rings_and_four_are_not() -> None:
    calls = [FigureCall(rings=1), FigureCall(rings=3), FigureCall(rings=4), FigureCall(rings=None)]

    total = fold(told(calls), TERMS, None).total()

    assert total.value("RING.1").amount == pytest.approx(2 / 3)
    assert total.value("RING.2").amount == pytest.approx(8 / 3)


def test_rules_are_counted_each_of_each_call_and_by_call() -> None:
    calls = [
        FigureCall(id="a", kept=("A02", "A08"), broken=()),
        FigureCall(id="b", kept=("A02",), broken=("A08",)),
        FigureCall(id="c"),
    ]

    folded = fold(told(calls), TERMS, None)

    assert folded.total().value("RULE.1").amount == 0.75
    assert folded.total().value("RULE.2").amount == 0.5
    assert {rule: value.amount for rule, value in rule_rates(folded).items()} == {
        "A02": 1.0,
        "A08": 0.5,
    }
    assert folded.breaches == {"A08": ["b"]}
    assert folded.agent_breaches == {"801": Counter({"A08": 1})}


def test_satisfaction_stands_beside_how_many_answered() -> None:
    scores = (5, 4, 3, None, None)
    calls = [FigureCall(survey_asked=True, survey=score) for score in scores]

    total = fold(told([*calls, FigureCall()]), TERMS, None).total()

    assert total.value("CSAT.1").amount == pytest.approx(2 / 3)
    assert total.value("CSAT.2").amount == 4
    assert total.value("CSAT.3").amount == 0.6


def test_talk_over_is_shared_by_the_agents_talk_and_silence_counts_in_talks_only() -> None:
    calls = [
        FigureCall(agent_talk_ms=60_000, talk_over_ms=3_000, dead_air_ms=12_000),
        FigureCall(agent_talk_ms=40_000, talk_over_ms=1_000, dead_air_ms=2_000),
        FigureCall(agent_talk_ms=0, talk_over_ms=0, dead_air_ms=60_000),
    ]

    total = fold(told(calls), TERMS, None).total()

    assert total.value("TO.1").amount == pytest.approx(0.04)
    assert total.value("DA.1").amount == 0.5
    assert total.value("DA.2").amount == 7_000


def test_an_answered_call_without_a_recording_lowers_the_coverage() -> None:
    calls = [FigureCall(), FigureCall(recorded=False), FigureCall(answered_ms=None, recorded=False)]

    assert fold(told(calls), TERMS, None).total().value("REC.1").amount == 0.5


def test_mystery_test_and_practice_calls_are_kept_apart() -> None:
    calls = [FigureCall(), FigureCall(tag="mystery", rings=9), FigureCall(tag="practice", rings=9)]

    folded = fold(told(calls), TERMS, None)

    assert folded.total().calls == 1
    assert folded.agents["801"].calls == 1
    assert {tag: sums.calls for tag, sums in folded.apart.items()} == {"mystery": 1, "practice": 1}
    assert folded.apart["mystery"].value("RING.1").amount == 0


def test_a_call_on_the_line_counts_once_it_is_over() -> None:
    folded = fold(told([FigureCall(ended_ms=None), FigureCall()]), TERMS, None)

    assert (folded.open_calls, folded.total().calls) == (1, 1)


def test_a_call_counts_on_the_day_of_the_site_not_of_greenwich() -> None:
    late = FigureCall(offered_at=at("2026-11-02 16:05"))

    by_zone = [
        list(fold(told([late]), TERMS, zone).by_day()) for zone in (ZoneInfo("UTC"), SHANGHAI)
    ]

    assert by_zone == [[date(2026, 11, 2)], [date(2026, 11, 3)]]
    assert Slots(SHANGHAI).of(late.offered_at).half == 0


def test_a_day_begins_and_ends_at_midnight_of_the_site_even_when_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")

    usual = Days(date(2026, 10, 31), date(2026, 10, 31), new_york)
    autumn = Days(date(2026, 11, 1), date(2026, 11, 1), new_york)

    assert usual.until - usual.since == timedelta(hours=24)
    assert autumn.until - autumn.since == timedelta(hours=25)
    assert autumn.since == usual.until


def test_a_month_has_all_its_days_and_the_one_before_it_as_many() -> None:
    november = Days.month(date(2026, 11, 22), SHANGHAI)

    assert (november.first, november.last, len(november.all)) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
        30,
    )
    assert november.before().last == date(2026, 10, 31)


def test_occupancy_is_of_the_time_an_agent_could_serve() -> None:
    spent = {
        AgentState.ON_CALL: 30,
        AgentState.CONSULT: 10,
        AgentState.HOLD: 5,
        AgentState.WRAP_UP: 15,
        AgentState.READY: 30,
        AgentState.RINGING: 10,
        AgentState.NOT_READY: 100,
        AgentState.SIGNED_OUT: 800,
    }
    agents = [AgentTimeOf("801", {state.value: ms for state, ms in spent.items()})]

    assert occupancy(agents).amount == 0.6
    assert not_ready(agents).amount == 0.5


def test_agents_rings_leave_out_offers_whose_caller_was_gone() -> None:
    agents = [AgentTimeOf("801", {}, offers=12, answered=8, missed=2, within_three_rings=7)]

    assert agent_rings(agents).amount == 0.7


def test_consults_of_all_agents_are_added_up() -> None:
    agents = [AgentTimeOf("801", {}, consults=2), AgentTimeOf("802", {}, consults=1)]

    assert [one.figure.id for one in of_agents(agents)] == ["OCC.1", "NR.1", "RING.3", "CONS.1"]
    assert of_agents(agents)[-1].amount == 3


def test_scores_of_calibrations_and_mystery_calls_count_for_nobody() -> None:
    scores = [
        Evaluated(score=90),
        Evaluated(score=70, result="below"),
        Evaluated(score=0, result="failed", kind="mystery"),
        Evaluated(score=10, kind="calibration"),
    ]

    assert qa_score(counted(scores)).amount == 80
    assert qa_passed(counted(scores)).amount == 0.5


def test_agreement_counts_questions_that_both_answered() -> None:
    scores = [
        Evaluated(answers={"greeting": "yes", "tone": "good"}, machine={"greeting": "yes"}),
        Evaluated(answers={"greeting": "no"}, machine={"greeting": "yes"}),
    ]

    assert agreement(scores).amount == 0.5
    assert agreement_by_question(scores) == {"greeting": (1, 2)}


def test_the_ninetieth_percentile_is_one_of_the_values() -> None:
    assert percentile(range(1, 11), 0.9) == 9
    assert percentile([7], 0.9) == 7
    assert percentile([], 0.9) is None
    with pytest.raises(ValueError, match="share"):
        percentile([1], 0)


def test_a_tile_opens_exactly_the_calls_it_counted_missed_ones_first() -> None:
    calls = [
        FigureCall(id="in time", offered_at=at("2026-11-02 09:00")),
        FigureCall(id="late", queue_waited_ms=50_000),
        abandoned(10_000, id="gone at once"),
        FigureCall(id="mystery", tag="mystery", queue_waited_ms=50_000),
        FigureCall(id="live", ended_ms=None),
    ]

    found = calls_behind(told(calls), CATALOGUE["SL.2"], TERMS, most=10)

    assert [(one.id, one.amount) for one in found] == [("late", 0), ("in time", 1)]


def test_the_longest_calls_stand_first_behind_the_handle_time() -> None:
    calls = [FigureCall(id="short", talked_ms=1_000), FigureCall(id="long", talked_ms=900_000)]

    assert [one.id for one in calls_behind(told(calls), CATALOGUE["AHT.1"], TERMS, most=1)] == [
        "long"
    ]
    assert calls_behind(told(calls), CATALOGUE["OCC.1"], TERMS, most=5) == []


def test_every_figure_says_what_it_is_in_both_languages() -> None:
    for name, one in CATALOGUE.items():
        assert one.id == name
        for language in ("zh", "en"):
            assert one.titles[language]
            assert one.tells[language]
            assert "{" not in one.formula(language, TERMS)
        assert one.rules, f"{name} shows no house rule"
    assert {name for names in VARIANTS.values() for name in names} <= set(CATALOGUE)
    assert figure("SL.9") is None


# ---- properties --------------------------------------------------------------------------------

calls = st.builds(
    FigureCall,
    offered_at=st.integers(0, 7 * 86_400).map(
        lambda seconds: at("2026-11-02 00:00") + timedelta(seconds=seconds)
    ),
    queue=st.sampled_from(["", "support", "sales"]),
    agent=st.sampled_from(["", "801", "802"]),
    queue_result=st.sampled_from([None, "answered", "abandoned", "timeout"]),
    queue_waited_ms=st.integers(0, 90_000),
    talked_ms=st.none() | st.integers(1, 900_000),
    wrapped_ms=st.none() | st.integers(0, 200_000),
    rings=st.none() | st.integers(1, 9),
    kept=st.sets(st.sampled_from(["A01", "A02"])).map(tuple),
    broken=st.sets(st.sampled_from(["A05", "A08"])).map(tuple),
    tag=st.sampled_from(["", "", "mystery"]),
    survey=st.none() | st.integers(1, 5),
    ended_ms=st.none() | st.integers(1, 1_000_000),
)


@given(st.lists(calls), st.integers(1, 60))
def test_the_strict_level_is_never_above_the_others(rows: list[FigureCall], target: int) -> None:
    total = fold(told(rows), Terms(target_s=target), SHANGHAI).total()
    strict, out, met = (total.value(name).amount for name in VARIANTS["SL"])

    if strict is not None and met is not None:
        assert strict <= met
        assert out is None or strict <= out <= met + 1e-12


@given(st.lists(calls), st.sampled_from([15, 20, 30]))
def test_levels_from_waits_are_those_of_the_calls(rows: list[FigureCall], target: int) -> None:
    queued = [row for row in rows if row.queue]
    folded = fold(told(queued), Terms(target_s=target), SHANGHAI)

    for name, value in service_levels(folded.waits, target).items():
        assert value.amount == folded.total().value(name).amount


@given(st.lists(calls))
def test_parts_add_up_to_the_whole_whichever_way_they_are_cut(rows: list[FigureCall]) -> None:
    folded = fold(told(rows), TERMS, SHANGHAI)
    total = folded.total()

    for parts in (folded.by_day(), folded.by_hour(), folded.by_queue(), folded.by_weekday_hour()):
        whole = Sums().plus(parts.values())
        assert whole.calls == total.calls
        for one in OF_CALLS:
            assert whole.value(one.id) == total.value(one.id)


@given(st.lists(calls))
def test_calls_behind_a_figure_are_as_many_as_it_counted(rows: list[FigureCall]) -> None:
    total = fold(told(rows), TERMS, SHANGHAI).total()

    for one in OF_CALLS:
        behind = calls_behind(told(rows), one, TERMS, most=len(rows) + 1)
        assert sum(found.total for found in behind) == total.value(one.id).total
        assert sum(found.over for found in behind) == total.value(one.id).over


@given(st.lists(calls))
def test_a_share_is_never_below_nothing_nor_above_all(rows: list[FigureCall]) -> None:
    total = fold(told(rows), TERMS, SHANGHAI).total()

    for one in OF_CALLS:
        amount = total.value(one.id).amount
        assert one.unit is not Unit.SHARE or amount is None or 0 <= amount <= 1


class AgentTimeOf:
    """An agent's time, as `ledger.floor_day.AgentDay` tells it."""

    def __init__(self, agent: str, state_ms: dict[str, int], **counts: int) -> None:
        self.agent, self.state_ms = agent, state_ms
        self.offers = counts.get("offers", 0)
        self.answered = counts.get("answered", 0)
        self.missed = counts.get("missed", 0)
        self.within_three_rings = counts.get("within_three_rings", 0)
        self.late = counts.get("late", 0)
        self.consults = counts.get("consults", 0)
        self.promises = counts.get("promises", 0)
