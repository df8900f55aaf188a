"""Puts each leg of a recording on the call's clock, by when Asterisk wrote it.

Every 2 s a tick tells where in the file Asterisk stood when (`recorder.growth`), in a talk as
anywhere. MixMonitor writes both legs side by side, each frame with one of the other leg. What the
house says is written as it is said: its leg stands at the file's end. Of the caller's, frames can
lie in wait: they pile up while Asterisk reads nobody (a queue's entry) or come in a heap after a
gap, and each waits for a frame of the house's from then on. So the caller's leg keeps its place,
however the end moves, until there is a reason for another: a key (nothing is written meanwhile), a
pause (nothing waits any more), silence written for frames that came late, or more than can wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from calls.certainty import NEAR_MS, joined, unsure
from calls.events import CallEvent
from recorder.growth import Tick
from recorder.legs import (
    LEAST_RUN,
    Leg,
    LineFinder,
    Spoken,
    keys_of,
    lines_of,
    mends_of,
    picked_up_of,
    talks_of,
)
from recorder.standing import Gap, Seen, callers_late_ms, doubts_of_talk, in_time, is_doubtful
from recorder.wav import RATE, Mend, Mends

_PER_MS: Final = RATE // 1000
WRITTEN_MS: Final = 6
"""From a frame's coming to its writing, in the mean (docs/recordings.md)."""

_ABOUT_MS: Final = 500
"""A key is told when it is over; what it cost is missing before that."""

_KEY_PASSES_MS: Final = 250
"""Nothing of the caller's comes for a moment behind it."""

LEFT_ALONE_MS: Final = 20
SOUND_MS: Final = 50
"""What a recording promises: a line that is further off shows that the ticks are wrong."""

_SAME_PLACE_MS: Final = 35


@dataclass(frozen=True, slots=True)
class Paced:
    """A recording on the call's clock."""

    mends: Mends
    anchors: tuple[int, ...]
    """Offsets of the lines that were found where their facts say."""

    unproved: tuple[tuple[int, int], ...]
    """Where nothing shows that it is right to 50 ms: from and to, offsets of the call."""


@dataclass(frozen=True, slots=True)
class _Window:
    """What was written between two ticks; places are samples of the raw files."""

    first: int
    behind: int
    lines: tuple[Spoken, ...]
    keys: tuple[int, ...]


def paced(
    legs: Sequence[Leg],
    begins_ms: int,
    ticks: Sequence[Tick],
    events: Sequence[CallEvent],
    finder: LineFinder,
) -> Paced | None:
    """The clock of two raw legs of equal length, of a call with these facts.

    The legs take the mends. None where the house's lines contradict the ticks (a disk with another
    clock): then they prove nothing.
    """
    pacing = _Pacing(legs, begins_ms, events, finder)
    marks = pacing.marks(ticks)
    pacing.mend(marks)
    if 3 * len(pacing.anchors) < 2 * pacing.found:
        return None
    return Paced(mends_of(legs), tuple(pacing.anchors), pacing.unproved(marks))


class _Pacing:
    """Goes through the windows in order."""

    def __init__(
        self,
        legs: Sequence[Leg],
        begins_ms: int,
        events: Sequence[CallEvent],
        finder: LineFinder,
    ) -> None:
        self._legs = legs
        self._begins_ms = begins_ms
        self._lines = list(lines_of(events, begins_ms))
        self._keys = keys_of(events)
        self._talks = talks_of(events)
        self._picked_up = picked_up_of(events)
        self._finder = finder
        self._late = [0.0, 0.0]
        """By how much each raw leg stands behind its time, in ms; below zero: before it. The
        house's is that of the file's end."""

        self._seen: list[Seen] = []
        self._callers_late_ms: list[float] = []
        self._doubted: list[bool] = []
        self.anchors: list[int] = []
        self.found = 0

    def marks(self, ticks: Sequence[Tick]) -> list[Tick]:
        """The ticks that came in time; where there is none for long, lines stand in for them."""
        marks, at = [], Tick(self._begins_ms, 0)
        ticks = in_time(ticks, self._silence_ms)
        for tick in (*ticks, Tick(float("inf"), 0)):
            for spoken in self._lines if tick.at_ms - at.at_ms > NEAR_MS else ():
                if at.at_ms < spoken.start_ms < tick.at_ms - NEAR_MS / 2:
                    due = at.place + round((spoken.start_ms - at.at_ms) * _PER_MS)
                    place = self._finder.find(spoken, due)
                    if place is not None and place > at.place:
                        at = Tick(spoken.start_ms + WRITTEN_MS, place)
                        marks.append(at)
            marks.append(tick)
            at = tick
        return marks[:-1]

    def mend(self, marks: Sequence[Tick]) -> None:
        """Bring what was written between two ticks to its time, from the first to the last."""
        windows = [
            self._window(*pair)
            for pair in zip([Tick(self._begins_ms, 0), *marks], marks, strict=False)
        ]
        silences = [
            [leg.silences(window.first, window.behind) for leg in self._legs] for window in windows
        ]
        self._seen = [self._see(*each) for each in zip(marks, windows, silences, strict=True)]
        self._callers_late_ms = callers_late_ms(self._seen)
        for number, one in enumerate(self._seen):
            before_ms, self._late = self._late[1], [self._callers_late_ms[number], one.edge_ms]
            window = self._narrowed(windows[number])
            lately = silences[max(number - 1, 0) : number + 1]
            sure = [self._mend(leg, window, lately) for leg in (0, 1)]
            self._doubted.append(not all(sure) or is_doubtful(before_ms, one))
            self._anchor(window.lines)

    def _window(self, before: Tick, mark: Tick) -> _Window:
        return _Window(
            before.place,
            mark.place,
            tuple(one for one in self._lines if before.at_ms <= one.start_ms < mark.at_ms),
            tuple(key for key in self._keys if before.at_ms < key <= mark.at_ms + _ABOUT_MS),
        )

    def _see(
        self, mark: Tick, window: _Window, silences: Sequence[Sequence[tuple[int, int]]]
    ) -> Seen:
        edge_ms = self._begins_ms + mark.place / _PER_MS - mark.at_ms + WRITTEN_MS
        caller, house = (
            [
                Gap(self._begins_ms + at / _PER_MS - edge_ms, length / _PER_MS)
                for at, length in sorted(each)
            ]
            for each in silences
        )
        unkeyed = (gap for gap in caller if not self._is_at_key(gap.at_ms))
        return Seen(mark.at_ms, edge_ms, bool(window.keys), (tuple(unkeyed), tuple(house)))

    def _is_at_key(self, at_ms: float) -> bool:
        return any(key - _ABOUT_MS <= at_ms <= key + _KEY_PASSES_MS for key in self._keys)

    def _silence_ms(self, tick: Tick, behind: Tick) -> float:
        written = (leg.silences(tick.place, behind.place) for leg in self._legs)
        return max(sum(length for _, length in each) for each in written) / _PER_MS

    def unproved(self, marks: Sequence[Tick]) -> tuple[tuple[int, int], ...]:
        """Stretches that nothing proves: without a mark for long, or near one that tells of late
        frames or of time that could not be put right."""
        ends = max(leg.wav.frames + leg.moved(leg.wav.frames) for leg in self._legs)
        ends_ms = self._begins_ms + ends // _PER_MS
        at_ms = [self._begins_ms, *(int(mark.at_ms) for mark in marks), ends_ms]
        doubts = [
            (at_ms[max(number - 1, 0)], at_ms[number + 2])
            for number, doubted in enumerate(self._doubted)
            if doubted
        ]
        for talk in self._talks:
            queued_ms = self._picked_up.get(talk[0])
            doubts += doubts_of_talk(self._seen, self._callers_late_ms, talk, queued_ms)
        known = sorted([*self.anchors, *at_ms[1:-1]])
        return joined([*doubts, *unsure(known, self._begins_ms, ends_ms)])

    def _narrowed(self, window: _Window) -> _Window:
        """A line that stands where it did before shows that it happened behind it."""
        off_ms = self._late[1] + self._legs[1].moved(window.first) / _PER_MS
        if abs(off_ms) <= LEFT_ALONE_MS:
            return window
        for spoken in window.lines:
            due = self._raw(1, spoken.start_ms, window.first)
            place = self._finder.find(spoken, due)
            if place is None or not window.first <= place < window.behind:
                continue
            if abs(place - due) > _SAME_PLACE_MS * _PER_MS:
                return replace(window, behind=place) if place > window.first else window
            window = replace(window, first=min(place + LEAST_RUN, window.behind))
        return window

    def _raw(self, number: int, at_ms: float, upto: int) -> int:
        """Where a time is in a raw leg, after what was mended up to a place."""
        moved = self._legs[number].moved(upto)
        return round((at_ms - self._begins_ms) * _PER_MS) - moved

    def _mend(
        self, number: int, window: _Window, lately: Sequence[Sequence[Sequence[tuple[int, int]]]]
    ) -> bool:
        """Bring one leg to its time; whether that came out right and in a place that is known.

        `lately`: both legs' silences of the window before and of this one.
        """
        leg = self._legs[number]
        late_ms = self._late[number] + leg.moved(window.behind) / _PER_MS
        if abs(late_ms) <= LEFT_ALONE_MS:
            return True
        within = [
            [one for one in each if window.first <= one[0] < window.behind] for each in lately[-1]
        ]
        samples = round(abs(late_ms) * _PER_MS)
        if late_ms > 0:
            others = [one for each in lately[::-1] for one in each[number]]
            leg.take_out([*within[number], *others], samples)
            left_ms = self._late[number] + leg.moved(window.behind) / _PER_MS
            return abs(left_ms) <= _SAME_PLACE_MS
        place, known = self._gap(number, window, within, samples)
        leg.mends.append(Mend(place, samples))
        return known or abs(late_ms) <= SOUND_MS

    def _gap(
        self,
        number: int,
        window: _Window,
        silences: Sequence[Sequence[tuple[int, int]]],
        samples: int,
    ) -> tuple[int, bool]:
        """Where it was that nothing was written, and whether that is known."""
        if silences[number]:
            return silences[number][-1][0], True
        for key in reversed(window.keys):
            place = self._raw(number, key, window.first) - samples
            if window.first <= place < window.behind:
                return place, True
        if silences[1 - number]:
            return silences[1 - number][-1][0], True
        return _softest(self._legs[number], window.first, window.behind), False

    def _anchor(self, lines: Sequence[Spoken]) -> None:
        for spoken in lines:
            house = self._legs[1]
            dues = (self._raw(1, spoken.start_ms, upto) for upto in (house.wav.frames, -1))
            places = (self._finder.find(spoken, due) for due in dues)
            place = next((one for one in places if one is not None), None)
            if place is None:
                continue
            self.found += 1
            off = place + house.moved(place) - self._raw(1, spoken.start_ms, -1)
            if abs(off) <= SOUND_MS * _PER_MS:
                self.anchors.append(spoken.start_ms)


def _softest(leg: Leg, first: int, behind: int) -> int:
    """Where silence hurts least: before the frame of the least power."""
    samples = leg.samples(first, behind)
    frames = samples[: len(samples) // LEAST_RUN * LEAST_RUN].reshape(-1, LEAST_RUN)
    if not len(frames):
        return first
    power = np.sum(np.square(frames, dtype=np.float64), axis=1)
    return first + int(power.argmin()) * LEAST_RUN
