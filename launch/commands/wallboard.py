"""`thirdring wallboard`: the whole floor on one screen, for supervisors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, JsonOption, StateOption

if TYPE_CHECKING:
    from calls.floor.wall import WallView
    from softphone_panel.agent.desk_link import DeskWatch

FIRST_VIEW_S = 6.0
"""A desk on the same machine gives its first snapshot in a hundredth of it."""

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(wallboard)


def wallboard(
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
    agent: Annotated[
        str,
        typer.Option(metavar="NUMBER", help="Who watches. [the first supervisor of the settings]"),
    ] = "",
    desk: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where the desk is. [of the state folder]")
    ] = "",
    token: Annotated[
        str,
        typer.Option(envvar="THIRDRING_TOKEN", help="The agent's token. [of the state folder]"),
    ] = "",
    config: ConfigOption = None,
    lang: Annotated[
        str,
        typer.Option(metavar="zh|en", help="Language of the screen's words. [the terminal's]"),
    ] = "",
) -> None:
    """See the floor: who waits, service level, agents' states, alarms; listen in, answer help.

    --json prints one snapshot and ends.
    """
    from launch.desk_place import desk_place
    from softphone_panel.agent.desk_link import DeskWatch

    me = agent or _supervisor(config)
    place = desk_place(state, me, desk, token)
    link = DeskWatch(me, place)
    if as_json:
        place()  # with no desk to ask, its own words say what to do
        typer.echo(asyncio.run(first_view(link)).model_dump_json(indent=2))
        return
    _open(link, me, lang)


def _supervisor(config: Path | None) -> str:
    from launch.settings.site import load_settings

    agents = load_settings(config).agents
    found = next((number for number, one in agents.items() if one.supervisor), "")
    if not found:
        raise ConfigError(
            "wallboard: no agent of the settings is a supervisor; write `supervisor = true` in "
            "an [agents.NUMBER], or name one with --agent"
        )
    return found


def _open(link: DeskWatch, me: str, lang: str) -> None:
    from softphone_panel.texts import Language, language_of
    from softphone_panel.wall.app import WallApp

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    WallApp(link, me=me, language=Language(lang) if lang else language_of()).run()


async def first_view(link: DeskWatch) -> WallView:
    """The first snapshot. Raises NoDeskError when the desk is not there or refuses."""
    from launch.desk_place import NoDeskError
    from softphone_panel.agent.link import Lamp, LampState

    came: asyncio.Future[WallView] = asyncio.get_running_loop().create_future()
    seen = [Lamp()]

    def take(view: WallView) -> None:
        if not came.done():
            came.set_result(view)

    def light(lamp: Lamp) -> None:
        seen.append(lamp)
        if lamp.state is LampState.REFUSED and not came.done():
            came.set_exception(NoDeskError(f"the desk refuses: {lamp.why}; see docs/panel.md"))

    following = asyncio.create_task(link.run(take, light))
    try:
        return await asyncio.wait_for(came, FIRST_VIEW_S)
    except TimeoutError:
        why = seen[-1].why or "no answer"
        raise NoDeskError(
            f"no desk ({why}); start `thirdring serve`, or name it with --desk and --token"
        ) from None
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
