"""What speech recognition shows at a question: where to listen, never an answer."""

from __future__ import annotations

import pytest

from calls.asides import aside_id
from calls.events import CallEvent
from qa.answering import (
    CaseFacts,
    HeardWords,
    kept_recordings,
    machine_answers,
    machine_gaps,
    words_gaps,
    words_shown,
)
from qa.answering.words import MOST_PLACES
from qa.rubric import Form, load_form
from tests.callflow.traces import Trace
from tests.qa.small_form import house_rules

FORM = """
form: of_words
title: {zh: 用语, en: Words}
version: "1"
sections:
  one:
    title: {zh: 一, en: One}
    questions:
      polite:
        title: {zh: 礼貌用语, en: Polite words}
        answers: graded
        evidence: [polite_words, said_lines]
      goodbye:
        title: {zh: 再见, en: Goodbye}
        na: true
        fact: {rule: A05}
        evidence: said_lines
      tone: {title: {zh: 语气, en: Tone}}
"""
KEPT = {"c-1": "aa11"}


def _form() -> Form:
    return load_form(FORM, "words.yaml", rules=house_rules())


def _call(*, kept: bool = True) -> Trace:
    """A call of about eight seconds that was recorded."""
    trace = Trace().ring(1000).say("greeting", "greeting").say("anything_else", for_ms=3000)
    trace.say("closing", "closing").hang_up("us", "served")
    if kept:
        trace.add("recording_kept", recording="c-1", file="recordings/c-1.wav", sha256="aa11")
    return trace


def _heard(events: list[CallEvent], **other: object) -> HeardWords:
    said = [event for event in events if event.kind == "said"]
    findings = ("said", "not_found", "unsure")
    lines = [
        {
            "line": event.data["line"],
            "said_ms": event.data["start_ms"],
            "finding": finding,
            "similarity": 0.5,
            "from_ms": event.data["start_ms"],
            "to_ms": event.data["end_ms"],
        }
        for event, finding in zip(said, findings, strict=True)
    ]
    told = {
        "recordings": KEPT,
        "looked_for": ["您好", "对不起", "谢谢"],
        "polite": [["您好", 1100, 1500], ["您好", 3000, 3400], ["谢谢", 5700, 6100]],
        "lines": lines,
    }
    return HeardWords.of({**told, **other})


def _case(trace: Trace) -> CaseFacts:
    return CaseFacts.of(trace.events, house_rules())


def test_polite_words_are_shown_with_when_they_were_heard_and_which_were_not() -> None:
    trace = _call()
    case, heard = _case(trace), _heard(trace.events)

    polite, _ = words_shown(_form(), case, heard)["polite"]

    assert polite.told["zh"] == "礼貌用语听出 3 处：您好 2、谢谢 1；没听出来（不等于没说）：对不起"
    assert "您好 2, 谢谢 1" in polite.told["en"]
    assert "does not mean not said: 对不起" in polite.told["en"]
    assert [one.text["zh"] for one in polite.places] == ["您好", "您好", "谢谢"]
    assert (polite.places[1].from_ms, polite.places[1].to_ms) == (1500, 4900)
    assert polite.places[0].from_ms == 0
    assert all(one.to_ms <= case.length_ms for one in polite.places)


def test_lines_that_differ_from_the_script_are_shown_with_their_wording() -> None:
    trace = _call()
    last = next(event for event in trace.events if event.data.get("line") == "closing")
    last.data["text"] = "感谢来电，再见！"  # type: ignore[index]

    _, lines = words_shown(_form(), _case(trace), _heard(trace.events))["polite"]

    assert lines.told == {
        "zh": "话术 3 句，与话术相符 1 句；请人听 2 句",
        "en": "1 of 3 said lines heard as written; to be heard by a person: 2",
    }
    assert [one.text["zh"] for one in lines.places] == [
        "没听出来：anything_else",
        "有些像：感谢来电，再见！",
    ]
    begin = int(last.data["start_ms"])
    assert lines.places[1].from_ms == begin - 1500


def test_words_answer_no_question_and_stand_beside_a_fact_that_does() -> None:
    trace = _call()
    form, case, heard = _form(), _case(trace), _heard(trace.events)

    shown = words_shown(form, case, heard)

    assert set(shown) == {"polite", "goodbye"}
    assert set(machine_answers(form, case)) == {"goodbye"}
    assert "polite" not in machine_gaps(form, case)
    assert words_gaps(form, case, heard) == {}


def test_without_recognition_the_question_is_the_humans_and_says_why() -> None:
    trace = _call()

    gaps = words_gaps(_form(), _case(trace), None)

    assert words_shown(_form(), _case(trace), None) == {}
    assert set(gaps) == {"polite"}, "goodbye is answered by a fact"
    assert gaps["polite"]["zh"] == "没有做语音识别（thirdring words），请人听"
    assert "a person listens" in gaps["polite"]["en"]


def test_a_call_without_sound_says_that_there_is_nothing_to_hear() -> None:
    trace = _call(kept=False)

    assert "没有可听的录音" in words_gaps(_form(), _case(trace), None)["polite"]["zh"]


def test_words_of_an_erased_or_another_recording_are_shown_no_more() -> None:
    trace = _call()
    heard = _heard(trace.events)
    other = _heard(trace.events, recordings={"c-1": "bb22"})

    assert "another than the one" in words_gaps(_form(), _case(trace), other)["polite"]["en"]
    assert words_shown(_form(), _case(trace), other) == {}
    trace.add("recording_erased", recording="c-1", why="asked", by="wang")
    assert "no recording" in words_gaps(_form(), _case(trace), heard)["polite"]["en"]
    assert words_shown(_form(), _case(trace), heard) == {}


def test_a_talk_without_lines_and_one_of_many_words_are_told() -> None:
    trace = _call()
    many = [["您好", at, at + 10] for at in range(MOST_PLACES + 5)]
    heard = _heard(trace.events, lines=[], polite=many, looked_for=["您好"])

    polite, lines = words_shown(_form(), _case(trace), heard)["polite"]

    assert polite.told["zh"] == f"礼貌用语听出 {MOST_PLACES + 5} 处：您好 {MOST_PLACES + 5}"
    assert len(polite.places) == MOST_PLACES
    assert lines.told["zh"] == "没有可比对的话术"
    none = _heard(trace.events, polite=[], looked_for=["谢谢"])
    (told, _) = words_shown(_form(), _case(trace), none)["polite"]
    assert told.told["en"].startswith("0 polite words heard; not recognised")


def test_recordings_that_can_be_heard_are_the_calls_own() -> None:
    trace = _call()
    aside = aside_id("c", 1)
    trace.add("recording_kept", recording=aside, file="recordings/s.wav", sha256="cc33")
    trace.add("recording_kept", recording="c-2", file="", sha256="", problem="missing")

    assert kept_recordings(trace.events) == KEPT


@pytest.mark.parametrize(
    "data", [{}, {"recordings": {}, "looked_for": [], "polite": [["您好"]], "lines": []}]
)
def test_data_of_no_such_fact_are_refused(data: dict[str, object]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        HeardWords.of(data)
