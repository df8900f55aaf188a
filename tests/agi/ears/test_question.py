"""A listening window, to the frame, on made-up frames."""

from __future__ import annotations

import pytest

from agi.ears.answer import Answer
from agi.ears.question import Question
from calls.actions import Keys, Listen, Until
from calls.outcomes import Sound
from tests.agi.ears.sounds import FAINT, NOISE, QUIET, SPEECH, TONE, feed

ALL = frozenset({"speech", "silence", "noise", "faint", "key"})


def listen(**changes: object) -> Listen:
    settings: dict[str, object] = {"window_ms": 4000, "wanted": ALL}
    return Listen(**(settings | changes))  # type: ignore[arg-type]


def heard(question: Question, *parts: tuple[tuple[float, bool, float], int]) -> Answer:
    answer, _ = feed(question, *parts)
    assert answer is not None
    return answer


def test_silence_is_answered_with_the_last_frame_of_the_window() -> None:
    answer, frames = feed(Question(listen(window_ms=4000)), (QUIET, 500))

    assert answer is not None
    assert answer.kind is Sound.SILENCE
    assert frames == 200
    assert (answer.from_ms, answer.to_ms, answer.window_opened_ms) == (0, 4000, 0)
    assert answer.level_dbov == -65.0
    assert "window of 4000 ms ran out" in answer.reason


@pytest.mark.parametrize("pause_ms", [300, 700, 1200])
def test_speech_is_answered_once_the_caller_has_paused_as_long_as_the_step_says(
    pause_ms: int,
) -> None:
    question = Question(listen(end_pause_ms=pause_ms))

    answer, frames = feed(question, (QUIET, 50), (SPEECH, 60), (QUIET, 200))

    assert answer is not None
    assert answer.kind is Sound.SPEECH
    assert frames == 110 + pause_ms // 20
    assert (answer.from_ms, answer.to_ms) == (1000, 2200)
    assert answer.ended_ms == 2200 + pause_ms


def test_a_short_pause_inside_an_utterance_does_not_end_it() -> None:
    question = Question(listen(end_pause_ms=700))

    answer = heard(question, (QUIET, 20), (SPEECH, 40), (QUIET, 34), (SPEECH, 40), (QUIET, 100))

    assert (answer.from_ms, answer.to_ms) == (400, (20 + 40 + 34 + 40) * 20)


def test_until_onset_ends_at_the_third_frame_of_speech() -> None:
    answer, frames = feed(Question(listen(until=Until.ONSET)), (QUIET, 50), (SPEECH, 60))

    assert answer is not None
    assert answer.kind is Sound.SPEECH
    assert frames == 53
    assert answer.from_ms == 1000


def test_two_frames_of_speech_are_no_speech() -> None:
    blips = [(QUIET, 30), (SPEECH, 2)] * 10

    answer = heard(Question(listen(until=Until.ONSET)), *blips, (QUIET, 100))

    assert answer.kind is Sound.SILENCE


def test_eighty_milliseconds_of_something_are_not_taken_for_a_caller() -> None:
    answer, frames = feed(Question(listen()), (QUIET, 50), (SPEECH, 4), (QUIET, 200))

    assert answer is not None
    assert answer.kind is Sound.SILENCE
    assert frames == 200


def test_a_single_short_hello_is_speech() -> None:
    answer = heard(Question(listen()), (QUIET, 50), (SPEECH, 12), (QUIET, 100))

    assert answer.kind is Sound.SPEECH
    assert answer.ended_ms == (50 + 12 + 35) * 20


def test_a_single_short_faint_hello_is_faint() -> None:
    answer = heard(Question(listen()), (QUIET, 50), (FAINT, 12), (QUIET, 100))

    assert answer.kind is Sound.FAINT
    assert answer.level_dbov == pytest.approx(-43, abs=0.5)


def test_a_faint_voice_is_speech_where_the_flow_does_not_ask_for_faint() -> None:
    wanted = frozenset({"speech", "silence"})

    answer = heard(Question(listen(wanted=wanted)), (QUIET, 50), (FAINT, 60), (QUIET, 100))

    assert answer.kind is Sound.SPEECH


def test_a_caller_speaking_when_the_window_runs_out_may_finish() -> None:
    question = Question(listen(window_ms=2000))

    answer, frames = feed(question, (QUIET, 90), (SPEECH, 100), (QUIET, 100))

    assert answer is not None
    assert answer.kind is Sound.SPEECH
    assert frames == 190 + 35


def test_the_longest_utterance_ends_the_window_without_a_pause() -> None:
    question = Question(listen(longest_ms=3000))

    answer, frames = feed(question, (QUIET, 10), (SPEECH, 1000))

    assert answer is not None
    assert answer.kind is Sound.SPEECH
    assert frames == 10 + 150
    assert "spoke for 3000 ms" in answer.reason


def test_a_noisy_line_is_noise_after_three_seconds() -> None:
    answer, frames = feed(Question(listen(window_ms=8000)), (NOISE, 400))

    assert answer is not None
    assert answer.kind is Sound.NOISE
    assert frames * 20 == 3100
    assert answer.level_dbov == pytest.approx(-25, abs=0.1)


def test_noise_that_fills_a_window_shorter_than_its_hold_is_noise() -> None:
    assert heard(Question(listen(window_ms=3000)), (NOISE, 400)).kind is Sound.NOISE


def test_a_noisy_line_is_silence_where_noise_is_not_asked_for() -> None:
    wanted = frozenset({"speech", "silence"})

    assert heard(Question(listen(wanted=wanted)), (NOISE, 400)).kind is Sound.SILENCE


def test_speech_lost_in_noise_is_noise_at_the_pause() -> None:
    buried = (-24.0, False, 0.7)

    answer = heard(Question(listen()), (NOISE, 40), (buried, 20), (NOISE, 100))

    assert answer.kind is Sound.NOISE
    assert "SNR" in answer.reason


def test_a_line_that_clears_is_clear_within_two_seconds() -> None:
    question = Question(listen(until=Until.CLEAR, window_ms=10_000, wanted=frozenset({"clear"})))

    answer, frames = feed(question, (NOISE, 200), (QUIET, 300))

    assert answer is not None
    assert answer.kind is Sound.CLEAR
    assert 1500 <= (frames - 200) * 20 <= 2000


def test_a_quiet_line_is_clear_after_a_second_and_a_half() -> None:
    question = Question(listen(until=Until.CLEAR, window_ms=10_000, wanted=frozenset({"clear"})))

    _, frames = feed(question, (QUIET, 500))

    assert frames == 75


def test_a_line_that_stays_noisy_is_noise_after_exactly_the_window() -> None:
    wanted = frozenset({"clear", "noise"})
    question = Question(listen(until=Until.CLEAR, window_ms=10_000, wanted=wanted))

    answer, frames = feed(question, (NOISE, 900))

    assert answer is not None
    assert answer.kind is Sound.NOISE
    assert frames == 500


def test_noise_that_comes_back_within_a_second_and_a_half_is_not_clear() -> None:
    wanted = frozenset({"clear", "noise"})
    question = Question(listen(until=Until.CLEAR, window_ms=10_000, wanted=wanted))

    answer = heard(question, *[(NOISE, 40), (QUIET, 60)] * 6)

    assert answer.kind is Sound.NOISE


def test_talking_over_a_clear_line_is_clear() -> None:
    question = Question(listen(until=Until.CLEAR, window_ms=10_000, wanted=frozenset({"clear"})))

    answer = heard(question, (NOISE, 100), *[(SPEECH, 15), (QUIET, 6)] * 10)

    assert answer.kind is Sound.CLEAR


def test_a_key_is_answered_at_once_and_its_tone_is_no_speech() -> None:
    question = Question(listen())
    feed(question, (QUIET, 50), (TONE, 8))

    answer = question.key("2")

    assert answer is not None
    assert (answer.kind, answer.digits, answer.from_ms) == ("key", "2", 1160)


def test_digits_are_gathered_until_nothing_more_comes() -> None:
    question = Question(listen(keys=Keys(most=4, next_key_ms=2000)))
    feed(question, (QUIET, 50))
    question.key("1")
    feed(question, (QUIET, 80))
    question.key("0")

    answer, frames = feed(question, (QUIET, 200))

    assert answer is not None
    assert (answer.kind, answer.digits) == ("key", "10")
    assert frames == 101
    assert "no key for 2000 ms" in answer.reason


def test_gathering_goes_on_past_the_end_of_the_window() -> None:
    question = Question(listen(window_ms=1000, keys=Keys(most=4, next_key_ms=3000)))
    feed(question, (QUIET, 45))
    question.key("7")

    answer, frames = feed(question, (QUIET, 300))

    assert answer is not None
    assert answer.kind == "key"
    assert frames > 100


def test_the_terminator_ends_the_digits_and_is_none_of_them() -> None:
    question = Question(listen(keys=Keys(most=10, terminator="#")))
    feed(question, (QUIET, 10))
    assert question.key("4") is None
    assert question.key("2") is None

    answer = question.key("#")

    assert answer is not None
    assert answer.digits == "42"


def test_a_key_the_flow_does_not_want_is_neither_key_nor_speech() -> None:
    question = Question(listen(wanted=frozenset({"speech", "silence"}), until=Until.ONSET))
    feed(question, (QUIET, 50))
    assert question.key("5") is None

    answer = heard(question, ((-15.0, False, 0.9), 5), (QUIET, 300))

    assert answer.kind is Sound.SILENCE


def test_key_tones_alone_are_silence() -> None:
    answer = heard(Question(listen()), *[(QUIET, 20), (TONE, 6)] * 20)

    assert answer.kind is Sound.SILENCE


def test_a_hang_up_in_the_window_is_an_answer() -> None:
    question = Question(listen())
    feed(question, (QUIET, 50))

    answer = question.hung_up()

    assert (answer.kind, answer.to_ms) == ("hangup", 1000)


def test_missing_audio_is_said_in_the_reason() -> None:
    question = Question(listen(window_ms=1000))
    answers = [question.frame(QUIET, missing=number >= 40) for number in range(50)]

    answer = answers[-1]

    assert answer is not None
    assert answer.kind is Sound.SILENCE
    assert "200 ms of audio never came" in answer.reason


def test_the_screen_is_told_each_change_of_what_is_heard() -> None:
    told: list[Sound] = []
    wanted = frozenset({"clear", "noise"})
    question = Question(
        listen(until=Until.CLEAR, window_ms=10_000, wanted=wanted),
        on_hearing=lambda what, _level: told.append(what),
    )

    feed(question, (NOISE, 100), (QUIET, 30), (NOISE, 50), (QUIET, 100))

    assert told == [Sound.NOISE, Sound.CLEAR, Sound.NOISE, Sound.CLEAR]


def test_a_window_opened_by_speech_counts_from_its_opening_and_the_speech_from_its_start() -> None:
    question = Question(listen(window_ms=1000), first_frame=90, opened_frame=100)

    answer = heard(question, (SPEECH, 40), (QUIET, 100))

    assert answer.from_ms == 1800
    assert answer.window_opened_ms == 2000
    assert answer.ended_ms == (90 + 40 + 35) * 20
