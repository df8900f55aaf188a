"""`thirdring simulate`: personas go through a flow in virtual time, told or counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import ConfigError
from launch.options import JsonOption, event_json, print_json
from launch.settings.site import PROJECT

if TYPE_CHECKING:
    from callers.persona import Persona
    from callers.virtual import SimulatedCall
    from launch.authoring.simulations import Order

MOST_CALLS = 1_000_000


def simulate(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A flow's name.")],
    caller: Annotated[
        str,
        typer.Option("--caller", metavar="PERSONA", help="A persona, its file, or `all` of them."),
    ] = "polite",
    calls: Annotated[
        int,
        typer.Option(metavar="N", help="How many calls; beyond one, timing varies by the seed."),
    ] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 0,
    scripts: Annotated[
        Path, typer.Option("--scripts", metavar="DIR", help="Folder of flows and lines.")
    ] = PROJECT / "scripts",
    language: Annotated[
        str,
        typer.Option("--language", help="Language of the wording: zh-Hans, zh-Hant or en."),
    ] = "zh-Hans",
    agent: Annotated[
        str,
        typer.Option("--agent", metavar="NAME", help="Who answers the queue; nobody if left out."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Play simulated callers through a flow at once, without Asterisk or sound.

    One call is told as a conversation, several are counted: how they ended, the house rules they
    broke, their lengths.
    """
    from launch.authoring.simulations import HEADING, summaries

    order, personas = _order(flow, scripts, language, agent, calls), _personas(caller)
    if calls == 1 and len(personas) == 1:
        _tell(order.one(personas[0]), as_json)
        return
    found = summaries(order, personas, calls, seed)
    if as_json:
        print_json([summary.data() for summary in found])
        return
    typer.echo(HEADING)
    for summary in found:
        typer.echo(str(summary))


def _order(flow: str, scripts: Path, language: str, agent: str, calls: int) -> Order:
    """What is to be played; ConfigError with the remedy where it cannot be."""
    from callers.queue_plan import QueuePlan
    from callflow.house import House
    from callflow.lines import LANGUAGES
    from callflow.reading import nearest
    from launch.authoring.simulations import Order
    from launch.settings.site import Settings

    if language not in LANGUAGES:
        raise ConfigError(f"--language {language}: write one of {', '.join(LANGUAGES)}")
    if not 1 <= calls <= MOST_CALLS:
        raise ConfigError(f"--calls {calls}: write a number from 1 to {MOST_CALLS}")
    house = House.load(scripts)
    if flow not in house.flows:
        raise ConfigError(f'{scripts}: no flow is called "{flow}"; {nearest(flow, house.flows)}')
    variables = Settings().house.all_variables()
    return Order(house, flow, variables, language, QueuePlan(agent=agent))


def _personas(caller: str) -> list[Persona]:
    from callers.loader import find_persona, names

    return [find_persona(name) for name in (names() if caller == "all" else [caller])]


def _tell(call: SimulatedCall, as_json: bool) -> None:
    from launch.telling.call_story import story

    if as_json:
        print_json(_as_json(call))
        return
    for told in story(call.events):
        typer.echo(told.line)


def _as_json(call: SimulatedCall) -> dict[str, Any]:
    ended = call.ended
    return {
        "end_reason": ended.reason.value,
        "disposition": ended.disposition,
        "events": [event_json(event) for event in call.events],
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)
