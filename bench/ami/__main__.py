"""`python -m bench.ami`: events a second that our manager client takes, beside its field.

Every client runs in a fresh process and takes events that a server in this one sends as fast as it
is read. What counts is events per second of the client's own CPU time, all its threads together:
that is one core's worth, whatever else the machine does. Goal: 20,000.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

from bench.ami.flooding import listening

OURS = "thirdring"
PEERS = {"panoramisk": "panoramisk", "pyst2": "asterisk"}
GOAL = 20_000
# pyst2 reads byte by byte: as many events as for the others would take it minutes.
SHARE = {"pyst2": 50}


@dataclass(frozen=True, slots=True)
class Run:
    """One client, one time."""

    per_cpu_s: float
    per_wall_s: float
    missing: int


def run(name: str, port: int, events: int) -> Run:
    """In a process of its own."""
    events = max(500, events // SHARE.get(name, 1) // 500 * 500)
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.ami.reading", name, str(port), str(events)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=300,
    )
    figures = json.loads(told.stdout)
    return Run(
        events / figures["cpu_s"], events / figures["wall_s"], events - int(figures["taken"])
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.ami", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=100_000)
    options = parser.parse_args()
    peers = [name for name, module in PEERS.items() if importlib.util.find_spec(module)]
    runs: dict[str, list[Run]] = {}
    with listening() as port:
        for number in range(options.rounds):
            for name in (OURS, *peers):
                one = run(name, port, options.events)
                runs.setdefault(name, []).append(one)
                print(
                    f"round {number + 1}  {name:<12}{one.per_cpu_s:10.0f} events/s of CPU"
                    f"{one.per_wall_s:10.0f} events/s of time   missing {one.missing}",
                    flush=True,
                )
    report(runs, peers)


def report(runs: dict[str, list[Run]], peers: list[str]) -> None:
    """Goal and ratios, the median of the rounds."""
    print()
    ours = statistics.median(one.per_cpu_s for one in runs[OURS])
    met = "met    " if ours >= GOAL else "NOT MET"
    print(f"{met}  events/s on one core: {ours:.0f}  (>= {GOAL})")
    lost = sum(one.missing for one in runs[OURS])
    print(f"{'met    ' if lost == 0 else 'NOT MET'}  events lost: {lost}  (0)")
    for peer in peers:
        pairs = zip(runs[OURS], runs[peer], strict=True)
        ratio = statistics.median(own.per_cpu_s / other.per_cpu_s for own, other in pairs)
        print(f"         over {peer}: {ratio:.1f} times")
    for peer in sorted(set(PEERS) - set(peers)):
        print(f"         {peer} is not installed: pip install '.[bench]'")


if __name__ == "__main__":
    main()
