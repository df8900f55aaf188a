"""Small houses whose mistakes are marked: «word» is where a problem must point."""

from __future__ import annotations

from textwrap import dedent

from callflow.checks.house import Outside
from callflow.house import NOWHERE, Examined, examine
from calls.errors import Problem

LINES = """\
hello: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
ask_it: {zh-Hans: 什么事, zh-Hant: 什麼事, en: What is it}
again: {zh-Hans: 请再说, zh-Hant: 請再說, en: Again}
later: {tags: [promise], zh-Hans: 会回复, zh-Hant: 會回覆, en: We will call}
bye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""

NAMED = 'named: {zh-Hans: "{name}好", zh-Hant: "{name}好", en: "Hello {name}"}\n'
"""A line more, for houses in which something says it."""

TOP = "flow: main\nalways: {noise: bye, faint: bye, speech: bye}\n"


def checked(files: dict[str, str], outside: Outside = NOWHERE) -> Examined:
    """The house of these files; `lines.yaml` is there unless it is given."""
    named = any("named" in text for text in files.values())
    return examine({"lines.yaml": LINES + NAMED if named else LINES, **files}, outside)


def marked(files: dict[str, str]) -> tuple[dict[str, str], set[tuple[str, int, int]]]:
    """The files without their marks, and where the marks stood."""
    texts, places = {}, set()
    for name, text in files.items():
        rows = dedent(text).splitlines()
        for number, row in enumerate(rows, 1):
            if "«" in row:
                places.add((name, number, row.index("«") + 1))
        texts[name] = "\n".join(rows).replace("«", "").replace("»", "") + "\n"
    return texts, places


def main_flow(steps: str, top: str = TOP) -> str:
    """The file of a flow `main` with these steps; a ring before them and a goodbye after."""
    body = dedent(steps).strip("\n").replace("\n", "\n  ")
    return f"{top}steps:\n  ring: {{ring: 1}}\n  {body}\n  bye: {{say: bye, end: served}}\n"


def of_rule(found: Examined, rule: str) -> list[Problem]:
    """The problems of one kind."""
    return [problem for problem in found.problems if problem.rule == rule]


def place(problem: Problem) -> tuple[str, int, int]:
    """Where a problem points."""
    return problem.source, problem.line, problem.column
