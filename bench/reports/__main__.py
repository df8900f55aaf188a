"""Times the reports over a ledger that `bench.million` made: reading, summing up, drawing.

    python -m bench.reports var/million/ledger.sqlite
    python -m bench.reports postgresql://...

Times are this machine's and this moment's; the parts beside one another say where they go.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from calls.clock import SystemClock
from console.reports.house import House
from console.reports.making import Format, Kind, days_of, gather_for, written
from console.reports.sources import HouseSources
from ledger.reader import LedgerReader
from qa.figures.folding import fold
from qa.figures.slots import Days

T = TypeVar("T")


def main() -> None:
    """Ask, time, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports")
    parser.add_argument("place", help="a ledger.sqlite or a postgresql:// address")
    parser.add_argument("--on", default="2026-10-21", help="day; its month is the brief's")
    given = parser.parse_args()
    place = given.place if "://" in given.place else Path(given.place)
    with LedgerReader(place) as reader:
        _time(HouseSources(reader, None, SystemClock()), date.fromisoformat(given.on))


def _time(sources: HouseSources, on: date) -> None:
    house, clock = House(), SystemClock()
    print(
        f"{'report':10}{'calls':>10}{'read s':>9}{'sum s':>9}{'all s':>9}{'calls/s':>10}{'KB':>8}"
    )
    for kind in Kind:
        days: Days = days_of(kind, on, house)
        rows, read_s = _timed(lambda days=days: list(sources.calls(days)))  # type: ignore[misc]
        _, sum_s = _timed(lambda rows=rows: fold(rows, house.terms, house.zone))  # type: ignore[misc]

        def whole(kind: Kind = kind, days: Days = days) -> bytes:
            gathered = gather_for(kind, days, sources, house, clock)
            return written(kind, Format.HTML, gathered, "zh")

        page, all_s = _timed(whole)
        print(
            f"{kind.value:10}{sum(map(len, rows)):>10,}{read_s:>9.2f}{sum_s:>9.2f}{all_s:>9.2f}"
            f"{sum(map(len, rows)) / all_s:>10,.0f}{len(page) / 1024:>8.0f}"
        )


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = do()
    return found, time.perf_counter() - began


if __name__ == "__main__":
    main()
