"""The machine answers from facts, shows them, and is silent where it knows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from calls.events import CallEvent
from qa.answering import CaseFacts, MachineAnswer, machine_answers, machine_gaps
from qa.rubric import Form, load_form, load_forms
from tests.callflow.traces import Trace
from tests.qa.small_form import house_rules

FORM = """
form: of_facts
title: {zh: 事实, en: Facts}
version: "1"
sections:
  one:
    title: {zh: 一, en: One}
    questions:
      goodbye: {title: {zh: 再见, en: Goodbye}, na: true, fact: {rule: A05}}
      silent: {title: {zh: 无声, en: Silent}, na: true, fact: {rule: A11}}
      rings: {title: {zh: 铃声, en: Rings}, fact: {figure: rings, at_most: 3}}
      quiet:
        title: {zh: 抢话, en: Talk-over}
        na: true
        fact: {measure: talk_over, at_most: 1s}
      air: {title: {zh: 冷场, en: Dead air}, na: true, fact: {measure: dead_air, at_most: 10s}}
      hold: {title: {zh: 保持, en: Hold}, na: true, fact: {figure: longest_hold, at_most: 60s}}
      time:
        title: {zh: 时长, en: Handle time}
        na: true
        answers:
          short: {title: {zh: 短, en: Short}, share: 1}
          long: {title: {zh: 长, en: Long}, share: 0}
        fact: {figure: handled, bands: {short: {at_most: 6min}}, otherwise: long}
      verdict:
        title: {zh: 评价, en: Verdict}
        na: true
        fact: {figure: satisfaction, at_least: 4}
      tone: {title: {zh: 语气, en: Tone}}
"""


def _form() -> Form:
    return load_form(FORM, "facts.yaml", rules=house_rules())


def _served(trace: Trace | None = None) -> Trace:
    trace = (trace or Trace()).ring(2000, 1)
    return trace.say("greeting", "greeting")


def _said_goodbye(trace: Trace) -> list[CallEvent]:
    trace.say("anything_else").say("closing", "closing", "thanks")
    return trace.hang_up("us", "served")


def _talk(*, talks_ms: int = 60_000, hold_ms: int = 0) -> Trace:
    trace = _served().add("queued", 500, queue="support")
    trace.add("agent_offered", 4000, agent="1001")
    trace.add("agent_answered", 7000, agent="1001", waited_ms=11_000)
    if hold_ms:
        trace.add("held", 5000, on=True).add("held", hold_ms, on=False)
        talks_ms -= 5000 + hold_ms
    return trace.add(
        "left_queue", talks_ms, queue="support", result="answered", waited_ms=11_000,
        talked_ms=talks_ms + (5000 + hold_ms if hold_ms else 0), agent="1001",
    )  # fmt: skip


def _measured(trace: Trace, recording: str = "r1", **data: Any) -> Trace:
    told = {
        "recording": recording,
        "talk_over_ms": 0,
        "talk_overs": [],
        "dead_air_ms": 2000,
        "dead_air_from_ms": 30_000,
        "silence_ms": 9000,
        "caller_talk_ms": 20_000,
        "agent_talk_ms": 21_000,
    }
    return trace.add("recording_measured", 0, **{**told, **data})


def _answers(events: list[CallEvent]) -> dict[str, MachineAnswer]:
    return machine_answers(_form(), CaseFacts.of(events, house_rules()))


def _gaps(events: list[CallEvent]) -> dict[str, Any]:
    return dict(machine_gaps(_form(), CaseFacts.of(events, house_rules())))


def test_a_kept_rule_answers_yes_with_the_events_that_show_it() -> None:
    events = _said_goodbye(_served())

    found = _answers(events)["goodbye"]

    by_seq = {event.seq: event for event in events}
    shown = [by_seq[seq].kind for seq in found.events]
    assert (found.answer, shown) == ("yes", ["said", "hung_up"])
    assert by_seq[found.events[0]].data["line"] == "closing"
    assert found.why["zh"].startswith("做到 A05")
    assert found.why["en"].startswith("A05")


def test_a_broken_rule_answers_no_and_says_why_in_both_languages() -> None:
    found = _answers(_served().hang_up("us"))["goodbye"]

    assert found.answer == "no"
    assert "without" in found.why["en"]
    assert found.why["zh"].startswith("违反 A05")
    assert "此前没有" in found.why["zh"]


def test_what_did_not_happen_does_not_apply() -> None:
    found = _answers(_said_goodbye(_served()))["silent"]

    assert (found.answer, found.events, found.from_ms) == ("na", (), None)


def test_the_interval_to_hear_holds_the_evidence_with_a_little_around_it() -> None:
    trace = _served().hear("silence", 4000).say("hello", "prompt")
    silence_ms = trace.events[-2].offset_ms
    events = trace.hang_up("us")

    found = _answers(events)["silent"]

    assert found.answer == "no"
    assert found.from_ms is not None
    assert found.to_ms is not None
    assert silence_ms - 3000 <= found.from_ms <= silence_ms
    assert events[-2].offset_ms <= found.to_ms <= events[-1].offset_ms


def test_evidence_far_apart_is_heard_at_its_end() -> None:
    trace = _served().hear("silence", 4000).say("hello").add("listening", 120_000)
    events = trace.hang_up("us")

    found = _answers(events)["silent"]

    assert found.from_ms is not None
    assert found.from_ms > 60_000


def test_a_live_call_has_no_answers_yet() -> None:
    events = _served().events

    assert _answers(events) == {}
    assert _gaps(events)["goodbye"]["en"] == "the call is not over"
    assert "tone" not in _gaps(events)


def test_what_a_fault_of_ours_cut_off_is_left_to_the_human() -> None:
    trace = _served().hear("silence", 4000).add("fault", 0, where="hello", problem="no sound")
    events = trace.add("ended", end_reason="interrupted", disposition="").events

    assert "silent" not in _answers(events)
    assert _gaps(events)["silent"] == {
        "zh": "因故障无法判定 A11：我方故障中断了通话",
        "en": "A11 cannot be judged: a fault of ours cut the call off",
    }


def test_rings_are_counted_and_their_time_is_heard() -> None:
    events = _said_goodbye(Trace().ring(17_000, 4).say("greeting", "greeting"))

    found = _answers(events)["rings"]

    assert (found.answer, found.value, found.from_ms) == ("no", 4, 0)
    assert found.why == {"zh": "接听铃声数 4（不超过 3）", "en": "rings 4 (at most 3)"}


def test_sums_go_over_all_parts_and_the_longest_is_heard() -> None:
    trace = _talk()
    trace.hang_up("caller")
    _measured(trace, "r1", talk_over_ms=700, talk_overs=[[20_000, 20_700]])
    _measured(
        trace, "r2", talk_over_ms=900, talk_overs=[(50_000, 50_200), (51_000, 51_700)],
        dead_air_ms=12_000, dead_air_from_ms=33_000,
    )  # fmt: skip

    found = _answers(trace.events)

    assert (found["quiet"].answer, found["quiet"].value) == ("no", 1600)
    assert (found["quiet"].from_ms, found["quiet"].to_ms) == (18_500, 22_200)
    assert (found["air"].answer, found["air"].value) == ("no", 12_000)
    assert (found["air"].from_ms, found["air"].to_ms) == (31_500, 46_500)


def test_a_recording_measured_again_counts_by_its_latest() -> None:
    trace = _talk()
    trace.hang_up("caller")
    _measured(trace, "r1", talk_over_ms=5000)
    _measured(trace, "r1", talk_over_ms=400)

    assert _answers(trace.events)["quiet"].value == 400


def test_without_a_measured_recording_the_question_is_the_humans() -> None:
    trace = _talk()
    trace.hang_up("caller")

    assert "quiet" not in _answers(trace.events)
    assert _gaps(trace.events)["quiet"] == {
        "zh": "录音还没有测量",
        "en": "no recording of the call was measured",
    }


def test_talk_over_does_not_apply_where_no_agent_talked() -> None:
    trace = _served()
    _said_goodbye(trace)
    _measured(trace, talk_over_ms=0)

    assert _answers(trace.events)["quiet"].answer == "na"


def test_handle_time_is_talk_and_wrap_up_and_known_once_wrapped_up() -> None:
    trace = _talk(talks_ms=300_000)
    trace.hang_up("caller")
    before = _answers(trace.events)
    trace.add("disposed", 70_000, agent="1001", disposition="served", note="")
    after = _answers(trace.events)

    assert "time" not in before
    assert after["time"].answer == "long"
    assert after["time"].value == 300_000 + 70_000 + 50


def test_the_longest_hold_is_judged_and_heard() -> None:
    trace = _talk(talks_ms=200_000, hold_ms=70_000)
    events = trace.hang_up("caller")

    found = _answers(events)["hold"]

    assert (found.answer, found.value) == ("no", 70_000)
    assert found.to_ms is not None
    assert found.from_ms is not None
    assert found.to_ms - found.from_ms == 73_000


def test_no_hold_at_all_is_a_hold_of_nothing() -> None:
    found = _answers(_talk().hang_up("caller"))["hold"]

    assert (found.answer, found.value) == ("yes", 0)


@pytest.mark.parametrize(
    ("surveys", "answer"),
    [
        ([], "na"),
        ([("", None)], "na"),
        ([("satisfied", 5)], "yes"),
        ([("dissatisfied", 1)], "no"),
        ([("satisfied", 5), ("", None)], "yes"),
        ([("", None), ("so_so", 3)], "no"),
    ],
)
def test_the_callers_verdict_is_taken_as_given(
    surveys: list[tuple[str, int | None]], answer: str
) -> None:
    trace = _talk()
    trace.hang_up("caller")
    for word, score in surveys:
        trace.add("surveyed", 0, question="satisfaction", answer=word, score=score, by="ivr")

    assert _answers(trace.events)["verdict"].answer == answer


def test_a_figure_that_does_not_apply_is_no_answer_where_na_is_not_allowed() -> None:
    events = Trace().add("offered", direction="inbound", flow="greetings").hang_up("caller")

    assert "rings" not in _answers(events)
    assert _gaps(events)["rings"]["en"] == "rings: this call has none"


def test_a_rule_the_house_does_not_have_is_told() -> None:
    events = _said_goodbye(_served())
    case = CaseFacts.of(events, [house_rules()["A11"]])

    assert "goodbye" not in machine_answers(_form(), case)
    assert machine_gaps(_form(), case)["goodbye"]["en"] == "the house has no rule A05"


def test_every_factual_question_of_the_shipped_forms_is_answered_or_explained() -> None:
    trace = _talk()
    trace.hang_up("caller")
    case = CaseFacts.of(_measured(trace).events, house_rules())

    for form in load_forms(rules=house_rules()).values():
        facts = {question.name for question in form.questions() if question.fact}
        answered, gaps = machine_answers(form, case), machine_gaps(form, case)
        assert set(answered) | set(gaps) == facts
        assert not set(answered) & set(gaps)
        for name, one in answered.items():
            assert form.question(name).allows(one.answer)
