"""Calls a second in virtual time, on the shipped flows and personas: `python -m bench.virtual`.

Counts CPU time of this process (`time.process_time`). Every call is played whole, from the offer
to its last fact. Facts are written out as a ledger keeps them when somebody reads them: the last
row does, the others do not.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from callers.loader import find_persona, names
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.virtual import simulate
from callflow.house import House
from launch.settings import PROJECT, Settings

GOAL = 10_000
"""Virtual calls a second on one core."""

AGENT = QueuePlan(agent="agent1")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one caller, or all of them in turn, came to."""

    caller: str
    calls_a_second: int
    """The median of the runs."""

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
    personas = [find_persona(name) for name in names()]
    play = _player(house, options.flow, read=False)
    figures = [
        _measure(persona.name, [persona], play, options.runs, options.seconds)
        for persona in personas
    ]
    reading = _player(house, options.flow, read=True)
    for name, how in (("all in turn", play), ("all, facts read", reading)):
        figures.append(_measure(name, personas, how, options.runs, options.seconds))
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    for figure in figures:
        print(
            f"{figure.caller:24} {figure.calls_a_second:7,} calls/s"
            f"  ({figure.least:,} to {figure.most:,})  {figure.of_goal:5.2f} of {GOAL:,}"
        )


def _player(house: House, flow: str, *, read: bool) -> Callable[[Persona], None]:
    variables = Settings().house.all_variables()

    def play(persona: Persona) -> None:
        call = simulate(house.start_again(flow, variables, "zh-Hans"), persona, queue=AGENT)
        if read:
            _ = call.events

    return play


def _measure(
    caller: str,
    personas: Sequence[Persona],
    play: Callable[[Persona], None],
    runs: int,
    seconds: float,
) -> Figure:
    rates = []
    for _ in range(runs):
        count, began = 0, time.process_time()
        while (spent := time.process_time() - began) < seconds:
            for persona in personas:
                play(persona)
            count += len(personas)
        rates.append(round(count / spent))
    median = round(statistics.median(rates))
    return Figure(caller, median, min(rates), max(rates), round(median / GOAL, 2))


if __name__ == "__main__":
    main()
