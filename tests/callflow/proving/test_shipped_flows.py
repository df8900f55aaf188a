"""The house's own flows and those of the examples keep every rule that flows can keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.house import House
from callflow.proving.proof import Proved, prove

PROJECT = Path(__file__).parents[3]
HOUSES = [
    PROJECT / "scripts",
    PROJECT / "examples" / "property",
    PROJECT / "examples" / "appliance",
]


@pytest.mark.parametrize("folder", HOUSES, ids=lambda folder: folder.name)
def test_every_rule_is_proved_on_every_entry_flow_or_says_why_not(folder: Path) -> None:
    proof = prove(House.load(folder))

    assert proof.results
    assert [(one.rule.id, one.flow, one.performer) for one in proof.broken()] == []
    for result in proof.results:
        assert (result.status is Proved.UNDECIDABLE) == bool(result.reason)


@pytest.mark.parametrize("folder", HOUSES, ids=lambda folder: folder.name)
def test_no_shipped_flow_goes_on_for_ever_while_nobody_does_anything(folder: Path) -> None:
    assert [flow.loops for flow in prove(House.load(folder)).flows if flow.loops] == []


def test_every_decidable_rule_comes_up_in_some_flow() -> None:
    house = House.load(PROJECT / "scripts")
    comes_up = {result.rule.id for result in prove(house).results if result.applies}

    assert comes_up == {rule.id for rule in house.rules if rule.decidable}
