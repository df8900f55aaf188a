"""What the caller sends: levels, band, timing, and the same again from the same seed."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from callers.acting import Acting
from callers.audio import FRAME_BYTES, FRAME_SAMPLES, CallerAudio, from_pcm
from callers.loader import read_persona
from callers.noises import (
    COMFORT_DBOV,
    RATE,
    Samples,
    at_level,
    comfort_loop,
    level_of,
    noise_loop,
)
from callers.persona import Noise
from callers.voicebank import VoiceBank, active_speech_level, read_wav
from calls.errors import PersonaError

HEAD = "persona: somebody\nvoice: zh_m\n"


def sounding(text: str, *, seed: int = 0) -> tuple[Acting, CallerAudio]:
    bank = VoiceBank.load()
    acting = Acting(
        read_persona(HEAD + text, "some.yaml"), lambda name: bank.length_ms("zh_m", name)
    )
    acting.answered(0)
    return acting, CallerAudio(acting, bank, seed)


def share_outside_the_band(samples: Samples) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    outside = power[(frequency < 295) | (frequency > 3405)].sum()
    return float(outside / power.sum())


def test_a_full_scale_sine_is_minus_three_dbov() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)

    assert level_of(sine) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("noise", list(Noise))
def test_each_noise_has_its_level_in_the_telephone_band(noise: Noise) -> None:
    samples = noise_loop(noise, -26.0, seed=3)

    assert level_of(samples) == pytest.approx(-26.0, abs=0.05)
    assert share_outside_the_band(samples) < 0.001
    assert float(np.max(np.abs(samples))) < 1.0


@pytest.mark.parametrize("noise", list(Noise))
def test_noise_is_the_same_from_the_same_seed_and_another_from_another(noise: Noise) -> None:
    again, other = noise_loop(noise, -26.0, seed=1), noise_loop(noise, -26.0, seed=2)

    assert np.array_equal(noise_loop(noise, -26.0, seed=1), again)
    assert not np.array_equal(again, other)


def test_a_silent_line_carries_comfort_noise_and_nothing_else() -> None:
    _, audio = sounding("answers: [silent]\n")

    samples = audio.samples(0, 10 * RATE)

    assert level_of(samples) == pytest.approx(COMFORT_DBOV, abs=0.5)
    assert np.array_equal(samples[: 8 * RATE], comfort_loop(0))


@pytest.mark.parametrize(("level", "dbov"), [("normal", -22.0), ("faint", -42.0), ("-30", -30.0)])
def test_a_voice_has_the_level_that_was_asked_for(level: str, dbov: float) -> None:
    acting, audio = sounding(f"level: {level}\nanswers: [{{say: inquiry, after: 0ms}}]\n")
    acting.house_listens(1000)
    speech = acting.spoken[0]

    samples = audio.samples(RATE, (speech.end_ms - speech.begin_ms) * RATE // 1000)

    assert active_speech_level(samples) == pytest.approx(dbov, abs=0.3)


def test_a_voice_begins_and_ends_to_the_millisecond() -> None:
    acting, audio = sounding("answers: [{say: hello, after: 730ms}]\n")
    quiet = audio.samples(0, 10 * RATE)
    acting.house_listens(1005)
    speech = acting.spoken[0]

    added = np.flatnonzero(np.abs(audio.samples(0, 10 * RATE) - quiet) > 1e-7)

    assert added[0] >= 1735 * 8
    assert added[-1] < speech.end_ms * 8
    assert added[0] < 1735 * 8 + RATE // 5


def test_noise_begins_and_ends_to_the_sample() -> None:
    _, audio = sounding("background: {noise: white, level_dbov: -20, from: 1005ms, until: 2s}\n")

    samples = audio.samples(0, 3 * RATE)

    assert level_of(samples[: 1005 * 8]) < -60
    assert level_of(samples[1005 * 8 : 2 * RATE]) == pytest.approx(-20, abs=0.5)
    assert level_of(samples[2 * RATE :]) < -60


def test_frames_put_together_are_the_whole() -> None:
    acting, audio = sounding(
        "background: {noise: music, level_dbov: -25}\nanswers: [{say: hello, after: 77ms}]\n"
    )
    acting.house_listens(300)

    frames = [audio.frame(index) for index in range(500)]
    whole = audio.samples(0, 500 * FRAME_SAMPLES)

    assert {len(frame) for frame in frames} == {FRAME_BYTES}
    assert np.max(np.abs(from_pcm(b"".join(frames)) - whole)) <= 1 / 32768


def test_what_is_too_loud_is_clipped_not_wrapped() -> None:
    _, audio = sounding(
        "background: [{noise: white, level_dbov: -5}, {noise: pink, level_dbov: -5}]\n"
    )

    samples = audio.samples(0, RATE)
    sent = from_pcm(b"".join(audio.frame(index) for index in range(50)))

    assert np.max(samples) > 1.0
    assert np.all(np.sign(sent[samples > 1.0]) == 1)


def test_a_wav_of_another_shape_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "wide.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(320))

    with pytest.raises(PersonaError, match=r"wide\.wav: has rate"):
        read_wav(file)
    with pytest.raises(PersonaError, match="no readable wav"):
        read_wav(tmp_path / "none.wav")


def test_an_utterance_nobody_recorded_is_told_with_those_there_are(tmp_path: Path) -> None:
    bank = VoiceBank({("zh_m", "hello"): tmp_path / "x.wav"})

    with pytest.raises(
        PersonaError, match='the voice "zh_m" has no utterance "bye"; it has: hello'
    ):
        bank.length_ms("zh_m", "bye")


def test_level_of_nothing_is_very_low_and_scaling_holds() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32)

    assert level_of(np.zeros(10, dtype=np.float32)) == -100
    assert level_of(at_level(noise, -33)) == pytest.approx(-33, abs=0.01)
