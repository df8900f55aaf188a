"""Monitor files as Asterisk leaves them, and the stereo file made of two."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from calls.errors import RecordingError
from recorder.wav import Mend, look_at, write_leg_of, write_stereo
from tests.recorder.house import tone_of, unclose, write_tone


def test_a_closed_file_is_final_and_measured_by_its_samples(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 1.5, 440)

    found = look_at(tmp_path / "a.wav")

    assert (found.final, found.duration_ms, found.rate) == (True, 1500, 8000)


def test_a_header_that_says_nothing_is_repaired_from_the_size(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 1.5, 440)
    unclose(tmp_path / "a.wav")

    found = look_at(tmp_path / "a.wav")

    assert not found.final
    assert found.frames == 12_000


@pytest.mark.parametrize("size", [0, 1, 43, 44, 45])
def test_a_file_cut_inside_its_header_holds_no_sound(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    write_tone(path, 0.5, 440)
    path.write_bytes(path.read_bytes()[:size])

    found = look_at(path)

    assert (found.final, found.frames) == (False, 0)


def test_half_a_sample_at_the_end_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_tone(path, 0.5, 440)
    path.write_bytes(path.read_bytes()[:-1])

    found = look_at(path)

    assert (found.frames, found.final) == (3_999, False)


def test_a_chunk_behind_the_samples_is_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_tone(path, 0.5, 440)
    path.write_bytes(path.read_bytes() + b"LIST" + (4).to_bytes(4, "little") + b"INFO")

    assert look_at(path).frames == 4_000


def test_samples_behind_a_stale_length_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_tone(path, 0.5, 440)
    path.write_bytes(path.read_bytes() + tone_of(0.25, 440).tobytes())

    found = look_at(path)

    assert (found.frames, found.final) == (6_000, False)


def test_another_coding_than_pcm_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_tone(path, 0.5, 440)
    raw = bytearray(path.read_bytes())
    raw[20] = 6
    path.write_bytes(raw)

    with pytest.raises(RecordingError, match=r"a\.wav: not 16-bit PCM .* MixMonitor"):
        look_at(path)


def test_stereo_has_the_caller_left_and_the_house_right_and_even_lengths(tmp_path: Path) -> None:
    write_tone(tmp_path / "in.wav", 9.0, 440)
    write_tone(tmp_path / "out.wav", 8.5, 1000)
    out = io.BytesIO()

    frames = write_stereo(look_at(tmp_path / "in.wav"), look_at(tmp_path / "out.wav"), out)

    out.seek(0)
    with wave.open(out, "rb") as stereo:
        assert (stereo.getnchannels(), stereo.getframerate(), stereo.getnframes()) == (
            2, 8000, frames,
        )  # fmt: skip
        samples = np.frombuffer(stereo.readframes(frames), dtype="<i2").reshape(-1, 2)
    assert frames == 72_000
    assert np.array_equal(samples[:, 0], tone_of(9.0, 440))
    assert np.array_equal(samples[:68_000, 1], tone_of(8.5, 1000))
    assert not samples[68_000:, 1].any()


def test_legs_of_two_rates_are_refused(tmp_path: Path) -> None:
    write_tone(tmp_path / "in.wav", 1, 440)
    write_tone(tmp_path / "out.wav", 1, 440)
    raw = bytearray((tmp_path / "out.wav").read_bytes())
    raw[24:28] = (16_000).to_bytes(4, "little")
    (tmp_path / "out.wav").write_bytes(raw)

    with pytest.raises(RecordingError, match="mono legs of one rate"):
        write_stereo(look_at(tmp_path / "in.wav"), look_at(tmp_path / "out.wav"), io.BytesIO())


def test_one_leg_of_a_kept_recording_can_be_taken_out(tmp_path: Path) -> None:
    write_tone(tmp_path / "in.wav", 5, 440)
    write_tone(tmp_path / "out.wav", 5, 1000)
    with (tmp_path / "both.wav").open("wb") as both:
        write_stereo(look_at(tmp_path / "in.wav"), look_at(tmp_path / "out.wav"), both)

    stereo = look_at(tmp_path / "both.wav")
    with stereo.path.open("rb") as both_legs, (tmp_path / "house.wav").open("wb") as house:
        write_leg_of(both_legs, stereo, 1, house)

    assert (tmp_path / "house.wav").read_bytes() == (tmp_path / "out.wav").read_bytes()


@pytest.mark.parametrize("seed", range(12))
def test_silence_is_put_in_and_taken_out_wherever_a_block_ends(tmp_path: Path, seed: int) -> None:
    chosen = np.random.default_rng(seed)
    frames = int(chosen.integers(1, 150_000))
    raw = chosen.integers(-3_000, 3_000, frames).astype(np.int16)
    with wave.open(str(tmp_path / "leg.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(raw.tobytes())
    mends, true, at = [], [], 0
    for place in sorted(chosen.integers(0, frames + 100, 9).tolist()):
        if place < at:
            continue
        length = int(chosen.integers(-40_000, 40_000))
        length = max(length, place - frames) if place < frames else abs(length)
        mends.append(Mend(place, length))
        true += [raw[at:place], np.zeros(max(length, 0), np.int16)]
        at = place + max(-length, 0)
    true.append(raw[at:])
    leg, out = look_at(tmp_path / "leg.wav"), io.BytesIO()

    count = write_stereo(leg, leg, out, (tuple(mends), tuple(mends)))

    kept = np.frombuffer(out.getvalue()[44:], "<i2").reshape(-1, 2)
    assert len(kept) == count
    assert np.array_equal(kept[:, 0], np.concatenate(true))
    assert np.array_equal(kept[:, 0], kept[:, 1])
