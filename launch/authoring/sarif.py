"""Problems as SARIF 2.1.0 (OASIS, 2020), which editors and code hosts read."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from callflow.checks.catalogue import CATALOGUE
from calls.errors import Problem

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(problems: Iterable[Problem]) -> dict[str, Any]:
    """One run of the checks; columns count characters, as code points."""
    rules = list(CATALOGUE)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "thirdring check",
                        "version": _version(),
                        "rules": [_rule(name) for name in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, rules) for problem in problems],
            }
        ],
    }


def _version() -> str:
    try:
        return version("thirdring")
    except PackageNotFoundError:
        return "0"


def _rule(name: str) -> dict[str, Any]:
    kind = CATALOGUE[name]
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": f"{kind.about}."},
        "defaultConfiguration": {"level": kind.severity},
    }


def _result(problem: Problem, rules: list[str]) -> dict[str, Any]:
    text = f"{problem.what}; {problem.hint}" if problem.hint else problem.what
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(problem)}],
    }
    if problem.rule in rules:
        result["ruleIndex"] = rules.index(problem.rule)
    if problem.trail:
        result["properties"] = {"trail": list(problem.trail)}
    return result


def _location(problem: Problem) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.source)}}
    if problem.line:
        region = {"startLine": problem.line, "startColumn": problem.column}
        if problem.word:
            region["endColumn"] = problem.column + len(problem.word)
        location["region"] = region
    return location


def _uri(source: str) -> str:
    path = Path(source)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            return path.as_uri()
    return quote(path.as_posix())
