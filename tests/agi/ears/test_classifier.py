"""The classifier on real sounds through the real detector."""

from __future__ import annotations

import numpy as np
import pytest

from agi.ears.features import measure
from agi.ears.measures import Stretch, judge
from agi.ears.pipeline import Stream, hear
from agi.ears.question import Question
from agi.ears.recording import RecordingHeard, hear_recordings
from agi.ears.vad import SileroVad, model_file
from callers.voicebank import VoiceBank
from calls.actions import Listen, Until
from calls.outcomes import Sound
from tests.agi.ears.sounds import (
    Samples,
    chord,
    clicks,
    hiss,
    hum,
    over,
    then,
    tones,
    voice,
)


@pytest.fixture(scope="module")
def backend() -> SileroVad:
    return SileroVad()


def heard(backend: SileroVad, *parts: Samples) -> RecordingHeard:
    return hear_recordings(backend, [then(*parts)])[0]


def answer(backend: SileroVad, listen: Listen, samples: Samples) -> tuple[str, int, int]:
    """What a question says of this audio, its end and when it was answered."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    question = Question(listen)
    for row in hear(backend, [(Stream(backend), frames)])[0].rows():
        found = question.frame(row)
        if found is not None:
            return str(found.kind), found.to_ms, found.ended_ms
    pytest.fail("no answer within the audio")


def test_the_model_is_the_one_that_was_measured() -> None:
    assert model_file().name == "silero_vad.onnx"


def test_a_full_scale_sine_is_minus_three_dbov() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(160) / 8000).astype(np.float32)

    levels, tone = measure(sine.reshape(1, 160))

    assert levels[0] == pytest.approx(-3.0, abs=0.1)
    assert not tone[0]


@pytest.mark.parametrize("row", [697, 770, 852, 941])
@pytest.mark.parametrize("column", [1209, 1336, 1477, 1633])
def test_every_key_tone_is_known(row: int, column: int) -> None:
    times = np.arange(160) / 8000
    tone = 0.1 * (np.sin(2 * np.pi * row * times) + np.sin(2 * np.pi * column * times))

    assert measure(tone.astype(np.float32).reshape(1, 160))[1][0]


def test_a_key_tone_is_known_in_noise_and_no_vowel_is_taken_for_one() -> None:
    noisy = tones(2) + hiss(2, -25)
    sounding = noisy[: len(noisy) // 160 * 160].reshape(-1, 160)[1:5]
    spoken = np.concatenate([voice(), voice("yes"), voice(dbov=-15)])

    assert measure(sounding)[1].all()
    assert not measure(spoken[: len(spoken) // 160 * 160].reshape(-1, 160))[1].any()


def test_many_streams_at_once_hear_what_each_hears_alone(backend: SileroVad) -> None:
    sounds = [voice(), hiss(3, -30), voice("yes"), hum(2, -40)]
    framed = [samples[: len(samples) // 160 * 160].reshape(-1, 160) for samples in sounds]

    together = hear(backend, [(Stream(backend), frames) for frames in framed])

    for frames, at_once in zip(framed, together, strict=True):
        stream = Stream(backend)
        alone = [
            hear(backend, [(stream, frames[at : at + 3])])[0] for at in range(0, len(frames), 3)
        ]
        pieced = np.concatenate([part.speech_p for part in alone])
        assert np.allclose(at_once.speech_p, pieced, atol=1e-4)
        assert np.allclose(
            at_once.levels_dbov, np.concatenate([part.levels_dbov for part in alone])
        )


def test_a_clear_voice_is_speech_within_eight_tenths_of_a_second(backend: SileroVad) -> None:
    result = heard(backend, hiss(1, -65), voice(), hiss(1, -65))

    assert result.final is Sound.SPEECH
    assert [decision.what for decision in result.decisions] == [Sound.SPEECH]
    assert 1000 < result.decisions[0].at_ms < 1900
    assert 1000 < result.speech_starts_ms[0] < 1500


def test_a_voice_far_too_low_is_faint(backend: SileroVad) -> None:
    assert heard(backend, hiss(1, -68), voice(dbov=-43), hiss(1, -68)).final is Sound.FAINT


@pytest.mark.parametrize(
    "sound",
    [hiss(5, -60), hum(5, -48), np.zeros(40_000, np.float32), clicks(5), tones(5)],
    ids=["hiss", "hum", "digital", "clicks", "key tones"],
)
def test_a_silent_line_is_silence_and_never_speech(backend: SileroVad, sound: Samples) -> None:
    result = heard(backend, sound)

    assert result.final is Sound.SILENCE
    assert {decision.what for decision in result.decisions} <= {Sound.SILENCE}
    assert result.speech_starts_ms == ()


@pytest.mark.parametrize(
    "sound", [hiss(5, -28), hum(5, -25), chord(5, -24)], ids=["hiss", "hum", "music"]
)
def test_a_loud_line_without_a_caller_is_noise_within_three_and_a_half_seconds(
    backend: SileroVad, sound: Samples
) -> None:
    result = heard(backend, sound)

    assert result.final is Sound.NOISE
    assert [decision.what for decision in result.decisions] == [Sound.NOISE]
    assert result.decisions[0].at_ms <= 3500
    assert result.speech_starts_ms == ()


def test_a_voice_under_noise_is_noise(backend: SileroVad) -> None:
    assert heard(backend, over(hiss(6, -20), voice())).final is Sound.NOISE


def test_what_was_heard_can_change(backend: SileroVad) -> None:
    result = heard(backend, hiss(4, -65), voice(), hiss(9, -25))

    assert [decision.what for decision in result.decisions] == [
        Sound.SILENCE,
        Sound.SPEECH,
        Sound.NOISE,
    ]


LISTEN = Listen(window_ms=4000, wanted=frozenset({"speech", "silence", "noise", "faint"}))


def test_a_caller_who_speaks_is_answered_after_the_pause_and_not_in_between(
    backend: SileroVad,
) -> None:
    samples = then(hiss(1, -65), voice(), hiss(3, -65))

    kind, to_ms, ended_ms = answer(backend, LISTEN, samples)

    assert kind == "speech"
    assert ended_ms - to_ms == 700
    # The sentence holds a pause of half a second; the answer comes after its last word.
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    assert 600 <= ended_ms - loud[-1] / 8 <= 1000


@pytest.mark.parametrize("name", sorted(VoiceBank.load().voices))
@pytest.mark.parametrize("sentences", [1, 3])
def test_a_caller_who_speaks_already_when_the_window_opens_is_speech(
    backend: SileroVad, name: str, sentences: int
) -> None:
    bank = VoiceBank.load()
    known = sorted(bank.utterances)
    said = [spoken(bank, name, utterance) for utterance in known]
    callers = [
        then(*(said[(first + 3 * more) % len(said)] for more in range(sentences)), hiss(3, -65))
        for first in range(len(said))
    ]

    heard_as = {
        answer(backend, LISTEN, caller[begin:])[0] for caller in callers for begin in (800, 1600)
    }

    assert heard_as == {"speech"}


def spoken(bank: VoiceBank, name: str, utterance: str) -> Samples:
    """An utterance without the quiet around it."""
    samples = bank.samples(name, utterance, -22)
    loud = np.flatnonzero(np.abs(samples) > 0.006)
    return samples[loud[0] : loud[-1]]


def test_one_short_word_is_speech_and_a_faint_one_faint(backend: SileroVad) -> None:
    quiet = hiss(1, -68)

    assert answer(backend, LISTEN, then(quiet, voice("yes"), hiss(3, -68)))[0] == "speech"
    assert answer(backend, LISTEN, then(quiet, voice("yes", -44), hiss(3, -68)))[0] == "faint"


def test_humming_and_music_run_the_window_out_without_speech(backend: SileroVad) -> None:
    for sound in (hum(5, -45), clicks(5), tones(5)):
        assert answer(backend, LISTEN, sound)[:2] == ("silence", 4000)
    assert answer(backend, LISTEN, chord(5, -24))[0] == "noise"


def test_the_line_is_clear_within_two_seconds_of_the_noise_ending(backend: SileroVad) -> None:
    listen = Listen(window_ms=10_000, wanted=frozenset({"clear", "noise"}), until=Until.CLEAR)

    quiet = answer(backend, listen, then(hiss(4, -25), hiss(4, -65)))
    speaking = answer(backend, listen, then(hiss(4, -25), voice(), hiss(2, -65)))
    never = answer(backend, listen, hiss(11, -25))

    assert quiet[0] == speaking[0] == "clear"
    assert 5500 <= quiet[2] <= 6000
    assert 5500 <= speaking[2] <= 6000
    assert never == ("noise", 10_000, 10_000)


def stretch(*parts: tuple[float, float, int]) -> Stretch:
    """Frames of a level and a probability, so many of each."""
    levels = np.concatenate([np.full(count, level) for level, _, count in parts])
    likely = np.concatenate([np.full(count, speech_p) for _, speech_p, count in parts])
    return Stretch(levels, likely, 10 ** (levels / 10), np.zeros(len(levels), dtype=bool))


def label(*parts: tuple[float, float, int]) -> Sound:
    verdict = judge(stretch(*parts))
    assert verdict is not None
    return verdict.what


def test_a_voice_that_the_detector_doubts_is_speech_where_it_stands_out_for_60_ms() -> None:
    quiet = (-65.0, 0.02, 200)

    assert label(quiet, (-25.0, 0.3, 10)) is Sound.SPEECH
    assert label(quiet, (-25.0, 0.1, 10)) is Sound.SILENCE
    assert label(quiet, *[(-25.0, 0.3, 2), (-65.0, 0.3, 3)] * 8) is Sound.SILENCE
    assert label((-40.0, 0.02, 60), (-25.0, 0.3, 10)) is Sound.NOISE


def test_a_clear_voice_is_known_after_160_ms_and_a_faint_one_after_200() -> None:
    quiet = (-65.0, 0.02, 200)

    assert label(quiet, (-25.0, 0.9, 7)) is Sound.SILENCE
    assert label(quiet, (-25.0, 0.9, 8)) is Sound.SPEECH
    assert label(quiet, (-42.0, 0.9, 9)) is Sound.SILENCE
    assert label(quiet, (-42.0, 0.9, 10)) is Sound.FAINT
