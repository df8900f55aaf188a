"""What callers call themselves is made harmless before anybody sees it."""

from __future__ import annotations

import pytest

from calls.masking import plain

MARKS = "\x1b\x9b\xad\u061c\u180e\u200f\u2028\u2029\u202e\u2066\u206a\ufff9\U000e0041"


@pytest.mark.parametrize("mark", list(MARKS), ids=ascii)
def test_marks_that_break_a_line_turn_it_or_hide_in_it_are_taken_out(mark: str) -> None:
    assert plain(f"王{mark}女士") == "王女士"
