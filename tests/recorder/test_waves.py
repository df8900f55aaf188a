"""A sound as a picture: peaks for the player, blocks for the terminal."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.timeline import Gap
from recorder.wav import header
from recorder.waves import Peaks, peaks
from recorder.waves_text import Marker, draw

RATE = 8000


def wav(samples: NDArray[np.int16]) -> io.BytesIO:
    return io.BytesIO(header(RATE, samples.shape[1], len(samples)) + samples.tobytes())


def legs(seconds: float) -> NDArray[np.int16]:
    return np.zeros((round(seconds * RATE), 2), "<i2")


def test_each_leg_has_the_lowest_and_the_highest_sample_of_every_stretch() -> None:
    samples = legs(1)
    samples[0, 0], samples[159, 0] = 12_800, -25_600
    samples[8_000 - 1, 1] = 32_767

    found = peaks(wav(samples))

    assert found.caller.shape == found.house.shape == (50, 2)
    assert found.caller[0].tolist() == [-100, 50]
    assert found.house[49].tolist() == [0, 127]
    assert not found.caller[1:].any()
    assert not found.house[:49].any()
    assert found.duration_ms == 1_000


@pytest.mark.parametrize("frames", [0, 1, 159, 160, 161, 20 * RATE - 1, 20 * RATE + 1, 50 * RATE])
@pytest.mark.parametrize("per_s", [10, 50, 100])
def test_it_is_the_same_however_the_file_is_cut_into_blocks(frames: int, per_s: int) -> None:
    samples = np.random.default_rng(frames).integers(-32768, 32767, (frames, 2)).astype("<i2")
    width = RATE // per_s

    found = peaks(wav(samples), per_s)

    assert len(found.caller) == -(-frames // width)
    for at in range(0, len(found.caller), 97):
        part = samples[at * width : (at + 1) * width]
        for leg, pairs in enumerate((found.caller, found.house)):
            assert pairs[at].tolist() == [
                int(part[:, leg].min()) >> 8,
                int(part[:, leg].max()) >> 8,
            ]


def test_a_mono_sound_shows_the_same_on_both_legs() -> None:
    found = peaks(wav(np.full((800, 1), 5_120, "<i2")))

    assert found.caller[0].tolist() == found.house[0].tolist() == [20, 20]


def test_stretches_that_do_not_divide_the_rate_are_refused() -> None:
    with pytest.raises(ValueError, match="7 stretches a second"):
        peaks(wav(legs(1)), 7)


def picture(**more: object) -> list[str]:
    samples = legs(60)
    samples[10 * RATE : 20 * RATE, 0] = 20_000
    samples[30 * RATE : 40 * RATE, 1] = 2_000
    return draw(peaks(wav(samples)), 67, **more)  # type: ignore[arg-type]


def test_both_legs_are_drawn_where_they_sound_loud_ones_in_two_rows() -> None:
    upper, lower, house_upper, house_lower, _ = picture()

    assert lower == " " * 7 + " " * 10 + "█" * 10
    assert upper.startswith("caller " + " " * 10)
    assert set(upper[17:]) == {"▇"}
    assert house_lower == " " * 7 + " " * 30 + "█" * 10
    assert house_upper.startswith("house")
    assert set(house_upper[37:]) <= set("▁▂▃")


def test_the_time_stands_below() -> None:
    assert picture()[-1].split() == ["|0:00", "|0:15", "|0:30", "|0:45"]


def test_markers_stand_above_their_place_and_make_room_for_each_other() -> None:
    rows = picture(markers=[Marker(30_000, "B"), Marker(10_000, "A"), Marker(10_100, "问候")])

    assert rows[0] == " " * 7 + " " * 10 + "A问候" + " " * 15 + "B"


def test_markers_outside_of_the_picture_are_left_out() -> None:
    rows = picture(markers=[Marker(70_000, "x"), Marker(-5, "y"), Marker(59_900, "long")])

    assert len(rows) == 5


def test_where_there_is_no_sound_is_seen() -> None:
    rows = picture(gaps=[Gap(40_000, 50_000, "paused")])

    assert rows[1][47:57] == "░" * 10
    assert rows[3][47:57] == "░" * 10


def test_a_part_of_it_fills_the_width() -> None:
    rows = picture(from_ms=10_000, to_ms=20_000)

    assert rows[1] == " " * 7 + "█" * 60
    assert rows[-1].split()[0] == "|0:10"


def test_a_leg_may_have_a_chinese_name() -> None:
    rows = picture(legs=("来电", "我方"))

    assert rows[0].startswith("来电 ")
    assert rows[1].startswith("     ")


@pytest.mark.parametrize("width", [0, 1, 20, 500])
def test_no_row_is_wider_than_asked(width: int) -> None:
    samples = legs(3)
    samples[:, 0] = 30_000

    rows = draw(peaks(wav(samples)), width, markers=[Marker(0, "问" * 40)])

    assert max(len(row) for row in rows) <= max(width, 20)


def test_an_empty_sound_is_drawn_empty() -> None:
    nothing = np.zeros((0, 2), np.int8)

    assert [row.strip() for row in draw(Peaks(50, nothing, nothing), 40)][:1] == ["caller"]
