"""`thirdring simulate`: one call told, many counted."""

from __future__ import annotations

import json

import pytest

from calls.errors import ConfigError, PersonaError
from launch.commands.simulate import simulate


def test_one_call_is_told_as_a_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    simulate("greetings", caller="silent")

    told = capsys.readouterr().out
    assert told.count(" · hello,") == 2
    assert "over: completed, silent" in told


def test_many_calls_are_counted_and_the_seed_gives_them_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outputs = []
    for seed in (3, 3, 4):
        simulate("greetings", caller="polite", calls=20, seed=seed, as_json=True)
        outputs.append(json.loads(capsys.readouterr().out))

    assert outputs[0] == outputs[1] != outputs[2]
    (counted,) = outputs[0]
    assert counted["calls"] == 20
    assert sum(counted["dispositions"].values()) == 20
    assert counted["rules_broken"] == {}
    assert counted["shortest_ms"] < counted["median_ms"] < counted["longest_ms"]


def test_all_personas_call_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    simulate("greetings", caller="all", as_json=True)

    found = {row["caller"]: row["dispositions"] for row in json.loads(capsys.readouterr().out)}
    assert found["silent"] == {"silent": 1}
    assert found["hangs_up_while_ringing"] == {"abandoned": 1}


def test_an_agents_flow_is_performed_by_an_agent(capsys: pytest.CaptureFixture[str]) -> None:
    simulate("agent_call", caller="silent")

    assert "agent    “" in capsys.readouterr().out


def test_what_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(PersonaError, match='did you mean "polite"'):
        simulate("greetings", caller="politte")
    with pytest.raises(ConfigError, match='did you mean "greetings"'):
        simulate("greeting")
    with pytest.raises(ConfigError, match="--calls 0"):
        simulate("greetings", calls=0)
