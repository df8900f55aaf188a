"""`python -m bench.agi`: the whole engine against the FastAGI servers of its field, in one run.

Servers take turns, a fresh process for each cell, so that whatever else the machine does falls on
all alike; the figures that count are ratios within one round, and of those the median. CPU is the
server process's own, of user and system together.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
OURS = "thirdring"
CORE = "thirdring_core"
PEERS = ("pyst2", "pystrix", "panoramisk", "panoramisk_uvloop")
AS_SHIPPED = ("pystrix", "panoramisk")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
HELD = 2000
PAUSE = threading.Event()


@dataclass
class Cell:
    """One load on one fresh server."""

    calls_per_s: float
    cpu_ms: float
    think_p99_ms: float
    bad: int


@dataclass
class Held:
    """2,000 calls held open."""

    bad: int
    peak: int
    kb_per_call: float
    think_p99_ms: float
    cpu_ms: float


@dataclass
class Server:
    """A serving process."""

    process: subprocess.Popen[bytes]
    port: int
    seen: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """User and system time of all its threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def rss_kb(self) -> int:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0])


@contextlib.contextmanager
def serving(name: str) -> Iterator[Server]:
    """The named server in a fresh process, ended by closing its standard input."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.agi.serving", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None  # noqa: S101
    assert process.stdin is not None  # noqa: S101
    try:
        yield Server(process, int(process.stdout.readline()))
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def compiled_load(folder: Path) -> list[str]:
    """The load generator: C where a compiler is at hand, else Python."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        print("no C compiler: the load generator is Python, and ratios come out nearer to 1")
        return [sys.executable, "-m", "bench.agi.load"]
    program = folder / "agi_load"
    subprocess.run([compiler, "-O2", "-o", program, HERE / "agi_load.c"], check=True)
    return [str(program)]


def loaded(load: list[str], port: int, *numbers: float) -> dict[str, float]:
    """Run the generator; its figures."""
    arguments = [*load, "127.0.0.1", str(port), *(f"{number:g}" for number in numbers)]
    result = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, timeout=180)
    figures: dict[str, float] = json.loads(result.stdout)
    return figures


def cell(load: list[str], name: str, calls: int, concurrent: int) -> Cell:
    """One saturated cell."""
    with serving(name) as server:
        loaded(load, server.port, 200, 50)
        before_s = server.cpu_s()
        figures = loaded(load, server.port, calls, concurrent)
        cpu_s = server.cpu_s() - before_s
    return Cell(
        figures["good"] / figures["seconds"],
        cpu_s / calls * 1000,
        figures["think_p99"],
        int(figures["bad"]),
    )


def held(load: list[str], name: str) -> Held:
    """2,000 calls at once, 250 new ones a second, each reply held back 1 s; memory at the top."""
    with serving(name) as server:
        loaded(load, server.port, 500, 50)
        PAUSE.wait(0.5)
        idle_kb, before_s = server.rss_kb(), server.cpu_s()
        arguments = [*load, "127.0.0.1", str(server.port), str(HELD), str(HELD), "2000", "500"]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as running:
            top_kb = idle_kb
            while running.poll() is None:
                top_kb = max(top_kb, server.rss_kb())
                PAUSE.wait(0.05)
            assert running.stdout is not None  # noqa: S101
            figures = json.loads(running.stdout.read())
        cpu_ms = (server.cpu_s() - before_s) / HELD * 1000
    return Held(
        int(figures["bad"]),
        int(figures["peak"]),
        (top_kb - idle_kb) / max(figures["peak"], 1),
        figures["think_p99"],
        cpu_ms,
    )


def measured(load: list[str], rounds: int, calls: int) -> dict[tuple[str, int], list[Cell]]:
    """Every server at 50 and 2,000 concurrent calls, in turns."""
    cells: dict[tuple[str, int], list[Cell]] = {}
    for number in range(rounds):
        for concurrent in (50, 2000):
            for name in (*PEERS, CORE, OURS):
                one = cell(load, name, calls, concurrent)
                cells.setdefault((name, concurrent), []).append(one)
                print(
                    f"round {number + 1}  c={concurrent:<5} {name:<18}"
                    f"{one.calls_per_s:8.0f} calls/s {one.cpu_ms:7.3f} ms CPU a call "
                    f"think p99 {one.think_p99_ms:7.2f} ms  bad {one.bad}",
                    flush=True,
                )
    return cells


def ratio(cells: dict[tuple[str, int], list[Cell]], what: str, peer: str, concurrent: int) -> float:
    """Ours over the peer's, the median of the rounds."""
    pairs = zip(cells[OURS, concurrent], cells[peer, concurrent], strict=True)
    ratios: list[float] = [getattr(ours, what) / getattr(theirs, what) for ours, theirs in pairs]
    return statistics.median(ratios)


def verdict(what: str, value: float, goal: float, *, at_most: bool = False) -> None:
    """One goal, met or not."""
    met = value <= goal if at_most else value >= goal
    sign = "<=" if at_most else ">="
    print(f"{'met    ' if met else 'NOT MET'}  {what:<62}{value:8.2f}  ({sign} {goal:g})")


def report(cells: dict[tuple[str, int], list[Cell]], ours: Held) -> None:
    """The ratios and the goals."""
    print()
    for concurrent in (50, 2000):
        at = f"at {concurrent} concurrent"
        verdict(f"calls/s over pyst2, {at}", ratio(cells, "calls_per_s", "pyst2", concurrent), 4)
        best = min(ratio(cells, "calls_per_s", peer, concurrent) for peer in AS_SHIPPED)
        verdict(f"calls/s over the best peer as shipped, {at}", best, 1.5)
        uvloop = ratio(cells, "calls_per_s", "panoramisk_uvloop", concurrent)
        verdict(f"calls/s over panoramisk on uvloop, {at}", uvloop, 1)
        cpu = ratio(cells, "cpu_ms", "pyst2", concurrent)
        verdict(f"CPU a call over pyst2, {at}", cpu, 0.35, at_most=True)
        core = statistics.median(
            ours.cpu_ms / theirs.cpu_ms
            for ours, theirs in zip(
                cells[CORE, concurrent], cells["pyst2", concurrent], strict=True
            )
        )
        print(f"         CPU a call over pyst2, the server alone, {at}: {core:.2f}")
        for peer in PEERS:
            think = ratio(cells, "think_p99_ms", peer, concurrent)
            print(f"         think time p99 over {peer}, {at}: {think:.2f}")
    bad = sum(one.bad for one in (*cells[OURS, 50], *cells[OURS, 2000])) + ours.bad
    verdict(f"calls lost or broken, {ours.peak} held at once among them", bad, 0, at_most=True)
    verdict("KB a held call above idle", ours.kb_per_call, 20, at_most=True)
    print(f"         held: think p99 {ours.think_p99_ms:.2f} ms, CPU {ours.cpu_ms:.3f} ms a call")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.agi", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=3000, help="calls in a cell")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = compiled_load(Path(folder))
        cells = measured(load, options.rounds, options.calls)
        report(cells, held(load, OURS))


if __name__ == "__main__":
    main()
