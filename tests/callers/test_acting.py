"""A persona at work, told what the house does."""

from __future__ import annotations

from callers.acting import Acting, Speech
from callers.hearing import noise_level
from callers.loader import read_persona
from callers.noises import COMFORT_DBOV

HEAD = "persona: somebody\nvoice: zh_m\n"
LONG_MS = 1500


def acting(text: str) -> Acting:
    one = Acting(read_persona(HEAD + text, "some.yaml"), lambda _: LONG_MS)
    one.rings(0)
    one.answered(1000)
    return one


def spoken(one: Acting) -> list[tuple[int, int]]:
    return [(speech.begin_ms, speech.end_ms) for speech in one.spoken]


def test_each_window_is_a_turn_and_gets_the_next_answer() -> None:
    one = acting("answers: [{say: hello, after: 600ms}, {press: '12', after: 1s, gap: 200ms}]\n")

    one.house_speaks(1000)
    one.house_listens(4000)
    one.house_speaks(7000)
    one.house_listens(8000)

    assert spoken(one) == [(4600, 6100)]
    assert [(key.at_ms, key.key) for key in one.keys(0, 99_999)] == [(9000, "1"), (9200, "2")]


def test_what_was_not_begun_when_the_house_speaks_again_is_given_up() -> None:
    one = acting("answers: [{say: hello, after: 3s}, silent]\n")

    one.house_listens(4000)
    one.house_speaks(6000)

    assert spoken(one) == []


def test_what_has_begun_is_finished_over_the_house() -> None:
    one = acting("answers: [{say: hello, after: 1s}, silent]\n")

    one.house_listens(4000)
    one.house_speaks(5500)

    assert spoken(one) == [(5000, 6500)]


def test_a_window_that_opens_while_the_caller_speaks_is_no_new_turn() -> None:
    one = acting("barge_in: {after: 900ms, say: inquiry}\nanswers: [{say: hello, after: 500ms}]\n")

    one.house_speaks(2000)
    one.house_listens(3000)

    assert one.turn == 0
    assert spoken(one) == [(2900, 4400)]


def test_a_barge_in_that_comes_too_late_for_its_line_is_given_up() -> None:
    one = acting("barge_in: {after: 900ms, press: '0'}\nanswers: [silent]\n")

    one.house_speaks(2000)
    one.house_listens(2800)

    assert one.keys(0, 99_999) == []
    assert one.turn == 1


def test_a_barge_in_may_be_kept_for_one_line() -> None:
    one = acting("barge_in: {after: 100ms, say: inquiry, line: 2}\nanswers: [silent]\n")

    one.house_speaks(2000)
    first = list(spoken(one))
    one.house_speaks(5000)

    assert first == []
    assert spoken(one) == [(5100, 6600)]


def test_a_line_that_pauses_before_the_barge_in_is_cut_into_all_the_same() -> None:
    one = acting("barge_in: {after: 1s, press: '1'}\nanswers: [silent]\n")
    one.house_speaks(2000)
    one.house_listens(2500, known_ms=2600)

    new_line = one.house_speaks(2700, pause_up_to_ms=1500)

    assert not new_line
    assert [key.at_ms for key in one.keys(0, 99_999)] == [3000]


def test_a_line_that_comes_late_is_a_new_one_and_the_turn_before_it_none() -> None:
    one = acting("barge_in: {after: 1s, press: '1', line: 2}\nanswers: [silent]\n")
    one.house_speaks(2000)
    one.house_listens(2500)

    new_line = one.house_speaks(2700, pause_up_to_ms=1500, late=True)

    assert new_line
    assert (one.line, one.turn) == (2, 0)
    assert [key.at_ms for key in one.keys(0, 99_999)] == [3700]


def test_a_pause_that_outlasts_the_barge_in_leaves_none_for_the_rest_of_the_line() -> None:
    one = acting("barge_in: {after: 1s, press: '1'}\nanswers: [silent]\n")
    one.house_speaks(2000)
    one.house_listens(2500, known_ms=2600)

    one.house_speaks(3200, pause_up_to_ms=1500)

    assert one.keys(0, 99_999) == []


def test_a_caller_who_meant_to_hang_up_while_it_rings_stays_once_answered() -> None:
    one = Acting(read_persona(HEAD + "hang_up: {ring: 2, after: 600ms}\n", "a.yaml"), lambda _: 1)

    one.rings(0)
    meant = one.leave_ms
    one.answered(1000)

    assert meant == 5600
    assert one.leave_ms is None


def test_hang_ups_are_counted_from_answer_line_queue_and_turn() -> None:
    answered = acting("hang_up: {answered: 3s}\n")
    line = acting("hang_up: {line: 2, after: 500ms}\n")
    line.house_speaks(1000)
    line.house_speaks(4000)
    queued = acting("hang_up: {queued: 5s}\n")
    queued.queued(10_000)
    turn = acting("answers: [{hang_up: {after: 2s}}]\n")
    turn.house_listens(3000)

    assert [one.leave_ms for one in (answered, line, queued, turn)] == [4000, 4500, 15_000, 5000]
    turn.house_speaks(4000)
    assert turn.leave_ms is None


def test_noise_lasts_from_a_moment_of_the_call_to_a_moment_of_a_turn() -> None:
    one = acting("background: {noise: street, until: {turn: 1, after: 3s}}\nanswers: [silent]\n")

    before = one.background_spans()
    one.house_listens(9000)

    assert [(begin, end) for begin, end, _ in before] == [(1000, None)]
    assert [(begin, end) for begin, end, _ in one.background_spans()] == [(1000, 12_000)]
    assert noise_level(one, 11_999) > COMFORT_DBOV
    assert noise_level(one, 12_000) == COMFORT_DBOV


def test_a_pause_inside_a_sentence_heard_by_ear_is_given_back() -> None:
    one = acting("answers: [{say: hello, after: 2s}, {say: hello, after: 100ms}]\n")

    one.house_speaks(1000)
    one.house_listens(2000, known_ms=2500)
    one.house_speaks(2600, pause_up_to_ms=1500)
    one.house_listens(5000, known_ms=5500)

    assert one.turn == 1
    assert one.line == 1
    assert spoken(one) == [(7000, 8500)]


def test_a_caller_who_notices_late_begins_no_earlier_than_that() -> None:
    one = acting("answers: [{say: hello, after: 100ms}]\n")

    one.house_listens(5000, known_ms=5500)

    assert one.spoken == [Speech(5500, 5500 + LONG_MS, "hello", -22.0)]
