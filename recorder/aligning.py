"""Where a recording lost time, found by the house's own lines.

Asterisk's MixMonitor writes only while a frame passes in one direction: while the house is silent
and the caller's phone sends nothing (a key pressed as RFC 4733, silence suppression), its file
stands still, and all that follows would stand too early. Of every line that was spoken the facts
know the moment, and we have the very sound; where it is found too early by more than TOLERANCE_MS,
that much silence is put in before it: where keys were pressed, else just before the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from calls.events import CallEvent
from recorder.catalog import Recording
from recorder.lines import LineSounds
from recorder.wav import RATE, SAMPLE_BYTES, Hole, WavFile

TOLERANCE_MS: Final = 30
MOST_LOST_MS: Final = 60_000
_EARLY_MS: Final = 300
_KEY_MS: Final = 600
"""So much of a line is looked for, from its first sound on."""

_LIKE: Final = 0.7
_QUIET: Final = 330
_LOST_KINDS: Final = frozenset({"failed", "skipped"})


@dataclass(frozen=True, slots=True)
class _Spoken:
    start_ms: int
    line: str
    language: str


def began_ms(events: Iterable[CallEvent], recording: str) -> int | None:
    """When Asterisk began to write, where the facts know it."""
    for event in events:
        if event.kind == "recording_stopped" and event.data.get("recording") == recording:
            known = event.data.get("began_ms")
            return None if known is None else int(known)
    return None


def holes(
    house: WavFile, begins_ms: int, events: Sequence[CallEvent], sounds: LineSounds
) -> tuple[Hole, ...]:
    """The time that a house leg lacks, in order; `begins_ms` is the offset of its first sample.

    Raises OSError when the leg cannot be read.
    """
    found: list[Hole] = []
    lost, after = 0, 0
    keys = [int(event.data["at_ms"]) for event in events if event.kind == "key"]
    per_ms = house.rate // 1000
    with house.path.open("rb") as file:
        for spoken in _lines(events, begins_ms):
            due = (spoken.start_ms - begins_ms) * per_ms - lost
            place = _find(file, house, sounds, spoken, due)
            if place is None or place < after:
                continue
            if due - place > TOLERANCE_MS * per_ms:
                pressed = [(key - begins_ms) * per_ms - lost for key in keys]
                at = max((key for key in pressed if after <= key <= place), default=place)
                found.append(Hole(max(min(at, place), 0), due - place))
                lost += due - place
            after = place
    return tuple(found)


def _lines(events: Sequence[CallEvent], begins_ms: int) -> Iterable[_Spoken]:
    """Lines of the IVR that a recording holds from their beginning."""
    for event in events:
        data = event.data
        if (
            event.kind == "said"
            and data["performer"] == "ivr"
            and data["ended"] not in _LOST_KINDS
            and data["start_ms"] >= begins_ms
            and data["end_ms"] - data["start_ms"] >= _KEY_MS
        ):
            yield _Spoken(int(data["start_ms"]), str(data["line"]), str(data["language"]))


def _find(
    file: BinaryIO, house: WavFile, sounds: LineSounds, spoken: _Spoken, due: int
) -> int | None:
    """Frame at which a line begins, at most `MOST_LOST_MS` too early; None: not found."""
    per_ms = house.rate // 1000
    for reach_ms in (_EARLY_MS, MOST_LOST_MS):
        first = max(due - reach_ms * per_ms, 0)
        behind = min(due + (_EARLY_MS + 2 * _KEY_MS) * per_ms, house.frames)
        heard = _read(file, house, first, behind)
        for sound in sounds.of(spoken.line, spoken.language):
            at = _place(heard, sound, latest=due - first)
            if at is not None:
                return first + at
    return None


def _read(file: BinaryIO, wav: WavFile, first: int, behind: int) -> NDArray[np.float32]:
    if behind <= first:
        return np.zeros(0, np.float32)
    file.seek(wav.data_at + first * SAMPLE_BYTES)
    raw = file.read((behind - first) * SAMPLE_BYTES)
    return np.frombuffer(raw[: len(raw) // 2 * 2], "<i2").astype(np.float32)


def _place(heard: NDArray[np.float32], sound: NDArray[np.int16], *, latest: int) -> int | None:
    """Where a sound begins in what was heard, by normalised cross-correlation of its first words.

    The last place before `latest` (and a little) that is alike enough; None where there is none.
    """
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _QUIET)
    if not len(loud):
        return None
    lead = int(loud[0])
    key = sound[lead : lead + _KEY_MS * 8].astype(np.float32)
    places = len(heard) - len(key) + 1
    if places <= 0:
        return None
    size = 1 << int(np.ceil(np.log2(len(heard) + len(key))))
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(key, size))
    product = np.fft.irfft(spectrum, size)[:places]
    energy = np.concatenate(([0.0], np.cumsum(heard.astype(np.float64) ** 2)))
    local = energy[len(key) :] - energy[:places]
    wanted = float(np.sum(key.astype(np.float64) ** 2))
    score = product / np.sqrt(np.maximum(local, wanted / 100) * wanted)
    alike = np.flatnonzero(score >= max(_LIKE, 0.97 * float(score.max())))
    if not len(alike):
        return None
    # A line that was said twice: the one that is nearest to where it is due.
    return int(alike[np.argmin(np.abs(alike - lead - latest))]) - lead


def filled(holes: Sequence[Hole], rate: int, begins_ms: int) -> tuple[tuple[int, int], ...]:
    """Where the silence of some holes lies on the call's clock, from and to in milliseconds."""
    places, put_in = [], 0
    for hole in holes:
        from_ms = begins_ms + (hole.at + put_in) * 1000 // rate
        put_in += hole.frames
        places.append((from_ms, from_ms + hole.frames * 1000 // rate))
    return tuple(places)


@dataclass(frozen=True, slots=True)
class FileClock:
    """How a recording lies on the call's clock."""

    begins_ms: int
    holes: tuple[Hole, ...]
    rate: int

    @property
    def filled(self) -> tuple[tuple[int, int], ...]:
        """Where its holes lie on the call's clock."""
        return filled(self.holes, self.rate, self.begins_ms)

    @property
    def put_in_ms(self) -> int:
        """Length of all holes."""
        return sum(hole.frames for hole in self.holes) * 1000 // self.rate


def file_clock(
    house: WavFile | None,
    recording: Recording,
    events: Sequence[CallEvent],
    sounds: LineSounds,
) -> FileClock:
    """The clock of a recording whose house leg is `house`, if there is one."""
    began = began_ms(events, recording.id)
    begins_ms = recording.started_ms if began is None else began
    if house is None:
        return FileClock(begins_ms, (), RATE)
    return FileClock(begins_ms, holes(house, begins_ms, events, sounds), house.rate)
