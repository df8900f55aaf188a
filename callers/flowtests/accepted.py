"""`tests/accepted/NAME.txt`: how each test's call is told, as somebody accepted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from callers.flowtests.cases import FlowTest
from callers.flowtests.told import AsAccepted
from callflow.nodes import Place

FOLDER: Final = "accepted"
_HEAD: Final = "## "


def accepted_of(folder: Path) -> dict[str, str]:
    """The accepted tellings beside the tests of `folder`: file -> text."""
    return {
        str(path): path.read_text(encoding="utf-8")
        for path in sorted((folder / FOLDER).glob("*.txt"))
    }


def with_accepted(tests: Iterable[FlowTest], texts: Mapping[str, str]) -> list[FlowTest]:
    """The tests, each with its accepted telling as one more expectation where there is one."""
    known = {
        (PurePath(source).stem, name): AsAccepted(lines, Place(source, line, 1))
        for source, text in texts.items()
        for name, line, lines in _sections(text)
    }
    found = []
    for test in tests:
        check = known.get((PurePath(test.source).stem, test.name))
        found.append(replace(test, checks=(*test.checks, check)) if check else test)
    return found


def write_accepted(folder: Path, tellings: Mapping[tuple[str, str], Sequence[str]]) -> list[Path]:
    """Accept these tellings: (test file, test name) -> lines. Files written, in order.

    A file is written whole: a test that is gone leaves no telling behind.
    """
    by_file: dict[str, list[str]] = {}
    for (source, name), lines in tellings.items():
        section = [f"{_HEAD}{name}", *lines, ""]
        by_file.setdefault(PurePath(source).stem, []).extend(section)
    written = []
    for stem, lines in by_file.items():
        path = folder / FOLDER / f"{stem}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
        written.append(path)
    return written


def _sections(text: str) -> list[tuple[str, int, tuple[str, ...]]]:
    """Each test's name, the line it stands on, and its telling."""
    found: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_HEAD):
            found.append((line.removeprefix(_HEAD), number, []))
        elif line and found:
            found[-1][2].append(line)
    return [(name, number, tuple(lines)) for name, number, lines in found]
