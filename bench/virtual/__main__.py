"""Calls a second in virtual time, on the shipped flows and personas: `python -m bench.virtual`.

Counts calls a second of CPU time of this process (`time.process_time`). A core that is shared works
slower by that clock, too: the last line says how much longer the clock on the wall ran. Every call
is played whole, action by action, from the offer to its last fact. The rows of all personas:

- in turn: the goal's row. The flow's moves are looked up in its table (`callflow.tables`).
- each another: every call is one of 1,000 variations of the personas, as `simulate --calls` plays.
- facts read: facts are written out as a ledger keeps them, which is done when somebody reads them.
- verdicts too: callers as of `each another`, facts read and every house rule scored on them.
- simulate --calls: what the command does for each call, making the next caller and counting in.
- engine anew: the same calls without the table, every move worked out by the engine.

The last line names the Python that ran: builds without profile-guided optimisation are slower.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from callers.loader import find_persona, names
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.varying import varied
from callers.virtual import SimulatedCall, simulate
from callflow.conduct import Run
from callflow.house import House
from callflow.rules.monitor import score
from callflow.tables import Opening
from launch.authoring.simulations import Order, Summary
from launch.settings.site import PROJECT, Settings

GOAL = 10_000
"""Virtual calls a second on one core."""

AGENT = QueuePlan(agent="agent1")

Play = Callable[[Persona], object]
"""Plays one call."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one caller, or all of them in turn, came to."""

    caller: str
    calls_a_second: int
    """Of CPU time: the median of the runs."""

    least: int
    most: int
    of_goal: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.virtual", description=__doc__)
    parser.add_argument("--scripts", type=Path, default=PROJECT / "scripts")
    parser.add_argument("--flow", default="greetings")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4, help="CPU time of one run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    house = House.load(options.scripts)
    gc.freeze()  # what is loaded is no garbage, and need not be looked at again and again
    rows = _rows(house, options.flow)
    began, used = time.perf_counter(), time.process_time()
    rates: dict[str, list[float]] = {name: [] for name, _, _ in rows}
    for _ in range(options.runs):  # in turn, so that what else the machine does falls on all alike
        for name, callers, how in rows:
            rates[name].append(_rate(callers, how, options.seconds))
    figures = [_figure(name, found) for name, found in rates.items()]
    longer = (time.perf_counter() - began) / (time.process_time() - used)
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    for figure in figures:
        print(
            f"{figure.caller:24} {figure.calls_a_second:7,} calls/CPU s"
            f"  ({figure.least:,} to {figure.most:,})  {figure.of_goal:5.2f} of {GOAL:,}"
        )
    print(f"the clock ran {longer:.2f} times as long as the CPU time counted")
    print(_python())


def _rows(house: House, flow: str) -> list[tuple[str, Sequence[Persona], Play]]:
    """What is measured: the row's name, its callers, how one of them is played."""
    personas = [find_persona(name) for name in names()]
    chance = Random(0)
    others = [varied(persona, chance) for _ in range(1000 // len(personas)) for persona in personas]
    begin = (flow, Settings().house.all_variables(), "zh-Hans")
    play = _player(house.opening(*begin).start)
    return [
        *((persona.name, [persona], play) for persona in personas),
        ("all in turn", personas, play),
        ("all, each another", others, play),
        ("all, facts read", personas, lambda persona: play(persona).events),
        ("all, verdicts too", others, lambda persona: score(play(persona).events, house.rules)),
        ("all, simulate --calls", others, _summarising(house, flow)),
        ("all, engine anew", personas, _player(lambda: house.start(*begin))),
    ]


def _summarising(house: House, flow: str) -> Play:
    order = Order(house, flow, Settings().house.all_variables(), "zh-Hans", AGENT)
    chance, summary = Random(0), Summary("all")
    openings: dict[str, Opening] = {}

    def play(persona: Persona) -> None:
        opening = openings.get(persona.name)
        if opening is None:
            opening = openings[persona.name] = order.opening(persona)
        summary.take(order.play(varied(persona, chance), opening), house)

    return play


def _python() -> str:
    """Which Python this is, and what it knows of how it was built; packagers' may not tell all."""
    built = f"{sysconfig.get_config_var('CONFIG_ARGS')} {sysconfig.get_config_var('PY_CFLAGS')}"
    found = [
        word
        for word, sign in (
            ("profile-guided", ("--enable-optimizations", "-fprofile-use")),
            ("link-time", ("--with-lto", "-flto")),
        )
        if any(each in built for each in sign)
    ]
    optimised = f"{' and '.join(found) or 'no'} optimisation"
    which = f"{platform.python_implementation()} {platform.python_version()} ({sys.executable})"
    return f"{which}; its build tells of {optimised}"


def _player(start: Callable[[], Run]) -> Callable[[Persona], SimulatedCall]:
    def play(persona: Persona) -> SimulatedCall:
        return simulate(start(), persona, queue=AGENT)

    return play


def _rate(personas: Sequence[Persona], play: Play, seconds: float) -> float:
    """Calls a second of CPU time."""
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for persona in personas:
            play(persona)
        count += len(personas)
    return count / spent


def _figure(caller: str, rates: Sequence[float]) -> Figure:
    median = round(statistics.median(rates))
    return Figure(caller, median, round(min(rates)), round(max(rates)), round(median / GOAL, 2))


if __name__ == "__main__":
    main()
