"""`thirdring prove`: the house rules on every call that the flows allow."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT
from launch.telling.author_texts import author

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod

    from callflow.house import House
    from callflow.rules.monitor import Rule
    from callflow.steps import Flow
    from launch.authoring.proof_report import Broken, Timed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(prove)


def prove(
    scripts: Annotated[
        Path, typer.Argument(metavar="SCRIPTS", help="Folder of the flows.", show_default=False)
    ] = PROJECT / "scripts",
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; repeatable.")
    ] = None,
    flow: Annotated[
        list[str] | None,
        typer.Option("--flow", metavar="FLOW", help="Only this entry flow; repeatable."),
    ] = None,
    persona_dir: Annotated[
        Path | None,
        typer.Option(
            "--persona-dir", metavar="DIR", help="Write the caller of each broken rule there."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explore every call of every entry flow; say of each rule whether some call breaks it.

    A broken rule comes with the shortest call that breaks it, told as a conversation, and with a
    caller for `thirdring call`. Exit code 1 when a rule is broken.
    """
    from callflow.house import House
    from callflow.proving.proof import entries
    from launch.authoring.proof_report import as_json as json_of
    from launch.settings.site import Settings

    house = House.load(scripts)
    rules = _rules(house, scripts, rule)
    flows = entries(house, _flows(house, scripts, flow))
    variables = Settings().house.all_variables()
    proofs = _prove(house, flows, rules, variables)
    broken = _broken(house, proofs, variables, persona_dir)
    if as_json:
        print_json(json_of(proofs, broken))
    else:
        _print(proofs, broken)
    if broken:
        raise typer.Exit(1)


def _rules(house: House, scripts: Path, wanted: Sequence[str] | None) -> list[Rule]:
    from callflow.reading import nearest

    if not len(house.rules):
        raise ConfigError(f"{scripts}: there is no house_rules.yaml, so nothing to prove")
    for each in wanted or ():
        if each not in house.rules:
            known = [rule.id for rule in house.rules]
            raise ConfigError(f"--rule {each}: {scripts} has no such rule; {nearest(each, known)}")
    return [rule for rule in house.rules if not wanted or rule.id in wanted]


def _flows(house: House, scripts: Path, wanted: Sequence[str] | None) -> list[str] | None:
    from callflow.reading import nearest

    known = [flow.name for flow in house.flows.values() if flow.is_entry]
    for each in wanted or ():
        if each in house.flows and each not in known:
            raise ConfigError(
                f"--flow {each}: no call begins there, other flows call it; {nearest(each, known)}"
            )
        if each not in known:
            raise ConfigError(
                f'--flow {each}: {scripts} has no flow "{each}"; {nearest(each, known)}'
            )
    return list(wanted) if wanted else None


def _prove(
    house: House,
    flows: Sequence[tuple[Flow, str]],
    rules: Sequence[Rule],
    variables: dict[str, object],
) -> list[Timed]:
    """Flow by flow, with a bar on the terminal's error stream while it lasts."""
    from rich.console import Console
    from rich.progress import Progress

    from callflow.proving.proof import prove_flow
    from calls.clock import SystemClock
    from launch.authoring.proof_report import Timed

    clock = SystemClock()
    proofs = []
    # A proof only builds up; looking for garbage in it costs a sixth of its time.
    gc.disable()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("proving", total=len(flows))
        for flow, performer in flows:
            bar.update(task, description=f"proving {flow.name} ({performer})")
            began_ms = clock.monotonic_ms()
            proof = prove_flow(house, flow, performer, rules, variables)
            proofs.append(Timed(proof, clock.monotonic_ms() - began_ms))
            bar.advance(task)
    gc.enable()
    return proofs


def _broken(
    house: House, proofs: Sequence[Timed], variables: dict[str, object], folder: Path | None
) -> list[Broken]:
    """Each counterexample played again, its caller written to the folder where one is asked for."""
    from launch.authoring.proof_report import broken_again

    return [
        broken_again(house, result, variables, folder)
        for timed in proofs
        for result in timed.proof.results
        if result.counterexample is not None
    ]


def _print(proofs: Sequence[Timed], broken: Sequence[Broken]) -> None:
    from rich.console import Console

    console = Console(markup=False, highlight=False)
    for timed in proofs:
        _print_flow(console, timed)
    for one in broken:
        _print_broken(console, one)
    _print_sum(console, proofs, len(broken))


def _print_flow(console: Console, timed: Timed) -> None:
    from rich.table import Table
    from rich.text import Text

    from launch.authoring.proof_report import rows

    proof = timed.proof
    title = author(
        "proof_of",
        flow=proof.flow,
        performer=author(proof.performer),
        points=f"{proof.nodes:,}",
        outcomes=f"{proof.edges:,}",
        seconds=f"{timed.ms / 1000:.2f}",
    )
    # A title of the table's own breaks at the table's width, which is less than the terminal's.
    console.print(Text(title, style="italic"))
    table = Table()
    for heading in ("rule", "title", "", "states", "remark"):
        justify: JustifyMethod = "right" if heading == "states" else "left"
        table.add_column(heading and author(heading), justify=justify, overflow="fold")
    for row in rows(proof):
        table.add_row(*row)
    console.print(table)
    for loop in proof.loops:
        steps = " -> ".join(f"{step.flow}.{step.step}" for step in loop)
        console.print(author("endless", steps=steps))


def _print_broken(console: Console, one: Broken) -> None:
    from launch.authoring.proof_report import again, conversation, in_terminal, remark

    result = one.result
    found = result.counterexample
    if found is None:
        return
    performer = author(result.performer)
    told = author(
        "broken_by", rule=result.rule.id, flow=result.flow, performer=performer, why=remark(result)
    )
    console.print(f"\n{told}")
    for line in conversation(found):
        console.print(f"  {line}", soft_wrap=True)
    for text, so in found.assumed:
        console.print(f"  {author('assumed' if so else 'assumed_not', text=text)}")
    for note in one.written.notes:
        console.print(f"  {author('note', note=in_terminal(note))}")
    console.print(f"  {again(one.status)}")
    if one.path is not None:
        console.print(f"  {author('its_caller', path=one.path)}", soft_wrap=True)


def _print_sum(console: Console, proofs: Sequence[Timed], broken: int) -> None:
    from callflow.proving.proof import Proved

    results = [result for timed in proofs for result in timed.proof.results]
    proved = sum(result.status is Proved.PROVED for result in results)
    states = sum(result.states for result in results)
    console.print(
        author(
            "proof_sum",
            proved=proved,
            broken=broken,
            open=len(results) - proved - broken,
            states=f"{states:,}",
            seconds=f"{sum(timed.ms for timed in proofs) / 1000:.2f}",
        )
    )
