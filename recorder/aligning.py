"""Puts a recording on the call's own clock, by the lines that the house spoke in it.

Asterisk's MixMonitor writes only while a frame passes in one direction. While the house is silent
and the caller's phone sends nothing (a key pressed as RFC 4733, silence suppression), its file
stands still, and all that follows would stand too early; where audio came late, in a heap, it can
have written silence for it besides, and all that follows stands too late. Of every line that was
spoken the facts know the moment, and we have the very sound. Where a line is found off by more
than TOLERANCE_MS, silence is put in before it (where a key was pressed, else just before the line),
or exact silence of both legs is taken out. No sample that holds sound is ever touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from calls.events import CallEvent
from recorder.catalog import Recording
from recorder.finding_sounds import place_of
from recorder.lines import LineSounds
from recorder.wav import RATE, SAMPLE_BYTES, Mend, WavFile

TOLERANCE_MS: Final = 35
"""A frame, the frame that Asterisk waits for, and the way of a command."""

MOST_LOST_MS: Final = 60_000
_AROUND_MS: Final = 400
_LEAST_LINE_MS: Final = 600
_LEAST_RUN: Final = RATE // 50
_UNSPOKEN: Final = frozenset({"failed", "skipped"})


@dataclass(frozen=True, slots=True)
class FileClock:
    """How a recording lies on the call's clock."""

    begins_ms: int
    """Offset of its first sample."""

    mends: tuple[Mend, ...]
    rate: int

    @property
    def filled(self) -> tuple[tuple[int, int], ...]:
        """Where silence is put in, on the call's clock: from and to in milliseconds."""
        places, moved = [], 0
        for mend in self.mends:
            if mend.frames > 0:
                from_ms = self.begins_ms + (mend.at + moved) * 1000 // self.rate
                places.append((from_ms, from_ms + mend.frames * 1000 // self.rate))
            moved += mend.frames
        return tuple(places)

    @property
    def put_in_ms(self) -> int:
        """By how much the recording becomes longer; below zero: shorter."""
        return sum(mend.frames for mend in self.mends) * 1000 // self.rate


def file_clock(
    caller: WavFile | None,
    house: WavFile | None,
    recording: Recording,
    events: Sequence[CallEvent],
    sounds: LineSounds,
) -> FileClock:
    """The clock of a recording with these legs, of a call with these facts.

    Raises OSError when a leg cannot be read.
    """
    began = _began_ms(events, recording.id)
    begins_ms = recording.started_ms if began is None else began
    if house is None or house.rate != RATE:
        return FileClock(begins_ms, (), RATE)
    with ExitStack() as opened:
        legs = [_Leg(opened.enter_context(house.path.open("rb")), house)]
        if caller is not None:
            legs.append(_Leg(opened.enter_context(caller.path.open("rb")), caller))
        return FileClock(begins_ms, _Mending(legs, begins_ms, events, sounds).mends(), RATE)


def _began_ms(events: Sequence[CallEvent], recording: str) -> int | None:
    """When Asterisk began to write, where the facts know it."""
    for event in events:
        if event.kind == "recording_stopped" and event.data.get("recording") == recording:
            known = event.data.get("began_ms")
            return None if known is None else int(known)
    return None


@dataclass(frozen=True, slots=True)
class _Leg:
    file: BinaryIO
    wav: WavFile

    def samples(self, first: int, behind: int) -> NDArray[np.int16]:
        first, behind = max(first, 0), min(behind, self.wav.frames)
        if behind <= first:
            return np.zeros(0, np.int16)
        self.file.seek(self.wav.data_at + first * SAMPLE_BYTES)
        raw = self.file.read((behind - first) * SAMPLE_BYTES)
        return np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")


@dataclass(frozen=True, slots=True)
class _Spoken:
    start_ms: int
    line: str
    language: str


class _Mending:
    """Goes through the lines of one recording in order; places are frames of its raw legs."""

    def __init__(
        self, legs: Sequence[_Leg], begins_ms: int, events: Sequence[CallEvent], sounds: LineSounds
    ) -> None:
        self._legs = legs
        self._begins_ms = begins_ms
        self._sounds = sounds
        self._lines = list(_lines(events, begins_ms))
        self._keys = [int(event.data["at_ms"]) for event in events if event.kind == "key"]
        self._moved = 0
        """Frames put in so far, less those taken out."""

    def mends(self) -> tuple[Mend, ...]:
        found: list[Mend] = []
        after = 0
        for spoken in self._lines:
            due = self._frame(spoken.start_ms)
            place = self._find(spoken, due)
            if place is None or place < after:
                continue
            if due - place > TOLERANCE_MS * RATE // 1000:
                found.append(Mend(self._gap(after, place, due - place), due - place))
                self._moved += due - place
            elif place - due > TOLERANCE_MS * RATE // 1000:
                for mend in self._too_much(after, place, place - due):
                    found.append(mend)
                    self._moved += mend.frames
            after = max(place, found[-1].at - min(found[-1].frames, 0) if found else 0)
        return tuple(sorted(found, key=lambda mend: mend.at))

    def _frame(self, offset_ms: int) -> int:
        """Where an offset of the call is to be found, after all that was mended before."""
        return (offset_ms - self._begins_ms) * RATE // 1000 - self._moved

    def _gap(self, after: int, place: int, lost: int) -> int:
        """Where the time was lost: before the end of the last key, else just before the line."""
        keys = [self._frame(key) - lost for key in self._keys]
        return max((key for key in keys if after <= key <= place), default=max(place, 0))

    def _too_much(self, after: int, place: int, most: int) -> Iterator[Mend]:
        """Exact silence of all legs, longest first until it is enough; told in order."""
        chosen = []
        for first, length in sorted(self._silences(after, place), key=lambda run: -run[1]):
            if most < _LEAST_RUN:
                break
            chosen.append(Mend(first, -min(length, most)))
            most -= min(length, most)
        yield from sorted(chosen, key=lambda mend: mend.at)

    def _silences(self, first: int, behind: int) -> Iterator[tuple[int, int]]:
        silent = np.ones(max(behind - first, 0), np.bool_)
        for leg in self._legs:
            samples = leg.samples(first, behind)
            silent[: len(samples)] &= samples == 0
        edges = np.flatnonzero(np.diff(silent.astype(np.int8), prepend=0, append=0))
        for begins, ends in zip(edges[::2], edges[1::2], strict=True):
            if ends - begins >= _LEAST_RUN:
                yield first + int(begins), int(ends - begins)

    def _find(self, spoken: _Spoken, due: int) -> int | None:
        """Frame at which a line begins; None: not found."""
        per_ms = RATE // 1000
        for early_ms in (_AROUND_MS, MOST_LOST_MS):
            first = max(due - early_ms * per_ms, 0)
            behind = due + (2 * _AROUND_MS + _LEAST_LINE_MS) * per_ms
            heard = self._legs[0].samples(first, behind)
            for sound in self._sounds.of(spoken.line, spoken.language):
                at = place_of(heard, sound, near=due - first, key_ms=_LEAST_LINE_MS)
                if at is not None:
                    return first + at
        return None


def _lines(events: Sequence[CallEvent], begins_ms: int) -> Iterator[_Spoken]:
    """Lines of the IVR that a recording holds from their beginning, in order."""
    for event in events:
        data = event.data
        if (
            event.kind == "said"
            and data["performer"] == "ivr"
            and data["ended"] not in _UNSPOKEN
            and data["start_ms"] >= begins_ms
            and data["end_ms"] - data["start_ms"] >= _LEAST_LINE_MS
        ):
            yield _Spoken(int(data["start_ms"]), str(data["line"]), str(data["language"]))
