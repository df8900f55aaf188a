"""The bench of a big ledger: `python -m bench.million --work DIR [--calls N] [--times K] [--keep]`.

Makes a ledger of N calls (default a million, some 23 million events, 7 GB) in DIR, goes on where a
run before stopped, and times every question of the console and the reports, p50 and p95, with the
way the database went. Then the same in PostgreSQL, in a cluster of its own in DIR (15 GB more), or
at the empty database that `--url` names. Exit 1 when a list takes over 100 ms at p95, a day sheet a
second, or when a plan reads one of the big tables to its end. DIR is then deleted unless `--keep`:
what is kept, the next run times as it is, `--only sqlite` or `--only postgresql` one of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.million.postgres import load
from bench.million.reports import measure_reports
from bench.million.timing import LIMIT_MS, Timed, measure
from bench.million.writing import make
from tests.support.postgresql import cluster, programs

LIMITS_MS = {"day report, whole page": 1000.0, "agents' time of a month": 1000.0}


def main() -> int:
    """Make, time, print; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="bench.million", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder with 25 GB free")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=60, help="how often each question is asked")
    parser.add_argument("--url", default="", help="an empty PostgreSQL database to use")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="leave out the other")
    parser.add_argument("--keep", action="store_true", help="leave the ledger for a next run")
    chosen = parser.parse_args()
    ledger = chosen.work / "ledger.sqlite"
    events = make(ledger, chosen.calls, lambda done: _tell(f"{done:,} calls made"))
    size = ledger.stat().st_size / 1e9
    print(f"{chosen.calls:,} calls, {events:,} events, {size:.1f} GB in SQLite")
    failed: list[Timed] = []
    if chosen.only != "postgresql":
        failed += _table("SQLite", ledger, chosen.times)
    if chosen.only != "sqlite" and (chosen.url or programs() is not None):
        with _database(chosen.url, chosen.work / "postgresql") as url:
            load(ledger, url, lambda table, rows: _tell(f"{table}: {rows:,} rows"))
            failed += _table("PostgreSQL", url, chosen.times)
    if not chosen.keep:
        shutil.rmtree(chosen.work)
    return 1 if failed else 0


@contextmanager
def _database(url: str, folder: Path) -> Iterator[str]:
    if url:
        yield url
        return
    with cluster(folder) as running:
        yield running.database("million")


def _table(name: str, place: Path | str, times: int) -> list[Timed]:
    found = measure(place, times, _tell)
    found += measure_reports(place, max(3, times // 20), _tell)
    _tell("")
    print(f"\n{name:34}{'p50 ms':>9}{'p95 ms':>9}{'CPU p95':>9}{'rows':>10}")
    for one in found:
        mark = "  OVER" if _slow(one) else ""
        mark += "  READS ALL: " + ", ".join(one.scans) if one.scans else ""
        times_ms = f"{one.p50_ms:9.1f}{one.p95_ms:9.1f}{one.cpu95_ms:9.1f}"
        print(f"{one.name:34}{times_ms}{one.found:10.1f}{mark}")
    load_now = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load_now}; ways:")
    for way in dict.fromkeys(one.way for one in found if one.way):
        print(f"  {', '.join(one.name for one in found if one.way == way)}: {way}")
    return [one for one in found if _slow(one) or one.scans]


def _slow(one: Timed) -> bool:
    usual = LIMIT_MS if one.limited else one.p95_ms
    return one.p95_ms > LIMITS_MS.get(one.name, usual)


def _tell(text: str) -> None:
    sys.stderr.write(f"\r{text:<60}")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
