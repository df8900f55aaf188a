"""Text measured in terminal cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from softphone_panel.cells import NEVER_FIRST, bar, clock, cut, fit, wrap

MIXED = "1. 您好，这里是 Thirdring hotline，请问有什么可以帮您？"


def test_chinese_wraps_between_characters_and_keeps_the_first_number_company() -> None:
    assert wrap("1. 对不起，请您大点声，好吗？", 14) == ["1. 对不起，请", "您大点声，好", "吗？"]


def test_english_wraps_between_words() -> None:
    assert wrap("Sorry, I cannot hear you", 12) == ["Sorry, I", "cannot hear", "you"]


def test_a_word_wider_than_the_line_is_cut_hard() -> None:
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]


@given(st.text("您好，。abc 1！", max_size=60), st.integers(4, 30))
def test_no_wrapped_line_is_wider_than_asked_and_no_word_is_lost(text: str, width: int) -> None:
    rows = wrap(text, width)

    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_closing_mark() -> None:
    for width in range(12, 40):
        assert not any(row[0] in NEVER_FIRST for row in wrap(MIXED, width))


@pytest.mark.parametrize("width", range(1, 20))
def test_fit_is_exact_whatever_the_characters(width: int) -> None:
    assert cell_len(fit("您好abc您好", width)) == width


def test_cut_says_that_it_cut() -> None:
    assert cut("您好您好", 5) == "您好…"
    assert cut("您好", 4) == "您好"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "    "), (0.5, "██  "), (1.0, "████"), (0.28, "█▏  "), (7, "████")],
)
def test_a_bar_is_exact_to_an_eighth(share: float, expected: str) -> None:
    assert bar(share, 4) == expected


@pytest.mark.parametrize(
    ("ms", "expected"), [(0, "0:00"), (61_500, "1:01"), (3_723_000, "1:02:03"), (-5, "0:00")]
)
def test_lengths_read_as_people_write_them(ms: int, expected: str) -> None:
    assert clock(ms) == expected
