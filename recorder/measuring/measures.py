"""The measures of one recording, each defined in docs/recordings.md.

Talk-over (A22) counts where the agent begins to speak while the caller has been speaking for
CALLER_SPOKE_MS, and both go on together for TALK_OVER_MS. ITU-T P.59 (table 1) gives the double
talk of ordinary conversations 0.23 s in the mean; twice that is no "yes" or "I see" between two
words, nor a turn taken up a little early.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from calls.events import CallEvent, RecordingMeasured
from recorder.measuring.course import Course, course_of, mask_of
from recorder.measuring.talking import FRAME_MS, Frames, Mask, Talk, frames_of, runs, talk_of
from recorder.wav import WavFile, blocks_in

VERSION: Final = 2
"""Of the definitions here; figures of two versions are not compared."""

CALLER_SPOKE_MS: Final = 200
TALK_OVER_MS: Final = 500
MOST_PLACES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the sound of one recording tells; offsets are of the call, levels in dBov (a full-scale
    sine is -3)."""

    caller_talk_ms: int
    house_talk_ms: int
    agent_talk_ms: int
    silence_ms: int
    talk_over_ms: int
    talk_overs: tuple[tuple[int, int], ...]
    dead_air_ms: int
    dead_air_from_ms: int | None
    caller_level_dbov: float | None
    house_level_dbov: float | None
    caller_noise_dbov: float | None
    caller_talk: tuple[tuple[int, int], ...]
    """Where the caller speaks, in order."""

    house_talk: tuple[tuple[int, int], ...]

    def fact(self, recording: str) -> RecordingMeasured:
        """As the ledger keeps it."""
        return RecordingMeasured(
            recording=recording,
            version=VERSION,
            caller_talk_ms=self.caller_talk_ms,
            house_talk_ms=self.house_talk_ms,
            agent_talk_ms=self.agent_talk_ms,
            silence_ms=self.silence_ms,
            talk_over_ms=self.talk_over_ms,
            talk_overs=_longest(self.talk_overs),
            dead_air_ms=self.dead_air_ms,
            dead_air_from_ms=self.dead_air_from_ms,
            caller_level_dbov=self.caller_level_dbov,
            house_level_dbov=self.house_level_dbov,
            caller_noise_dbov=self.caller_noise_dbov,
        )


def measure(file: BinaryIO, wav: WavFile, events: Iterable[CallEvent], begins_ms: int) -> Measures:
    """Measure a kept recording: two legs, caller first.

    `events` are those of its call, `begins_ms` the call's offset at the first sample. Raises
    RecordingError or OSError when it cannot be read.
    """
    legs = [frames_of((block[:, leg] for block in blocks_in(file, wav)), wav.rate)
            for leg in range(wav.channels)]  # fmt: skip
    return measure_legs(legs[0], legs[-1], course_of(events), begins_ms)


def measure_samples(
    samples: NDArray[np.int16], rate: int, events: Iterable[CallEvent], begins_ms: int
) -> Measures:
    """The same of samples, shape (frames, 2), caller first."""
    caller, house = (frames_of([samples[:, leg]], rate) for leg in (0, 1))
    return measure_legs(caller, house, course_of(events), begins_ms)


def measure_legs(caller: Frames, house: Frames, course: Course, begins_ms: int) -> Measures:
    """The same of frames; both legs have the same number of them."""
    heard, said = talk_of(caller), talk_of(house)
    scene = _Scene(heard.spoken, said.spoken, course, begins_ms)
    overs = scene.talk_overs()
    dead = scene.dead_air()
    return Measures(
        caller_talk_ms=_ms(scene.caller),
        house_talk_ms=_ms(scene.house),
        agent_talk_ms=_ms(scene.house & scene.talk),
        silence_ms=_ms(~scene.caller & ~scene.house & ~scene.music),
        talk_over_ms=sum(to_ms - from_ms for from_ms, to_ms in overs),
        talk_overs=overs,
        dead_air_ms=dead[1] - dead[0] if dead else 0,
        dead_air_from_ms=dead[0] if dead else None,
        caller_level_dbov=heard.talk_dbov,
        house_level_dbov=_house_level(house, scene, said),
        caller_noise_dbov=heard.noise_dbov,
        caller_talk=scene.places(scene.caller),
        house_talk=scene.places(scene.house),
    )


class _Scene:
    """Both legs and the course of the call, frame by frame."""

    def __init__(self, caller: Mask, house: Mask, course: Course, begins_ms: int) -> None:
        count = len(caller)
        self.begins_ms = begins_ms
        lines = mask_of(course.lines, begins_ms, count)
        holds = mask_of(course.holds, begins_ms, count)
        waits = mask_of(course.waits, begins_ms, count)
        self.music = (holds | waits) & ~lines
        """Music, or ringing: no talk of the house's, nor silence."""

        self.talk = mask_of(course.talks, begins_ms, count) & ~holds
        self.caller = caller
        self.house = house & ~self.music
        self.lines = lines

    def talk_overs(self) -> tuple[tuple[int, int], ...]:
        """Where the agent speaks into the caller's speech."""
        agent = self.house & self.talk & ~self.lines
        least, spoke = TALK_OVER_MS // FRAME_MS, CALLER_SPOKE_MS // FRAME_MS
        begins = np.zeros(len(agent), np.int32)  # where the caller's utterance began, by frame
        for first, behind in zip(*runs(self.caller), strict=True):
            begins[first:behind] = first + 1
        found = []
        for first, behind in zip(*runs(agent), strict=True):
            began = begins[first] - 1
            if began < 0 or first - began < spoke:
                continue
            ends = int(np.argmin(np.append(self.caller[first:behind], False)))
            if ends >= least:
                found.append(self._place(first, first + ends))
        return tuple(found)

    def dead_air(self) -> tuple[int, int] | None:
        """The longest time in a talk in which nobody speaks."""
        starts, ends = runs(self.talk & ~self.caller & ~self.house)
        if not len(starts):
            return None
        longest = int(np.argmax(ends - starts))
        return self._place(starts[longest], ends[longest])

    def places(self, mask: Mask) -> tuple[tuple[int, int], ...]:
        """The runs of a mask on the call's clock."""
        return tuple(self._place(*run) for run in zip(*runs(mask), strict=True))

    def _place(self, first: int | np.intp, behind: int | np.intp) -> tuple[int, int]:
        return self.begins_ms + int(first) * FRAME_MS, self.begins_ms + int(behind) * FRAME_MS


def _house_level(house: Frames, scene: _Scene, said: Talk) -> float | None:
    """Music would be counted in the level of the whole leg's talk."""
    if np.array_equal(scene.house, said.spoken):
        return said.talk_dbov
    power = house.power[scene.house]
    return round(10 * float(np.log10(max(float(power.mean()), 1e-10))), 1) if len(power) else None


def _ms(mask: Mask) -> int:
    return int(np.count_nonzero(mask)) * FRAME_MS


def _longest(places: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    kept = sorted(places, key=lambda place: place[0] - place[1])[:MOST_PLACES]
    return tuple(sorted(kept))
