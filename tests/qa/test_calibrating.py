"""Agreement among evaluators, against published values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.calibrating import Metric, alpha, calibrate
from tests.qa.small_form import small

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: four observers, twelve
# units, values missing.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = [
    [int(value) for value in unit if value != "."]
    for unit in zip(*(line.split() for line in OBSERVERS), strict=True)
]


@pytest.mark.parametrize(
    ("metric", "published"), [(Metric.NOMINAL, 0.743), (Metric.INTERVAL, 0.849)]
)
def test_the_published_value_of_four_observers_with_gaps(metric: Metric, published: float) -> None:
    found = alpha(UNITS, metric)

    assert found is not None
    assert round(found, 3) == published


def test_the_published_value_of_two_observers_and_binary_data() -> None:
    one, other = "0100000010", "1110010000"

    found = alpha(zip(one, other, strict=True))

    assert found is not None
    assert round(found, 3) == 0.095


def test_the_published_value_of_two_observers_and_nominal_data() -> None:
    found = alpha(zip("aabbdcccedda", "babbbccceddd", strict=True))

    assert found is not None
    assert round(found, 3) == 0.692


def test_alpha_is_not_defined_where_nothing_varies_or_nothing_is_shared() -> None:
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert alpha([["a"], ["b"], []]) is None
    assert alpha(list[list[str]]()) is None


VALUES = st.lists(st.lists(st.integers(0, 4), min_size=0, max_size=4), min_size=1, max_size=8)


@settings(deadline=None)
@given(VALUES, st.sampled_from(Metric))
def test_alpha_is_one_for_full_agreement_and_never_more(
    units: list[list[int]], metric: Metric
) -> None:
    found = alpha(units, metric)

    assert found is None or found <= 1 + 1e-9
    same = alpha([[unit[0]] * len(unit) for unit in units if unit], metric)
    assert same is None or same == pytest.approx(1.0)


@settings(deadline=None)
@given(VALUES, st.sampled_from(Metric))
def test_the_order_of_coders_and_units_counts_for_nothing(
    units: list[list[int]], metric: Metric
) -> None:
    turned = [list(reversed(unit)) for unit in reversed(units)]

    assert alpha(turned, metric) == pytest.approx(alpha(units, metric))


@settings(deadline=None)
@given(VALUES, st.integers(2, 9), st.integers(-50, 50))
def test_interval_alpha_knows_no_unit_of_measure(
    units: list[list[int]], factor: int, shift: int
) -> None:
    scaled = [[value * factor + shift for value in unit] for unit in units]

    assert alpha(scaled, Metric.INTERVAL) == pytest.approx(alpha(units, Metric.INTERVAL))


EXPERT = {
    "tone": "fair",
    "why": "yes",
    "listens": "yes",
    "blame": "yes",
    "closing": "na",
    "quiet": "yes",
    "abuse": "yes",
}


def test_each_evaluators_deviation_from_the_expert_is_told() -> None:
    wang = {**EXPERT, "tone": "good"}  # why is not asked any more
    li = {**EXPERT, "listens": "no", "closing": "yes"}

    found = calibrate(small(), "zhao", {"zhao": EXPERT, "wang": wang, "li": li, "sun": EXPERT})

    # wang: half a question on tone, a whole one on why, of 6 that count; li: two whole ones of 7
    assert found.deviations == {"wang": 25.0, "li": 28.57, "sun": 0.0}
    assert found.score_deviations["sun"] == 0.0
    assert found.score_deviations["wang"] == pytest.approx(12.0)
    assert [one.question for one in found.differences] == ["tone", "listens", "why", "closing"]
    assert found.differences[0].expert == "fair"
    assert found.differences[0].answers == {"wang": "good", "li": "fair", "sun": "fair"}


def test_alpha_of_a_session_counts_the_expert_too() -> None:
    li = {**EXPERT, "listens": "no"}

    found = calibrate(small(), "zhao", {"zhao": EXPERT, "li": li})

    units = [[EXPERT[name], li[name]] for name in EXPERT]
    assert found.alpha == pytest.approx(alpha(units))
    assert found.alpha_interval is not None


def test_a_session_in_which_all_agree_has_no_difference() -> None:
    found = calibrate(small(), "zhao", {"zhao": EXPERT, "li": EXPERT})

    assert found.alpha == pytest.approx(1.0)
    assert found.differences == ()


def test_without_an_expert_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(KeyError):
        calibrate(small(), "zhao", {"li": EXPERT})
