"""When a caller begins to speak, to the frame."""

from __future__ import annotations

from agi.ears.onset import BARGE_IN_FRAMES, BARGE_IN_P, BARGE_IN_WITHIN, OnsetDetector


def starts(detector: OnsetDetector, *frames: tuple[float, bool]) -> list[int]:
    found = [detector.add(speech_p, tone=tone) for speech_p, tone in frames]
    return [frame for frame in found if frame is not None]


YES, NO, KEY = (0.9, False), (0.1, False), (0.9, True)


def test_three_frames_in_a_row_begin_an_utterance_and_400_ms_end_it() -> None:
    detector = OnsetDetector()

    found = starts(
        detector, *[NO] * 10, *[YES] * 20, *[NO] * 19, *[YES] * 5, *[NO] * 20, *[YES] * 3
    )

    assert found == [12, 10 + 20 + 19 + 5 + 20 + 2]
    assert detector.began == 74


def test_over_a_prompt_seven_of_ten_frames_are_asked_for() -> None:
    def barge_in() -> OnsetDetector:
        return OnsetDetector(BARGE_IN_P, BARGE_IN_FRAMES, BARGE_IN_WITHIN)

    assert starts(barge_in(), *[YES] * 6, *[NO] * 4, *[YES] * 6) == []
    assert starts(barge_in(), *[NO] * 5, *[YES] * 4, *[NO] * 3, *[YES] * 3) == [14]
    assert starts(barge_in(), *[(0.6, False)] * 50) == []


def test_a_key_and_its_tail_begin_nothing_but_one_tonal_frame_of_a_voice_costs_only_itself() -> (
    None
):
    assert starts(OnsetDetector(), *[KEY] * 6, *[YES] * 5, *[NO] * 30) == []
    assert starts(OnsetDetector(), YES, YES, KEY, YES, YES, YES) == [5]
