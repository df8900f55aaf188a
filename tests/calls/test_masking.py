"""What callers call themselves is made harmless before anybody sees it."""

from __future__ import annotations

import pytest

from calls.masking import mask, plain

MARKS = "\x1b\x9b\xad\u061c\u180e\u200f\u2028\u2029\u202e\u2066\u206a\ufff9\U000e0041"


@pytest.mark.parametrize("mark", list(MARKS), ids=ascii)
def test_marks_that_break_a_line_turn_it_or_hide_in_it_are_taken_out(mark: str) -> None:
    assert plain(f"王{mark}女士") == "王女士"


@pytest.mark.parametrize("mark", list(MARKS), ids=ascii)
def test_a_number_is_masked_by_what_is_seen_of_it(mark: str) -> None:
    assert mask(f"1{mark}3800001{mark}23{mark}4{mark}") == "138****1234"


@pytest.mark.parametrize("nobody", ["anonymous", "Anonymous", "unknown"])
def test_a_caller_who_is_nobody_is_told_so(nobody: str) -> None:
    assert mask(nobody) == nobody
    assert mask(f"{nobody}.smith") != f"{nobody}.smith"
