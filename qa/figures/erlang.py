"""Erlang C: how likely a caller waits, and for how long, with c agents. Pure arithmetic.

A. K. Erlang (1917). With A = arrivals x handle time (in erlangs) and c > A agents:
Pw = (A^c/c! . c/(c-A)) / (sum_{k<c} A^k/k! + A^c/c! . c/(c-A)); service level within T =
1 - Pw . e^(-(c-A) T/AHT); average speed of answer = Pw . AHT/(c-A); occupancy = A/c.

Reckoned through Erlang B by its recursion B(0) = 1, B(k) = A B(k-1) / (k + A B(k-1)), and
Pw = c B / (c - A (1 - B)) (R. B. Cooper, Introduction to Queueing Theory, 1981, 3.5): no power and
no factorial, so that thousands of agents are no trouble.

What it takes for granted: calls arrive at random and independently (Poisson) at a steady rate,
talk times are exponential, every agent takes every call, and nobody hangs up. Real callers who
give up make the true wait shorter; bursts make it longer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

MOST_AGENTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Load:
    """What comes: calls, and how long each keeps an agent."""

    calls: float
    """In the interval; not whole where it is a mean of several days."""

    interval_s: float
    handle_s: float
    """Average handle time: talk, hold and wrap-up."""

    def __post_init__(self) -> None:
        if self.calls < 0 or self.interval_s <= 0 or self.handle_s < 0:
            raise ValueError(f"calls and times are not negative, the interval is above 0: {self}")

    @property
    def erlangs(self) -> float:
        """Agents kept busy on average."""
        return self.calls * self.handle_s / self.interval_s


@dataclass(frozen=True, slots=True)
class Serving:
    """What c agents make of a load."""

    agents: int
    waits: float
    """Share of callers who wait at all (Pw)."""

    service_level: float
    """Share answered within the target."""

    speed_s: float
    """Average speed of answer, of all callers; infinite where the queue only grows."""

    occupancy: float


def erlang_b(erlangs: float, agents: int) -> float:
    """Share of calls that find all agents busy when nobody can wait."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = _next_b(erlangs, number, blocked)
    return blocked


def erlang_c(erlangs: float, agents: int) -> float:
    """Share of calls that wait; 1 where the agents cannot keep up (c <= A)."""
    return _c_of(erlangs, agents, erlang_b(erlangs, agents))


def serving(load: Load, agents: int, target_s: float) -> Serving:
    """How `agents` would serve the load; ValueError for fewer than none."""
    if agents < 0:
        raise ValueError(f"there are no fewer than 0 agents, got {agents}")
    return _serving(load, agents, target_s, erlang_c(load.erlangs, agents))


def agents_needed(
    load: Load, target_s: float, goal: float, *, most_occupancy: float = 1.0
) -> Serving:
    """The fewest agents who answer `goal` (0 to 1) of the calls within `target_s`, and are busy
    no more than `most_occupancy` of their time.

    No calls need nobody. ValueError for a goal that no number of agents reaches.
    """
    if not 0 <= goal < 1 or not 0 < most_occupancy <= 1:
        raise ValueError(f"0 <= goal < 1 and 0 < occupancy <= 1, got {goal} and {most_occupancy}")
    erlangs = load.erlangs
    if not erlangs:
        return Serving(0, 0.0, 1.0, 0.0, 0.0)
    blocked = 1.0
    for agents in range(1, MOST_AGENTS + 1):
        blocked = _next_b(erlangs, agents, blocked)
        if agents <= erlangs or erlangs > most_occupancy * agents:
            continue
        found = _serving(load, agents, target_s, _c_of(erlangs, agents, blocked))
        if found.service_level >= goal:
            return found
    raise ValueError(f"{erlangs:.0f} erlangs are more than {MOST_AGENTS} agents can serve")


def _next_b(erlangs: float, agents: int, before: float) -> float:
    return erlangs * before / (agents + erlangs * before)


def _c_of(erlangs: float, agents: int, blocked: float) -> float:
    if agents <= erlangs:
        return 1.0 if erlangs else 0.0
    return agents * blocked / (agents - erlangs * (1 - blocked))


def _serving(load: Load, agents: int, target_s: float, waits: float) -> Serving:
    erlangs, spare = load.erlangs, agents - load.erlangs
    if not erlangs:
        return Serving(agents, 0.0, 1.0, 0.0, 0.0)
    if spare <= 0:
        return Serving(agents, 1.0, 0.0, math.inf, 1.0)
    level = 1 - waits * math.exp(-spare * target_s / load.handle_s)
    return Serving(agents, waits, level, waits * load.handle_s / spare, erlangs / agents)
