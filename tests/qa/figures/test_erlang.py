"""Erlang C against published numbers, against its own definition, and where numbers are large."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.figures.erlang import Load, agents_needed, erlang_b, erlang_c, serving


def test_the_published_example_of_the_erlangc_package() -> None:
    """R ErlangC: A = 10, c = 14, AHT 180 s, T 20 s."""
    load = Load(calls=100, interval_s=1800, handle_s=180)
    found = serving(load, 14, 20)

    assert load.erlangs == 10
    assert round(found.waits, 4) == 0.1741
    assert round(found.service_level, 4) == 0.8884
    assert round(found.speed_s, 2) == 7.84
    assert round(found.occupancy, 3) == 0.714


def by_definition(erlangs: Fraction, agents: int) -> Fraction:
    """Pw with factorials and exact fractions."""
    last = erlangs**agents / math.factorial(agents) * agents / (agents - erlangs)
    return last / (
        sum((erlangs**k / Fraction(math.factorial(k)) for k in range(agents)), Fraction()) + last
    )


@given(st.integers(1, 400), st.integers(1, 60))
def test_the_recursion_is_the_formula_of_the_book(tenths: int, spare: int) -> None:
    erlangs = Fraction(tenths, 10)
    agents = math.floor(erlangs) + spare

    assert erlang_c(float(erlangs), agents) == pytest.approx(float(by_definition(erlangs, agents)))


def test_erlang_b_of_the_old_tables() -> None:
    """Two erlangs on two lines: 2/5; on five lines 0.0367 (any Erlang B table)."""
    assert erlang_b(2, 2) == pytest.approx(0.4)
    assert round(erlang_b(2, 5), 4) == 0.0367


def test_thousands_of_agents_are_no_trouble() -> None:
    found = agents_needed(Load(calls=100_000, interval_s=1800, handle_s=180), 20, 0.8)

    assert 10_000 < found.agents < 10_200
    assert 0.8 <= found.service_level < 1


def test_agents_who_cannot_keep_up_serve_nobody_in_time() -> None:
    found = serving(Load(calls=100, interval_s=1800, handle_s=180), 10, 20)

    assert (found.waits, found.service_level, found.occupancy) == (1, 0, 1)
    assert math.isinf(found.speed_s)


def test_no_calls_need_nobody() -> None:
    found = agents_needed(Load(calls=0, interval_s=1800, handle_s=180), 20, 0.8)

    assert (found.agents, found.service_level) == (0, 1)


def test_one_agent_fewer_would_not_do() -> None:
    load = Load(calls=60, interval_s=1800, handle_s=240)
    found = agents_needed(load, 20, 0.8)

    assert found.service_level >= 0.8
    assert serving(load, found.agents - 1, 20).service_level < 0.8


def test_a_cap_on_occupancy_asks_for_more_than_the_wait_alone() -> None:
    load = Load(calls=600, interval_s=1800, handle_s=180)
    free, capped = (agents_needed(load, 20, 0.8, most_occupancy=cap) for cap in (1.0, 0.85))

    assert free.occupancy > 0.85 >= capped.occupancy
    assert capped.agents == math.ceil(load.erlangs / 0.85)


@given(st.floats(0.1, 300), st.floats(10, 900), st.integers(1, 60), st.floats(0.5, 0.99))
def test_more_calls_never_need_fewer_agents(
    calls: float, handle_s: float, target_s: int, goal: float
) -> None:
    few = agents_needed(Load(calls, 1800, handle_s), target_s, goal)
    more = agents_needed(Load(calls * 1.3, 1800, handle_s), target_s, goal)

    assert few.agents <= more.agents
    assert few.agents > Load(calls, 1800, handle_s).erlangs


@pytest.mark.parametrize(
    ("calls", "interval_s", "handle_s"), [(-1, 1800, 180), (1, 0, 180), (1, 1800, -1)]
)
def test_a_load_that_cannot_be_is_refused(calls: int, interval_s: int, handle_s: int) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Load(calls, interval_s, handle_s)


def test_a_goal_that_no_number_of_agents_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match="goal"):
        agents_needed(Load(1, 1800, 180), 20, 1.0)
