"""The reports of a day and of a month of a big ledger, whole: read, summed up, drawn as a page."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench.million.calls import UNTIL
from bench.million.timing import Timed, quantile
from calls.clock import SystemClock
from console.reports.making import Format, Kind, days_of, gather_for, written
from console.reports.sources import HouseSources
from launch.report_house import report_house
from launch.settings import Settings
from ledger.reader import LedgerReader

_BACK = {Kind.DAY: timedelta(days=9), Kind.MONTH: timedelta(days=45)}
"""A day and a month that are over, before the last call."""


def measure_reports(place: Path | str, times: int, tell: Callable[[str], None]) -> list[Timed]:
    """Make each report so often, as a page in Chinese."""
    results, clock, house = [], SystemClock(), report_house(Settings())
    with LedgerReader(place) as reader:
        sources = HouseSources(reader, None, clock)
        for kind, back in _BACK.items():
            tell(f"report {kind}")
            spent, cpu, calls = [], [], 0
            for number in range(times):
                on = (UNTIL - back).date() - timedelta(days=number)
                began, cpu_began = time.perf_counter(), time.process_time()
                gathered = gather_for(kind, days_of(kind, on, house), sources, house, clock)
                written(kind, Format.HTML, gathered, "zh")
                spent.append((time.perf_counter() - began) * 1000)
                cpu.append((time.process_time() - cpu_began) * 1000)
                calls += gathered.total.calls
            results.append(
                Timed(
                    f"{kind} report, whole page",
                    quantile(spent, 0.5),
                    quantile(spent, 0.95),
                    quantile(cpu, 0.95),
                    calls / times,
                    False,
                    "",
                )
            )
    return results
