"""A house with rules of its own has forms from its first day: made of its rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.house import House
from calls.errors import FormFileError
from qa.rubric import SourceKind, forms_for, load_form, load_forms
from qa.rubric.loading import FORMS_FOLDER

ROOT = Path(__file__).parents[2]
USUAL = ("q04", "ivr")
FIRST_RULE = """\
L01:
  title: {zh: "先说：再见", en: 'Never "hang up" without {goodbye}'}
  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}
L02:
  title: {zh: 客气, en: Be polite}
  judged_by: person
  reason: {zh: 质检听, en: QA listens.}
L03:
  title: {zh: 坐席, en: Agents only}
  performer: agent
  precedence: {before: {hung_up: us}, expect: {said: {tag: closing}}}
"""
FLOW = "flow: main\nsteps:\n  ringing: {ring: 1}\n  bye: {end: served}\n"


def house_with(rules: str) -> House:
    lines = "bye:\n  tags: [closing]\n  en: Goodbye.\n  zh-Hans: 再见。\n  zh-Hant: 再見。\n"
    texts = {"main.yaml": FLOW, "lines.yaml": lines}
    return House.of_texts({**texts, "house_rules.yaml": rules} if rules else texts)


def test_a_house_with_the_rules_of_the_product_has_the_forms_of_the_product() -> None:
    rules = House.load(ROOT / "scripts").rules

    found = forms_for(rules, None, USUAL)

    shipped = load_forms(rules=rules)
    assert {name: form.digest for name, form in found.items()} == {
        name: form.digest for name, form in shipped.items()
    }


@pytest.mark.parametrize("folder", ["examples/property", "examples/appliance"])
def test_a_house_with_other_rules_is_asked_about_each_of_them(folder: str) -> None:
    rules = House.load(ROOT / folder).rules

    found = forms_for(rules, None, USUAL)

    assert set(found) == set(USUAL)
    for form, performer in ((found["q04"], "agent"), (found["ivr"], "ivr")):
        asked = {
            question.fact.name: question.title["en"]
            for question in form.questions()
            if question.fact is not None and question.fact.kind is SourceKind.RULE
        }
        assert asked == {
            rule.id: rule.title["en"]
            for rule in rules
            if rule.decidable and rule.performer in ("", performer)
        }
        assert any(question.fact is None for question in form.questions())


def test_what_no_event_shows_is_a_human_s_question_and_titles_are_words_only() -> None:
    found = forms_for(house_with(FIRST_RULE).rules, None, USUAL)

    by_name = {question.name: question for question in found["q04"].questions()}
    assert by_name["rule_l01"].title == {
        "zh": "先说：再见",
        "en": 'Never "hang up" without {goodbye}',
    }
    assert by_name["rule_l02"].fact is None
    assert by_name["rule_l02"].rules == ("L02",)
    assert "rule_l03" in by_name
    assert "rule_l03" not in {question.name for question in found["ivr"].questions()}


def test_a_house_without_rules_has_what_every_call_is_asked() -> None:
    found = forms_for(house_with("").rules, None, USUAL)

    assert [section.name for section in found["ivr"].sections] == ["service"]


def test_a_made_form_is_frozen_like_any_other() -> None:
    for form in forms_for(house_with(FIRST_RULE).rules, None, USUAL).values():
        assert load_form(form.text, "frozen").digest == form.digest


def test_forms_that_the_house_names_itself_are_taken_as_they_are() -> None:
    with pytest.raises(FormFileError, match='there is no rule "A05"'):
        forms_for(house_with(FIRST_RULE).rules, FORMS_FOLDER, USUAL)
