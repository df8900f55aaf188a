"""The machine's answers against calls whose truth is known from how they were made."""

from __future__ import annotations

import pytest

from callers.flowtests.suite import play
from callflow.house import House, house_texts
from qa.answering import CaseFacts
from tests.support.known_truth import (
    BY_AGENTS,
    BY_THE_HOUSE,
    DAMAGES,
    HOUSE,
    LET_PASS,
    Known,
    asked_rules,
    damaged_house,
    plays_of,
    wrong_answers,
)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, House]:
    made = {}
    for damage in DAMAGES:
        scripts = damaged_house(tmp_path_factory.mktemp("house"), damage)
        made[damage] = House.of_texts(house_texts(scripts), let_pass=LET_PASS)
    return made


@pytest.mark.parametrize("known", [*BY_THE_HOUSE, *BY_AGENTS], ids=lambda known: known.name)
def test_every_rule_is_answered_as_it_is(known: Known, houses: dict[str, House]) -> None:
    house = houses[known.damage]
    test = plays_of(house, [known])[known.name]

    played = play(house, test, HOUSE)

    case = CaseFacts.of(played.events, houses["none"].rules)
    assert wrong_answers(known, case) == {}


def test_every_rule_the_forms_ask_about_is_both_kept_and_broken_by_some_call() -> None:
    calls = [*BY_THE_HOUSE, *BY_AGENTS]

    assert {rule for known in calls for rule in known.kept} >= asked_rules()
    assert {rule for known in calls for rule in known.broken} >= asked_rules()
