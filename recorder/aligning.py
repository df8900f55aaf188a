"""Puts a recording on the call's own clock, by the lines that the house spoke in it.

Asterisk's MixMonitor writes only while a frame passes in one direction. While the house is silent
and the caller's phone sends nothing (a key pressed as RFC 4733, silence suppression), its file
stands still, and all that follows would stand too early; where audio came late, in a heap, it can
have written silence for it besides, and all that follows stands too late. Of every line that was
spoken the facts know the moment, and we have the very sound. Where a line is found off by more
than TOLERANCE_MS, silence is put in before it (where nothing came, where a key was pressed), or
exact zeros are taken out of both legs. No sample that holds sound is ever touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import numpy as np

from calls.events import CallEvent
from recorder.catalog import Recording
from recorder.growth import Tick
from recorder.legs import LEAST_RUN, Leg, LineFinder, keys_of, lines_of, mends_of, runs
from recorder.lines import LineSounds
from recorder.pacing import paced
from recorder.wav import RATE, Mend, Mends, WavFile

TOLERANCE_MS: Final = 35
"""A frame, the frame that Asterisk waits for, and the way of a command."""

_TOLERANCE: Final = TOLERANCE_MS * RATE // 1000
_TOLERANCE_AT_THE_END: Final = 150 * RATE // 1000
"""News of a hang-up is late by some milliseconds, never early."""

_TO_BEGIN: Final = RATE
_NOTHING_CAME: Final = RATE // 10
_MOST_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class FileClock:
    """How a recording lies on the call's clock."""

    begins_ms: int
    """Offset of its first sample."""

    mends: Mends = ((), ())
    anchors: tuple[int, ...] = ()
    """Offsets of the lines that were found, and stand now where their facts say."""

    unproved: tuple[tuple[int, int], ...] | None = None
    """Where nothing shows that it is right to 50 ms; None: where no anchor is near."""

    @property
    def filled(self) -> tuple[tuple[int, int], ...]:
        """Where silence is put in, on the call's clock: from and to in milliseconds."""
        places, moved = [], 0
        for mend in self.mends[1]:
            if mend.frames > 0:
                from_ms = self.begins_ms + (mend.at + moved) * 1000 // RATE
                places.append((from_ms, from_ms + mend.frames * 1000 // RATE))
            moved += mend.frames
        return tuple(places)

    @property
    def put_in_ms(self) -> int:
        """By how much the recording becomes longer; below zero: shorter."""
        return sum(mend.frames for mend in self.mends[1]) * 1000 // RATE


def file_clock(
    caller: WavFile | None,
    house: WavFile | None,
    recording: Recording,
    events: Sequence[CallEvent],
    sounds: LineSounds,
    ticks: Sequence[Tick] = (),
) -> FileClock:
    """The clock of a recording with these legs, of a call with these facts.

    By when its files grew where that was seen (`ticks`), else by its lines. Raises OSError when a
    leg cannot be read.
    """
    began_ms, stopped_ms = _ran(events, recording.id)
    begins_ms = recording.started_ms if began_ms is None else began_ms
    if caller is None or house is None or {caller.rate, house.rate} != {RATE}:
        return FileClock(begins_ms)
    with ExitStack() as opened:
        files = [(opened.enter_context(wav.path.open("rb")), wav) for wav in (caller, house)]
        if ticks and caller.frames == house.frames:
            legs = [Leg(*each) for each in files]
            found = paced(legs, begins_ms, ticks, events, LineFinder(legs[1], sounds))
            if found is not None:
                return FileClock(begins_ms, found.mends, found.anchors, found.unproved)
        legs = [Leg(*each) for each in files]
        mending = _Mending(legs, begins_ms, events, LineFinder(legs[1], sounds))
        mends = mending.mends(stopped_ms)
        return FileClock(begins_ms, mends, tuple(mending.anchors))


def _ran(events: Sequence[CallEvent], recording: str) -> tuple[int | None, int | None]:
    """When Asterisk began to write and when it stopped, where the facts know it."""
    for event in events:
        if event.kind == "recording_stopped" and event.data.get("recording") == recording:
            known = event.data.get("began_ms")
            return (None if known is None else int(known)), event.offset_ms
    return None, None


class _Mending:
    """Goes through the lines of one recording in order; places are frames of its raw legs."""

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
        self._finder = finder
        self._moved = 0
        """Frames put in so far, less those taken out."""

        self.anchors: list[int] = []

    def mends(self, stopped_ms: int | None) -> Mends:
        """What is to be done; `stopped_ms` is when the recording ended, where that is known."""
        after = -_TO_BEGIN  # the very beginning of a first line may be missing
        for spoken in self._lines:
            due = self._frame(spoken.start_ms)
            place = self._finder.find(spoken, due)
            if place is None or place < after:
                continue
            if due - place > _TOLERANCE:
                self._put_in(after, place, due - place)
            elif place - due > _TOLERANCE:
                self._take_out(after, place, place - due)
            if abs(self._frame(spoken.start_ms) - place) <= _TOLERANCE:
                self.anchors.append(spoken.start_ms)
            after = place
        ends = min(leg.wav.frames for leg in self._legs)
        if stopped_ms is not None and ends - self._frame(stopped_ms) > _TOLERANCE_AT_THE_END:
            self._take_out(after, ends, ends - self._frame(stopped_ms))
        return mends_of(self._legs)

    def _frame(self, offset_ms: int) -> int:
        """Where an offset of the call is to be found, after all that was mended before."""
        return (offset_ms - self._begins_ms) * RATE // 1000 - self._moved

    def _put_in(self, after: int, place: int, lost: int) -> None:
        """Where nothing came, if that is seen: what is lost is lost before Asterisk hears that we
        say silence. Else before the end of the last key, else just before the line."""
        keys = [self._frame(key) - lost for key in self._keys]
        last_key = max((key for key in keys if after <= key <= place), default=max(place, 0))
        places = self._nothing_came(after, place) or [last_key]
        shares = [lost // len(places)] * len(places)
        shares[-1] += lost - sum(shares)
        for at, frames in zip(places, shares, strict=True):
            for leg in self._legs:
                leg.mends.append(Mend(at, frames))
        self._moved += lost

    def _nothing_came(self, first: int, behind: int) -> list[int]:
        """Where both legs are exact silence for some time: at most the few longest such times."""
        first = max(first, 0)
        legs = [leg.samples(first, behind) for leg in self._legs]
        count = min(len(samples) for samples in legs)
        together = np.logical_and(*(samples[:count] == 0 for samples in legs))
        found = [(at, length) for at, length in runs(together) if length >= _NOTHING_CAME]
        longest = sorted(found, key=lambda run: -run[1])[:_MOST_PLACES]
        return sorted(first + at for at, _ in longest)

    def _take_out(self, first: int, behind: int, most: int) -> None:
        """As much from one leg as from the other: they were written side by side."""
        found = [leg.silences(first, behind) for leg in self._legs]
        most = min(most, *(sum(length for _, length in each) for each in found))
        if most < LEAST_RUN:
            return
        for leg, silences in zip(self._legs, found, strict=True):
            leg.take_out(silences, most)
        self._moved -= most
