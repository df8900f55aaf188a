"""One file of the house: rows of a CSV, found by key or by telephone number."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calls.errors import ConfigError, Problem
from casework.phone_numbers import NumberPlan

KEY = "key"
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 64
MOST_IN_VALUE = 1000
ROWS_BETWEEN_PAUSES = 64
"""A millisecond of work."""

MOST_PROBLEMS = 20
"""More of them are counted, not kept."""

_BETWEEN = "\x1f"
"""Between the cells of a row that is kept: one text a row, for a million of them are let go of
while callers wait. No cell holds it, being a control character."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Directory:
    """What was read of one file; rows that are wrong were left out and are among `problems`."""

    columns: tuple[str, ...]
    rows: int
    problems: tuple[Problem, ...]
    problem_count: int
    _plan: NumberPlan
    _by_key: Mapping[str, str]
    _by_number: Mapping[str, str]

    def find(self, value: str) -> Mapping[str, str] | None:
        """The row of this key, else of this telephone number in any spelling; None for none."""
        wanted = value.strip()
        row = self._by_key.get(wanted)
        if row is None and (number := self._plan.normal(wanted)):
            row = self._by_number.get(number)
        if row is None:
            return None
        return dict(zip(self.columns, row.split(_BETWEEN), strict=True))


def read_directory(
    path: Path, plan: NumberPlan, pause: Callable[[], object] = lambda: None
) -> Directory:
    """Read a CSV in UTF-8 (a byte order mark is fine) with a header row.

    Its column `key` holds what a row is found by, several parted by `;`. Raises ConfigError with
    file and line when it is no such file or passes a limit; a wrong row alone is only left out.
    `pause` is called every few rows: a thread that reads beside live calls lets them go first.
    """
    reading = _Reading(path, plan)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path}: over {MOST_BYTES >> 20} MiB; split it or drop columns")
        with path.open(encoding="utf-8-sig", newline="") as file:
            _read_rows(csv.reader(file, strict=True), reading, path, pause)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check it") from error
    return reading.done()


def _read_rows(reader: _Rows, reading: _Reading, path: Path, pause: Callable[[], object]) -> None:
    try:
        for count, cells in enumerate(reader):
            reading.take(reader.line_num, cells)
            if not count % ROWS_BETWEEN_PAUSES:
                pause()
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: is not UTF-8, at or after line {reader.line_num + 1}; save it as CSV UTF-8"
        ) from error
    except csv.Error as error:
        raise ConfigError(f"{path}:{reader.line_num}: is not CSV ({error}); mend it") from error


class _Rows(Protocol):
    """A `csv.reader`."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _Reading:
    """Collects the rows of one file."""

    def __init__(self, path: Path, plan: NumberPlan) -> None:
        self._path = path
        self._plan = plan
        self._columns: tuple[str, ...] = ()
        self._key_at = 0
        self._rows = 0
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._by_key: dict[str, str] = {}
        self._by_number: dict[str, str] = {}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """The next row; the first one names the columns."""
        if not cells:
            return
        if not self._columns:
            self._columns = self._header(line, [cell.strip() for cell in cells])
            self._key_at = self._columns.index(KEY)
            return
        if self._rows >= MOST_ROWS:
            raise ConfigError(f"{self._path}:{line}: over {MOST_ROWS:,} rows; split the file")
        row = tuple(cell.strip() for cell in cells)
        wrong = self._wrong(row)
        if wrong:
            self._note(line, *wrong)
            return
        self._keep(line, row)

    def _header(self, line: int, names: list[str]) -> tuple[str, ...]:
        if KEY not in names:
            raise ConfigError(
                f'{self._path}:{line}: has no column "{KEY}" (found: {", ".join(names)[:200]}); '
                "name the column so that rows are found by"
            )
        twice = {name for name in names if names.count(name) > 1}
        if twice or len(names) > MOST_COLUMNS:
            raise ConfigError(
                f"{self._path}:{line}: {'a column twice: ' if twice else 'too many columns'}"
                f"{', '.join(sorted(twice))}; at most {MOST_COLUMNS}, each once"
            )
        return tuple(names)

    def _wrong(self, row: tuple[str, ...]) -> tuple[str, str] | None:
        if len(row) != len(self._columns):
            return (
                f"{len(row)} cells under {len(self._columns)} columns",
                "quote a cell that holds a comma",
            )
        if any(len(cell) > MOST_IN_VALUE or _CONTROL.search(cell) for cell in row):
            return (
                "a cell with a control character or over 1,000 characters",
                "this row is left out",
            )
        return None

    def _keep(self, line: int, row: tuple[str, ...]) -> None:
        keys = [key for part in row[self._key_at].split(";") if (key := part.strip())]
        new = [key for key in keys if key not in self._by_key]
        if not new:
            self._note(line, "no key of its own", "a key belongs to one row; the first one has it")
            return
        self._rows += 1
        kept = _BETWEEN.join(row)
        for key in new:
            self._by_key[key] = kept
            if number := self._plan.normal(key):
                self._by_number.setdefault(number, kept)

    def _note(self, line: int, what: str, hint: str) -> None:
        self._problem_count += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(str(self._path), line, 1, what, hint))

    def done(self) -> Directory:
        """What was read. Raises ConfigError for a file without a header."""
        if not self._columns:
            raise ConfigError(f'{self._path}: is empty; give it a header row with "{KEY}"')
        return Directory(
            self._columns,
            self._rows,
            tuple(self._problems),
            self._problem_count,
            self._plan,
            self._by_key,
            self._by_number,
        )
