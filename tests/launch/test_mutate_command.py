"""`thirdring mutate`: what it damages, and what it says of what is not there."""

from __future__ import annotations

import json
from pathlib import Path

from calls.errors import CallCenterError
from tests.support.command_line import thirdring

APPLIANCE = str(Path(__file__).parents[2] / "examples" / "appliance")


def test_mistyped_flows_and_damages_are_told_with_the_nearest_word() -> None:
    flow = thirdring("mutate", APPLIANCE, "--flow", "machin")
    operator = thirdring("mutate", APPLIANCE, "--operator", "swap_line")

    for result, told in (
        (flow, 'no flow is called so; did you mean "machine"?'),
        (operator, 'there is none of that name; did you mean "swap_lines"?'),
    ):
        assert result.exit_code == 1
        assert isinstance(result.exception, CallCenterError)
        assert told in str(result.exception)


def test_a_flow_without_anything_to_damage_so_is_said() -> None:
    result = thirdring("mutate", APPLIANCE, "--flow", "machine", "--operator", "wrong_tag")

    assert result.exit_code == 1
    assert "nothing there to damage so" in str(result.exception)


def test_what_notices_each_damage_is_told_as_json() -> None:
    result = thirdring(
        "mutate", APPLIANCE, "--flow", "visit", "--operator", "wrong_line", "--jobs", "1",
        "--sample", "2", "--json",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    rows = told["mutants"] if isinstance(told, dict) else told
    assert {row["operator"] for row in rows} == {"wrong_line"}
    assert len(rows) == 2
    assert {row["by"] for row in rows} == {"test"}
    assert all("Fault(" not in row["why"] for row in rows), "words, not Python's"
