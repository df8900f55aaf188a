"""`thirdring diff`: what changed for a caller between two versions of the scripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT
from launch.telling.author_texts import author
from launch.telling.wording import terminal_language

if TYPE_CHECKING:
    from callflow.comparing.change import Change
    from launch.authoring.versions import Version

UNREADABLE = 2
_PROVED = {"broken": "breakable"}
"""What came of a proof, where its text has another key."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(diff)


def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A folder, a flow's file, or a git revision.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same; compared with OLD.")],
    scripts: Annotated[
        Path, typer.Option(help="The folder in a git revision.", show_default=False)
    ] = PROJECT / "scripts",
    language: Annotated[str, typer.Option(help="zh or en. [the terminal's]")] = "",
    prove: Annotated[bool, typer.Option(help="Prove the rules before and after.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what changed for a caller. Exit 0: nothing, 1: something, 2: cannot read."""
    from calls.errors import CallCenterError
    from launch.telling.refusing import refused_by

    chosen = language or terminal_language()
    try:
        changes, proofs = _compared(old, new, scripts, prove=prove)
    except CallCenterError as error:
        typer.echo(f"thirdring: {refused_by(error, chosen)}", err=True)
        raise typer.Exit(UNREADABLE) from None
    if as_json:
        print_json({"changes": [_row(change) for change in changes], "proved": proofs})
    else:
        _show(changes, proofs, chosen)
    raise typer.Exit(1 if changes else 0)


def _compared(
    old: str, new: str, scripts: Path, *, prove: bool
) -> tuple[list[Change], list[dict[str, Any]]]:
    from callflow.comparing.houses import compare
    from launch.authoring.versions import read_versions

    before, after = read_versions(old, new, scripts, strict=prove)
    flow = after.flow or before.flow
    changes = compare(before.house, after.house, flow)
    return changes, _verdicts(before, after) if prove else []


def _verdicts(before: Version, after: Version) -> list[dict[str, Any]]:
    """Rules whose proof came out otherwise, by rule, flow and performer."""
    from callflow.proving.proof import prove

    was, now = (
        {
            (result.rule.id, result.flow, result.performer): result.status.value
            for result in prove(version.house).results
        }
        for version in (before, after)
    )
    return [
        {
            "rule": rule,
            "flow": flow,
            "performer": performer,
            "before": was.get((rule, flow, performer), ""),
            "after": now.get((rule, flow, performer), ""),
        }
        for rule, flow, performer in sorted(was.keys() | now.keys())
        if was.get((rule, flow, performer)) != now.get((rule, flow, performer))
    ]


def _row(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "where": change.where,
        "zh": change.zh,
        "en": change.en,
        "rules": list(change.rules),
    }


def _show(changes: Sequence[Change], proofs: Sequence[dict[str, Any]], language: str) -> None:
    if not changes:
        typer.echo(author("unchanged", language))
    last = ""
    for change in changes:
        if change.where != last:
            typer.echo(_where(change.where, language))
            last = change.where
        rules = f"  [{', '.join(change.rules)}]" if change.rules else ""
        typer.echo(f"  {change.told(language)}{rules}")
    touched = sorted({rule for change in changes for rule in change.rules})
    if touched:
        typer.echo(author("rules_touched", language, rules=", ".join(touched)))
    for row in proofs:
        words = {name: _word(row[name], language) for name in ("performer", "before", "after")}
        typer.echo(author("proof_changed", language, **{**row, **words}))


def _where(where: str, language: str) -> str:
    """A flow, a line, a rule in the language; a step is its name and its flow's in each."""
    what, _, name = where.partition(" ")
    key = f"in_{what}"
    return author(key, language, name=name) if key in author.texts else where


def _word(said: str, language: str) -> str:
    """How a proof came out, and of whom: English is as `--json` has it."""
    known = _PROVED.get(said, said)
    return author.known(known, language) if language == "zh" and said else said or "-"
