"""Flow tests on the real FastAGI server, in real time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import Played, load_tests, read_tests
from launch.authoring.flow_tests import Came, Skipped
from launch.authoring.flow_tests_live import over_agi, settings_for, unplayable
from launch.authoring.flow_tests_sip import over_sip
from tests.callers.house import SCRIPTS, house

SHORT = (
    "A caller who hangs up while it rings has abandoned the call",
    "A caller who hangs up in the middle of the greeting leaves it cut",
    "A silent caller is asked three times and bidden goodbye",
    "Noise that stays ends the call with an apology",
)
SHORT_OVER_AGI = (
    *SHORT,
    "Who knows the menu presses before it is over",
    "Who says what he wants instead of pressing a key reaches a person",
)
"""None takes more than forty seconds; all go on at once."""


WRONG = """
given: {flow: greetings, caller: hangs_up_while_ringing}
tests: {t: {expect: {lines: [greeting], disposition: abandoned}}}
"""


def shipped(names: Sequence[str]) -> list[FlowTest]:
    found = [test for test in load_tests(house(), SCRIPTS) if test.name in names]
    assert len(found) == len(names)
    return found


async def test_the_same_file_passes_on_the_real_server(tmp_path: Path) -> None:
    tests = shipped(SHORT_OVER_AGI)
    heard: list[Came] = []

    came = await over_agi(house(), SCRIPTS, tests, tmp_path, heard.append)

    assert [one.test.name for one in came] == [test.name for test in tests]
    assert all(isinstance(one, Played) and one.passed for one in came), came
    assert {one.test.name for one in heard} == {test.name for test in tests}


@pytest.fixture
def short_state() -> Iterator[Path]:
    """A state folder below which the path of Asterisk's control socket is short enough."""
    with tempfile.TemporaryDirectory(prefix="thirdring-test-") as folder:
        yield Path(folder)


@pytest.mark.asterisk
async def test_the_same_file_passes_through_a_real_asterisk(short_state: Path) -> None:
    tests = shipped(SHORT)
    heard: list[Came] = []

    came = await over_sip(house(), SCRIPTS, tests, short_state, heard.append, lambda _: None)

    assert [one.test.name for one in came] == [test.name for test in tests]
    assert all(isinstance(one, Played) and one.passed for one in came), came
    assert {one.test.name for one in heard} == {test.name for test in tests}


@pytest.mark.asterisk
async def test_what_fails_through_a_real_asterisk_is_told_from_the_ledger(
    short_state: Path,
) -> None:
    tests = read_tests(house(), {"t.yaml": WRONG})

    (came,) = await over_sip(house(), SCRIPTS, tests, short_state, lambda _: None, lambda _: None)

    assert isinstance(came, Played)
    assert [fault.what for fault in came.faults] == ["said: expected greeting, found nothing"]
    assert came.events[-1].kind == "ended"


async def test_what_fails_on_the_real_server_is_told_from_its_ledger(tmp_path: Path) -> None:
    tests = read_tests(house(), {"t.yaml": WRONG})

    (came,) = await over_agi(house(), SCRIPTS, tests, tmp_path, lambda _: None)

    assert isinstance(came, Played)
    assert [fault.what for fault in came.faults] == ["said: expected greeting, found nothing"]
    assert came.events[-1].kind == "ended"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("flow: noise", "noise is a sub-flow: callers come to it through another"),
        ("flow: callback", "calls out are not placed yet"),
        ("flow: agent_call, performer: agent", "an agent's deeds are planned in virtual time only"),
        ("flow: greetings, fails: record", "faults are planned in virtual time only"),
        ("flow: greetings, variables: {name: 王}", "a telephone brings no variables"),
    ],
)
async def test_what_cannot_be_played_there_is_skipped_with_the_reason(
    given: str, reason: str, tmp_path: Path
) -> None:
    text = f"given: {{{given}, caller: silent}}\ntests: {{t: {{expect: {{disposition: x}}}}}}\n"
    (test,) = read_tests(house(), {"t.yaml": text})

    assert unplayable(house(), test) == reason
    assert await over_agi(house(), SCRIPTS, [test], tmp_path, lambda _: None) == [
        Skipped(test, reason)
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("caller: silent, agent: '801'", "no agent's phone is simulated over SIP"),
        (
            "caller: {barge_in: {press: '1', line: 2}}",
            "over SIP lines said in a row are heard as one: a caller cannot count them",
        ),
        (
            "caller: {hang_up: {line: 2}}",
            "over SIP lines said in a row are heard as one: a caller cannot count them",
        ),
        (
            "caller: {hang_up: {queued: 1s}}",
            "over SIP a caller cannot tell a queue by ear: it will not hang up there",
        ),
        ("caller: silent, fails: record", "faults are planned in virtual time only"),
    ],
)
async def test_what_a_sip_caller_cannot_do_is_skipped_with_the_reason(
    given: str, reason: str, tmp_path: Path
) -> None:
    text = f"given: {{flow: greetings, {given}}}\ntests: {{t: {{expect: {{disposition: x}}}}}}\n"
    tests = read_tests(house(), {"t.yaml": text})

    came = await over_sip(house(), SCRIPTS, tests, tmp_path, lambda _: None, lambda _: None)

    assert came == [Skipped(tests[0], reason)]


def test_files_are_written_as_the_house_keeps_them(tmp_path: Path) -> None:
    text = (
        "given: {flow: greetings, caller: silent}\n"
        "tests: {t: {given: {files: {customers: {'138': {name: 王}}}}, "
        "expect: {disposition: silent}}}\n"
    )
    (test,) = read_tests(house(), {"t.yaml": text})

    settings = settings_for(house(), SCRIPTS, test.given, tmp_path)

    rows = (tmp_path / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split(",")[:2] == ["key", "name"]
    assert rows[1].split(",")[:2] == ["138", "王"]
    assert settings.office.directories == tmp_path
