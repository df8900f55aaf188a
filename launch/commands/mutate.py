"""`thirdring mutate`: damages good flows as authors do, and says whether anything notices."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import ConfigError
from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT
from launch.telling.author_texts import author

if TYPE_CHECKING:
    from callflow.mutants.mutant import Mutant
    from launch.authoring.mutating import Judged
    from launch.authoring.survivors import Known


def mutate(
    scripts: Annotated[
        Path, typer.Argument(metavar="SCRIPTS", help="Folder of flows and lines.")
    ] = PROJECT / "scripts",
    flow: Annotated[list[str] | None, typer.Option("--flow", help="Only this flow.")] = None,
    operator: Annotated[
        list[str] | None, typer.Option("--operator", help="Only this kind of damage.")
    ] = None,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=0, help="So many at random; 0 for all.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of the sample.")] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes.")] = os.cpu_count() or 1,
    goal: Annotated[
        float, typer.Option("--goal", metavar="PERCENT", help="Exit 1 below it.")
    ] = 99.0,
    every: Annotated[
        bool, typer.Option("--every", help="Ask the proof, too, of what the tests notice; slow.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Damage flows in the ways authors do and tell what notices: check, tests, proof, or nothing.

    A mutant that no call can tell from the good flow counts for nothing. Survivors are listed,
    with their reason where SCRIPTS/mutants/survivors.yaml gives one.
    """
    from launch.authoring.mutating import Bench, judge_all
    from launch.authoring.survivors import read_known
    from launch.telling.progress import with_bar

    bench = Bench.of(scripts, every=every)
    known = read_known(scripts)
    mutants = _chosen(bench.texts, frozenset(flow or ()), frozenset(operator or ()), sample, seed)
    found = judge_all(bench, mutants, jobs)
    judged = list(with_bar(found, "mutants", total=len(mutants), quiet=as_json))
    if as_json:
        print_json(_as_json(judged, known))
    else:
        _show(judged, known)
    if _percent(judged) < goal:
        raise typer.Exit(1)


def _chosen(
    texts: Any, flows: frozenset[str], operators: frozenset[str], sample: int, seed: int
) -> list[Mutant]:
    from callflow.mutants.making import mutants
    from callflow.mutants.operators import ON_FLOWS, ON_LINES
    from callflow.reading import nearest

    names = [each.__name__ for each in (*ON_FLOWS, *ON_LINES)]
    for name in operators.difference(names):
        raise ConfigError(f"--operator {name}: there is none of that name; {nearest(name, names)}")
    found = [each for each in mutants(texts, flows) if not operators or each.operator in operators]
    if not found:
        raise ConfigError(_nothing_to_damage(texts, flows, operators))
    if sample and sample < len(found):
        found = random.Random(seed).sample(found, sample)  # noqa: S311  not a secret
    return found


def _nothing_to_damage(texts: Any, flows: frozenset[str], operators: frozenset[str]) -> str:
    from callflow.house import House
    from callflow.reading import nearest

    known = House.of_texts(texts).flows
    for name in sorted(flows.difference(known)):
        return f"--flow {name}: no flow is called so; {nearest(name, known)}"
    chosen = " ".join([*sorted(flows), *sorted(operators)])
    return f"nothing there to damage so ({chosen}); leave out --operator or --flow"


def _percent(judged: Sequence[Judged]) -> float:
    """Caught out of those that could be, in percent."""
    survived = sum(one.by == "survived" for one in judged)
    real = sum(one.by != "same" for one in judged)
    return 100.0 * (real - survived) / real if real else 100.0


def _show(judged: Sequence[Judged], known: Sequence[Known]) -> None:
    from rich.console import Console
    from rich.table import Table

    ways = ("check", "test", "prove", "same", "survived")
    table = Table(author("damage"), title=author("mutants"))
    for heading in ("made", *(f"by_{way}" for way in ways)):
        table.add_column(author(heading), justify="right")
    for name in dict.fromkeys(one.mutant.operator for one in judged):
        of_kind = [one for one in judged if one.mutant.operator == name]
        counts = [sum(one.by == way for one in of_kind) for way in ways]
        table.add_row(name, str(len(of_kind)), *(str(count or "") for count in counts))
    totals = [sum(one.by == way for one in judged) for way in ways]
    table.add_section()
    table.add_row(author("all"), str(len(judged)), *map(str, totals))
    console = Console(markup=False)
    console.print(table)
    for one in judged:
        if one.by == "survived":
            told = author("survived", name=one.mutant.name, what=one.mutant.what)
            console.print(told, soft_wrap=True)
            console.print(f"  {_reason(one, known) or author('not_explained')}", soft_wrap=True)
    real, caught = len(judged) - totals[3], len(judged) - totals[3] - totals[4]
    proved = sum(one.by == "prove" or "prove" in one.also for one in judged)
    if any(one.also for one in judged):
        console.print(author("proof_alone", count=proved))
    percent = f"{_percent(judged):.1f}"
    console.print(author("caught", caught=caught, real=real, percent=percent, same=totals[3]))


def _reason(one: Judged, known: Sequence[Known]) -> str:
    return next((each.why for each in known if each.speaks_of(one.mutant)), "")


def _as_json(judged: Sequence[Judged], known: Sequence[Known]) -> dict[str, Any]:
    return {
        "percent": round(_percent(judged), 2),
        "mutants": [
            {
                "operator": one.mutant.operator,
                "flow": one.mutant.flow,
                "file": one.mutant.place.source,
                "line": one.mutant.place.line,
                "what": one.mutant.what,
                "by": one.by.value,
                "also": [each.value for each in one.also],
                "why": one.why or _reason(one, known),
            }
            for one in judged
        ],
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mutate)
