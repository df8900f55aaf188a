"""What `thirdring check` found, told for people, for programs and for GitHub's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.cells import cell_len

from callflow.checks.pinpoint import lines_of
from calls.errors import Problem
from launch.telling.problems import in_language, severity_word
from launch.telling.wording import Wording, terminal_language

MOST_SHOWN = 160
"""Cells of a source line that are shown; longer ones are cut around the caret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One folder, checked."""

    folder: str
    texts: Mapping[str, str]
    problems: Sequence[Problem]
    flows: int
    steps: int
    lines: int
    unreadable: bool = False
    """Whether the folder itself could not be read."""

    @property
    def errors(self) -> int:
        """How many problems keep the house from loading."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many do not."""
        return len(self.problems) - self.errors


def text_report(checked: Iterable[Checked]) -> str:
    """Every problem with its source line and a caret below the word."""
    parts = []
    for one in checked:
        split: dict[str, list[str]] = {}
        for problem in one.problems:
            if problem.source not in split:
                split[problem.source] = lines_of(one.texts.get(problem.source, ""))
            parts.append(told(problem, split[problem.source]))
        parts.append(summary(one))
    return "\n".join(parts)


def told(problem: Problem, lines: Sequence[str]) -> str:
    """One problem in the terminal's language: where and what, the line with a caret, what to
    write instead."""
    language = terminal_language()
    problem, severity = in_language(problem, language), severity_word(problem.severity, language)
    where = f"{problem.source}:{problem.line}:{problem.column}" if problem.line else problem.source
    rows = [f"{where}: {severity}: {problem.what} [{problem.rule}]"]
    if 0 < problem.line <= len(lines) and lines[problem.line - 1].strip():
        rows += caret(lines[problem.line - 1], problem.column, problem.word)
    if problem.hint:
        rows.append(f"  = {problem.hint}")
    return "\n".join(rows)


def caret(line: str, column: int, word: str = "") -> list[str]:
    """A source line and, below it, `^` under the word; Chinese letters are two cells wide."""
    start = min(max(column - 1, 0), len(line))
    end = min(start + max(len(word), 1), len(line)) if word else start + 1
    before, marked, after = (_shown(part) for part in (line[:start], line[start:end], line[end:]))
    if cell_len(before) > MOST_SHOWN // 2:
        before = "…" + before[-MOST_SHOWN // 4 :]
    if cell_len(marked + after) > MOST_SHOWN:
        after = after[: MOST_SHOWN // 2] + "…"
    marks = "^" * max(cell_len(marked), 1)
    return [f"  | {before}{marked}{after}", f"  | {' ' * cell_len(before)}{marks}"]


def _shown(text: str) -> str:
    """Text that a terminal shows as it is: no tabs, nothing that moves the cursor."""
    return "".join(
        " " if letter == "\t" else letter if letter.isprintable() else "�" for letter in text
    )


def summary(one: Checked) -> str:
    """`5 flows, 31 steps, 40 lines in scripts: 2 errors, 1 warning`, in the terminal's language."""
    if one.unreadable:
        return _text("unread", folder=one.folder)
    what = _text(
        "looked_at",
        folder=one.folder,
        flows=_count(one.flows, "flow"),
        steps=_count(one.steps, "step"),
        lines=_count(one.lines, "line"),
    )
    if not one.problems:
        return _text("all_right", what=what)
    errors, warnings = _count(one.errors, "error"), _count(one.warnings, "warning")
    return _text("problems", what=what, errors=errors, warnings=warnings)


def _count(number: int, word: str) -> str:
    return _text(word if number == 1 else f"{word}s", count=number)


_text: Final = Wording(
    {
        "unread": ("{folder}：没有检查", "{folder}: not checked"),
        "looked_at": (
            "{folder}：{flows}，{steps}，{lines}",
            "{flows}, {steps}, {lines} in {folder}",
        ),
        "all_right": ("{what}：没有问题", "{what}: all right"),
        "problems": ("{what}：{errors}，{warnings}", "{what}: {errors}, {warnings}"),
        "flow": ("{count} 个流程", "{count} flow"),
        "flows": ("{count} 个流程", "{count} flows"),
        "step": ("{count} 个步骤", "{count} step"),
        "steps": ("{count} 个步骤", "{count} steps"),
        "line": ("{count} 句话术", "{count} line"),
        "lines": ("{count} 句话术", "{count} lines"),
        "error": ("{count} 个错误", "{count} error"),
        "errors": ("{count} 个错误", "{count} errors"),
        "warning": ("{count} 个警告", "{count} warning"),
        "warnings": ("{count} 个警告", "{count} warnings"),
    }
)


def json_report(checked: Iterable[Checked]) -> list[dict[str, Any]]:
    """One row a problem: source, line, column, what, hint, severity, rule, word, trail."""
    return [asdict(problem) for one in checked for problem in one.problems]


def github_report(checked: Iterable[Checked]) -> str:
    """Workflow commands that GitHub shows beside the lines of a change."""
    rows = []
    for one in checked:
        for problem in one.problems:
            at = [f"file={_property(problem.source)}"]
            if problem.line:
                at += [f"line={problem.line}", f"col={problem.column}"]
            at.append(f"title={_property(problem.rule)}")
            message = f"{problem.what}; {problem.hint}" if problem.hint else problem.what
            rows.append(f"::{problem.severity} {','.join(at)}::{_data(message)}")
    return "\n".join(rows)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
