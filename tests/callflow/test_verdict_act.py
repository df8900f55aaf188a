"""The `verdict` act (Q03): what is noted when asked and answered, and what an author reads."""

from __future__ import annotations

import pytest

from callflow.engine import Ended, FlowRun
from callflow.house import House
from callflow.proving.proof import prove
from calls.actions import Action, Listen
from calls.errors import CallCenterError
from calls.events import Stepped, Surveyed
from calls.outcomes import Answered, Heard, HungUp, Keyed, Sound, Spoken
from calls.outcomes import SaidEnd as End

LINES = """
how: {zh-Hans: "满意吗", zh-Hant: "滿意嗎", en: "Satisfied?"}
again: {zh-Hans: "再选", zh-Hant: "再選", en: "Again"}
bye: {tags: [closing], zh-Hans: "再见", zh-Hant: "再見", en: "Goodbye"}
"""
FLOW = """
flow: main
performer: ivr
steps:
  ring: {ring: 1}
  how:
    say: how
    verdict: {question: satisfaction, answers: ANSWERS, window: 5s, attempts: 2, reprompt: again}
  sort: {choose: [{if: satisfaction|default("") == "bad", go: sorry}, {else: out}]}
  sorry: {say: bye, end: sorry}
  out: {say: bye, end: served}
"""
THREE = '{"1": good, "2": so_so, "3": bad}'
SILENCE = Heard(what=Sound.SILENCE, from_ms=0, to_ms=0, level_dbov=None, reason="")
SAID = Spoken(start_ms=0, end_ms=1, ended=End.COMPLETED)


def house(answers: str = THREE) -> House:
    flow = FLOW.replace("ANSWERS", answers)
    return House.of_texts({"lines.yaml": LINES, "main.yaml": flow})


def asked(answers: str = THREE) -> tuple[FlowRun, Action | Ended]:
    """A run that listens for the verdict, and what it asks of the channel."""
    run = house(answers).start("main", {}, "zh-Hans")
    run.begin()
    run.resume(Answered(rings=1, waited_ms=0))
    return run, run.resume(SAID)


def pressed(key: str) -> Keyed:
    return Keyed(digits=key, at_ms=0)


def verdicts(run: FlowRun) -> list[tuple[str, int | None]]:
    return [(one.answer, one.score) for one in run.take_entered() if isinstance(one, Surveyed)]


def test_only_keys_are_listened_for() -> None:
    _, action = asked()

    assert isinstance(action, Listen)
    assert (action.wanted, action.window_ms) == (frozenset({"key"}), 5000)


@pytest.mark.parametrize(
    ("key", "answer", "score", "ending"),
    [("1", "good", 5, "served"), ("2", "so_so", 3, "served"), ("3", "bad", 1, "sorry")],
)
def test_the_answer_is_noted_with_its_points_and_kept_for_the_flow(
    key: str, answer: str, score: int, ending: str
) -> None:
    run, _ = asked()
    run.resume(pressed(key))

    assert verdicts(run) == [("", None), (answer, score)]
    assert run.variables["satisfaction"] == answer
    assert run.position.step == {"served": "out", "sorry": "sorry"}[ending]
    over = run.resume(SAID)
    assert isinstance(over, Ended)
    assert over.disposition == ending


def test_five_answers_are_worth_five_to_one_and_two_keys_may_mean_the_same() -> None:
    five = '{"1": a, "2": b, "3": c, "4": d, "5": e}'
    points = []
    for key in "12345":
        run, _ = asked(five)
        run.resume(pressed(key))
        points.append(verdicts(run)[-1][1])
    run, _ = asked('{"1": yes, "*": yes, "2": not_yet}')
    run.resume(pressed("*"))

    assert points == [5, 4, 3, 2, 1]
    assert verdicts(run)[-1] == ("yes", 5)


def test_who_hangs_up_when_asked_was_asked_and_gave_none() -> None:
    run, _ = asked()
    over = run.resume(HungUp(by="caller"))

    assert isinstance(over, Ended)
    assert verdicts(run) == [("", None)]


def test_a_wrong_key_and_no_key_cost_an_attempt_and_then_the_flow_goes_on() -> None:
    run, _ = asked()
    run.taken = []
    run.resume(pressed("9"))
    assert run.position.step == "how"
    run.resume(SAID)
    run.resume(SILENCE)

    assert [one.branch for one in run.taken] == ["reprompt", "exhausted", "else"]
    assert verdicts(run) == [("", None)]
    assert "satisfaction" not in run.variables


def test_an_agent_who_performs_it_is_named_as_the_one_who_asked() -> None:
    text = FLOW.replace("ANSWERS", THREE).replace("ring: {ring: 1}", "ring: {wait: 1s}")
    made = House.of_texts({"lines.yaml": LINES, "main.yaml": text.replace("ivr", "agent")})
    run = FlowRun(made, made.flows["main"], {}, "zh-Hans", "agent")
    run.begin()
    run.resume(SAID)

    assert [one.by for one in run.take_entered() if isinstance(one, Surveyed)] == ["agent"]


def test_a_table_notes_the_same_as_the_engine_and_counts_steps_only() -> None:
    made = house()
    for _ in range(2):  # the second run goes by the table's rows
        run = made.start("main", {}, "zh-Hans")
        run.begin()
        for outcome in (Answered(rings=1, waited_ms=0), SAID, pressed("2"), SAID):
            run.resume(outcome)
        entered = run.take_entered()
        kinds = [type(one) for one in entered]

        assert kinds == [Stepped, Stepped, Surveyed, Surveyed, Stepped, Stepped]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ('{"1": good}', "1 different answers"),
        ('{"1": good, "2": good}', "1 different answers"),
        ('{"x": good, "2": bad}', "no key of a phone"),
        ("good", "answers"),
    ],
)
def test_a_verdict_that_cannot_be_told_apart_is_refused_where_it_is_written(
    answers: str, told: str
) -> None:
    with pytest.raises(CallCenterError) as error:
        house(answers)

    assert told in str(error.value)
    assert "main.yaml:8" in str(error.value)


def test_a_rule_over_the_verdict_is_proved_and_a_flow_that_breaks_it_is_found() -> None:
    rule = """
Q09:
  title: {zh: 评价, en: verdict}
  response: {when: {surveyed: bad}, expect: {said: bye}, unless: {hung_up: caller}}
Q08:
  title: {zh: 评价, en: verdict}
  never: {of: {surveyed: so_so}}
"""
    flow = FLOW.replace("ANSWERS", THREE)
    made = House.of_texts({"lines.yaml": LINES, "main.yaml": flow, "house_rules.yaml": rule})
    found = {one.rule.id: one.status.value for one in prove(made).results}

    assert found == {"Q09": "proved", "Q08": "broken"}
