"""A recording whose growth was seen stands on the call's clock in a talk as well."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calls.events import KeyFact, RecordingStarted, RecordingStopped
from recorder.aligning import FileClock, file_clock
from recorder.catalog import Catalog
from recorder.growth import Tick
from recorder.lines import LineSounds
from recorder.pacing import WRITTEN_MS
from recorder.wav import look_at, write_stereo
from tests.recorder.spoken import Scene, prompt_file

BEGAN_MS, ENDS_MS = 1_000, 60_000
LINES = {"how_may_i_help": 1_000, "main_menu": 7_000, "service_hours": 50_000}
KEY_MS = 14_000
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


class Talked:
    """A minute with a menu, a key, a queue and a talk from 20 to 45 s, and how it was written.

    Places in the legs say themselves when they were spoken: each sample is noise of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scene = Scene(ENDS_MS / 1000)
        self.scene.fact(900, RecordingStarted(recording="r1", caller_file="", house_file=""))
        for line, at_ms in LINES.items():
            self.scene.line(line, at_ms)
        self.scene.fact(KEY_MS, KeyFact(digits="0", at_ms=KEY_MS))
        self.scene.queued(16_000)
        self.scene.answered(20_000)
        self.scene.fact(
            ENDS_MS, RecordingStopped(recording="r1", reason="call_ended", began_ms=BEGAN_MS)
        )
        samples = self.scene.samples()[BEGAN_MS * 8 :]
        noise = np.random.default_rng(5).integers(20, 90, samples.shape, np.int16)
        self.true: Samples = (samples + noise).astype(np.int16)
        self.legs = [self.true[:, leg].copy() for leg in (0, 1)]
        self.when = np.arange(len(self.true)) / 8 + BEGAN_MS
        """When each sample of the files was written."""

    def stands_still(self, from_ms: int, to_ms: int) -> None:
        """Nothing was written in this time of the call."""
        cut = (self.when >= from_ms) & (self.when < to_ms)
        self.legs = [leg[~cut] for leg in self.legs]
        self.when = self.when[~cut]

    def callers_frames_wait(self, from_ms: int, waits_ms: int) -> None:
        """From here on each of the caller's frames is written so much later than it came."""
        first = int(np.searchsorted(self.when, from_ms))
        count = waits_ms * 8
        # The end stood still meanwhile: the house had nothing, and the caller was not read.
        self.when = np.delete(self.when, slice(first, first + count))
        self.legs[1] = np.delete(self.legs[1], slice(first, first + count))
        self.legs[0] = self.legs[0][: len(self.legs[1])]

    def they_are_let_go(self, at_ms: int, waited_ms: int) -> None:
        """The house sent nothing for a moment: what waited was written."""
        first = int(np.searchsorted(self.when, at_ms))
        count, written = waited_ms * 8, len(self.legs[0])
        self.when = np.insert(self.when, first, np.full(count, self.when[first]))
        self.legs[1] = np.insert(self.legs[1], first, np.zeros(count, np.int16))
        self.legs[0] = np.append(self.legs[0], self.true[written : written + count, 0])

    def houses_frames_come_late(self, from_ms: int, late_ms: int) -> None:
        """Silence was written for the house's, and from then on each of its frames waits."""
        first = int(np.searchsorted(self.when, from_ms))
        zeros = np.zeros(late_ms * 8, np.int16)
        self.legs[1] = np.insert(self.legs[1], first, zeros)[: len(self.when)]

    def silence_besides(self, at_ms: int, more_ms: int) -> None:
        """The end ran ahead: silence was written in both legs."""
        first = int(np.searchsorted(self.when, at_ms))
        zeros = np.zeros(more_ms * 8, np.int16)
        self.legs = [np.insert(leg, first, zeros) for leg in self.legs]
        self.when = np.insert(self.when, first, np.full(len(zeros), self.when[first]))

    def nothing_said(self, from_ms: int, to_ms: int, *legs: int) -> None:
        """Silence was written where these legs had nothing."""
        first, behind = np.searchsorted(self.when, [from_ms, to_ms])
        for leg in legs:
            self.legs[leg][first:behind] = 0

    def ticks(self, from_ms: int = 0) -> list[Tick]:
        """As Asterisk's buffer would give them."""
        places = range(16_384 - 22, len(self.when), 16_384)
        marks = [place // 160 * 160 for place in places] + [len(self.when) - 160]
        found = [Tick(float(self.when[place]) + WRITTEN_MS, place) for place in marks]
        return [one for one in found if one.at_ms >= from_ms]

    def clock(self, state: Path, ticks: list[Tick]) -> FileClock:
        for name, leg in zip(("in", "out"), self.legs, strict=True):
            with wave.open(str(self.folder / f"{name}.wav"), "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(8000)
                out.writeframes(leg.astype("<i2").tobytes())
        catalog = Catalog()
        catalog.take(self.scene.events)
        caller, house = (look_at(self.folder / f"{name}.wav") for name in ("in", "out"))
        return file_clock(
            caller, house, catalog.all()[0], self.scene.events, LineSounds(state), ticks
        )

    def off_ms(self, clock: FileClock, leg: int, at_ms: int) -> float:
        """By how much the sound of a moment stands too late in what is kept."""
        with (self.folder / "both.wav").open("wb") as out:
            write_stereo(
                look_at(self.folder / "in.wav"),
                look_at(self.folder / "out.wav"),
                out,
                clock.mends,
            )
        with wave.open(str(self.folder / "both.wav"), "rb") as file:
            kept = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, leg]
        first = (at_ms - BEGAN_MS) * 8
        wanted = self.true[first : first + 400, leg].astype("<i2").tobytes()
        found = kept.astype("<i2").tobytes().find(wanted) // 2
        assert found >= 0, f"what was said at {at_ms} is not there"
        return (found - first) / 8


@pytest.fixture
def talked(tmp_path: Path) -> Talked:
    return Talked(tmp_path)


def test_what_was_written_in_time_is_left_as_it_is_and_proved_to_its_end(
    talked: Talked, state: Path
) -> None:
    clock = talked.clock(state, talked.ticks())

    assert (clock.mends, clock.unproved) == (((), ()), ())
    assert clock.anchors == tuple(LINES.values())


def test_time_lost_at_a_key_is_put_in_there_in_both_legs(talked: Talked, state: Path) -> None:
    talked.stands_still(KEY_MS - 120, KEY_MS)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved == ()
    for at_ms in (13_000, 14_500, 30_000, 44_000, 58_000):
        assert [round(talked.off_ms(clock, leg, at_ms)) for leg in (0, 1)] == [0, 0], at_ms


def test_callers_frames_that_wait_since_the_queue_leave_both_legs_where_they_were(
    talked: Talked, state: Path
) -> None:
    talked.callers_frames_wait(16_500, 45)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved == ()
    for at_ms in (19_000, 30_000, 44_000, 58_000):
        assert talked.off_ms(clock, 0, at_ms) == 0, at_ms
        assert abs(talked.off_ms(clock, 1, at_ms)) <= 1, at_ms


@pytest.mark.parametrize("lost_ms", [80, 700])
def test_time_lost_in_a_talk_is_put_back_within_seconds_and_these_are_not_proved(
    talked: Talked, state: Path, lost_ms: int
) -> None:
    talked.stands_still(30_000, 30_000 + lost_ms)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved is not None
    ((begins, ends),) = clock.unproved
    assert 24_000 < begins < 30_000 < ends < 36_000
    for at_ms in (begins - 500, ends + 500, 58_000):
        assert [abs(talked.off_ms(clock, leg, at_ms)) <= 1 for leg in (0, 1)] == [True, True]


def test_silence_written_besides_in_a_talk_is_taken_out_of_both_legs(
    talked: Talked, state: Path
) -> None:
    talked.silence_besides(32_000, 100)

    clock = talked.clock(state, talked.ticks())

    assert clock.put_in_ms == pytest.approx(-100, abs=5)
    for at_ms in (25_000, 40_000, 58_000):
        assert [abs(talked.off_ms(clock, leg, at_ms)) <= 5 for leg in (0, 1)] == [True, True]


def test_silence_that_a_late_frame_of_the_callers_cost_is_taken_out_of_that_leg(
    talked: Talked, state: Path
) -> None:
    first = int(np.searchsorted(talked.when, 32_000))
    talked.legs[0] = np.insert(talked.legs[0], first, np.zeros(320, np.int16))[: len(talked.when)]

    clock = talked.clock(state, talked.ticks())

    assert [sum(one.frames for one in leg) for leg in clock.mends] == [-320, 0]
    assert [talked.off_ms(clock, leg, 40_000) for leg in (0, 1)] == [0, 0]
    assert clock.unproved is not None
    assert len(clock.unproved) == 1


def test_a_pause_of_the_callers_phone_moves_nothing(talked: Talked, state: Path) -> None:
    talked.nothing_said(26_000, 29_000, 0)

    clock = talked.clock(state, talked.ticks())

    assert (clock.mends, clock.unproved) == (((), ()), ())


def test_where_nobody_saw_it_grow_lines_set_it_and_the_rest_is_not_proved(
    talked: Talked, state: Path
) -> None:
    talked.stands_still(KEY_MS - 120, KEY_MS)

    clock = talked.clock(state, talked.ticks(from_ms=45_000))

    assert clock.unproved is not None
    assert any(begins < 30_000 < ends for begins, ends in clock.unproved)
    assert not any(begins < 53_000 < ends for begins, ends in clock.unproved)
    assert [abs(talked.off_ms(clock, leg, 58_000)) <= 1 for leg in (0, 1)] == [True, True]


def test_ticks_that_the_lines_contradict_count_for_nothing(talked: Talked, state: Path) -> None:
    talked.stands_still(KEY_MS - 120, KEY_MS)
    of_another_clock = [Tick(one.at_ms + 4_000, one.place) for one in talked.ticks()]

    assert talked.clock(state, of_another_clock) == talked.clock(state, [])


@pytest.mark.parametrize(("still_ms", "known"), [(140, True), (300, False)])
def test_a_pick_up_at_which_the_line_was_still_for_long_leaves_the_talk_not_proved(
    talked: Talked, state: Path, still_ms: int, known: bool
) -> None:
    talked.scene.over(45_000)
    talked.nothing_said(20_020, 20_020 + still_ms, 1)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved == (() if known else ((20_000, 45_000),))


def test_callers_frames_that_waited_since_a_key_stand_where_they_came_once_they_are_let_go(
    talked: Talked, state: Path
) -> None:
    talked.stands_still(KEY_MS - 120, KEY_MS)
    talked.callers_frames_wait(14_200, 60)
    talked.they_are_let_go(16_500, 60)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved == ()
    for at_ms in (13_000, 14_500, 15_500, 19_000, 30_000, 44_000):
        assert abs(talked.off_ms(clock, 0, at_ms)) <= 1, at_ms
    for at_ms in (13_000, 19_000, 30_000, 44_000):
        assert abs(talked.off_ms(clock, 1, at_ms)) <= 1, at_ms


def test_a_look_in_the_middle_of_a_writing_is_no_tick(talked: Talked, state: Path) -> None:
    ticks = talked.ticks()
    halves = [Tick(one.at_ms - 0.5, one.place - 14_400) for one in ticks[4:8]]

    clock = talked.clock(state, sorted([*ticks, *halves]))

    assert (clock.mends, clock.unproved) == (((), ()), ())


@pytest.mark.parametrize("late_ms", [60, 200])
def test_a_talk_is_not_proved_from_where_the_agents_frames_came_late_to_its_end(
    talked: Talked, state: Path, late_ms: int
) -> None:
    talked.scene.over(45_000)
    talked.houses_frames_come_late(30_000, late_ms)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved is not None
    ((begins, ends),) = clock.unproved
    assert begins == pytest.approx(30_000, abs=30)
    assert ends == 45_000


def test_a_talk_is_not_proved_from_where_frames_went_missing_little_by_little(
    talked: Talked, state: Path
) -> None:
    talked.scene.over(45_000)
    for at_ms in (24_000, 28_000, 32_000):
        talked.stands_still(at_ms, at_ms + 20)

    clock = talked.clock(state, talked.ticks())

    assert clock.unproved is not None
    ((begins, ends),) = clock.unproved
    assert 28_000 < begins <= 32_000
    assert ends == 45_000


def test_silence_is_taken_out_where_it_was_written_though_a_tick_lies_behind_it(
    talked: Talked, state: Path
) -> None:
    (at_ms,) = (one.at_ms for one in talked.ticks() if 31_000 < one.at_ms < 33_000)
    talked.silence_besides(int(at_ms) - 60, 120)

    clock = talked.clock(state, talked.ticks())

    assert clock.put_in_ms == pytest.approx(-120, abs=10)
    for at_ms in (25_000, 40_000, 58_000):
        offs = [abs(talked.off_ms(clock, leg, int(at_ms))) for leg in (0, 1)]
        assert max(offs) <= 10, at_ms
