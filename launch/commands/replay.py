"""`thirdring replay`: calls of the past against changed flows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.settings.site import PROJECT, load_settings
from launch.telling.author_texts import author

if TYPE_CHECKING:
    from callflow.replaying.comparing import Comparison
    from calls.events import CallEvent
    from launch.authoring.replay_report import Day
    from ledger.reader import LedgerReader
    from ledger.rows import CallRow

    Replay = Callable[[Sequence[CallEvent]], Comparison]

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    call: Annotated[
        str,
        typer.Argument(metavar="CALL", help="The call, or how its id begins.", show_default=False),
    ] = "",
    scripts: Annotated[
        Path, typer.Option(help="Folder of the flows of now.", show_default=False)
    ] = PROJECT / "scripts",
    state: StateOption = DEFAULT_STATE,
    since: Annotated[
        datetime | None,
        typer.Option(help="Instead of a call: all offered since then, UTC.", formats=_FORMATS),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="... and before this time, UTC.", formats=_FORMATS)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The site's settings, for the house's own variables.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say where calls of the past would now go differently, and which rules would be kept.

    What the caller, the agents and the back office did then answers the flows of now. Lines not
    said then are taken to be said whole; where the record does not decide, every outcome that
    could come is told. Exit code 0: all the same for everybody on the line; 1: something differs
    (or an error, told on stderr).
    """
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader

    _refuse_unless_one(call, since, until)
    play = _replayer(scripts, config)
    with LedgerReader(state / LEDGER_FILE) as reader:
        if call:
            same = _one(reader, call, play, as_json=as_json)
        else:
            found = reader.calls(since=_utc(since), until=_utc(until))
            same = _many(reader, found, play, as_json=as_json)
    if not same:
        raise typer.Exit(1)


def _refuse_unless_one(call: str, since: datetime | None, until: datetime | None) -> None:
    """Either a call is named or a time is."""
    if bool(call) == (since is not None or until is not None):
        raise ConfigError(
            "thirdring replay: give one CALL, or --since (and --until) for all calls of that time; "
            "`thirdring calls list` shows them"
        )


def _replayer(scripts: Path, config: Path | None) -> Replay:
    from callers.virtual import spoken_ms
    from callflow.house import House
    from callflow.replaying.comparing import compare

    settings = load_settings(config)
    house = House.load(scripts)
    variables, language = settings.house.all_variables(), settings.house.language

    def play(events: Sequence[CallEvent]) -> Comparison:
        try:
            return compare(events, house, variables, language, spoken_ms)
        except KeyError as error:
            raise ConfigError(
                f"{scripts}: the call was offered to the flow {error}, which is not there; "
                "give the folder that has it by --scripts"
            ) from None
        except ValueError as error:
            raise ConfigError(f"this call cannot be replayed: {error}") from None

    return play


def _one(reader: LedgerReader, call: str, play: Replay, *, as_json: bool) -> bool:
    from rich.console import Console

    from launch.authoring import replay_report

    found = play(reader.events(reader.call(call).id))
    if as_json:
        print_json(replay_report.as_json(found))
    else:
        replay_report.show(found, Console())
    return found.same


def _many(reader: LedgerReader, found: Sequence[CallRow], play: Replay, *, as_json: bool) -> bool:
    from launch.authoring.replay_report import Day
    from launch.telling.progress import with_bar

    day = Day()
    for row in with_bar(found, "replaying"):
        _add(day, reader, row, play)
    if as_json:
        print_json(day.as_json())
    elif not found:
        typer.echo(author("no_call_fits"))
    else:
        for line in day.lines():
            typer.echo(line)
    return not day.different


def _add(day: Day, reader: LedgerReader, row: CallRow, play: Replay) -> None:
    try:
        day.add(play(reader.events(row.id)))
    except ConfigError as error:
        day.not_replayed[row.id] = str(error)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
