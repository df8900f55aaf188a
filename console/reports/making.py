"""Makes a report: which days, gathered, and written in the format asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from calls.clock import Clock
from calls.errors import ReportError
from console.reports.csv_text import csv_text
from console.reports.day import day_sheet
from console.reports.gathering import Gathered, gather
from console.reports.house import House
from console.reports.html import page_of
from console.reports.month import month_brief
from console.reports.paper import Paper, Pen
from console.reports.parquet import parquet_bytes
from console.reports.records import FIELDS, STAFFING_FIELDS, Record, records, staffing_records
from console.reports.sources import Sources
from console.reports.staffing import staffing_paper
from qa.figures.slots import Days

STAFFING_DAYS: Final = 28
"""Four of each weekday, up to the day before the one asked for."""


class Kind(StrEnum):
    """Which report."""

    DAY = "day"
    MONTH = "month"
    STAFFING = "staffing"


class Format(StrEnum):
    """In which form."""

    HTML = "html"
    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


MEDIA: Final[Mapping[Format, str]] = {
    Format.HTML: "text/html; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class _Way:
    """How one kind is drawn and told."""

    draw: Callable[[Gathered, Pen], Paper]
    fields: Mapping[str, type]
    rows: Callable[[Gathered], Iterable[Record]]


_WAYS: Final[Mapping[Kind, _Way]] = {
    Kind.DAY: _Way(day_sheet, FIELDS, records),
    Kind.MONTH: _Way(month_brief, FIELDS, records),
    Kind.STAFFING: _Way(staffing_paper, STAFFING_FIELDS, staffing_records),
}


def today(house: House, clock: Clock) -> date:
    """The day it is at the site."""
    return clock.utc_now().astimezone(house.zone).date()


def days_of(kind: Kind, on: date, house: House) -> Days:
    """The day itself, its month, or the four weeks before it."""
    match kind:
        case Kind.DAY:
            return Days(on, on, house.zone)
        case Kind.MONTH:
            return Days.month(on, house.zone)
        case Kind.STAFFING:
            last = on - timedelta(days=1)
            return Days(last - timedelta(days=STAFFING_DAYS - 1), last, house.zone)


def gather_for(
    kind: Kind, days: Days, sources: Sources, house: House, clock: Clock, queue: str = ""
) -> Gathered:
    """Read and sum up what this kind of report needs. ReportError for a day that is to come."""
    now = today(house, clock)
    if days.first > now:
        raise ReportError(
            f"report {kind}: {days.first} is to come; at this site it is {now}, give --on {now} "
            "or an earlier day"
        )
    return gather(
        sources,
        house,
        days,
        clock,
        queue=queue,
        compare=kind is Kind.MONTH,
        calls_only=kind is Kind.STAFFING,
    )


def paper_of(kind: Kind, gathered: Gathered, pen: Pen) -> Paper:
    """The report, ready to be drawn."""
    return _WAYS[kind].draw(gathered, pen)


def written(kind: Kind, form: Format, gathered: Gathered, language: str) -> bytes:
    """The whole file. `language` (`zh`, `en`) is that of HTML; the others hold both.

    Raises ReportError for Parquet without its extra.
    """
    way = _WAYS[kind]
    match form:
        case Format.HTML:
            return page_of(way.draw(gathered, Pen(language, gathered.house))).encode()
        case Format.CSV:
            return csv_text(tuple(way.fields), way.rows(gathered)).encode()
        case Format.PARQUET:
            return parquet_bytes(way.fields, way.rows(gathered))
        case Format.JSON:
            return _json(kind, gathered, list(way.rows(gathered)))


def file_name(kind: Kind, form: Format, gathered: Gathered) -> str:
    """`thirdring-day-2026-11-22.html`; with the queue where there is one."""
    days = gathered.days
    when = {
        Kind.DAY: f"{days.first}",
        Kind.MONTH: f"{days.first:%Y-%m}",
        Kind.STAFFING: f"{days.first}-to-{days.last}",
    }[kind]
    parts = ["thirdring", kind.value, when, *([gathered.queue] if gathered.queue else [])]
    clean = "-".join(parts)
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in clean) + f".{form}"


def _json(kind: Kind, gathered: Gathered, rows: list[Record]) -> bytes:
    told: dict[str, Any] = {
        "report": kind.value,
        "first": str(gathered.days.first),
        "last": str(gathered.days.last),
        "queue": gathered.queue,
        "made_at": gathered.made_at.isoformat(),
        "rows": rows,
    }
    if kind is not Kind.STAFFING:
        told |= {
            "open_calls": gathered.folded.open_calls,
            "dispositions": dict(gathered.folded.dispositions),
            "broken_by": gathered.folded.breaches,
        }
    return json.dumps(told, ensure_ascii=False, indent=2).encode()
