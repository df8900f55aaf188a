"""By how much the caller's raw leg stands behind its time at each tick, and what nothing proves.

MixMonitor writes a frame of each leg side by side; a frame for which the other leg has none waits,
40 ms at the most while nothing comes there at all, and then silence is written for the other. So
the file's end is never ahead of a leg, and stands with one of them at least. The caller's frames
pile up while Asterisk reads nobody and wait for one of the house's each from then on; a moment in
which the house sends nothing lets them go, and then the end stands where that leg stood all along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from recorder.growth import Tick
from recorder.wav import RATE

_PER_MS: Final = RATE // 1000
WAITS_MOST_MS: Final = 100
"""Asterisk throws away what is more than this behind the other leg."""

AT_ONCE_MS: Final = 60
"""A jump of more than this is no waiting but lost time, or silence written besides."""

LATE_MS: Final = 40
"""So much silence in a leg, though its phone sent: a machine that does not keep up."""

SAGS_MOST_MS: Final = 40
"""So far the end may fall behind a leg: which of the two lost it is not known."""

PAUSES_MS: Final = 600
"""A phone that does not send silence pauses longer between sentences; a heap comes sooner."""

CAUGHT_UP_MS: Final = 170
"""The dialplan lets the line be still for 100 ms at a pick-up, so that all that waited is written
or thrown away, and the way into the talk takes some 30; what is still for longer piles up anew."""

_EARLY_MS: Final = 500
_SETTLES_MS: Final = 1_500
"""The news of a pick-up comes before the talk, and this long after it the talk goes on; its end is
told late."""

_SAME_MS: Final = 20
_AHEAD: Final = 5
"""Ticks in which the end shows where the caller's leg stood: a phone's clock drifts more slowly."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence that was written in a leg for want of anything."""

    at_ms: float
    """Offset of the call."""

    ms: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the files show of the time up to a tick, from the tick before it."""

    at_ms: float
    edge_ms: float
    """By how much the file's end stood behind its time at the tick; below zero: before it."""

    keyed: bool
    gaps: tuple[tuple[Gap, ...], tuple[Gap, ...]]
    """Of the caller's leg but for keys, and of the house's."""

    @property
    def came_late_ms(self) -> float:
        """Silence written for the caller."""
        return sum(gap.ms for gap in self.gaps[0])


def callers_late_ms(seen: Sequence[Seen]) -> list[float]:
    """By how much the caller's raw leg stands behind its time at each tick.

    It keeps its place, and falls back by the silence that was written for frames that came late;
    the end shows that place whenever nothing waits. A key, lost time or more than can wait ends
    what is known of it.
    """
    late = [one.edge_ms for one in seen]
    for first, behind in _stretches(seen):
        gaps_ms = [0.0]
        for one in seen[first + 1 : behind]:
            gaps_ms.append(gaps_ms[-1] + one.came_late_ms)
        level = float("-inf")
        for number in range(first, behind):
            ahead = range(number, min(number + _AHEAD + 1, behind))
            level = max(level, *(seen[at].edge_ms - gaps_ms[at - first] for at in ahead))
            late[number] = min(level + gaps_ms[number - first], late[number] + WAITS_MOST_MS)
    return late


def is_doubtful(before_edge_ms: float, one: Seen) -> bool:
    """Whether a window shows late frames or lost time that no key explains, nor a moment of the
    house's silence in which what waited was written."""
    late = LATE_MS <= one.came_late_ms <= WAITS_MOST_MS
    jump_ms = one.edge_ms - before_edge_ms
    let_go = 0 < jump_ms <= WAITS_MOST_MS and sum(gap.ms for gap in one.gaps[1]) >= jump_ms
    return (late or (abs(jump_ms) > AT_ONCE_MS and not let_go)) and not one.keyed


def doubts_of_talk(
    seen: Sequence[Seen], late_ms: Sequence[float], talk: tuple[int, int], queued_ms: int | None
) -> Iterator[tuple[int, int]]:
    """What nothing proves of a talk between two offsets of the call: from where to where.

    `queued_ms`: since when the caller had waited, where it began with an agent's picking up; the
    line is still at that moment, too.
    """
    since_ms, until_ms = talk
    settled_ms = since_ms + _SETTLES_MS
    began = _gaps(seen, 1, max(since_ms - _EARLY_MS, queued_ms or 0), settled_ms)
    still = max(began, key=lambda gap: gap.ms, default=Gap(since_ms, 0.0))
    if queued_ms is not None and still.ms > CAUGHT_UP_MS:
        yield talk
    for leg, from_ms in ((0, settled_ms), (1, still.at_ms + 1)):
        for at_ms in _lost(_gaps(seen, leg, from_ms, until_ms - _EARLY_MS)):
            yield max(int(at_ms), since_ms), until_ms
    for at_ms in _sagged(seen, late_ms, since_ms, until_ms):
        yield int(at_ms), until_ms


def _gaps(seen: Sequence[Seen], leg: int, from_ms: float, to_ms: float) -> list[Gap]:
    return [gap for one in seen for gap in one.gaps[leg] if from_ms <= gap.at_ms < to_ms]


def _lost(gaps: Sequence[Gap]) -> Iterator[float]:
    """From where frames of a leg that came late may wait, or were never sent: nothing tells which.
    A longer silence is a pause of the phone's."""
    lost_ms = 0.0
    for gap in gaps:
        lost_ms += gap.ms if gap.ms <= PAUSES_MS else 0.0
        if lost_ms >= LATE_MS:
            yield gap.at_ms
            return


def _sagged(
    seen: Sequence[Seen], late_ms: Sequence[float], since_ms: float, until_ms: float
) -> Iterator[float]:
    """From where one leg is missing more than may be, and nothing tells which."""
    for number, one in enumerate(seen):
        if not since_ms < one.at_ms <= until_ms or late_ms[number] - one.edge_ms <= SAGS_MOST_MS:
            continue
        if not _shown_later(seen, late_ms, number):
            yield max(seen[number - 1].at_ms, since_ms) if number else since_ms
            return


def _shown_later(seen: Sequence[Seen], late_ms: Sequence[float], number: int) -> bool:
    """Whether the end came back to where the caller's leg is said to stand."""
    for at in range(number + 1, len(seen)):
        if _breaks(seen[at - 1].edge_ms, seen[at]):
            return False
        if late_ms[at] - seen[at].edge_ms <= _SAME_MS:
            return True
    return False


def in_time(ticks: Sequence[Tick], silence_ms: Callable[[Tick, Tick], float]) -> list[Tick]:
    """The ticks without those that came late, as a busy disk makes them: what follows would have
    been written in less time than it takes. `silence_ms`: what was written between two of them for
    want of anything, of the leg that has more of it.
    """
    found: list[Tick] = []
    for tick in reversed(ticks):
        if found:
            behind = found[-1]
            too_fast_ms = (behind.place - tick.place) / _PER_MS - (behind.at_ms - tick.at_ms)
            if too_fast_ms > AT_ONCE_MS + silence_ms(tick, behind):
                continue
        found.append(tick)
    return found[::-1]


def _stretches(seen: Sequence[Seen]) -> Iterator[tuple[int, int]]:
    """Windows in a row in which the caller's leg was written on and on: first, and behind."""
    before = [0.0, *(one.edge_ms for one in seen)]
    breaks = [at for at, one in enumerate(seen) if at and _breaks(before[at], one)]
    return pairwise([0, *breaks, len(seen)])


def _breaks(before_edge_ms: float, one: Seen) -> bool:
    jump_ms = one.edge_ms - before_edge_ms
    return one.keyed or jump_ms < -AT_ONCE_MS or one.came_late_ms > WAITS_MOST_MS
