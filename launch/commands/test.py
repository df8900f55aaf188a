"""`thirdring test`: the flow tests of a folder, played by simulated callers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import JsonOption, print_json
from launch.settings.site import PROJECT

if TYPE_CHECKING:
    from callers.flowtests.branches import FlowCoverage
    from callers.flowtests.cases import FlowTest
    from callers.flowtests.suite import Played
    from callflow.house import House
    from launch.authoring.flow_tests import Came


class Over(StrEnum):
    """What carries the calls."""

    VIRTUAL = "virtual"
    AGI = "agi"
    SIP = "sip"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="test")(run)


def run(
    scripts: Annotated[
        Path, typer.Argument(metavar="SCRIPTS", help="Folder of the flows.", show_default=False)
    ] = PROJECT / "scripts",
    over: Annotated[Over, typer.Option(help="What carries the calls.")] = Over.VIRTUAL,
    flow: Annotated[str, typer.Option(metavar="FLOW", help="Only tests of this flow.")] = "",
    name: Annotated[
        str, typer.Option(metavar="TEXT", help="Only tests whose sentence contains this.")
    ] = "",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Say which branches of the flows no test took.")
    ] = False,
    least: Annotated[
        float,
        typer.Option("--least-coverage", metavar="PERCENT", help="Fail below this; 0 to 100."),
    ] = 0.0,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write down how the calls are told now, as right.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Play the flow tests in SCRIPTS/tests/*.yaml and say what differs from what they expect.

    Exit code 1 when a test failed or the coverage is too low.
    """
    from callers.flowtests.branches import percent
    from callers.flowtests.suite import Played, load_tests
    from callflow.house import House
    from launch.authoring.flow_tests import report, report_json

    house = House.load(scripts)
    if accept:
        _accept(house, scripts, filtered=bool(flow or name))
        return
    tests = _chosen(load_tests(house, scripts), scripts, flow, name)
    came = _virtual(house, tests) if over is Over.VIRTUAL else _live(house, scripts, tests, over)
    played = [one for one in came if isinstance(one, Played)]
    flows = _coverage(house, played) if coverage or least > 0 else None
    if as_json:
        print_json(report_json(came, flows))
    else:
        typer.echo("\n".join(report(came, flows)))
    if not all(one.passed for one in played) or (flows and percent(flows) < least):
        raise typer.Exit(1)


def _coverage(house: House, played: Sequence[Played]) -> list[FlowCoverage]:
    from callers.flowtests.branches import coverage

    return coverage(house, (each for one in played for each in one.taken))


def _virtual(house: House, tests: Sequence[FlowTest]) -> Sequence[Came]:
    from callers.flowtests.suite import play_all
    from launch.settings.site import Settings

    return play_all(house, tests, Settings().house.all_variables())


def _live(house: House, scripts: Path, tests: Sequence[FlowTest], over: Over) -> list[Came]:
    """On the real server, in a state folder of its own that is thrown away."""
    import tempfile

    from rich.console import Console

    from launch import loops
    from launch.authoring.flow_tests import Skipped
    from launch.authoring.flow_tests_live import over_agi
    from launch.demo.run import log_to

    console = Console(stderr=True, highlight=False, markup=False)
    done = 0
    with tempfile.TemporaryDirectory(prefix="thirdring-test-") as folder:
        state = Path(folder)
        log_to(state / "server.log")
        with console.status(f"{len(tests)} tests") as spinner:

            def told(one: Came) -> None:
                nonlocal done
                done += 1
                spinner.update(f"{done} of {len(tests)} tests: {one.test.name}")
                if not console.is_terminal and not isinstance(one, Skipped):
                    console.print(f"{'passed' if one.passed else 'FAILED'} {one.test.name}")

            if over is Over.AGI:
                return loops.run(over_agi(house, scripts, tests, state, told))
            from launch.authoring.flow_tests_sip import over_sip

            progress = spinner.update if console.is_terminal else console.print
            return loops.run(over_sip(house, scripts, tests, state, told, progress))


def _accept(house: House, scripts: Path, *, filtered: bool) -> None:
    from callers.flowtests.accepted import write_accepted
    from callers.flowtests.suite import FOLDER, play_all, read_tests, tests_of
    from callers.flowtests.told import told
    from launch.authoring.flow_tests import report
    from launch.settings.site import Settings

    if filtered:
        raise ConfigError("--accept writes all tellings; leave --flow and --name out")
    tests = read_tests(house, tests_of(scripts))
    played = play_all(house, tests, Settings().house.all_variables())
    failed = [one for one in played if not one.passed]
    if failed:
        typer.echo("\n".join(report(failed, None)))
        typer.echo("nothing is accepted while a test fails", err=True)
        raise typer.Exit(1)
    tellings = {(one.test.source, one.test.name): told(one.events) for one in played}
    for path in write_accepted(scripts / FOLDER, tellings):
        typer.echo(f"accepted: {path}")


def _chosen(tests: Sequence[FlowTest], scripts: Path, flow: str, name: str) -> list[FlowTest]:
    if not tests:
        raise ConfigError(f"{scripts}/tests: holds no flow test; see docs/flow-tests.md for one")
    chosen = [
        test
        for test in tests
        if flow in ("", test.given.flow) and name.casefold() in test.name.casefold()
    ]
    if not chosen:
        raise ConfigError(f"{scripts}/tests: none of {len(tests)} tests fits --flow and --name")
    return chosen
