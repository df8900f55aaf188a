"""How long things take on a call: an interval each, with the usual length between its ends.

A proof looks at the two ends only. Every time that a rule states is that of one lapse, a lapse is
a sum of lengths, and a sum is least (most) where all its parts are. So a path on which no rule
breaks with all lengths at their least, and none with all at their most, keeps its rules whatever
the lengths between. Where a rule has bounds on several lapses, each is a constraint of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import IntEnum
from typing import Final, NamedTuple

from callflow.lines import LineWording
from calls.actions import Line

CHARACTERS_A_SECOND: Final = {"zh-Hans": 4.5, "zh-Hant": 4.5, "en": 15.0}
"""An unhurried pace; the same guess as that of calls in virtual time."""

PADS_MS: Final = 100
SLOWEST: Final = 2.0
"""A line takes at most so many times the guess, and at least the inverse of it."""


class Pace(IntEnum):
    """Which length of each interval a call takes."""

    LEAST = 0
    USUAL = 1
    MOST = 2


class Length(NamedTuple):
    """An interval in milliseconds, both ends included."""

    least_ms: int
    usual_ms: int
    most_ms: int


NO_TIME: Final = Length(0, 0, 0)


def exactly(ms: int) -> Length:
    """It always takes so long."""
    return Length(ms, ms, ms)


def up_to(most_ms: int, usual_ms: int | None = None) -> Length:
    """Anything from nothing to `most_ms`; usually half of it."""
    usual = most_ms // 2 if usual_ms is None else min(usual_ms, most_ms)
    return Length(0, usual, most_ms)


def line_length(line: Line) -> Length:
    """How long it takes to speak a line: the guess from its letters, half and double of it."""
    usual_ms = _spoken_ms(line.text, line.language)
    return Length(round(usual_ms / SLOWEST), usual_ms, round(usual_ms * SLOWEST))


def length_in_any(line: Line, wording: LineWording | None, languages: Iterable[str]) -> Length:
    """The same for a call that may be in any of these languages."""
    found = [line_length(line)]
    wordings = {} if wording is None else wording.wordings
    for language in languages:
        if language in wordings and language != line.language:
            text = wordings[language].text
            found.append(line_length(replace(line, text=text, language=language)))
    return Length(
        min(length.least_ms for length in found),
        found[0].usual_ms,
        max(length.most_ms for length in found),
    )


def _spoken_ms(text: str, language: str) -> int:
    return PADS_MS + round(len(text) * 1000 / CHARACTERS_A_SECOND.get(language, 15.0))
