"""Lists on a terminal, read as an eye reads them: by the columns that they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pytest
from rich.cells import cell_len

CHINESE: Final[Mapping[str, str]] = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}
ENGLISH: Final[Mapping[str, str]] = {**CHINESE, "LANG": "en_US.UTF-8"}


def spoken(monkeypatch: pytest.MonkeyPatch, language: Mapping[str, str], columns: int) -> None:
    """From now on the terminal speaks it and is so wide."""
    for name, value in {**language, "COLUMNS": str(columns)}.items():
        monkeypatch.setenv(name, value)


def rows_below(output: str, *titles: str) -> list[dict[str, str]]:
    """Each row below a line with these titles, by title: what stands in that column's cells.

    Fails when a row's text runs over the beginning of a column, as it does out of line.
    """
    lines = output.splitlines()
    at = next(number for number, line in enumerate(lines) if _in_order(line, titles))
    starts = [cell_len(lines[at][:place]) for place in _places(lines[at], titles)]
    found = []
    for line in lines[at + 1 :]:
        if not re.search(r"\w", line):
            continue
        for start in starts[1:]:
            assert _between(line, start - 1, start) in (" ", ""), f"out of line at {start}: {line}"
        ends = [*starts[1:], cell_len(line)]
        cells = (_between(line, *each) for each in zip(starts, ends, strict=True))
        found.append(dict(zip(titles, (cell.strip(" │┃") for cell in cells), strict=True)))
    return found


def _in_order(line: str, titles: Sequence[str]) -> bool:
    return len(_places(line, titles)) == len(titles)


def _places(line: str, titles: Sequence[str]) -> list[int]:
    places: list[int] = []
    for title in titles:
        found = re.search(
            rf"(?<!\S){re.escape(title)}(?!\S)", line[places[-1] + 1 if places else 0 :]
        )
        if found is None:
            return []
        places.append(found.start() + (places[-1] + 1 if places else 0))
    return places


def _between(line: str, start: int, end: int) -> str:
    """What stands from cell `start` to before cell `end`; half a wide character belongs to it."""
    at, taken = 0, ""
    for letter in line:
        if at < end and at + cell_len(letter) > start:
            taken += letter
        at += cell_len(letter)
    return taken
