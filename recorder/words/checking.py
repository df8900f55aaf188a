"""Said lines against the script, and polite words, in what was recognised.

An aid: it shows QA where to listen. On clean telephone speech the likeness of a phrase that was
said is 0.6 and more, of another phrase at most 0.27; with noise at 10 dB under the speech half of
what was said is not recognised. So `said` is evidence, everything else is a person's to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple

from recorder.words.matching import Match, find
from recorder.words.ports import LEAST_CONFIDENCE, Utterance
from recorder.words.syllables import syllables

SAID_FROM: Final = 0.6
UNSURE_FROM: Final = 0.45
_BEFORE_MS: Final = 3_000
_BEHIND_MS: Final = 5_000
"""A line is looked for so long before and after the moment that the facts tell: by a key, or when
the agent's line fell silent."""

_SHORT: Final = 3
"""A phrase of so few sounds must be heard exactly."""

POLITE: Final = {
    "zh": ("您好", "请问", "对不起", "请稍等", "谢谢", "不用客气", "再见"),
    "en": ("hello", "please", "sorry", "one moment", "thank you", "you are welcome", "goodbye"),
}
"""A04 and A05, by language."""


def phrases(language: str, more: Sequence[str] = ()) -> tuple[str, ...]:
    """The polite words that are looked for, each once; `more` are the site's own."""
    return tuple(dict.fromkeys((*POLITE.get(language, ()), *more)))


class Finding(StrEnum):
    """What the recogniser can say of a line."""

    SAID = "said"
    UNSURE = "unsure"
    """Something like it: a person listens."""

    NOT_FOUND = "not_found"
    """Not recognised, which does not mean it was not said: a person listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """A line that the facts say the agent spoke."""

    line: str
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFound:
    """What was found of a line. Offsets are of the call; None where nothing is alike."""

    line: str
    text: str
    start_ms: int
    end_ms: int
    """When the facts say it was said."""

    finding: Finding
    similarity: float
    heard: str
    from_ms: int | None
    to_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliteWord:
    """A polite word that was heard."""

    word: str
    from_ms: int
    to_ms: int


class _Sound(NamedTuple):
    sound: str
    from_ms: int
    to_ms: int
    text: str


def check_lines(
    lines: Iterable[SpokenLine], utterances: Sequence[Utterance]
) -> tuple[LineFound, ...]:
    """Each line against what was recognised about when it was said."""
    heard = list(_sounds(utterances))
    return tuple(_checked(line, heard) for line in lines)


def polite_words(
    utterances: Sequence[Utterance], language: str, more: Sequence[str] = ()
) -> tuple[PoliteWord, ...]:
    """Every polite word, in order; `more` are the site's own."""
    heard = list(_sounds(utterances))
    sounds = [one.sound for one in heard]
    found = [
        PoliteWord(word=word, from_ms=heard[first].from_ms, to_ms=heard[behind - 1].to_ms)
        for word in phrases(language, more)
        for first, behind in _everywhere(syllables(word), sounds)
    ]
    return tuple(sorted(found, key=lambda one: (one.from_ms, one.to_ms)))


def _checked(line: SpokenLine, heard: Sequence[_Sound]) -> LineFound:
    near = [
        one
        for one in heard
        if one.to_ms >= line.start_ms - _BEFORE_MS and one.from_ms <= line.end_ms + _BEHIND_MS
    ]
    phrase = syllables(line.text)
    match = find(phrase, [one.sound for one in near])
    place = near[match.first : match.behind]
    return LineFound(
        line=line.line,
        text=line.text,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        finding=_finding(match, len(phrase)),
        similarity=round(match.similarity, 3),
        heard="".join(_texts(place)),
        from_ms=place[0].from_ms if place else None,
        to_ms=place[-1].to_ms if place else None,
    )


def _finding(match: Match, length: int) -> Finding:
    if match.similarity >= (1.0 if length <= _SHORT else SAID_FROM):
        return Finding.SAID
    return Finding.UNSURE if match.similarity >= UNSURE_FROM else Finding.NOT_FOUND


def _texts(place: Iterable[_Sound]) -> Iterator[str]:
    """The words of a place, each once."""
    for text, group in groupby(place, key=lambda one: (one.text, one.from_ms)):
        if next(group, None) is not None:
            yield text[0]


def _sounds(utterances: Iterable[Utterance]) -> Iterator[_Sound]:
    """The sounds of what was recognised surely enough; those of one word share its time."""
    for utterance in utterances:
        if utterance.confidence < LEAST_CONFIDENCE:
            continue
        for word in utterance.words:
            for sound in syllables(word.text):
                yield _Sound(sound, word.from_ms, word.to_ms, word.text)


def _everywhere(phrase: Sequence[str], text: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Every exact place of a phrase, from where to behind where."""
    length = len(phrase)
    for first in range(len(text) - length + 1) if length else ():
        if list(text[first : first + length]) == list(phrase):
            yield first, first + length
