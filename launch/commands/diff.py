"""`thirdring diff`: what changed for a caller between two versions of the scripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT

if TYPE_CHECKING:
    from callflow.comparing.change import Change
    from launch.authoring.versions import Version

UNREADABLE = 2


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
    language: Annotated[str, typer.Option(help="zh or en.")] = "en",
    prove: Annotated[bool, typer.Option(help="Prove the rules before and after.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what changed for a caller. Exit 0: nothing, 1: something, 2: cannot read."""
    from calls.errors import CallCenterError

    try:
        changes, proofs = _compared(old, new, scripts, prove=prove)
    except CallCenterError as error:
        typer.echo(f"thirdring: {error}", err=True)
        raise typer.Exit(UNREADABLE) from None
    if as_json:
        print_json({"changes": [_row(change) for change in changes], "proved": proofs})
    else:
        _show(changes, proofs, language)
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
    chinese = language == "zh"
    if not changes:
        typer.echo("对来电者来说没有变化" if chinese else "nothing changed for a caller")
    last = ""
    for change in changes:
        if change.where != last:
            typer.echo(change.where)
            last = change.where
        rules = f"  [{', '.join(change.rules)}]" if change.rules else ""
        typer.echo(f"  {change.told(language)}{rules}")
    touched = sorted({rule for change in changes for rule in change.rules})
    if touched:
        told = "涉及的规定" if chinese else "house rules that speak of this"
        typer.echo(f"{told}: {', '.join(touched)}")
    for row in proofs:
        before, after = row["before"] or "-", row["after"] or "-"
        typer.echo(f"{row['rule']} {row['flow']} ({row['performer']}): {before} -> {after}")
