"""Seal a stereo recording, read it, jump about in it: against plain files, in one run.

Prints how many seconds of sound a core seals and opens in a second, what that is against the plain
file, and how long a jump (seek and 64 KiB) takes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recorder.store import Store
from recorder.wav import RATE, Writable, header

_BLOCK_BYTES = 1 << 20
_AT = datetime(2026, 11, 22, tzinfo=UTC)


def main() -> None:
    """Run it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--minutes", type=int, default=60, help="length of the recording")
    told.add_argument("--rounds", type=int, default=5)
    asked = told.parse_args()
    seconds = asked.minutes * 60
    with tempfile.TemporaryDirectory(prefix="thirdring-sealing-") as folder:
        plain, sealed = Store(Path(folder)), Store(Path(folder), seal=True)
        sealed.keys.begin()
        print(f"one recording of {asked.minutes} min, best of {asked.rounds} rounds")
        rows = {
            name: _measured(store, f"{name}-r1", seconds, asked.rounds)
            for name, store in (("plain", plain), ("sealed", sealed))
        }
    for name, (wrote_s, read_s, jumps_ms) in rows.items():
        print(
            f"{name:7} write {seconds / wrote_s:9.0f} x real time, read {seconds / read_s:9.0f} x,"
            f" jump median {statistics.median(jumps_ms):.2f} ms,"
            f" p99 {statistics.quantiles(jumps_ms, n=100)[98]:.2f} ms"
        )
    print(f"sealed / plain: write {rows['sealed'][0] / rows['plain'][0]:.2f},", end=" ")
    print(f"read {rows['sealed'][1] / rows['plain'][1]:.2f} of the time")


def _measured(
    store: Store, recording: str, seconds: int, rounds: int
) -> tuple[float, float, list[float]]:
    """Seconds to write and to read all of it, and milliseconds of each of 500 jumps."""
    noise = np.random.default_rng(1).integers(-3000, 3000, RATE * 10 * 2, dtype=np.int16).tobytes()
    file = store.place(recording, _AT)

    def write(out: Writable) -> None:
        out.write(header(RATE, 2, seconds * RATE))
        for _ in range(seconds // 10):
            out.write(noise)

    wrote_s = _best(rounds, lambda: store.put(file, write))
    read_s = _best(rounds, lambda: _read(store, file))
    return wrote_s, read_s, _jumps(store, file)


def _best(rounds: int, act: Callable[[], object]) -> float:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return min(took)


def _read(store: Store, file: str) -> None:
    with store.open(file) as sound:
        while sound.read(_BLOCK_BYTES):
            pass


def _jumps(store: Store, file: str) -> list[float]:
    pick = random.Random(1)
    took = []
    with store.open(file) as sound:
        size = sound.seek(0, 2)
        for _ in range(500):
            begun = time.perf_counter()
            sound.seek(pick.randrange(size))
            sound.read(64 * 1024)
            took.append((time.perf_counter() - begun) * 1000)
    return took


if __name__ == "__main__":
    main()
