"""Damaged flows: the prover's caller breaks the same rule again when played in virtual time."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from callers.loader import find_persona, names, read_persona
from callers.persona import Expectation
from callers.persona_text import persona_yaml
from callers.persona_writer import play_again, write_persona
from callers.supposing import suppose
from callers.voicebank import VoiceBank
from callflow.house import House, house_texts
from callflow.proving.proof import Proved, Result, prove
from callflow.rules.state import Status
from callflow.templates import Condition
from launch.settings.site import Settings

SCRIPTS = Path(__file__).parents[2] / "scripts"
VARIABLES = Settings().house.all_variables()

DAMAGES = [
    ("noise.yaml", "say: noise_closing", "say: hello", "A12", "greetings"),
    ("noise.yaml", "say: noise_closing", "say: hello", "A05", "callback"),
    ("noise.yaml", "{for: 10s", "{for: 8s", "A12", "greetings"),
    ("silent_call.yaml", "repeat: 2", "repeat: 1", "A11", "greetings"),
    ("silent_call.yaml", "say: no_voice", "say: agents_busy", "A11", "greetings"),
    ("silent_call.yaml", "say: hello\n    listen: 4s", "say: hello\n    listen: 2s", "A11",
     "greetings"),
    ("silent_call.yaml", "say: hello\n    listen: 4s", "say: hello\n    listen: 9s", "A11",
     "greetings"),
    ("faint.yaml", "say: speak_up", "say: hello", "A13", "greetings"),
    ("faint.yaml", "say: speak_up", "say: hello", "A13", "callback"),
    ("closing.yaml", "say: anything_else", "say: press_for_more", "A08", "greetings"),
    ("closing.yaml", "say: closing\n", "say: agents_busy\n", "A05", "greetings"),
    ("upset.yaml", "say: calming", "say: concrete_question", "A17", "agent_call"),
    ("agent_call.yaml", "say: greeting\n", "say: hello\n", "A02", "agent_call"),
]  # fmt: skip


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    return dict(house_texts(SCRIPTS))


def damaged(file: str, good: str, bad: str) -> House:
    text = texts()[str(SCRIPTS / file)]
    assert good in text, f"{file} no longer has {good}"
    return House.of_texts({**texts(), str(SCRIPTS / file): text.replace(good, bad, 1)})


def broken(house: House, rule: str, flow: str) -> Result:
    results = [
        result
        for result in prove(house, rules=[rule], flows=[flow]).results
        if result.status is Proved.BROKEN
    ]
    assert results, f"{rule} is not broken by {flow}"
    return results[0]


@pytest.mark.parametrize(("file", "good", "bad", "rule", "flow"), DAMAGES)
def test_the_caller_of_a_counterexample_breaks_the_rule_again(
    file: str, good: str, bad: str, rule: str, flow: str
) -> None:
    house = damaged(file, good, bad)
    found = broken(house, rule, flow)

    written = write_persona(house, found)
    verdict, _ = play_again(house, written, found.rule, VARIABLES)

    assert verdict.status is Status.BROKEN, written.text
    assert found.counterexample is not None
    assert verdict.why.split(" after ")[0] == found.counterexample.why.split(" after ")[0]


def test_the_same_caller_does_not_break_the_flows_as_they_are() -> None:
    house = House.of_texts(texts())
    for file, good, bad, rule, flow in DAMAGES[:4]:
        written = write_persona(house, broken(damaged(file, good, bad), rule, flow))

        verdict, _ = play_again(house, written, house.rules[rule], VARIABLES)

        assert verdict.status is not Status.BROKEN, written.text


def test_what_is_written_is_a_persona_file_that_reads_back_as_the_same_caller() -> None:
    bank = VoiceBank.load()
    for file, good, bad, rule, flow in DAMAGES[:6]:
        house = damaged(file, good, bad)
        written = write_persona(house, broken(house, rule, flow))

        assert read_persona(written.text, "test", bank) == written.given.persona
        assert written.text.startswith("# Breaks: ")


@pytest.mark.parametrize("name", names())
def test_every_shipped_persona_is_written_as_it_was_read(name: str) -> None:
    persona = replace(find_persona(name), expect=Expectation())

    assert read_persona(persona_yaml(persona), "test") == persona


QUEUED = """
flow: main
title: {zh: 题, en: Title}
performer: ivr
steps:
  ring: {ring: 1}
  hold:
    queue: {name: desk, wait: 30s}
    on: {answered: over, no_answer: RUDE, failed: bye, error: bye}
  over: {end: served}
  rude: {end: unserved}
  bye: {say: goodbye, end: done}
"""


@pytest.mark.parametrize(
    ("flow", "agent", "refused", "note"),
    [
        (QUEUED.replace("RUDE", "rude"), "", "", ""),
        (QUEUED.replace("RUDE", "bye").replace("failed: bye", "failed: rude"), "", "failed", ""),
        (QUEUED.replace("RUDE", "bye").replace("error: bye", "error: rude"), "", "",
         "queue fails: a fault of ours, only in virtual time"),
    ],
)  # fmt: skip
def test_what_a_caller_cannot_do_goes_into_the_surroundings_or_the_notes(
    flow: str, agent: str, refused: str, note: str
) -> None:
    house = small_house(flow)
    found = broken(house, "X01", "main")
    written = write_persona(house, found)

    assert (written.given.queue.agent, written.given.queue.refused) == (agent, refused)
    assert note in "; ".join(written.notes)
    assert play_again(house, written, found.rule, {})[0].status is Status.BROKEN


def small_house(flow: str) -> House:
    lines = "goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}\n"
    rule = "precedence: {before: {hung_up: us}, expect: {said: goodbye}}"
    rules = f"X01:\n  title: {{zh: 题, en: Title}}\n  {rule}\n"
    return House.of_texts({"lines.yaml": lines, "main.yaml": flow, "house_rules.yaml": rules})


def test_a_result_that_is_not_broken_has_no_caller() -> None:
    house = House.of_texts(texts())
    proved = prove(house, rules=["A05"], flows=["callback"]).results[0]

    with pytest.raises(ValueError, match="A05 is not broken by callback"):
        write_persona(house, proved)


@pytest.mark.parametrize(
    ("wanted", "keyed"),
    [
        ([("name", True)], []),
        ([("name", False)], []),
        ([("tier == 1 and not name", True), ("name", False)], []),
        ([("handled == 'work'", True), ("handled == 'answered'", False)], []),
        ([("age > 60", True), ("age > 70", False)], []),
        ([("digits == '3'", True)], ["digits"]),
    ],
)
def test_values_are_found_for_conditions_taken_for_granted(
    wanted: list[tuple[str, bool]], keyed: list[str]
) -> None:
    found = suppose(wanted, keyed)

    assert found is not None
    for text, answer in wanted:
        assert bool(Condition(text).value(found)) is answer


def test_no_values_are_made_up_for_conditions_that_cannot_hold_together() -> None:
    assert suppose([("name", True), ("not name", True)]) is None
