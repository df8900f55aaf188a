"""The ledger's bench: `python -m bench.ledger [--rounds N] [--seconds S]`.

Every cell runs in a process of its own, the cells of a round one after the other, so that what else
the machine does falls on all of them; figures are the medians of the rounds. One call is 15 events.
`each` is the plain way, one SQLite commit per event; `+2 ms` cells have 2 ms added to every sync by
a preloaded shim, as on an ordinary disk.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
GOAL_RATE = 20_000
GOAL_WAIT_MS = 100
SLOW_RATE = 4_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A way of writing under a load; `slow` adds 2 ms to every sync."""

    name: str
    way: str
    rate: int = 0
    slow: bool = False


CELLS = (
    Cell("each event a commit", "each"),
    Cell("ours, as fast as it takes", "group"),
    Cell(f"ours at {GOAL_RATE}/s, 64 waiting", "paced", GOAL_RATE),
    Cell("each event a commit, +2 ms", "each", slow=True),
    Cell("ours, as fast, +2 ms", "group", slow=True),
    Cell(f"ours at {SLOW_RATE}/s, 64 waiting, +2 ms", "paced", SLOW_RATE, slow=True),
    Cell(f"ours at {GOAL_RATE}/s, 64 waiting, +2 ms", "paced", GOAL_RATE, slow=True),
)
FIGURES = ("events_per_s", "wait_p50_ms", "wait_p99_ms", "wait_max_ms", "cpu_us_per_event")


def main() -> int:
    """Run all cells, print the table and how it stands to the goals; 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="bench.ledger", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--folder", type=Path, default=None, help="a disk to try; default /tmp")
    chosen = parser.parse_args()
    found: dict[Cell, list[dict[str, float]]] = {cell: [] for cell in CELLS}
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        shim = _shim(Path(folder))
        for number in range(chosen.rounds):
            for cell in CELLS:
                sys.stderr.write(f"\rround {number + 1}: {cell.name:<44}")
                sys.stderr.flush()
                found[cell].append(_run(cell, chosen.seconds, Path(folder), shim))
    sys.stderr.write("\r" + " " * 60 + "\r")
    medians = {
        cell: {name: statistics.median(run[name] for run in runs) for name in FIGURES}
        for cell, runs in found.items()
    }
    _print_table(medians)
    return _print_goals(medians)


def _shim(folder: Path) -> Path:
    target = folder / "slow_sync.so"
    source = HERE / "slow_sync.c"
    subprocess.run(
        ["gcc", "-O2", "-shared", "-fPIC", "-o", str(target), str(source), "-ldl"], check=True
    )
    return target


def _run(cell: Cell, seconds: float, folder: Path, shim: Path) -> dict[str, float]:
    state = Path(tempfile.mkdtemp(dir=folder))
    environment = dict(os.environ)
    if cell.slow:
        environment |= {"LD_PRELOAD": str(shim), "SLOW_SYNC_US": "2000"}
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "bench.ledger.load"),
                *(cell.way, str(seconds), str(state), str(cell.rate)),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        shutil.rmtree(state)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _print_table(medians: Mapping[Cell, Mapping[str, float]]) -> None:
    titles = ("events/s", "wait p50 ms", "p99", "max", "CPU us/event")
    print(f"{'':44}" + "".join(f"{title:>14}" for title in titles))
    for cell, figures in medians.items():
        print(f"{cell.name:44}" + "".join(f"{figures[name]:>14.1f}" for name in FIGURES))
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load} (this bench alone makes about 1.5)")


def _print_goals(medians: Mapping[Cell, Mapping[str, float]]) -> int:
    each, fast, _, each_slow, fast_slow, gentle, hard = (medians[cell] for cell in CELLS)
    rate, slow_rate = fast["events_per_s"], fast_slow["events_per_s"]
    goals: Sequence[tuple[str, bool]] = (
        (f"{rate:.0f} events/s durable; goal {GOAL_RATE}", rate >= GOAL_RATE),
        (
            f"{rate / each['events_per_s']:.1f} times a commit per event; goal 4",
            rate >= 4 * each["events_per_s"],
        ),
        (
            f"{slow_rate / each_slow['events_per_s']:.1f} times a commit per event with 2 ms added;"
            " goal 40",
            slow_rate >= 40 * each_slow["events_per_s"],
        ),
        *(
            (
                f"longest wait {figures['wait_max_ms']:.0f} ms at {cell_rate}/s with 2 ms added; "
                f"goal {GOAL_WAIT_MS}",
                figures["wait_max_ms"] <= GOAL_WAIT_MS,
            )
            for cell_rate, figures in ((SLOW_RATE, gentle), (GOAL_RATE, hard))
        ),
    )
    for text, met in goals:
        print(f"{'met   ' if met else 'MISSED'} {text}")
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
