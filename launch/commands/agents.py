"""`thirdring agents`: who is on duty, and what each agent's day came to, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from calls.floor.states import AgentState
from calls.masking import plain
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.list_texts import text
from launch.telling.tables import cell, gap, head, print_table
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from ledger.floor_day import AgentDay

group = typer.Typer(no_args_is_help=True, help="Agents: states and the day's figures.")

_ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) over the defaults."),
]
_Day = Annotated[
    datetime | None,
    typer.Option(help="Another day than today, by house.timezone.", formats=["%Y-%m-%d"]),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="agents")


@group.command("list")
def list_(
    state: StateOption = DEFAULT_STATE,
    config: _ConfigOption = None,
    as_json: JsonOption = False,
    day: _Day = None,
) -> None:
    """List agents with their state and what the day came to; times add up to the day."""
    from launch.settings.site import load_settings

    settings = load_settings(config)
    names = {number: agent.name for number, agent in settings.agents.items()}
    since, until = stretch(day, settings.house.zone)
    days = _days(state, names, since, until)
    if as_json:
        print_json([day_json(one, names.get(one.agent, "")) for one in days or ()])
    elif days is None or all(one.state_since is None for one in days):
        typer.echo(text("no_agents"))
    else:
        _print_table(days, names, current=day is None)


def stretch(day: datetime | None, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    """From midnight to now, or the whole of another day; `zone` None: this machine's."""
    from calls.clock import SystemClock
    from qa.figures.slots import Days

    now = SystemClock().utc_now()
    date = (day or now.astimezone(zone)).date()
    whole = Days(date, date, zone)
    return whole.since, max(whole.since, min(whole.until, now))


def day_json(day: AgentDay, name: str) -> dict[str, Any]:
    """An agent's day as `agents list --json` prints it; times in milliseconds, `*_at` in UTC."""
    entered = day.state_since
    return {
        "agent": day.agent,
        "name": name,
        "state": day.state,
        "reason": day.reason,
        "call_id": day.call_id,
        "state_since_at": entered.isoformat(timespec="milliseconds") if entered else None,
        "since_at": day.since.isoformat(timespec="milliseconds"),
        "until_at": day.until.isoformat(timespec="milliseconds"),
        "state_ms": {each.value: day.state_ms.get(each.value, 0) for each in AgentState},
        "offers": day.offers,
        "answered": day.answered,
        "missed": day.missed,
        "within_three_rings": day.within_three_rings,
        "late": day.late,
        "consults": day.consults,
        "taken_over": day.taken_over,
    }


def _days(
    state: Path, names: Mapping[str, str], since: datetime, until: datetime
) -> list[AgentDay] | None:
    """Of the house's agents and whoever else has facts; None when there is no ledger yet."""
    from ledger.opening import LEDGER_FILE, LedgerMissingError
    from ledger.reader import LedgerReader

    try:
        with LedgerReader(state / LEDGER_FILE) as reader:
            numbers = sorted({*names, *reader.agents_known()})
            return reader.agent_days(since, until, numbers)
    except LedgerMissingError:
        return None


_TIMES: Final = (
    ("ready", AgentState.READY),
    ("talk", AgentState.ON_CALL),
    ("hold", AgentState.HOLD),
    ("wrap_up", AgentState.WRAP_UP),
    ("not_ready", AgentState.NOT_READY),
)


def _print_table(days: list[AgentDay], names: Mapping[str, str], *, current: bool) -> None:
    from rich.table import Column, Table

    # Times are there whole in a terminal of 80 columns as well.
    times = [head(name).replace(" ", gap()) for name in ("for", *(name for name, _ in _TIMES))]
    counts = map(head, ("answered", "in_3_rings", "missed"))
    table = Table(
        Column(head("agent"), no_wrap=True),
        Column(head("name"), overflow="fold"),
        Column(head("state"), overflow="fold"),
        *(Column(title, justify="right", no_wrap=True) for title in times),
        *(Column(title, justify="right", overflow="fold") for title in counts),
        box=None,
        pad_edge=False,
        collapse_padding=True,
    )
    for day in days:
        table.add_row(
            plain(day.agent),
            plain(names.get(day.agent, "")),
            _state(day),
            _for(day) if current else "",
            *(clock(day.in_state(state)) for _, state in _TIMES),
            str(day.handled),
            str(day.within_three_rings),
            str(day.missed),
        )
    print_table(table)


def clock(ms: int) -> str:
    """`h:mm:ss`; hours go on past 23."""
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _state(day: AgentDay) -> str:
    words = plain(cell.known(day.state))
    return in_line(words, plain(day.reason))


def _for(day: AgentDay) -> str:
    if day.state_since is None:
        return ""
    lasted = max(timedelta(0), day.until - day.state_since)
    return clock(round(lasted.total_seconds() * 1000))
