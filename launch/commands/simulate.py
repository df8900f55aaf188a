"""`thirdring simulate`: a persona goes through a flow in virtual time, told as a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import ConfigError
from launch.options import JsonOption, print_json
from launch.settings import PROJECT

if TYPE_CHECKING:
    from callers.virtual import SimulatedCall


def simulate(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A flow's name.")],
    caller: Annotated[str, typer.Option("--caller", metavar="PERSONA")] = "polite",
    scripts: Annotated[Path, typer.Option("--scripts", metavar="DIR")] = PROJECT / "scripts",
    language: Annotated[str, typer.Option("--language")] = "zh-Hans",
    agent: Annotated[
        str,
        typer.Option("--agent", metavar="NAME", help="Who answers the queue; nobody if left out."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Play one simulated caller through a flow at once, without Asterisk or sound."""
    from callers.loader import find_persona
    from callers.queue_plan import QueuePlan
    from callers.virtual import simulate as play
    from callflow.house import House
    from callflow.lines import LANGUAGES
    from callflow.reading import nearest
    from launch.call_story import clock, story
    from launch.settings import Settings

    if language not in LANGUAGES:
        raise ConfigError(f"--language {language}: write one of {', '.join(LANGUAGES)}")
    house = House.load(scripts)
    if flow not in house.flows:
        raise ConfigError(f'{scripts}: no flow is called "{flow}"; {nearest(flow, house.flows)}')
    run = house.start(flow, Settings().house.all_variables(), language)
    call = play(run, find_persona(caller), queue=QueuePlan(agent=agent))
    if as_json:
        print_json(_as_json(call))
        return
    for told in story(call.events):
        typer.echo(f"{clock(told.at_ms)}  {told.who:<8} {told.what}")


def _as_json(call: SimulatedCall) -> dict[str, Any]:
    events = [
        {
            "seq": event.seq,
            "offset_ms": event.offset_ms,
            "kind": event.kind,
            "data": dict(event.data),
        }
        for event in call.events
    ]
    ended = call.ended
    return {
        "end_reason": ended.reason.value,
        "disposition": ended.disposition,
        "events": events,
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)
