"""The flow tests of a folder, and playing them in virtual time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callers.flowtests.accepted import accepted_of, with_accepted
from callers.flowtests.cases import FlowTest
from callers.flowtests.checks import faults_of
from callers.flowtests.reader import TestsReader
from callers.flowtests.trace import Fault, Trace
from callers.virtual import simulate
from callers.voicebank import VoiceBank
from callflow.frames import Taken
from callflow.house import House
from callflow.nodes import NodeError, parse
from calls.errors import FlowFileError, Problem
from calls.events import CallEvent

FOLDER: Final = "tests"
"""Below the folder of the flows."""


@dataclass(frozen=True, slots=True)
class Played:
    """A test that was played."""

    test: FlowTest
    events: Sequence[CallEvent]
    faults: tuple[Fault, ...]
    taken: tuple[Taken, ...] = ()
    """Branches taken, where they are known: in virtual time."""

    @property
    def passed(self) -> bool:
        """Whether all that was expected came."""
        return not self.faults


def load_tests(house: House, scripts: Path) -> list[FlowTest]:
    """The tests of `scripts`/tests/*.yaml, by file and as written there; none without the folder.

    Each has its accepted telling as one more expectation. Raises FlowFileError with every problem
    of every file.
    """
    tests = read_tests(house, tests_of(scripts))
    return with_accepted(tests, accepted_of(scripts / FOLDER))


def tests_of(scripts: Path) -> dict[str, str]:
    """The files of tests by path. Raises FlowFileError for one that cannot be read."""
    texts = {}
    for path in sorted((scripts / FOLDER).glob("*.yaml")):
        try:
            texts[str(path)] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problem = Problem(str(path), 0, 0, f"cannot be read: {error}", "save it as UTF-8")
            raise FlowFileError([problem]) from error
    return texts


def read_tests(house: House, texts: Mapping[str, str]) -> list[FlowTest]:
    """The tests of these files: source name -> YAML text. Raises FlowFileError."""
    reader = TestsReader(house, VoiceBank.load())
    found: list[FlowTest] = []
    for source, text in texts.items():
        try:
            found += reader.tests(parse(text, source), source)
        except NodeError as error:
            reader.problems.append(error.problem)
    if reader.problems:
        raise FlowFileError(reader.problems)
    return found


def play(house: House, test: FlowTest, variables: Mapping[str, object]) -> Played:
    """Play one test in virtual time; `variables` are the house's own."""
    given = test.given
    performer = "ivr" if given.agent is None else "agent"
    brought = {**variables, **given.brought}
    run = house.start_again(given.flow, brought, given.language, performer)
    run.taken = []
    call = simulate(
        run,
        given.persona,
        queue=given.queue,
        office=given.office,
        fails=given.fails,
        agent=given.agent,
        numbers=(given.ani, given.dnis),
        direction=house.flows[given.flow].direction,
    )
    return judged(house, test, call.events, run.taken)


def judged(
    house: House, test: FlowTest, events: Sequence[CallEvent], taken: Sequence[Taken] | None = None
) -> Played:
    """What a call that was played for `test`, by whatever way, came to."""
    trace = Trace(events, house.rules, taken)
    return Played(test, events, tuple(faults_of(test.checks, trace)), tuple(taken or ()))


def play_all(
    house: House, tests: Iterable[FlowTest], variables: Mapping[str, object]
) -> list[Played]:
    """Play them one after another in virtual time."""
    return [play(house, test, variables) for test in tests]
