"""The shipped script and both example businesses: checked, proved and tested on every branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from callers.flowtests.branches import coverage, percent
from callers.flowtests.suite import load_tests, play_all
from callflow.house import House
from callflow.proving.proof import prove
from launch.settings.site import HouseSettings

ROOT = Path(__file__).parents[1]
HOUSES = ("scripts", "examples/property", "examples/appliance")
VARIABLES = HouseSettings().all_variables()


@pytest.fixture(scope="module", params=HOUSES)
def folder(request: pytest.FixtureRequest) -> Path:
    return ROOT / str(request.param)


@pytest.fixture(scope="module")
def house(folder: Path) -> House:
    return House.load(folder)


def test_every_rule_is_proved_on_every_entry_flow(house: House) -> None:
    proof = prove(house, variables=VARIABLES)

    assert proof.flows
    assert [f"{each.rule.id} on {each.flow}" for each in proof.broken()] == []


def test_every_flow_test_passes_and_every_branch_is_taken(house: House, folder: Path) -> None:
    played = play_all(house, load_tests(house, folder), VARIABLES)
    flows = coverage(house, (each for one in played for each in one.taken))

    assert [f"{one.test}: {one.faults[0].what}" for one in played if not one.passed] == []
    assert percent(flows) == 100.0


@pytest.mark.parametrize("name", ["property", "appliance"])
def test_an_example_shares_no_line_rule_or_flow_text_with_the_house(name: str) -> None:
    own, other = House.load(ROOT / "scripts"), House.load(ROOT / "examples" / name)

    assert {rule.id for rule in other.rules}.isdisjoint(rule.id for rule in own.rules)
    assert {flow.digest for flow in other.flows.values()}.isdisjoint(
        flow.digest for flow in own.flows.values()
    )
