"""Rings are counted from Asterisk's stamps: ring = floor(time / cycle) + 1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.roster.rings import offer_over, result_of, ring_number


@pytest.mark.parametrize(
    ("rung_ms", "ring"),
    [(0, 1), (4_999, 1), (5_000, 2), (5_430, 2), (14_999, 3), (15_000, 4), (-3, 1)],
)
def test_a_ring_and_its_pause_take_five_seconds(rung_ms: int, ring: int) -> None:
    assert ring_number(rung_ms, 5_000) == ring


@given(rung_ms=st.integers(0, 10**7), cycle_ms=st.integers(1, 20_000))
def test_the_ring_counted_is_the_one_that_sounds(rung_ms: int, cycle_ms: int) -> None:
    ring = ring_number(rung_ms, cycle_ms)

    assert (ring - 1) * cycle_ms <= rung_ms < ring * cycle_ms


@pytest.mark.parametrize(
    ("rung_ms", "result", "rings", "late"),
    [
        (14_999, "answered", 3, False),
        (15_001, "answered", 4, True),
        (15_020, "missed", 3, True),
        (14_990, "missed", 3, True),
        (800, "rejected", 1, False),
        (16_000, "caller_gone", 4, True),
        (0, "unreachable", 1, False),
    ],
)
def test_more_than_three_rings_are_a_breach(
    rung_ms: int, result: str, rings: int, late: bool
) -> None:
    over = offer_over("c1", rung_ms, result)

    assert (over.rings, over.late, over.rung_ms) == (rings, late, rung_ms)


@pytest.mark.parametrize(
    ("status", "cause", "rang", "result"),
    [
        ("NOANSWER", 0, True, "missed"),
        ("NOANSWER", 17, True, "rejected"),
        ("NOANSWER", 21, True, "rejected"),
        ("BUSY", 0, True, "rejected"),
        ("CANCEL", 0, True, "caller_gone"),
        ("CANCEL", 26, True, "caller_gone"),
        ("CHANUNAVAIL", 20, False, "unreachable"),
        ("CONGESTION", 0, True, "unreachable"),
        ("NOANSWER", 18, False, "unreachable"),
    ],
)
def test_what_became_of_an_offer_is_told_by_the_dial_and_the_cause(
    status: str, cause: int, rang: bool, result: str
) -> None:
    assert result_of(status, cause, rang=rang) == result
