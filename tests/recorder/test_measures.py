"""Measures against calls of known truth: the shipped voices and prompts, clean and noisy."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callers.noises import at_level, noise_loop
from callers.persona import Noise
from recorder.measuring import Measures, measure, measure_samples
from recorder.wav import header, look_in
from tests.recorder.spoken import RATE, Scene, Span

LINES = [
    pytest.param(None, -65.0, id="clean"),
    pytest.param(Noise.WHITE, -42.0, id="white-20dB"),
    pytest.param(Noise.PINK, -42.0, id="pink-20dB"),
    pytest.param(Noise.STREET, -45.0, id="street-23dB"),
    pytest.param(Noise.BABBLE, -40.0, id="babble-18dB"),
    pytest.param(Noise.HUM, -37.0, id="hum-15dB"),
]


WHOLE_BAND = [-42.0, -37.0]
"""Of pink noise that is not cut at 300 Hz, as a line without filters has it."""


def pink(seconds: float, level_dbov: float) -> NDArray[np.float32]:
    """Noise from 40 Hz on, its power falling with the frequency."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(11).normal(size=count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 40.0))
    return at_level(np.fft.irfft(spectrum, count).astype(np.float32), level_dbov)


def close(measured_ms: float, true_ms: float) -> bool:
    """Within 100 ms or 2 %, whichever is more."""
    return abs(measured_ms - true_ms) <= max(100.0, 0.02 * true_ms)


def measured(scene: Scene) -> Measures:
    return measure_samples(scene.samples(), RATE, scene.events, scene.begins_ms)


def talk(noise: Noise | None, noise_dbov: float, *, begins_ms: int = 0) -> tuple[Scene, Span, Span]:
    """A talk in which the agent speaks into the caller's words once, and nobody for 5 s once.

    Gives the call, where the talk-over is and where the dead air is.
    """
    scene = Scene(60, noise=noise, noise_dbov=noise_dbov, begins_ms=begins_ms)
    scene.line("how_may_i_help", 2_000)
    scene.caller_says("inquiry", 5_000)
    scene.queued(9_000)
    scene.answered(12_000)
    scene.agent_says("hello", 12_500)
    caller = scene.caller_says("complaint", 15_000)
    agent = scene.agent_says("dialect", 16_000)
    scene.caller_says("can_you_hear", 20_500)
    scene.agent_says("inquiry", 22_500)
    quiet_from = scene.caller_says("no_thanks", 26_000)[1]
    quiet_to = scene.agent_says("agent_please", 32_400)[0]
    scene.caller_says("repair", 35_000, voice="zh_f")
    scene.agent_says("hurry", 38_000)
    scene.over(40_500)
    return scene, (agent[0], caller[1]), (quiet_from, quiet_to)


@pytest.mark.parametrize(("noise", "noise_dbov"), LINES)
def test_talk_over_and_dead_air_are_the_true_ones(noise: Noise | None, noise_dbov: float) -> None:
    scene, over, quiet = talk(noise, noise_dbov)

    found = measured(scene)

    assert len(found.talk_overs) == 1
    assert found.talk_overs[0] == pytest.approx(over, abs=100)
    assert close(found.talk_over_ms, over[1] - over[0])
    assert found.dead_air_from_ms == pytest.approx(quiet[0], abs=100)
    assert close(found.dead_air_ms, quiet[1] - quiet[0])


@pytest.mark.parametrize("noise_dbov", WHOLE_BAND)
def test_they_are_on_a_line_with_deep_noise_too(noise_dbov: float) -> None:
    scene, over, quiet = talk(None, -65.0)
    scene.sound("caller", pink(scene.seconds, noise_dbov), 0)

    found = measured(scene)

    assert found.talk_overs[0] == pytest.approx(over, abs=100)
    assert close(found.dead_air_ms, quiet[1] - quiet[0])


@pytest.mark.parametrize(("noise", "noise_dbov"), LINES)
def test_talk_time_is_the_true_one(noise: Noise | None, noise_dbov: float) -> None:
    scene, _, _ = talk(noise, noise_dbov)

    found = measured(scene)

    caller_ms = sum(ends - begins for begins, ends in scene.caller_spans)
    assert found.caller_talk_ms == pytest.approx(caller_ms, rel=0.1)
    house_ms = sum(ends - begins for begins, ends in scene.house_spans)
    assert found.house_talk_ms == pytest.approx(house_ms, rel=0.1)
    assert found.agent_talk_ms < found.house_talk_ms
    assert found.caller_noise_dbov == pytest.approx(
        noise_dbov, abs=2 if noise is not Noise.HUM else 5
    )


@pytest.mark.parametrize("begins_ms", [0, 1_500, 4_010])
def test_places_are_offsets_of_the_call_wherever_the_recording_begins(begins_ms: int) -> None:
    scene, over, quiet = talk(None, -65.0, begins_ms=begins_ms)

    found = measured(scene)

    assert found.talk_overs[0] == pytest.approx(over, abs=100)
    assert found.dead_air_from_ms == pytest.approx(quiet[0], abs=100)


@pytest.mark.parametrize("noise", [Noise.WHITE, Noise.PINK, Noise.STREET, Noise.BABBLE, Noise.HUM])
@pytest.mark.parametrize("noise_dbov", [-45.0, -35.0, -25.0, -18.0])
def test_steady_noise_is_no_talk_however_loud(noise: Noise, noise_dbov: float) -> None:
    found = measured(Scene(60, noise=noise, noise_dbov=noise_dbov))

    assert found.caller_talk_ms <= 600
    assert found.silence_ms >= 59_000


def test_noise_that_sets_in_and_ends_is_no_talk() -> None:
    scene = Scene(30)
    scene.sound("caller", np.resize(noise_loop(Noise.WHITE, -25.0, 5), 10 * RATE), 8_000)

    assert measured(scene).caller_talk_ms <= 200


def test_words_over_noise_are_talk_and_the_noise_between_them_is_not() -> None:
    scene = Scene(40, noise=Noise.WHITE, noise_dbov=-34.0)
    spans = [scene.caller_says("inquiry", at_ms) for at_ms in (4_000, 14_000, 24_000)]

    found = measured(scene)

    at_all = [ms for span in found.caller_talk for ms in span]
    for begins, ends in spans:
        assert any(abs(ms - begins) <= 100 for ms in at_all)
        assert any(abs(ms - ends) <= 150 for ms in at_all)
    assert all(
        any(begins - 100 <= span[0] and span[1] <= ends + 150 for begins, ends in spans)
        for span in found.caller_talk
    )


def test_a_faint_caller_is_heard() -> None:
    scene = Scene(20)
    true = scene.caller_says("inquiry", 5_000, level_dbov=-43.0)

    found = measured(scene)

    assert found.caller_talk_ms == pytest.approx(true[1] - true[0], rel=0.2)
    assert found.caller_level_dbov == pytest.approx(-45, abs=2.5)  # without what is out of band


@pytest.mark.parametrize("key", "0123456789*#")
def test_keys_are_no_talk(key: str) -> None:
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    place = "123456789*0#".index(key)
    at = np.arange(RATE // 4) / RATE
    tones = np.sin(2 * np.pi * rows[place // 3] * at) + np.sin(2 * np.pi * columns[place % 3] * at)
    scene = Scene(10)
    for at_ms in (2_000, 4_000, 6_000):
        scene.sound("caller", (0.1 * tones).astype(np.float32), at_ms)

    assert measured(scene).caller_talk_ms == 0


def test_hold_with_its_music_is_neither_talk_nor_dead_air() -> None:
    scene = Scene(60)
    scene.queued(1_000)
    scene.sound("house", np.resize(noise_loop(Noise.MUSIC, -22.0, 2), 4 * RATE), 1_000)
    scene.answered(5_000)
    scene.agent_says("hello", 5_500)
    scene.held(8_000, on=True)
    scene.sound("house", np.resize(noise_loop(Noise.MUSIC, -22.0, 2), 30 * RATE), 8_000)
    scene.held(38_000, on=False)
    scene.agent_says("inquiry", 39_000)
    scene.over(43_000)

    found = measured(scene)

    said_ms = sum(ends - begins for begins, ends in scene.house_spans)
    assert found.house_talk_ms == pytest.approx(said_ms, abs=200)
    assert found.dead_air_ms < 3_000


def test_a_queue_and_the_ivrs_own_silence_are_no_dead_air() -> None:
    scene = Scene(60)
    scene.line("how_may_i_help", 2_000)
    scene.queued(15_000)
    scene.answered(50_000)
    begins, _ = scene.agent_says("hello", 52_500)
    _, ends = scene.caller_says("no_thanks", 53_000)
    scene.over(55_000)

    found = measured(scene)

    assert close(found.dead_air_ms, max(begins - 50_000, 55_000 - ends))


def test_without_an_agent_there_is_no_dead_air_and_no_talk_over() -> None:
    scene = Scene(30)
    scene.line("how_may_i_help", 2_000)
    scene.caller_says("inquiry", 2_500)

    found = measured(scene)

    assert (found.talk_over_ms, found.talk_overs) == (0, ())
    assert (found.dead_air_ms, found.dead_air_from_ms, found.agent_talk_ms) == (0, None, 0)


def test_the_caller_who_speaks_into_the_agents_words_is_not_the_agents_fault() -> None:
    scene = Scene(30)
    scene.answered(0)
    scene.agent_says("dialect", 5_000)
    scene.caller_says("complaint", 6_000)
    scene.over(20_000)

    assert measured(scene).talk_overs == ()


def test_a_yes_between_two_words_and_a_turn_taken_early_are_no_talk_over() -> None:
    scene = Scene(40)
    scene.answered(0)
    said = scene.caller_says("louder", 5_000, voice="zh_f")
    scene.agent_says("inquiry", said[1] - 400)  # 340 ms of both
    scene.caller_says("complaint", 20_000)
    short = scene.agent_says("hello", 21_000, voice="zh_m")
    scene.house[short[0] * 8 + 3_200 :] = 0  # the first 400 ms of it
    scene.over(35_000)

    assert measured(scene).talk_overs == ()


def test_a_recording_without_sound_has_no_levels() -> None:
    scene = Scene(5)
    silent = np.zeros_like(scene.samples())

    found = measure_samples(silent, RATE, [], 0)

    assert (found.caller_level_dbov, found.house_level_dbov) == (None, None)
    assert found.silence_ms == 5_000


@pytest.mark.parametrize("frames", [0, 1, 159, 160, 161, 3_000])
def test_however_short_it_is_a_recording_is_measured(frames: int) -> None:
    raw = header(RATE, 2, frames) + bytes(4 * frames)
    file = io.BytesIO(raw)

    found = measure(file, look_in(file, Path("a.wav")), [], 0)

    assert found.silence_ms == frames // 160 * 20


def test_of_many_talk_overs_the_fact_names_the_fifty_longest() -> None:
    scene = Scene(400)
    scene.answered(0)
    for turn in range(60):
        scene.caller_says("complaint", 1_000 + 6_500 * turn)
        scene.agent_says("hurry", 1_900 + 6_500 * turn)
    scene.over(399_000)

    found = measured(scene)
    fact = found.fact("r1")

    assert len(found.talk_overs) == 60
    assert len(fact.talk_overs) == 50
    assert fact.talk_overs == tuple(sorted(fact.talk_overs))
    assert fact.talk_over_ms == found.talk_over_ms
