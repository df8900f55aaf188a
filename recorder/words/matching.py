"""Finds a phrase in a row of sounds: best substring by edit distance.

Sellers (1980), The theory and computation of evolutionary distances: the usual dynamic programme
with a free start in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Match(NamedTuple):
    """The likest place."""

    similarity: float
    """1 - edits / length of the phrase, at least 0; 1 is the very phrase."""

    first: int
    """Index of its first sound in the text; `first == behind` where nothing is alike."""

    behind: int


NO_MATCH = Match(0.0, 0, 0)


def find(phrase: Sequence[str], text: Sequence[str]) -> Match:
    """The likest place of `phrase` in `text`; the earliest of several.

    Takes len(phrase) * len(text) steps.
    """
    if not phrase or not text:
        return NO_MATCH
    above = [(0, at) for at in range(len(text) + 1)]
    for count, sound in enumerate(phrase, 1):
        row = [(count, 0)]
        for at, heard in enumerate(text, 1):
            row.append(
                min(
                    (above[at - 1][0] + (sound != heard), above[at - 1][1]),
                    (above[at][0] + 1, above[at][1]),
                    (row[at - 1][0] + 1, row[at - 1][1]),
                    key=_edits,
                )
            )
        above = row
    behind = min(range(len(above)), key=lambda at: above[at][0])
    edits, first = above[behind]
    if edits >= len(phrase):
        return NO_MATCH
    return Match(1 - edits / len(phrase), first, behind)


def _edits(cell: tuple[int, int]) -> int:
    return cell[0]
