"""Problems of the files an author writes, in Chinese, as a terminal says them.

Facts, `--json`, SARIF and GitHub's annotations stay English; these are for whoever reads a screen.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final

from calls.errors import Problem
from launch.telling.problems.flows import FLOWS
from launch.telling.problems.forms import FORMS
from launch.telling.problems.played import PLAYED, VERDICTS
from launch.telling.problems.reading import READING
from launch.telling.problems.replayed import REPLAYED, SOUNDS
from launch.telling.problems.words import KINDS, PARTS, SEVERITIES
from qa.answering import rule_words

KNOWN: Final = {**READING, **FLOWS, **FORMS}
"""What is wrong and what to write: English with places in braces, then Chinese."""

_MOST: Final = 4000
_PIECE: Final = re.compile(r"\{\{|\}\}|\{(?P<place>\w+)\}")
"""A brace of the text itself is doubled, as in `str.format`."""


def in_language(problem: Problem, language: str) -> Problem:
    """The problem with its words in `zh` or `en`; what nobody has put into Chinese stays English.

    `severity` stays the word that programs know.
    """
    if language != "zh":
        return problem
    return replace(problem, what=in_chinese(problem.what), hint=in_chinese(problem.hint))


def one_line(problem: Problem, language: str) -> str:
    """`file:line:column: what; hint`, as errors say a problem."""
    if language != "zh":
        return str(problem)
    told = in_language(problem, language)
    return "；".join(filter(None, (str(replace(told, hint="")), told.hint)))


def of_play(text: str, language: str) -> str:
    """What a flow test or a replay says of a call and its ways, in `zh` or `en`."""
    return text if language != "zh" else _told(text, _played()) or text


def severity_word(severity: str, language: str) -> str:
    """`error` or `warning`, or the Chinese for it."""
    return SEVERITIES.get(severity, severity) if language == "zh" else severity


def in_chinese(text: str) -> str:
    """`what` or `hint` of a problem in Chinese."""
    return _told(text, _known()) or text


def _told(text: str, known: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, zh in known:
        found = pattern.fullmatch(text[:_MOST])
        if found is not None:
            held = {name: _held(name, value) for name, value in found.groupdict().items()}
            return "".join(held[text] if is_place else text for is_place, text in pieces(zh))
    return ""


def _held(name: str, value: str) -> str:
    """What stands in a place: a name of the author's, a part of a file, or a text of its own."""
    if name.startswith("kind"):
        return KINDS.get(value, value)
    for kind, words in (("verdict", VERDICTS), ("sound", SOUNDS)):
        if name.startswith(kind):
            return words.get(value, value)
    if name.startswith("why"):
        told = _told(value, _known()) or _told(value, _played())
        return told or rule_words.in_chinese(value)
    return _told(value, _parts()) or value


@cache
def _known() -> list[tuple[re.Pattern[str], str]]:
    return _patterns(KNOWN)


@cache
def _played() -> list[tuple[re.Pattern[str], str]]:
    return _patterns({**PLAYED, **REPLAYED})


@cache
def _parts() -> list[tuple[re.Pattern[str], str]]:
    return _patterns(PARTS)


def _patterns(catalogue: dict[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """Those with the most words of their own first: what is said shortly is part of more."""
    texts = sorted(catalogue.items(), key=lambda item: -_own_words(item[0]))
    return [(re.compile(_pattern(english), re.DOTALL), zh) for english, zh in texts]


def _own_words(english: str) -> int:
    return sum(len(text) for is_place, text in pieces(english) if not is_place)


def _pattern(english: str) -> str:
    return "".join(
        f"(?P<{text}>{_shape(text)})" if is_place else re.escape(text)
        for is_place, text in pieces(english)
    )


def _shape(place: str) -> str:
    return r"\w+" if place == "word" else ".*?"


def pieces(text: str) -> list[tuple[bool, str]]:
    """A text of the catalogues in its pieces: whether a place, and its name or the text itself."""
    found, at = [], 0
    for piece in _PIECE.finditer(text):
        found.append((False, text[at : piece.start()]))
        found.append((True, piece["place"]) if piece["place"] else (False, piece[0][0]))
        at = piece.end()
    return [*found, (False, text[at:])]
