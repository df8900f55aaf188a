"""`thirdring practice`: a simulated caller on the agent's own panel, and a score at the end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from launch.practice_score import Advice, Score
    from launch.practice_stage import Stage

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(practice)


def practice(
    persona: Annotated[
        str, typer.Argument(metavar="[PERSONA]", help="A persona's name, or its YAML file.")
    ] = "water_off",
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the callers there are.")] = False,
    agent: Annotated[str, typer.Option(metavar="NUMBER", help="Who practises.")] = "801",
    flow: Annotated[
        str, typer.Option(metavar="FLOW", help="The flow that the agent performs.")
    ] = "agent_call",
    lang: Annotated[
        str, typer.Option(metavar="zh|en", help="Language of the words. [the terminal's]")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Practise on a simulated caller: the same panel, no Asterisk; the score by the house rules.

    The caller's words stand on the panel as text. Nothing is written to the ledger.
    """
    from softphone_panel.texts import Language, language_of

    if listed:
        _list(as_json)
        return
    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    language = Language(lang) if lang else language_of()
    stage = _stage(persona, state, config, agent, flow)
    found = asyncio.run(_play(stage, language))
    if as_json:
        print_json(found.data())
        return
    from rich.console import Console

    show_score(found, language.value, Console())


def _stage(persona: str, state: Path, config: Path | None, agent: str, flow: str) -> Stage:
    from callers.loader import find_practice
    from callers.voicebank import VoiceBank
    from callflow.house import House
    from launch.agents_desk import floor_house
    from launch.back_office import make_office
    from launch.logs import set_up_logs
    from launch.practice_stage import Stage
    from launch.settings import load_settings

    settings = load_settings(config)
    set_up_logs("error")
    house = House.load(settings.scripts)
    entry = house.flows.get(flow)
    if entry is None or entry.performer == "ivr" or not entry.is_entry:
        ours = (name for name, one in house.flows.items() if one.is_entry)
        names = ", ".join(name for name in ours if house.flows[name].performer != "ivr")
        raise ConfigError(f'practice: no agent begins with "{flow}"; they begin with: {names}')
    language = settings.house.language
    return Stage(
        house=house,
        floor=floor_house(settings),
        persona=find_practice(persona, VoiceBank.load()),
        agent=agent,
        variables={**settings.house.variables(language), "agent_no": agent},
        language=language,
        flow=flow,
        office=make_office(settings, state),
    )


async def _play(stage: Stage, language: str) -> Score:
    from launch.practice import PracticeFloor
    from softphone_panel.agent.app import AgentApp
    from softphone_panel.agent.link import LocalLink
    from softphone_panel.texts import Language

    link: LocalLink
    floor = PracticeFloor(stage, lambda view: link.put(view))
    link = LocalLink(floor.carry_out)
    app = AgentApp(link, language=Language(language))
    floor.begin()

    async def leave() -> None:
        await floor.over.wait()
        app.exit()

    leaving = asyncio.create_task(leave())
    try:
        await app.run_async()
    finally:
        leaving.cancel()
        await floor.close()
    return floor.score()


def _list(as_json: bool) -> None:
    from callers.loader import PRACTISING, find_practice, names

    found = [find_practice(name) for name in (*names(PRACTISING), *names())]
    if as_json:
        print_json([{"name": one.name, "title": dict(one.title)} for one in found])
        return
    for one in found:
        typer.echo(f"{one.name:24} {one.title.get('zh', '')}  {one.title.get('en', '')}")


WORDS = {
    "none": (
        "这通电话没有走到能评分的地方。按 r 就绪、a 接听，说完一句按回车。",
        "The call did not come to anything that can be scored. Be ready, answer, say the lines.",
    ),
    "points": (
        "得分 {points}：守住 {kept} 条，违反 {broken} 条",
        "{points} points: {kept} rules kept, {broken} broken",
    ),
    "kept": ("守住：{rules}", "kept: {rules}"),
    "broken": ("违反 {rule} {title}（{at}）", "broken {rule} {title} ({at})"),
    "do": ("应当：{do}", "instead: {do}"),
    "skipped": ("漏说（{at}）{do}", "left out ({at}) {do}"),
    "ear": (
        "要靠耳朵评的：{rules}（请带教的人听）",
        "to be judged by ear: {rules} (ask a trainer)",
    ),
}


def show_score(found: Score, language: str, console: Console) -> None:
    """The score for a person; `language` is `zh` or `en`."""

    def say(key: str, style: str = "", **values: object) -> None:
        text = WORDS[key][0 if language == "zh" else 1].format(**values)
        console.print(text, style=style or None, markup=False, highlight=False)

    if found.points is None:
        say("none", "yellow")
        return
    style = "bold green" if not found.broken else "bold yellow"
    say("points", style, points=found.points, kept=len(found.kept), broken=len(found.broken))
    for one in found.broken:
        title = one.title.get(language, "")
        say("broken", "bold red", rule=one.rule, title=title, at=_at(one))
        console.print(f"  {one.why}", style="dim", markup=False, highlight=False)
        say("do", do=one.do.get(language, ""))
    for one in found.skipped:
        say("skipped", "yellow", at=_at(one), do=one.do.get(language, ""))
    say("kept", "green", rules=" ".join(rule.id for rule in found.kept))
    if found.by_ear:
        say("ear", "dim", rules=" ".join(rule.id for rule in found.by_ear))


def _at(one: Advice) -> str:
    return "" if one.at_ms is None else f"{one.at_ms // 60000}:{one.at_ms // 1000 % 60:02}"
