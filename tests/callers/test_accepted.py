"""A call's telling is accepted once; a later call told otherwise fails with the difference."""

from __future__ import annotations

from pathlib import Path

from callers.flowtests.accepted import accepted_of, with_accepted, write_accepted
from callers.flowtests.suite import FOLDER, play, read_tests
from callers.flowtests.told import told
from callflow.house import House

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""
FLOW = """
flow: main
always: {noise: end noise, faint: end faint}
steps:
  ringing: {ring: 1}
  welcome:
    say: greeting
    listen: 4s
    on: {speech: bye, silence: bye}
  bye: {say: goodbye, end: served}
"""
TESTS = """
tests:
  Nobody speaks:
    given: {flow: main, caller: silent}
    expect: {disposition: served}
"""
VARIABLES = {"company": "三声", "agent_no": "1"}


def _house(flow: str = FLOW) -> House:
    return House.of_texts({"lines.yaml": LINES, "main.yaml": flow})


def _accepted(folder: Path) -> dict[str, str]:
    house = _house()
    (test,) = read_tests(house, {"main.yaml": TESTS})
    played = play(house, test, VARIABLES)
    assert played.passed
    (folder / FOLDER).mkdir()
    write_accepted(folder / FOLDER, {(test.source, test.name): told(played.events)})
    return accepted_of(folder / FOLDER)


def _faults(flow: str, accepted: dict[str, str]) -> str:
    house = _house(flow)
    (test,) = with_accepted(read_tests(house, {"main.yaml": TESTS}), accepted)
    return "\n".join(fault.what for fault in play(house, test, VARIABLES).faults)


def test_the_same_call_passes_whatever_its_steps_and_wording_are_called(tmp_path: Path) -> None:
    accepted = _accepted(tmp_path)
    renamed = FLOW.replace(" bye", " farewell")

    assert not _faults(FLOW, accepted)
    assert not _faults(renamed, accepted)


def test_another_time_another_line_or_another_end_is_told_with_both(tmp_path: Path) -> None:
    accepted = _accepted(tmp_path)

    shorter = _faults(FLOW.replace("4s", "3s"), accepted)
    unsaid = _faults(FLOW.replace("say: goodbye, ", ""), accepted)

    assert "-hears silence after 4.00 s" in shorter
    assert "+hears silence after 3.00 s" in shorter
    assert "-ivr says goodbye [closing] in zh-Hans" in unsaid
    assert "thirdring test --accept" in unsaid


def test_a_test_without_an_accepted_telling_is_judged_by_its_expectations_alone() -> None:
    assert not _faults(FLOW, {})
