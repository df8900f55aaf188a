"""`labels` of a menu: what a key means to the agent; they belong to keys that are there."""

from __future__ import annotations

import pytest

from callflow.acts.talking import MenuAct
from callflow.house import House
from calls.errors import FlowFileError
from desk.coaching.run import CoachedRun

LINES = """
how: {zh-Hans: "对吗", zh-Hant: "對嗎", en: "Right?"}
"""
FLOW = """
flow: main
performer: agent
returns: [right]
steps:
  how:
    say: how
    menu:
      keys: {"1": return right, "2": again}
      labels: LABELS
      attempts: 1
    on: {speech: again, noise: return right, faint: return right, exhausted: return right}
"""


def house(labels: str) -> House:
    return House.of_texts({"lines.yaml": LINES, "main.yaml": FLOW.replace("LABELS", labels)})


def test_an_agent_reads_the_label_of_a_key_and_where_it_leads_without_one() -> None:
    loaded = house('{"1": {zh: 信息正确, en: Right}}')
    run = CoachedRun(loaded, "main", {}, "zh-Hans")
    run.begin()

    picks = {choice.name: choice.title for choice in run.picks()}

    assert picks["1"] == {"zh": "信息正确", "en": "Right"}
    assert picks["2"] == {}
    act = loaded.flows["main"].steps[0].act
    assert isinstance(act, MenuAct)
    assert act.labels == {"1": {"zh": "信息正确", "en": "Right"}}


def test_a_label_for_a_key_that_the_menu_has_not_is_refused_on_its_place() -> None:
    with pytest.raises(FlowFileError) as told:
        house('{"3": {zh: 三, en: Three}}')

    (problem,) = told.value.problems
    assert str(problem).startswith('main.yaml:10:17: the menu has no key "3" to label')
