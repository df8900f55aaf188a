"""Calls are drawn fairly, by a seed, and anybody can draw them again."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.sampling import (
    Candidate,
    Draw,
    Method,
    Plan,
    RiskWeights,
    Shares,
    draw,
    population_digest,
    risk_of,
)
from qa.sampling.strata import allotted

SEEDS = range(2000)


def _calls(count: int, agents: int = 4, **more: object) -> list[Candidate]:
    return [
        Candidate(
            call_id=f"c{number:05}",
            agent=f"10{number % agents:02}",
            queue="support" if number % 3 else "dialect",
            hour=9 + number % 5,
            outcome="served" if number % 4 else "promised",
            length_ms=60_000 + number,
            **more,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]


def _ids(found: Draw) -> list[str]:
    return [one.call_id for one in found.picked]


@pytest.mark.parametrize("method", Method)
def test_the_same_seed_draws_the_same_calls_however_they_were_given(method: Method) -> None:
    calls = _calls(60)
    plan = Plan(method=method, count=10, by=("agent", "hour"), per_agent=4)
    turned = Random(1).sample(calls, len(calls))

    assert draw(calls, plan, 7) == draw(turned, plan, 7)
    assert _ids(draw(calls, plan, 7)) != _ids(draw(calls, plan, 8))


@pytest.mark.parametrize("method", Method)
def test_a_draw_can_be_made_again_from_what_is_kept(method: Method) -> None:
    plan = Plan(method=method, count=5, by=("queue", "outcome"), shares=Shares.EQUAL)
    kept = json.loads(json.dumps(plan.data()))

    assert Plan.of(kept) == plan
    assert draw(_calls(40), Plan.of(kept), 3) == draw(_calls(40), plan, 3)


def test_the_population_is_told_by_number_and_digest() -> None:
    calls = _calls(10)

    found = draw(calls, Plan(count=3), 1)

    assert found.population == 10
    assert found.population_digest == population_digest(call.call_id for call in reversed(calls))
    assert found.population_digest != draw(calls[:9], Plan(count=3), 1).population_digest


def test_what_was_drawn_before_what_is_short_apart_or_agentless_is_left_out() -> None:
    calls = [
        *_calls(6),
        Candidate(call_id="d1", agent="1001", length_ms=60_000, tag="mystery"),
        Candidate(call_id="d2", agent="1001", length_ms=900),
        Candidate(call_id="d3", length_ms=60_000),
    ]
    plan = Plan(count=99, least_ms=10_000)

    found = draw(calls, plan, 1, drawn=("c00000", "c00001"))

    assert sorted(_ids(found)) == ["c00002", "c00003", "c00004", "c00005"]
    assert found.left_out == {"drawn": 2, "apart": 1, "short": 1, "agentless": 1}


def test_mystery_calls_are_drawn_among_themselves() -> None:
    calls = [*_calls(6), Candidate(call_id="m1", agent="1001", length_ms=60_000, tag="mystery")]

    assert _ids(draw(calls, Plan(count=5, tag="mystery"), 1)) == ["m1"]


def test_calls_without_an_agent_are_drawn_when_asked_for() -> None:
    calls = [Candidate(call_id="i1", length_ms=9000)]

    assert _ids(draw(calls, Plan(count=5, agents_only=False), 1)) == ["i1"]


def test_nothing_to_draw_from_is_an_empty_draw() -> None:
    for method in Method:
        assert draw([], Plan(method=method, count=5), 1).picked == ()


@pytest.mark.parametrize("method", Method)
@settings(deadline=None)
@given(count=st.integers(1, 30), per_agent=st.integers(0, 5), seed=st.integers(0, 2**32))
def test_no_call_twice_and_no_quota_passed(
    method: Method, count: int, per_agent: int, seed: int
) -> None:
    found = draw(_calls(40), Plan(method=method, count=count, per_agent=per_agent), seed)

    of_agents = Counter(one.agent for one in found.picked)
    room = 4 * min(per_agent, 10) if per_agent else 40
    assert len(set(_ids(found))) == len(found.picked) == min(count, room)
    assert not per_agent or max(of_agents.values()) <= per_agent


@pytest.mark.parametrize("method", Method)
def test_so_many_of_each_agent_without_a_limit_in_all(method: Method) -> None:
    found = draw(_calls(40), Plan(method=method, per_agent=3), 5)

    assert Counter(one.agent for one in found.picked) == dict.fromkeys(
        ("1000", "1001", "1002", "1003"), 3
    )


def _chi_square(counts: Counter[str], expected: dict[str, float]) -> float:
    return sum((counts[name] - want) ** 2 / want for name, want in expected.items())


def test_at_random_every_call_has_the_same_chance() -> None:
    calls = _calls(20)
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        counts.update(_ids(draw(calls, Plan(count=5), seed)))

    expected = {call.call_id: len(SEEDS) * 5 / 20 for call in calls}
    # 19 degrees of freedom: over 43.8 comes once in a thousand times
    assert _chi_square(counts, expected) < 43.8


def test_at_random_the_place_in_the_draw_is_by_chance_too() -> None:
    calls = _calls(10)
    first = Counter(_ids(draw(calls, Plan(count=10), seed))[0] for seed in SEEDS)

    # 9 degrees of freedom, one in a thousand
    assert _chi_square(first, {call.call_id: len(SEEDS) / 10 for call in calls}) < 27.9


def test_by_risk_the_first_call_comes_as_often_as_its_weight() -> None:
    calls = [
        Candidate(call_id="quiet", agent="1001"),
        Candidate(call_id="broke", agent="1001", broken=("A05",)),
        Candidate(call_id="angry", agent="1001", survey=1, broken=("A05", "A11")),
    ]
    weights = {call.call_id: risk_of(call, RiskWeights()).weight for call in calls}
    plan = Plan(method=Method.RISK, count=1)

    first = Counter(_ids(draw(calls, plan, seed))[0] for seed in SEEDS)

    assert weights == {"quiet": 1.0, "broke": 4.0, "angry": 11.0}
    # 2 degrees of freedom, one in a thousand
    assert _chi_square(first, {name: len(SEEDS) * w / 16 for name, w in weights.items()}) < 13.9


def test_by_risk_it_is_told_why() -> None:
    call = Candidate(
        call_id="c", agent="1001", broken=("A05", "A11"), survey=1, dead_air_ms=20_000,
        talk_over_ms=4_200, faults=2,
    )  # fmt: skip

    picked = draw([call], Plan(method=Method.RISK, count=1), 1).picked[0]

    assert picked.why["zh"] == (
        "按风险抽取，权重 16：违反 A05 A11（+6），客户评价 1（+4），冷场 20 秒（+2），"
        "抢话 4.2 秒（+2），系统故障 2 次（+1）"
    )
    assert picked.why["en"].startswith("drawn by risk, weight 16: broke A05 A11 (+6)")
    assert picked.data()["why"].startswith("按风险抽取")


def test_what_is_not_known_of_a_call_adds_nothing() -> None:
    assert risk_of(Candidate(call_id="c"), RiskWeights()).weight == 1.0
    assert risk_of(Candidate(call_id="c", survey=3, dead_air_ms=14_999), RiskWeights()).weight == 1


SIZES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1)


@settings(deadline=None)
@given(SIZES, st.floats(0, 1), st.integers(0, 999))
def test_proportional_shares_are_rounded_up_or_down_and_add_up(
    sizes: dict[str, int], part: float, seed: int
) -> None:
    whole = sum(sizes.values())
    total = round(part * whole)

    given_out = allotted(sizes, total, Shares.PROPORTIONAL, Random(seed))

    assert sum(given_out.values()) == total
    for name, size in sizes.items():
        exact = total * size / whole
        assert int(exact) <= given_out[name] <= min(size, int(exact) + 1)


@settings(deadline=None)
@given(SIZES, st.floats(0, 1), st.integers(0, 999))
def test_equal_shares_differ_by_one_where_there_is_enough(
    sizes: dict[str, int], part: float, seed: int
) -> None:
    total = round(part * sum(sizes.values()))

    given_out = allotted(sizes, total, Shares.EQUAL, Random(seed))

    assert sum(given_out.values()) == total
    fullest = max(given_out.values())
    for name, size in sizes.items():
        assert given_out[name] == size or fullest - 1 <= given_out[name] <= fullest


def test_remainders_go_by_lot_and_not_by_name() -> None:
    given_out = Counter[str]()
    for seed in SEEDS:
        shares = allotted(dict.fromkeys("abcd", 10), 1, Shares.PROPORTIONAL, Random(seed))
        given_out.update(shares)

    # 3 degrees of freedom, one in a thousand
    assert _chi_square(given_out, dict.fromkeys("abcd", len(SEEDS) / 4)) < 16.3


def test_strata_by_several_fields_are_told_with_each_call() -> None:
    plan = Plan(method=Method.STRATIFIED, count=8, by=("queue", "outcome"))

    found = draw(_calls(48), plan, 2)

    # 24, 8, 12 and 4 of 48 calls, of which 8 are drawn: 4, 1 1/3, 2 and 2/3
    told = Counter(one.stratum for one in found.picked)
    assert told == {
        "queue support, outcome served": 4,
        "queue support, outcome promised": 1,
        "queue dialect, outcome served": 2,
        "queue dialect, outcome promised": 1,
    }
    assert all("queue" in one.why["en"] for one in found.picked)


def test_within_a_stratum_every_call_has_the_same_chance() -> None:
    calls = _calls(24, agents=3)
    plan = Plan(method=Method.STRATIFIED, count=6, by=("agent",))
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        counts.update(_ids(draw(calls, plan, seed)))

    # 23 degrees of freedom, one in a thousand
    assert _chi_square(counts, {call.call_id: len(SEEDS) / 4 for call in calls}) < 49.7


def test_where_a_quota_holds_a_stratum_back_others_give_what_is_missing() -> None:
    calls = [dataclasses.replace(call, agent="1000") for call in _calls(20)[:15]]
    calls += [dataclasses.replace(call, agent="1001") for call in _calls(20)[15:]]
    plan = Plan(method=Method.STRATIFIED, count=8, by=("agent",), per_agent=4)

    assert Counter(one.agent for one in draw(calls, plan, 1).picked) == {"1000": 4, "1001": 4}


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": ("weather",), "count": 1},
        {"by": (), "method": Method.STRATIFIED, "count": 1},
        {},
        {"count": -1},
    ],
)
def test_a_plan_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"strata are made|a draw needs"):
        Plan(**wrong)  # type: ignore[arg-type]
