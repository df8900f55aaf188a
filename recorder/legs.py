"""The two raw legs of a recording, opened, and where the house's lines stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from calls.events import CallEvent
from recorder.finding_sounds import place_of
from recorder.lines import LineSounds
from recorder.wav import RATE, SAMPLE_BYTES, Mend, Mends, WavFile

MOST_LOST_MS: Final = 60_000
LEAST_RUN: Final = RATE // 50
LEAST_LINE_MS: Final = 600
_AROUND_MS: Final = 400
_UNSPOKEN: Final = frozenset({"failed", "skipped"})
_TALK_ENDS: Final = frozenset({"left_queue", "transferred", "hung_up", "ended"})


@dataclass(frozen=True, slots=True)
class Leg:
    """One raw leg and what is to be done to it; places are samples of the raw file."""

    file: BinaryIO
    wav: WavFile
    mends: list[Mend] = field(default_factory=list)

    def samples(self, first: int, behind: int) -> NDArray[np.int16]:
        """What lies between two places; less where the file has less."""
        first, behind = max(first, 0), min(behind, self.wav.frames)
        if behind <= first:
            return np.zeros(0, np.int16)
        self.file.seek(self.wav.data_at + first * SAMPLE_BYTES)
        raw = self.file.read((behind - first) * SAMPLE_BYTES)
        return np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")

    def silences(self, first: int, behind: int) -> list[tuple[int, int]]:
        """Runs of exact zeros, shortest first: what Asterisk writes where nothing came. A line's
        coding has no zero (A-law), or has it in silence only."""
        found = runs(self.samples(first, behind) == 0)
        long = [(max(first, 0) + at, length) for at, length in found if length >= LEAST_RUN]
        return sorted(long, key=lambda run: run[1])

    def moved(self, upto: int) -> int:
        """Samples put in up to a place, less those taken out."""
        return sum(mend.frames for mend in self.mends if mend.at <= upto)

    def take_out(self, silences: Sequence[tuple[int, int]], most: int) -> None:
        """Take so much out of these silences, the first of them first, each no more than once."""
        for at, length in silences:
            before = sum(one.frames for one in self.mends if one.at == at and one.frames < 0)
            taken = min(length + before, most)
            if taken > 0:
                self.mends.append(Mend(at, -taken))
                most -= taken


def mends_of(legs: Sequence[Leg]) -> Mends:
    """What is to be done to both, each in order of its places."""
    caller, house = (tuple(sorted(leg.mends, key=lambda one: one.at)) for leg in legs)
    return caller, house


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First place and length of each run of True."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=np.int8(0), append=np.int8(0)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(begins, ends - begins) for begins, ends in pairs]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of the IVR, as its fact has it."""

    start_ms: int
    line: str
    language: str


def lines_of(events: Sequence[CallEvent], begins_ms: int) -> Iterator[Spoken]:
    """Lines of the IVR that a recording holds from their beginning, in order."""
    for event in events:
        data = event.data
        if (
            event.kind == "said"
            and data["performer"] == "ivr"
            and data["ended"] not in _UNSPOKEN
            and data["start_ms"] >= begins_ms
            and data["end_ms"] - data["start_ms"] >= LEAST_LINE_MS
        ):
            yield Spoken(int(data["start_ms"]), str(data["line"]), str(data["language"]))


def keys_of(events: Sequence[CallEvent]) -> list[int]:
    """When keys were over, offsets of the call."""
    return [int(event.data["at_ms"]) for event in events if event.kind == "key"]


def picked_up_of(events: Sequence[CallEvent]) -> dict[int, int]:
    """When agents picked up, each with since when the caller had waited (0: in no queue): offsets
    of the call."""
    found: dict[int, int] = {}
    queued_ms = 0
    for event in events:
        if event.kind == "queued":
            queued_ms = event.offset_ms
        elif event.kind == "agent_answered":
            found[event.offset_ms] = queued_ms
    return found


def talks_of(events: Sequence[CallEvent]) -> list[tuple[int, int]]:
    """When an agent was connected to the caller, holds left out: offsets of the call."""
    found: list[tuple[int, int]] = []
    since_ms: int | None = None
    for event in events:
        held = event.kind == "held" and bool(event.data["on"])
        if since_ms is not None and (held or event.kind in _TALK_ENDS):
            found.append((since_ms, event.offset_ms))
            since_ms = None
        elif event.kind == "agent_answered" or (event.kind == "held" and not held):
            since_ms = event.offset_ms
    return found


@dataclass(frozen=True, slots=True)
class LineFinder:
    """Looks for lines in the house's leg, by the sounds that are on the shelf."""

    house: Leg
    sounds: LineSounds

    def find(self, spoken: Spoken, due: int) -> int | None:
        """Sample at which a line begins, looked for around `due` and before it; None: not found."""
        per_ms = RATE // 1000
        for early_ms in (_AROUND_MS, MOST_LOST_MS):
            first = max(due - early_ms * per_ms, 0)
            behind = due + (2 * _AROUND_MS + LEAST_LINE_MS) * per_ms
            heard = self.house.samples(first, behind)
            for sound in self.sounds.of(spoken.line, spoken.language):
                at = place_of(heard, sound, near=due - first, key_ms=LEAST_LINE_MS)
                if at is not None:
                    return first + at
        return None
