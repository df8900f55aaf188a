"""Puts problems on the very word that is wrong: a check knows the value, the text has the word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from calls.errors import Problem

MOST_LINES: Final = 60
"""So many lines of a value are searched for the word."""

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def lines_of(text: str) -> list[str]:
    """The lines of a file as YAML counts them."""
    return _BREAK.split(text.removeprefix("\ufeff"))


def pinpoint(problems: Iterable[Problem], texts: Mapping[str, str]) -> list[Problem]:
    """The problems in order, each once, on its word where that stands in the file."""
    split: dict[str, list[str]] = {}
    found = set()
    for problem in problems:
        if problem.word and problem.line and problem.source in texts:
            if problem.source not in split:
                split[problem.source] = lines_of(texts[problem.source])
            found.add(_on_its_word(problem, split[problem.source]))
        else:
            found.add(problem)
    return sorted(found)


def _on_its_word(problem: Problem, lines: Sequence[str]) -> Problem:
    word = re.escape(problem.word)
    before = r"(?<!\w)" if re.match(r"\w", problem.word) else ""
    after = r"(?!\w)" if re.search(r"\w$", problem.word) else ""
    pattern = re.compile(f"{before}{word}{after}")
    column = max(problem.column - 1, 0)
    for number, line in enumerate(lines[problem.line - 1 :][:MOST_LINES], problem.line):
        at = pattern.search(line, column)
        if at:
            return replace(problem, line=number, column=at.start() + 1)
        column = 0
    return replace(problem, word="")
