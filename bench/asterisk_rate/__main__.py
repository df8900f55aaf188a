"""`python -m bench.asterisk_rate`: a real Asterisk with our flows against the same in dialplan.

One Asterisk, two numbers: a flow of a ring and three prompts of half a second carried by
`thirdring serve` (with its ledger), and the same in dialplan alone. SIPp calls, with sound. A rate
is clean when no call failed and no SIP message had to be sent twice, at the second try at least.
The highest is found by doubling and halving, the two in turn, so that whatever else the machine
does falls on both.

Goals: our rate at least 0.9 of the dialplan's, our CPU at most 10 % of Asterisk's.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.asterisk_rate.calling import Load, Sipp
from bench.asterisk_rate.house import DIALPLAN, FLOW, dialplan, write_house
from tests.support.hotline import Hotline, start_hotline, stop_hotline
from tests.support.pbx import HousePbx, start_pbx, stop_pbx

RATIO_GOAL, CPU_GOAL = 0.9, 0.10
LEASE_S = 10
"""The default of `serve` and `pbx up`."""

FIRST_RATE = 40.0
CLOSE = 1.08
"""The highest clean rate is known when the lowest that is not lies less than 8 % above it."""


@dataclass(slots=True)
class Search:
    """The highest clean rate of one number in one pass."""

    number: str
    clean: float = 0.0
    dirty: float = 0.0
    doubted: float = 0.0
    """A rate that was not clean once; it is tried again, others in between."""

    @property
    def known(self) -> bool:
        """Whether there is nothing more to try."""
        return self.dirty > 0 and self.dirty / max(self.clean, FIRST_RATE / 4) < CLOSE

    @property
    def next_rate(self) -> float:
        """The same again, twice as many, or in the middle."""
        if self.doubted:
            return self.doubted
        if not self.dirty:
            return self.clean * 2 or FIRST_RATE
        return math.sqrt((self.clean or FIRST_RATE / 4) * self.dirty)

    def learn(self, load: Load) -> None:
        """Take the outcome of the rate that was tried."""
        if load.clean:
            self.clean, self.doubted = load.rate, 0.0
        elif self.doubted:
            self.dirty, self.doubted = load.rate, 0.0
        else:
            self.doubted = load.rate


@dataclass(slots=True)
class Found:
    """Everything measured."""

    passes: list[dict[str, float]] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    def ratio(self) -> float:
        """Ours against the dialplan's: the median of the passes' ratios."""
        return statistics.median(one[FLOW] / one[DIALPLAN] for one in self.passes)

    def cpu_ms(self, number: str, whose: str) -> float:
        """CPU of `asterisk` or `server` a call, over all clean loads."""
        loads = [load for load in self.loads if load.clean and load.number == number]
        calls = sum(load.calls for load in loads)
        return 1000 * sum(load.cpu_s[whose] for load in loads) / max(calls, 1)


def measure(sipp: Sipp, passes: int, until_s: float) -> Found:
    """Search `passes` times; a pass that would end after `until_s` is left out."""
    found, began = Found(), time.monotonic()
    for number in (DIALPLAN, FLOW):
        sipp.load(number, FIRST_RATE, seconds=2)
    for index in range(passes):
        spent = time.monotonic() - began
        if index and spent / index * (index + 1) > until_s:
            print(f"no time for pass {index + 1}")
            break
        searches = [Search(DIALPLAN), Search(FLOW)]
        if index % 2:
            searches.reverse()
        while not all(search.known for search in searches):
            for search in searches:
                if not search.known:
                    load = sipp.load(search.number, search.next_rate)
                    search.learn(load)
                    found.loads.append(load)
                    print(f"pass {index + 1}: {load}", flush=True)
        found.passes.append({search.number: search.clean for search in searches})
    return found


def report(found: Found, hotline: Hotline) -> dict[str, float | str]:
    """Print the figures; them by name."""
    for index, rates in enumerate(found.passes, 1):
        print(
            f"pass {index}: dialplan {rates[DIALPLAN]:.0f} calls/s, ours {rates[FLOW]:.0f} "
            f"calls/s clean, ratio {rates[FLOW] / rates[DIALPLAN]:.2f}"
        )
    ratio = found.ratio()
    alone, asterisk = found.cpu_ms(DIALPLAN, "asterisk"), found.cpu_ms(FLOW, "asterisk")
    ours = found.cpu_ms(FLOW, "server")
    share = ours / asterisk if asterisk else math.inf
    with hotline.reader() as reader:
        served = sum(call.disposition == "served" for call in reader.calls())
    placed = sum(load.calls for load in found.loads if load.clean and load.number == FLOW)
    print(f"ratio {ratio:.2f}, goal {RATIO_GOAL}: {'met' if ratio >= RATIO_GOAL else 'MISSED'}")
    print(
        f"CPU a call: Asterisk {asterisk:.2f} ms (dialplan alone {alone:.2f} ms), ours {ours:.2f} "
        f"ms = {share:.1%} of Asterisk's, goal {CPU_GOAL:.0%}: "
        f"{'met' if share <= CPU_GOAL else 'MISSED'}"
    )
    print(f"calls in the ledger as served: {served} (clean loads placed {placed})")
    return {
        "ratio": ratio,
        "asterisk_ms": asterisk,
        "dialplan_ms": alone,
        "server_ms": ours,
        "share": share,
        "served": served,
        "placed": placed,
    }


def run(pbx: HousePbx, folder: Path, options: argparse.Namespace) -> int:
    """Measure on a running Asterisk; 1 when a call that went well is not in the ledger."""
    more = write_house(folder, pbx.state)
    hotline = start_hotline(pbx, more=more, most_calls=8000, lease_s=LEASE_S)
    try:
        sipp = Sipp(pbx, hotline.process.pid, folder, options.seconds)
        found = measure(sipp, options.passes, options.minutes * 60)
        figures = report(found, hotline)
    finally:
        stop_hotline(hotline)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if float(figures["served"]) >= float(figures["placed"]) else 1


def main() -> int:
    """Run it; 0 with a word when SIPp is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.asterisk_rate")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    parser.add_argument("--minutes", type=float, default=5.0, help="for all passes")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    if shutil.which("sipp") is None:
        print("NOT MEASURED: no SIPp on this machine; as root: apt-get install sip-tester")
        return 0
    state = Path(tempfile.mkdtemp(prefix="thirdring-rate-"))
    folder = Path(tempfile.mkdtemp(prefix="thirdring-rate-house-"))
    try:
        pbx = start_pbx(state, extensions=dialplan(state), rtp_ports=8000, lease_s=LEASE_S)
        try:
            return run(pbx, folder, options)
        finally:
            stop_pbx(pbx)
    finally:
        shutil.rmtree(state)
        shutil.rmtree(folder)


if __name__ == "__main__":
    raise SystemExit(main())
