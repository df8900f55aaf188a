"""`thirdring report`: day sheet, monthly brief and staffing, as page, CSV, Parquet or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calls.errors import ConfigError, ReportError
from launch.options import DEFAULT_STATE, JsonOption, StateOption
from launch.quality.desk import ConfigOption, LangOption
from launch.telling.list_texts import text

if TYPE_CHECKING:
    from console.reports.gathering import Gathered
    from console.reports.making import Format, Kind

group = typer.Typer(
    no_args_is_help=True, help="Figures of a day or a month, and how many agents are needed."
)

OnOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", metavar="DATE", formats=["%Y-%m-%d"], help="The day, or one of the month. [today]"
    ),
]
QueueOption = Annotated[
    str, typer.Option(metavar="NAME", help="One queue alone. [all]", show_default=False)
]
FormatOption = Annotated[
    str,
    typer.Option("--format", metavar="html|csv|parquet|json", help="What to write."),
]
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Where to; `-` is the screen. [a file named after the report]"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="report")


def _report(name: str) -> Callable[..., None]:
    def make(
        on: OnOption = None,
        queue: QueueOption = "",
        form: FormatOption = "html",
        to: ToOption = None,
        state: StateOption = DEFAULT_STATE,
        config: ConfigOption = None,
        lang: LangOption = "",
        as_json: JsonOption = False,
    ) -> None:
        _make(name, on, queue, form, to, state, config, lang, as_json)

    return make


for _name, _told in {
    "day": "The day sheet: hours, queues, agents, broken rules, complaints, promises, QA.",
    "month": "The monthly brief: trends, when callers come, rules, QA, consequences, staffing.",
    "staffing": "Agents each half hour needs (Erlang C), from the four weeks before --on.",
}.items():
    group.command(_name, help=_told)(_report(_name))


def _make(
    name: str,
    on: datetime | None,
    queue: str,
    form_name: str,
    to: Path | None,
    state: Path,
    config: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    from console.reports.making import Kind, file_name, written

    kind, form = Kind(name), _format("json" if as_json else form_name)
    shown = _language(lang)
    if as_json and to is None:
        to = Path("-")
    gathered = _gathered(kind, on.date() if on else None, queue, state, config)
    content = written(kind, form, gathered, shown)
    if to == Path("-"):
        sys.stdout.buffer.write(content)
        return
    place = to or Path(file_name(kind, form, gathered))
    try:
        place.write_bytes(content)
    except OSError as error:
        raise ReportError(
            f"{place}: cannot be written ({error.strerror}); give another file with --to"
        ) from error
    calls, size = f"{gathered.total.calls:,}", f"{len(content):,}"
    typer.echo(text("report_written", shown, place=place, calls=calls, size=size))


def _gathered(
    kind: Kind, on: date | None, queue: str, state: Path, config: Path | None
) -> Gathered:
    from calls.clock import SystemClock
    from console.reports.making import days_of, gather_for, today
    from launch.report_house import report_house, report_sources
    from launch.settings.site import load_settings

    settings, clock = load_settings(config), SystemClock()
    house = report_house(settings)
    days = days_of(kind, on or today(house, clock), house)
    with report_sources(state, settings) as sources:
        return gather_for(kind, days, sources, house, clock, queue)


def _format(name: str) -> Format:
    from console.reports.making import Format

    if name not in tuple(Format):
        raise ConfigError(f"--format {name}: write one of {', '.join(Format)}")
    return Format(name)


def _language(lang: str) -> str:
    from softphone_panel.texts import Language, language_of

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    return Language(lang).value if lang else language_of().value
