"""The reports of a day and of a month of a big ledger, whole: read, summed up, drawn as a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bench.million.calls import UNTIL
from bench.million.timing import Timed, timed
from calls.clock import SystemClock
from console.reports.making import Format, Kind, days_of, gather_for, written
from console.reports.sources import HouseSources
from launch.report_house import report_house
from launch.settings.site import Settings
from ledger.reader import LedgerReader

_BACK = {Kind.DAY: timedelta(days=9), Kind.MONTH: timedelta(days=45)}
"""A day and a month that are over, before the last call."""


def measure_reports(place: Path | str, times: int, tell: Callable[[str], None]) -> list[Timed]:
    """Make each report so often, as a page in Chinese, of another day each time."""
    results, clock, house = [], SystemClock(), report_house(Settings())
    with LedgerReader(place) as reader:
        sources = HouseSources(reader, None, clock)
        for kind, back in _BACK.items():
            tell(f"report {kind}")
            numbers = count()

            def make(kind: Kind = kind, back: timedelta = back, numbers: Any = numbers) -> int:
                on = (UNTIL - back).date() - timedelta(days=next(numbers))
                gathered = gather_for(kind, days_of(kind, on, house), sources, house, clock)
                written(kind, Format.HTML, gathered, "zh")
                return gathered.total.calls

            results.append(timed(reader, f"{kind} report, whole page", make, times))
    return results
