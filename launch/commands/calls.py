"""`thirdring calls`: what the ledger tells of calls, as a table, a story, JSON or CSV."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calls.masking import called, mask, plain, plain_name
from launch.options import (
    DEFAULT_STATE,
    JsonOption,
    StateOption,
    event_json,
    print_json,
)
from launch.telling.list_texts import text
from launch.telling.tables import cell, gap, head, print_table
from launch.telling.wording import terminal_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.events import CallEvent
    from ledger.rows import CallRow

group = typer.Typer(no_args_is_help=True, help="Calls the ledger knows: list, show, export; tag.")

_TABLE_LIMIT = 50

_LONGEST = 200
"""Cells of a number or a name in an export: more than any network sends."""

_Unmasked = Annotated[
    bool, typer.Option("--unmasked", help="Show whole numbers, not `138****1234`.")
]
_Since = Annotated[
    datetime | None,
    typer.Option(
        help="Only calls offered at or after this time, UTC.",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    ),
]
_Until = Annotated[
    datetime | None,
    typer.Option(
        help="Only calls offered before this time, UTC.",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="calls")


@group.command("list")
def list_(
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help="The latest so many; 0 for all. Default: 50 in the table, all in JSON."
        ),
    ] = None,
    since: _Since = None,
    until: _Until = None,
    unmasked: _Unmasked = False,
) -> None:
    """List calls, oldest first. --json carries whole numbers: it is the site's own interface."""
    most = (0 if as_json else _TABLE_LIMIT) if limit is None else limit
    found = _calls(state, most, since, until)
    if as_json:
        print_json([call_json(call) for call in found or ()])
    elif found is None:
        typer.echo(text("no_calls"))
    elif not found:
        typer.echo(text("no_call_fits" if since or until else "no_calls"))
    else:
        _print_table(found, unmasked=unmasked)
        if len(found) == most:
            typer.echo(text("latest", count=most))


@group.command()
def show(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="A call's id, or how it begins.")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
    unmasked: _Unmasked = False,
) -> None:
    """Tell one call: who said what, when, what was heard. --json gives every event, unmasked."""
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader

    with LedgerReader(state / LEDGER_FILE) as reader:
        call = reader.call(call_id)
        events = reader.events(call.id)
    if as_json:
        print_json({"call": call_json(call), "events": [_event_json(one) for one in events]})
    else:
        _print_story(call, events, unmasked=unmasked)


@group.command()
def tag(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="A call's id, or how it begins.")],
    word: Annotated[
        str, typer.Argument(metavar="TAG", help="mystery, practice or test; none takes it off.")
    ],
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Say of which kind a call is that figures keep apart: a planned test call (mystery).

    With a server running it is the server that writes it down.
    """
    from launch.looks import who
    from launch.serving.tagging import TAGS, tag_call
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader

    if word not in (*TAGS, "none"):
        raise typer.BadParameter(f"{word} is no tag; write {', '.join(TAGS)} or none")
    with LedgerReader(state / LEDGER_FILE) as reader:
        call = reader.call(call_id)
    written = tag_call(state, call.id, "" if word == "none" else word, who())
    key = ("untagged" if word == "none" else "tagged") if written else "tag_ordered"
    typer.echo(text(key, call=call.id, tag=word))


@group.command()
def export(
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV file to write; - for standard output.")
    ],
    state: StateOption = DEFAULT_STATE,
    since: _Since = None,
    until: _Until = None,
    unmasked: _Unmasked = False,
) -> None:
    """Write calls as CSV, oldest first; every cell is text and none can act as a formula."""
    found = _calls(state, 0, since, until)
    if not found:
        typer.echo(text("no_calls" if found is None else "no_call_fits"), err=True)
        return
    if str(target) == "-":
        _write_csv(sys.stdout, found, unmasked=unmasked)
        return
    # The mark lets a spreadsheet see UTF-8.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        _write_csv(file, found, unmasked=unmasked)
    typer.echo(text("calls_written", count=len(found), file=target))


def call_json(call: CallRow) -> dict[str, Any]:
    """A call as `calls list --json` prints it; times are ISO 8601 UTC."""
    return {
        name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
        for name, value in asdict(call).items()
    }


def csv_cell(value: object) -> str:
    """Text that a spreadsheet shows and never carries out."""
    from console.reports.csv_text import safe

    return "" if value is None else safe(str(value))


def _calls(
    state: Path, limit: int, since: datetime | None, until: datetime | None
) -> list[CallRow] | None:
    """Calls that fit; None when there is no ledger yet."""
    from ledger.opening import LEDGER_FILE, LedgerMissingError
    from ledger.reader import LedgerReader

    try:
        with LedgerReader(state / LEDGER_FILE) as reader:
            return reader.calls(since=_utc(since), until=_utc(until), limit=limit or None)
    except LedgerMissingError:
        return None


def _utc(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=UTC)


def _event_json(event: CallEvent) -> dict[str, Any]:
    return {
        **event_json(event),
        "at": event.at.isoformat(timespec="milliseconds"),
    }


def _number(number: str, *, unmasked: bool) -> str:
    return plain(number if unmasked else mask(number))


def _length(call: CallRow) -> str:
    if call.ended_ms is None:
        return cell("live")
    return cell("seconds", seconds=f"{call.ended_ms / 1000:.1f}")


def _disposition(call: CallRow) -> str:
    """A flow's own word; a Chinese terminal has the title that panels and pages give it."""
    from launch.settings.floor import DISPOSITIONS

    told = call.disposition or ""
    if terminal_language() != "zh":
        return told
    # `hung_up` is what a flow calls a caller who went: how it ended says so already.
    return "" if told == "hung_up" else DISPOSITIONS.get(told, {}).get("zh", told)


def _print_table(found: Sequence[CallRow], *, unmasked: bool) -> None:
    from rich.table import Column, Table

    names = ("dnis", "flow", "rings", "length", "ended", "disposition")
    # A number or a time that is cut tells no two calls apart, in a terminal of 80 columns as well.
    between = gap()
    table = Table(
        Column(head("call"), no_wrap=True),
        Column(head("offered").replace(" ", between), no_wrap=True),
        Column(head("ani"), no_wrap=True),
        *(Column(head(name), overflow="fold") for name in names),
        box=None,
        pad_edge=False,
        collapse_padding=True,
    )
    for call in found:
        table.add_row(
            call.id,
            f"{call.offered_at:%m-%d{between}%H:%M:%S}" if call.offered_at else "",
            _number(call.ani, unmasked=unmasked),
            plain(call.dnis if unmasked else called(call.dnis, call.direction)),
            plain(call.flow),
            "" if call.rings is None else str(call.rings),
            _length(call),
            plain(cell.known(call.end_reason or "")),
            plain(_disposition(call)),
        )
    print_table(table)


def _print_story(call: CallRow, events: Sequence[CallEvent], *, unmasked: bool) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from launch.telling.call_story import clock, story

    console = Console(markup=False, emoji=False, highlight=False)
    offered = f"{call.offered_at:%Y-%m-%d %H:%M:%S} UTC" if call.offered_at else ""
    console.print(f"{head('call')} {call.id}  {offered}  {_length(call)}", style="bold")
    table = Table(Column(no_wrap=True), Column(no_wrap=True), "", box=None, show_header=False)
    for told in story(events, unmasked=unmasked):
        table.add_row(clock(told.at_ms), told.who, told.what)
    console.print(table)


def _write_csv(file: Any, found: Sequence[CallRow], *, unmasked: bool) -> None:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    names = [one.name for one in fields(found[0])]
    writer.writerow(names)
    for call in found:
        values = call_json(call)
        if not unmasked:
            values["ani"] = mask(call.ani)
            values["dnis"] = called(call.dnis, call.direction)
            values["caller_name"] = plain_name(call.caller_name)
        # Whoever prints the file in a terminal gets no caller's escape sequences.
        for name in ("ani", "dnis", "caller_name"):
            values[name] = plain(values[name], most_cells=_LONGEST)
        writer.writerow([csv_cell(values[name]) for name in names])
