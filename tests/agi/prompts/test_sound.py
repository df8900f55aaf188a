"""What is done to samples, measured."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from agi.prompts import sound
from calls.errors import PromptError
from tests.agi.prompts.levels import to_float


def _sine(hz: float, rate: int, seconds: float = 1.0, amplitude: float = 0.5) -> sound.Signal:
    tone: sound.Signal = amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)
    return tone


def _level(signal: sound.Signal) -> float:
    return float(10 * np.log10(np.mean(signal**2) + 1e-20))


def _speechlike(seconds: float = 4.0, amplitude: float = 0.05) -> sound.Signal:
    """Noise bursts of 300 ms with 150 ms of pause between them."""
    noise = np.random.default_rng(7).normal(0, amplitude, int(seconds * 8000))
    on = (np.arange(len(noise)) // 80 % 45) < 30
    return noise * on


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_tone_in_the_telephone_band_survives_resampling(rate: int) -> None:
    out = sound.resample(_sine(1000, rate), rate, 8000)

    wanted = _sine(1000, 8000)
    assert len(out) == 8000
    assert np.abs(out[400:-400] - wanted[400:-400]).max() < 0.001


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_what_8_khz_cannot_carry_does_not_fold_back(rate: int) -> None:
    out = sound.resample(_sine(4700, rate), rate, 8000)

    assert _level(out[400:-400]) < -60


@pytest.mark.parametrize("rate", [7919, 16_000, 22_050])
def test_each_sample_is_that_of_the_filter_set_on_its_very_place(rate: int) -> None:
    signal, n = _speechlike(1.0), 2001
    cutoff, place = 0.94 * min(1, 8000 / rate), n * rate / 8000
    half = int(np.ceil(36 / cutoff))
    near = np.arange(int(place) - half, int(place) + half + 1)
    window = np.i0(7 * np.sqrt(1 - ((near - place) / (half + 1)) ** 2).clip(0)) / np.i0(7.0)

    wanted = (signal[near] * cutoff * np.sinc(cutoff * (near - place)) * window).sum()

    assert sound.resample(signal, rate, 8000)[n] == pytest.approx(wanted, abs=1e-9)


def test_a_full_scale_sine_is_at_minus_three_dbov() -> None:
    assert sound.active_level_dbov(_sine(1000, 8000, 2, 1.0)) == pytest.approx(-3.0, abs=0.2)


def test_pauses_do_not_lower_the_active_speech_level() -> None:
    speech = _speechlike(4)
    paused = np.concatenate([speech[:16_000], np.zeros(24_000), speech[16_000:]])

    assert sound.active_level_dbov(paused) == pytest.approx(
        sound.active_level_dbov(speech), abs=0.5
    )
    assert _level(paused) < _level(speech) - 1.5


@pytest.mark.parametrize("amplitude", [0.002, 0.05, 0.9])
def test_a_finished_prompt_has_level_pads_and_no_clipping(amplitude: float) -> None:
    raw = np.concatenate([np.zeros(9000), _speechlike(3, amplitude), np.zeros(12_000)])

    done = to_float(sound.finish(raw, 8000))

    assert sound.active_level_dbov(done) == pytest.approx(-22, abs=1)
    assert np.abs(done).max() < 0.98
    loud = np.flatnonzero(np.abs(done) > 0.01)
    assert 40 <= loud[0] / 8 <= 80
    assert 40 <= (len(done) - loud[-1]) / 8 <= 120
    assert not done[:320].any()


@pytest.mark.parametrize(
    "raw", [np.zeros(0), np.zeros(8000), np.full(8000, 1e-6), np.full(80, np.nan)]
)
def test_an_engine_that_gave_no_sound_is_an_error(raw: sound.Signal) -> None:
    with pytest.raises(PromptError, match="try another engine"):
        sound.finish(raw, 8000)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_pcm_width_and_both_channel_counts_are_read(
    tmp_path: Path, width: int, channels: int
) -> None:
    path = tmp_path / "a.wav"
    tone = _sine(1000, 16_000)
    whole = np.rint(np.repeat(tone, channels) * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    if width == 1:
        whole += 128
    raw = whole.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, 16_000, 0, "NONE", ""))
        file.writeframes(raw)

    signal, rate = sound.read_wav(path)

    assert rate == 16_000
    assert np.abs(signal - tone).max() < 0.02


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no PCM WAV"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "is no PCM WAV"),
        (b"ID3\x04 this is an mp3", "is no PCM WAV"),
    ],
)
def test_what_is_no_wav_is_named_with_a_remedy(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)

    with pytest.raises(PromptError, match=says) as caught:
        sound.read_wav(path)

    assert str(path) in str(caught.value)
    assert "save it as WAV" in str(caught.value)


def test_a_file_of_too_low_a_rate_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "low.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 6000, 0, "NONE", ""))
        file.writeframes(bytes(600))

    with pytest.raises(PromptError, match="6000 Hz"):
        sound.read_wav(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="cannot be read"):
        sound.read_wav(tmp_path / "none.wav")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()

    with pytest.raises(OSError, match=r"a\.wav"):
        sound.write_wav(tmp_path / "a.wav", np.zeros(10, np.int16))

    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
