"""A recording whose file stood still or ran ahead, put back on the call's clock."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calls.certainty import unsure
from calls.events import KeyFact, RecordingStarted, RecordingStopped
from recorder.aligning import FileClock, file_clock
from recorder.catalog import Catalog, Recording
from recorder.lines import LineSounds
from recorder.wav import look_at, write_stereo
from tests.recorder.spoken import Scene, prompt_file

BEGAN_MS = 1_000
LINES = {"how_may_i_help": 1_000, "main_menu": 7_000, "service_hours": 15_000, "closing": 24_000}
Samples = NDArray[np.int16]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder whose shelf holds the shipped lines."""
    shelf = tmp_path / "prompts" / "bundled" / "zh-Hans"
    shelf.mkdir(parents=True)
    for line in LINES:
        copy = shelf / f"{line}-0123456789ab.wav"
        copy.write_bytes(prompt_file(line).read_bytes())
    return tmp_path


class Recorded:
    """A call with four lines and a key, recorded from `BEGAN_MS` on."""

    def __init__(self, folder: Path, *, began_known: bool = True) -> None:
        self.folder = folder
        self.scene = Scene(30, begins_ms=BEGAN_MS)
        self.scene.fact(900, RecordingStarted(recording="r1", caller_file="", house_file=""))
        for line, at_ms in LINES.items():
            self.scene.line(line, at_ms)
        self.scene.fact(14_000, KeyFact(digits="1", at_ms=14_000))
        self.scene.caller_says("inquiry", 20_000)
        began_ms = BEGAN_MS if began_known else None
        self.scene.fact(
            30_000, RecordingStopped(recording="r1", reason="call_ended", began_ms=began_ms)
        )
        samples = self.scene.samples()
        self.legs: list[Samples] = [samples[:, 0].copy(), samples[:, 1].copy()]
        self.legs[0][self.legs[0] == 0] = 8  # as A-law, which has no zero

    def stands_still(self, from_ms: int, to_ms: int) -> None:
        """Nothing was written in this time of the call."""
        self.legs = [np.delete(leg, slice(*_frames(from_ms, to_ms))) for leg in self.legs]

    def runs_ahead(self, at_ms: int, extra_ms: int) -> None:
        """The caller's frames came in a heap, and silence was written for them besides."""
        first, _ = _frames(at_ms, at_ms)
        self.legs = [np.insert(leg, first, np.zeros(extra_ms * 8, np.int16)) for leg in self.legs]

    def clock(self, state: Path) -> FileClock:
        paths = [self.folder / "in.wav", self.folder / "out.wav"]
        for path, leg in zip(paths, self.legs, strict=True):
            with wave.open(str(path), "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(8000)
                out.writeframes(leg.astype("<i2").tobytes())
        caller, house = (look_at(path) for path in paths)
        return file_clock(caller, house, self.recording(), self.scene.events, LineSounds(state))

    def recording(self) -> Recording:
        catalog = Catalog()
        catalog.take(self.scene.events)
        return catalog.all()[0]

    def merged(self, clock: FileClock) -> Samples:
        """What is kept, shape (frames, 2)."""
        with (self.folder / "both.wav").open("wb") as out:
            write_stereo(
                look_at(self.folder / "in.wav"),
                look_at(self.folder / "out.wav"),
                out,
                clock.mends,
            )
        with wave.open(str(self.folder / "both.wav"), "rb") as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)

    def whole(self) -> Samples:
        """What would have been kept had nothing gone wrong."""
        return self.scene.samples()


def _frames(from_ms: int, to_ms: int) -> tuple[int, int]:
    return (from_ms - BEGAN_MS) * 8, (to_ms - BEGAN_MS) * 8


def same_from(kept: Samples, whole: Samples, at_ms: int) -> bool:
    """Whether the house's leg is the same, sample by sample, from an offset of the call on."""
    first, _ = _frames(at_ms, at_ms)
    count = min(len(kept), len(whole))
    return bool(np.array_equal(kept[first:count, 1], whole[first:count, 1]))


def test_a_file_that_never_stood_still_is_left_as_it_is(tmp_path: Path, state: Path) -> None:
    recorded = Recorded(tmp_path)

    clock = recorded.clock(state)

    assert (clock.begins_ms, clock.mends, clock.filled) == (BEGAN_MS, ((), ()), ())
    assert clock.anchors == tuple(LINES.values())


def test_time_lost_at_a_key_is_put_in_where_the_key_was_pressed(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(13_880, 14_000)

    clock = recorded.clock(state)
    kept = recorded.merged(clock)

    assert clock.filled == ((13_880, 14_000),)
    assert clock.put_in_ms == 120
    assert len(kept) == len(recorded.whole())
    assert same_from(kept, recorded.whole(), 14_000)


@pytest.mark.parametrize("lost_ms", [60, 500, 3_000])
def test_time_lost_where_nobody_sent_anything_is_put_in_before_the_next_line(
    tmp_path: Path, state: Path, lost_ms: int
) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(6_500 - lost_ms, 6_500)

    clock = recorded.clock(state)

    assert clock.filled == ((7_000 - lost_ms, 7_000),)
    assert same_from(recorded.merged(clock), recorded.whole(), 7_000)


def test_time_lost_where_silence_was_said_for_a_phone_that_sent_nothing_is_put_in_there(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path)
    first, behind = _frames(4_000, 5_200)
    for leg in recorded.legs:
        leg[first:behind] = 0
    recorded.stands_still(3_880, 4_000)

    clock = recorded.clock(state)

    assert clock.filled == ((3_880, 4_000),)
    assert same_from(recorded.merged(clock), recorded.whole(), 7_000)


def test_time_lost_several_times_is_put_in_each_time(tmp_path: Path, state: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(23_000, 23_400)  # the last one first: places are of the whole call
    recorded.stands_still(13_880, 14_000)
    recorded.stands_still(6_000, 6_300)

    clock = recorded.clock(state)

    assert [to_ms - from_ms for from_ms, to_ms in clock.filled] == [300, 120, 400]
    assert clock.anchors == tuple(LINES.values())
    assert same_from(recorded.merged(clock), recorded.whole(), 24_000)


def test_a_frame_or_so_is_no_lost_time(tmp_path: Path, state: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(6_000, 6_030)

    assert recorded.clock(state).mends == ((), ())


def test_silence_written_besides_is_taken_out_and_no_sound_is_lost(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path)
    recorded.runs_ahead(12_800, 100)

    clock = recorded.clock(state)
    kept = recorded.merged(clock)

    assert clock.filled == ()
    assert clock.put_in_ms == -100
    assert same_from(kept, recorded.whole(), 15_000)
    words = kept[_frames(20_000, 23_000)[0] : _frames(20_000, 23_000)[1], 0]
    true = recorded.whole()[_frames(20_000, 23_000)[0] : _frames(20_000, 23_000)[1], 0]
    assert np.abs(words.astype(int) - true).max() <= 8


def test_too_much_after_the_last_line_is_known_from_the_end_of_the_call(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path)
    recorded.runs_ahead(28_000, 400)

    clock = recorded.clock(state)

    assert clock.put_in_ms == -400


def test_sound_is_never_taken_out_however_long_the_file(tmp_path: Path, state: Path) -> None:
    recorded = Recorded(tmp_path)
    first, _ = _frames(28_000, 28_000)
    noise = np.full(3_200, 40, np.int16)
    recorded.legs = [np.insert(leg, first, noise) for leg in recorded.legs]
    recorded.legs[1][recorded.legs[1] == 0] = 8

    assert recorded.clock(state).mends == ((), ())


def test_without_a_known_beginning_the_fact_of_the_start_counts(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path, began_known=False)

    assert recorded.clock(state).begins_ms == 900


def test_lines_whose_sound_is_not_on_the_shelf_change_nothing(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(13_880, 14_000)

    clock = recorded.clock(tmp_path / "empty")

    assert (clock.mends, clock.anchors) == (((), ()), ())


def test_a_line_that_cannot_be_put_where_it_was_said_proves_nothing(
    tmp_path: Path, state: Path
) -> None:
    recorded = Recorded(tmp_path)
    first, _ = _frames(22_900, 22_900)
    more = np.full(2_400, 40, np.int16)
    recorded.legs = [np.insert(leg, first, more) for leg in recorded.legs]
    recorded.legs[1][recorded.legs[1] == 0] = 8

    clock = recorded.clock(state)

    assert clock.anchors == tuple(at_ms for at_ms in LINES.values() if at_ms < 22_900)


def test_where_no_line_is_near_the_clock_is_not_proved() -> None:
    assert unsure([5_000, 30_000, 38_000], 1_000, 60_000) == [(5_000, 30_000), (38_000, 60_000)]
    assert unsure([], 0, 10_000) == []
    assert unsure([], 0, 10_001) == [(0, 10_001)]


def test_a_leg_that_is_missing_leaves_the_other_as_it_is(tmp_path: Path, state: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.stands_still(13_880, 14_000)
    recorded.clock(state)
    house = look_at(tmp_path / "out.wav")

    clock = file_clock(None, house, recorded.recording(), recorded.scene.events, LineSounds(state))

    assert clock == FileClock(BEGAN_MS)
