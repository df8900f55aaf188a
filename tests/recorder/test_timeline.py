"""The sound of a whole call: its parts on one clock, pauses as silence."""

from __future__ import annotations

import io
import os
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calls.asides import aside_id
from calls.errors import RecordingError
from recorder.catalog import Erased, Kept, Recording
from recorder.finding import parts_of
from recorder.store import Store
from recorder.timeline import CallSound, Gap, Part, open_call_sound, write_sound
from recorder.wav import look_at, write_stereo
from tests.recorder.house import STARTED, tone_of, write_tone

Samples = NDArray[np.int16]


class Parts:
    """Recordings of one call in a store."""

    def __init__(self, state: Path) -> None:
        self.store = Store(state)
        self.all: list[Recording] = []

    def add(
        self, name: str, begins_ms: int, seconds: float, *, hz: int = 440, stop_reason: str = ""
    ) -> Recording:
        legs = [self.store.state / f"{name}-{leg}.wav" for leg in ("in", "out")]
        write_tone(legs[0], seconds, hz)
        write_tone(legs[1], seconds, 2 * hz)
        file = self.store.place(name, STARTED)
        stored = self.store.put(
            file, lambda out: write_stereo(look_at(legs[0]), look_at(legs[1]), out)
        )
        kept = Kept(
            file=stored.file,
            sha256=stored.sha256,
            bytes=stored.bytes,
            duration_ms=round(seconds * 1000),
            problem="",
            begins_ms=begins_ms,
        )
        self.all.append(
            Recording(
                id=name,
                call_id="call-1",
                started_at=STARTED,
                started_ms=begins_ms,
                caller_file="",
                house_file="",
                stop_reason=stop_reason,
                over=True,
                kept=kept,
            )
        )
        return self.all[-1]

    def open(self, **more: int) -> CallSound:
        return open_call_sound(self.store, self.all, **more)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Two seconds from 1.5 s on, a pause of 3 s for the card number, one second more."""
    made = Parts(tmp_path)
    made.add("call-1-1", 1_500, 2.0, stop_reason="paused")
    made.add("call-1-2", 6_500, 1.0, hz=700, stop_reason="call_ended")
    return made


def expected() -> Samples:
    """All of it, shape (frames, 2)."""
    whole: Samples = np.zeros((7_500 * 8, 2), np.int16)
    whole[1_500 * 8 : 3_500 * 8] = np.column_stack((tone_of(2.0, 440), tone_of(2.0, 880)))
    whole[6_500 * 8 :] = np.column_stack((tone_of(1.0, 700), tone_of(1.0, 1400)))
    return whole


def test_the_parts_lie_on_the_calls_clock_and_pauses_are_silence_as_long_as_they_were(
    parts: Parts,
) -> None:
    with parts.open() as sound:
        raw = sound.read()

    with wave.open(io.BytesIO(raw), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert np.array_equal(samples, expected())


def test_what_is_missing_is_told_with_its_reason(parts: Parts) -> None:
    with parts.open(call_ms=9_000) as sound:
        assert sound.duration_ms == 9_000
        assert sound.gaps == (
            Gap(0, 1_500, "before"),
            Gap(3_500, 6_500, "paused"),
            Gap(7_500, 9_000, "stopped"),
        )
        assert [(part.recording, part.begins_ms, part.ends_ms) for part in sound.parts] == [
            ("call-1-1", 1_500, 3_500),
            ("call-1-2", 6_500, 7_500),
        ]


def test_any_stretch_is_the_same_as_of_the_whole(parts: Parts) -> None:
    chosen = np.random.default_rng(3)
    with parts.open() as sound:
        whole = sound.read()
        assert len(whole) == sound.size
        for _ in range(300):
            begin = int(chosen.integers(0, sound.size + 50))
            count = int(chosen.integers(0, 40_000))
            assert sound.seek(begin) == begin
            assert sound.read(count) == whole[begin : begin + count]
            assert sound.tell() == max(begin, min(begin + count, sound.size)) or begin > sound.size


def test_it_is_sought_from_its_end_and_from_where_it_stands(parts: Parts) -> None:
    with parts.open() as sound:
        assert sound.seek(-4, os.SEEK_END) == sound.size - 4
        assert len(sound.read()) == 4
        assert sound.seek(-8, os.SEEK_CUR) == sound.size - 8
        assert sound.read(0) == b""
        with pytest.raises(ValueError, match="before the beginning"):
            sound.seek(-1)


def test_samples_are_had_by_offsets_of_the_call(parts: Parts) -> None:
    with parts.open() as sound:
        assert np.array_equal(sound.samples(3_000, 7_000), expected()[24_000:56_000])
        assert sound.samples(9_000, 10_000).shape == (0, 2)
        assert sound.samples(7_000, 3_000).shape == (0, 2)


def test_the_order_in_which_the_parts_are_given_does_not_matter(parts: Parts) -> None:
    parts.all.reverse()

    with parts.open() as sound:
        assert np.array_equal(sound.samples(0, 7_500), expected())


def test_a_part_that_runs_into_the_next_one_ends_where_that_begins(tmp_path: Path) -> None:
    made = Parts(tmp_path)
    made.add("call-1-1", 0, 2.0)
    made.add("call-1-2", 1_950, 1.0, hz=700)

    with made.open() as sound:
        assert sound.gaps == ()
        assert sound.parts[0] == Part("call-1-1", made.all[0].kept.file, 0, 1_950)  # type: ignore[union-attr]
        assert np.array_equal(sound.samples(1_950, 2_950)[:, 0], tone_of(1.0, 700))


def test_an_erased_part_is_a_gap_that_says_so(parts: Parts) -> None:
    parts.all[0] = replace(parts.all[0], erased=Erased("asked", "ops"))

    with parts.open() as sound:
        assert sound.gaps == (Gap(0, 6_500, "erased"),)
        assert not sound.samples(0, 6_500).any()


def test_a_lost_file_is_a_gap_and_the_rest_is_heard(parts: Parts) -> None:
    kept = parts.all[1].kept
    assert kept is not None
    parts.store.path(kept.file).unlink()

    with parts.open(call_ms=8_000) as sound:
        assert sound.gaps[-1] == Gap(3_500, 8_000, "missing")
        assert np.array_equal(sound.samples(0, 3_500), expected()[: 3_500 * 8])


def test_a_supervisors_own_voice_is_no_part_of_the_call(parts: Parts) -> None:
    parts.add(aside_id("call-1", 1), 4_000, 1.0)

    with parts.open() as sound:
        assert [part.recording for part in sound.parts] == ["call-1-1", "call-1-2"]
        assert not sound.samples(3_500, 6_500).any()


def test_a_call_without_any_sound_says_why(parts: Parts) -> None:
    with pytest.raises(RecordingError, match="was not recorded"):
        open_call_sound(parts.store, [])
    gone = [replace(one, erased=Erased("retention", "")) for one in parts.all]
    with pytest.raises(RecordingError, match="call-1: no part of its recording is there"):
        open_call_sound(parts.store, gone)


def test_every_file_is_closed_with_it(parts: Parts) -> None:
    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = held()
    sound = parts.open()
    assert held() == before + 2
    sound.close()
    assert held() == before
    sound.close()


@pytest.mark.parametrize("leg", [None, 0, 1])
def test_what_is_written_to_be_played_begins_with_the_first_part(
    parts: Parts, leg: int | None
) -> None:
    out = io.BytesIO()
    with parts.open() as sound:
        write_sound(sound, out, leg)

    with wave.open(io.BytesIO(out.getvalue()), "rb") as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    true = expected()[1_500 * 8 :]
    assert np.array_equal(frames.reshape(len(true), -1), true if leg is None else true[:, [leg]])


def test_a_call_is_meant_by_its_id_or_the_beginning_of_it(parts: Parts) -> None:
    other = replace(parts.all[0], id="call-2-1", call_id="call-2")
    parts.add(aside_id("call-1", 1), 4_000, 1.0)
    everything = [*parts.all, other]

    assert [one.id for one in parts_of(everything, "call-1")] == ["call-1-1", "call-1-2"]
    assert [one.id for one in parts_of(everything, "call-2")] == ["call-2-1"]
    assert [one.id for one in parts_of(everything, "call-1-2")] == ["call-1-2"]
    assert [one.id for one in parts_of(everything, "call-1-s1")] == ["call-1-s1"]
    with pytest.raises(RecordingError, match="means several"):
        parts_of(everything, "call-")
    with pytest.raises(RecordingError, match="no recording"):
        parts_of(everything, "call-9")
