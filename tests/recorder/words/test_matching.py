"""Phrases found by sound, whatever characters they were written with."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.words.matching import find
from recorder.words.syllables import syllables


def slow_edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's distance, straight from its definition."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        slow_edits(one[1:], other) + 1,
        slow_edits(one, other[1:]) + 1,
        slow_edits(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(st.text("abc", min_size=1, max_size=4), st.text("abc", max_size=6))
def test_the_likest_place_is_the_one_with_the_fewest_edits_of_all_places(
    phrase: str, text: str
) -> None:
    match = find(phrase, text)
    every = [
        slow_edits(phrase, text[first:behind])
        for first in range(len(text) + 1)
        for behind in range(first, len(text) + 1)
    ]

    assert match.similarity == pytest.approx(max(0.0, 1 - min(every) / len(phrase)))
    if match.similarity:
        edits = slow_edits(phrase, text[match.first : match.behind])
        assert 1 - edits / len(phrase) == pytest.approx(match.similarity)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("您好，请问有什么可以帮到您？", "您好請問有什麼可以幫到您"),
        ("报修请按2", "抱修请案二"),
        ("{客服}1号", "客服幺号"),
        ("王先生/女士，您好", "王先生您好"),
        ("Thank you for calling.", "thank you for Calling"),
    ],
)
def test_what_sounds_alike_is_alike(one: str, other: str) -> None:
    assert syllables(one) == syllables(other)


def test_other_phrases_of_the_house_are_not_taken_for_one_another() -> None:
    heard = syllables("感谢您的来电，再见！请您大声些好吗")

    assert find(syllables("感谢您的来电，再见"), heard).similarity == 1
    assert find(syllables("请问您的联系电话是多少"), heard).similarity < 0.45
    assert find((), heard).similarity == 0
    assert find(heard, ()).similarity == 0
