"""`thirdring looks`: who saw, heard, took out or was refused what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from calls.masking import plain
from console.telling.looked import ACTIONS, detail_in_words
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.quality.desk import ConfigOption, open_book
from launch.telling.list_texts import text
from launch.telling.tables import head, print_table
from launch.telling.wording import Wording, terminal_language

if TYPE_CHECKING:
    from ledger.quality.rows import Look

group = typer.Typer(no_args_is_help=True, help="The log of looks: who saw or took out what.")

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_TEXT = 60


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="looks")


@group.command("list")
def list_(
    who: Annotated[str, typer.Option(metavar="NAME", help="Only this account's.")] = "",
    subject: Annotated[
        str, typer.Option(help="Only of this: call/ID, recording/ID, account/NAME, or all `call`.")
    ] = "",
    action: Annotated[str, typer.Option(help="Only this: played, exported, unmasked, ...")] = "",
    since: Annotated[
        datetime | None, typer.Option(help="From then on, UTC.", formats=_FORMATS)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Before then, UTC.", formats=_FORMATS)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 100,
    state: StateOption = DEFAULT_STATE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List looks, the latest first."""
    from ledger.quality.rows import LookFilter

    wanted = LookFilter(
        actor=who or None,
        subject=subject or None,
        action=action or None,
        since=since and since.replace(tzinfo=UTC),
        until=until and until.replace(tzinfo=UTC),
        limit=limit,
    )
    with open_book(state, config) as book:
        found = book.looks(wanted)
    if as_json:
        print_json([asdict(look) for look in found])
    elif not found:
        typer.echo(text("no_look_fits"))
    else:
        _print(found)


def _print(found: list[Look]) -> None:
    from rich.table import Column, Table

    lang = terminal_language()
    did = Wording(ACTIONS)
    table = Table(
        Column(head("when"), no_wrap=True),
        Column(head("who"), overflow="fold"),
        head("did"),
        # A call's id is to be read and copied whole, in a terminal of 80 columns as well.
        Column(head("what"), overflow="fold", min_width=29),
        Column(head("reason"), overflow="fold"),
        Column(head("from"), overflow="fold"),
        box=None,
    )
    for look in found:
        what = " ".join(filter(None, (look.subject, detail_in_words(look.detail, lang))))
        table.add_row(
            f"{look.at:%Y-%m-%d %H:%M:%S}",
            look.actor,
            did.known(look.action) if lang == "zh" else look.action,
            plain(what, most_cells=_TEXT),
            plain(look.reason, most_cells=_TEXT),
            plain(look.address),
        )
    print_table(table)
