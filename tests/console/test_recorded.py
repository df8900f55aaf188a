"""What a story says of a recording, in both languages."""

from __future__ import annotations

from console.telling.recorded import recording_note


def test_where_a_clock_is_not_proved_is_told() -> None:
    kept = {"unproved": [[14_000, 38_400], [60_000, 62_000]], "problem": ""}

    zh, en = recording_note("recording_kept", kept)

    assert en == "its clock is not proved from 14-38, 60-62 s"
    assert zh == "14-38, 60-62 秒的时刻未经证实"


def test_a_problem_is_told_before_the_clock() -> None:
    kept = {"unproved": [[0, 1000]], "problem": "cut off at 3 s"}

    assert recording_note("recording_kept", kept)[1].startswith("cut off at 3 s; its clock")
    assert recording_note("recording_kept", {"unproved": []}) == ("", "")


def test_a_problem_is_told_in_either_language() -> None:
    problem = "house leg missing, silence in its place; cut: 0.00 s of 20.31 s were written"

    zh, en = recording_note("recording_kept", {"unproved": [], "problem": problem})

    assert en == problem
    assert zh == "我方一方缺失，用静音代替；不完整：20.31 秒只写下了 0.00 秒"


def test_measures_are_told_and_what_is_missing_is_a_question_mark() -> None:
    zh, en = recording_note("recording_measured", {"caller_talk_ms": 11_000, "agent_talk_ms": 0})

    assert en == "caller 11.0 s, agent 0.0 s, talk-over ? s, longest dead air ? s"
    assert zh.startswith("客户说话 11.0 秒，坐席 0.0 秒")


def test_why_a_recording_stopped_is_told_in_either_language() -> None:
    assert recording_note("recording_stopped", {"reason": "call_ended"}) == (
        "通话结束",
        "call_ended",
    )
    assert recording_note("recording_stopped", {"reason": "odd"}) == ("odd", "odd")
