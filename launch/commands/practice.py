"""`thirdring practice`: a simulated caller on the agent's own panel, and a score at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json

if TYPE_CHECKING:
    from callers.speaker import Argv
    from launch.practice.score import Score
    from launch.practice.stage import Stage
    from launch.settings.site import Settings
    from softphone_panel.texts import Language

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]

FlowOption = Annotated[str, typer.Option(metavar="FLOW", help="The flow that the agent performs.")]
LanguageOption = Annotated[
    str, typer.Option(metavar="zh|en", help="Language of the panel. [the terminal's]")
]
PlayerOption = Annotated[
    str, typer.Option(metavar="CMD", help="Program that plays raw sound. [the first that works]")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(practice)


def practice(
    persona: Annotated[
        str, typer.Argument(metavar="PERSONA", help="A persona's name, or its YAML file.")
    ] = "water_off",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the callers there are.")] = False,
    agent: Annotated[str, typer.Option(metavar="NUMBER", help="Who practises.")] = "801",
    flow: FlowOption = "agent_call",
    lang: LanguageOption = "",
    player: PlayerOption = "",
    mute: Annotated[bool, typer.Option("--mute", help="The caller is text only.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Practise on a simulated caller: the same panel, no Asterisk; the score by the house rules.

    The caller speaks through the speakers, and in text on the panel. Nothing is written to the
    ledger.
    """
    from launch.settings.site import load_settings

    if listed:
        _list(as_json)
        return
    language = _language(lang)
    settings = load_settings(config)
    stage = _stage(settings, persona, state, agent, flow)
    argv, why = _player(player or settings.practice.player, mute)
    found = asyncio.run(_play(stage, language, settings, state, argv, why))
    if as_json:
        print_json(found.data())
        return
    from rich.console import Console

    from launch.practice.report import show_score

    show_score(found, language.value, Console())


def _language(lang: str) -> Language:
    from softphone_panel.texts import Language, language_of

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    return Language(lang) if lang else language_of()


def _player(command: str, mute: bool) -> tuple[Argv, str]:
    """What the caller is heard through; nothing, and why."""
    from launch.practice.aloud import player_or_why

    return ((), "") if mute else player_or_why(command)


def _stage(settings: Settings, persona: str, state: Path, agent: str, flow: str) -> Stage:
    from callers.loader import find_practice
    from callers.voicebank import VoiceBank
    from callflow.house import House
    from launch.logs import set_up_logs
    from launch.practice.stage import Stage
    from launch.serving.agents_desk import floor_house
    from launch.serving.back_office import make_office

    set_up_logs("error")
    house = House.load(settings.scripts)
    entry = house.flows.get(flow)
    if entry is None or entry.performer == "ivr" or not entry.is_entry:
        ours = (name for name, one in house.flows.items() if one.is_entry)
        names = ", ".join(name for name in ours if house.flows[name].performer != "ivr")
        raise ConfigError(f'practice: no agent begins with "{flow}"; they begin with: {names}')
    floor, caller = floor_house(settings), find_practice(persona, VoiceBank.load())
    language = "en" if caller.language == "en" else settings.house.language
    card = floor.agents.get(agent)
    own = {"agent_no": agent, "agent_name": card.name if card and card.name else agent}
    return Stage(
        house=house,
        floor=floor,
        persona=caller,
        agent=agent,
        variables={**settings.house.variables(language), **own},
        language=language,
        flow=flow,
        office=make_office(settings, state),
    )


async def _play(
    stage: Stage, language: Language, settings: Settings, state: Path, argv: Argv, why: str
) -> Score:
    from callers.speaker import PlayerSpeaker
    from launch.practice.aloud import engines_of
    from launch.practice.report import text_only
    from launch.practice.session import PracticeFloor
    from softphone_panel.agent.app import AgentApp
    from softphone_panel.agent.link import LocalLink
    from softphone_panel.agent.scene import Notice

    link: LocalLink
    with engines_of(settings, state) as render:
        speaker = None
        if argv:
            speaker = PlayerSpeaker(
                argv, lambda why: app.tell(Notice(text_only(why, language), bad=True))
            )
        floor = PracticeFloor(stage, lambda view: link.put(view), speaker=speaker, render=render)
        link = LocalLink(floor.carry_out)
        app = AgentApp(link, language=language, problem=text_only(why, language))
        floor.begin()
        leaving = asyncio.create_task(_leave(floor.over, app.exit))
        try:
            await app.run_async()
        finally:
            leaving.cancel()
            await floor.close()
            if speaker is not None:
                await speaker.close()
    return floor.score()


async def _leave(over: asyncio.Event, leave: Callable[[], None]) -> None:
    await over.wait()
    leave()


def _list(as_json: bool) -> None:
    from callers.loader import PRACTISING, find_practice, names

    found = [find_practice(name) for name in (*names(PRACTISING), *names())]
    if as_json:
        print_json([{"name": one.name, "title": dict(one.title)} for one in found])
        return
    for one in found:
        typer.echo(f"{one.name:24} {one.title.get('zh', '')}  {one.title.get('en', '')}")
