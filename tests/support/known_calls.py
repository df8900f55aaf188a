"""Calls of known truth on real FastAGI servers, compared with what the machine answers.

The truth of a call holds for the call as it was planned. A machine that is too busy for its callers
makes another call of it: one spoke late, and was taken for silent. Whether it did is told by the
caller's own account (what was heard and sent, and when), never by the answers; such a call is
placed again, and one that never comes about as planned is an error of the run.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from callers.fastagi import call_over_fastagi
from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import play
from callers.result import CallResult
from callers.varying import varied
from callers.voicebank import VoiceBank
from callflow.house import House
from callflow.rules.monitor import RuleSet
from calls.events import CallEvent
from launch.authoring.flow_tests_live import settings_for
from launch.serving.server import Running, serving
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from qa.answering import CaseFacts
from tests.support.known_truth import (
    HOUSE,
    SCRIPTS,
    Known,
    answered_rules,
    asked_rules,
    damaged_house,
    plays_of,
    wrong_answers,
)


def _nothing(_result: CallResult) -> None:
    return


COMPARED: Final = frozenset(
    [
        "greeting",
        "recording_notice",
        "how_may_i_help",
        "hello",
        "no_voice",
        "ask_louder",
        "noise_closing",
        "speak_up",
        "try_another_phone",
        "service_hours",
        "anything_else",
        "closing",
        "closing_pending",
        "call_again",
        "agents_busy",
        "line_fault",
        "internal_greeting_ivr",
    ]
)
"""Lines that are played whole; those that may be talked over are played by the ears, unnamed."""

TIMED: Final = frozenset(
    {
        ("how_may_i_help", "hello"),
        ("hello", "hello"),
        ("hello", "no_voice"),
        ("ask_louder", "noise_closing"),
    }
)
LATE_MS: Final = 1_000
TRIES: Final = 4
"""So often a call is placed until it comes about as planned."""


class Account(NamedTuple):
    """A line as the caller heard it; the first is the ring of the answer, the last who hung up."""

    line: str
    after_ms: int | None
    """The pause before it, where a rule times it."""


@dataclass(slots=True)
class Tally:
    """What was right and wrong so far."""

    calls: int = 0
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    """Answers of yes or no, which say more than that a rule did not apply."""

    wrong: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    """Calls in which the caller heard other lines than planned, or late, or which did not come
    about: they were placed again."""

    never: list[str] = field(default_factory=list)
    """Calls that never came about as planned."""

    def take(self, known: Known, events: Sequence[CallEvent], rules: RuleSet) -> None:
        """Compare one call's answers with its truth."""
        case = CaseFacts.of(events, rules)
        wrong = wrong_answers(known, case)
        self.calls += 1
        for rule, answers in answered_rules(case).items():
            self.total[rule] += 1
            self.right[rule] += rule not in wrong
            self.told[rule] += bool(answers & {"yes", "no"})
        ends = [event.data for event in events if event.kind in ("hung_up", "ended", "fault")]
        self.wrong += [f"{known.name}: {rule} answered {how} {ends}" for rule, how in wrong.items()]

    def went(
        self, known: Known, failure: str, heard: Sequence[Account], planned: Sequence[Account]
    ) -> bool:
        """Whether a call came about as planned, by its caller's account; else it is noted."""
        if not failure and as_planned(heard, planned):
            return True
        told = ", ".join(f"{one.line} {one.after_ms}" for one in heard)
        self.again.append(f"{known.name}: {failure or f'heard {told}'}")
        return False

    def data(self) -> dict[str, object]:
        """JSON-ready."""
        counts = {"right": dict(self.right), "total": dict(self.total), "told": dict(self.told)}
        odd = {"wrong": self.wrong, "again": self.again, "never": self.never}
        return {"calls": self.calls, **counts, **odd}

    def must(self, known: Known, what: str, found: object, true: object) -> None:
        """Compare anything else."""
        self.total[what] += 1
        self.right[what] += found == true
        if found != true:
            self.wrong.append(f"{known.name}: {what} {found!r}, in truth {true!r}")


def in_a_hurry(known: Known, test: FlowTest, again: int) -> FlowTest:
    """The same test with the caller in another hurry each time; as written the first."""
    if not again:
        return test
    persona = varied(test.given.persona, random.Random(f"{known.name} {again}"))
    return replace(test, given=replace(test.given, persona=persona))


class Lived(NamedTuple):
    """A call as it went for its caller."""

    key: str
    """By which the call is found in the ledger."""

    result: CallResult
    heard: Sequence[Account]


class Line(Protocol):
    """How callers reach a server."""

    @property
    def state(self) -> Path:
        """Where the server keeps its things."""

    @property
    def agi_port(self) -> int:
        """Where it listens; 0 for any port."""

    async def place(self, test: FlowTest, again: int, running: Running) -> Lived:
        """One caller on the line."""

    def key_of(self, row: CallRow) -> str:
        """The call's `Lived.key`."""


@dataclass(frozen=True, slots=True)
class FastAgiLine:
    """Callers who speak FastAGI themselves."""

    state: Path
    bank: VoiceBank
    agi_port: int = 0

    async def place(self, test: FlowTest, again: int, running: Running) -> Lived:
        given, (host, port) = test.given, running.agi_address
        result = await call_over_fastagi(
            given.persona,
            host,
            port,
            given.flow,
            ani=given.ani,
            dnis=given.dnis,
            queue=given.queue,
            seed=again,
            monitor=running.state / "monitor",
            bank=self.bank,
        )
        return Lived(result.uniqueid, result, heard_by(result))

    def key_of(self, row: CallRow) -> str:
        return row.uniqueid


async def of_one_house(
    damage: str,
    calls: Sequence[tuple[Known, int]],
    room: asyncio.Semaphore,
    tally: Tally,
    over: Callable[[CallResult], None] = _nothing,
) -> None:
    """All calls to one damaged house over FastAGI, as `of_house`."""
    with tempfile.TemporaryDirectory(prefix="answers-") as name:
        line = FastAgiLine(Path(name) / "state", VoiceBank.load())
        await of_house(damage, calls, (line, Path(name)), room, tally, over)


async def of_house(
    damage: str,
    calls: Sequence[tuple[Known, int]],
    where: tuple[Line, Path],
    room: asyncio.Semaphore,
    tally: Tally,
    over: Callable[[CallResult], None],
) -> None:
    """All calls to one damaged house, on a server of its own; read when the server has gone.

    The number beside a call tells which hurry the caller is in, 0 as written; `where` is the line
    and a new folder for the house; `over` hears of each.
    """
    line, folder = where
    scripts, rules = damaged_house(folder, damage), House.load(SCRIPTS).rules
    house = House.load(scripts)
    tests = plays_of(house, list({known.name: known for known, _ in calls}.values()))
    widest = max(tests.values(), key=lambda test: len(test.given.office.directories))
    port = line.agi_port
    settings = settings_for(house, scripts, widest.given, folder / "files", agi_port=port)
    results: dict[str, tuple[Known, CallResult]] = {}
    async with serving(settings, line.state) as running:

        async def one(known: Known, again: int) -> None:
            test = in_a_hurry(known, tests[known.name], again)
            planned = planned_for(house, test)
            for _ in range(TRIES):
                async with room:
                    lived = await line.place(test, again, running)
                over(lived.result)
                if tally.went(known, lived.result.failure, lived.heard, planned):
                    results[lived.key] = (known, lived.result)
                    return
            tally.never.append(known.name)

        await asyncio.gather(*(one(known, again) for known, again in calls))
        ledger = running.ledger_path
    with LedgerReader(ledger) as reader:
        for row in reader.calls():
            if line.key_of(row) in results:
                known, result = results.pop(line.key_of(row))
                events = reader.events(row.id)
                tally.take(known, events, rules)
                judge(known, result, events, tally)
    tally.wrong += [f"{known.name}: no call in the ledger" for known, _ in results.values()]


def heard_by(result: CallResult) -> list[Account]:
    """The caller's own account: lines that are played whole, and the pauses that rules time."""
    spoken = [(one.detail, one.at_ms, one.until_ms or one.at_ms) for one in result.of("heard")]
    return whole(result.rings, account_of(spoken), result.hung_up_by)


def whole(rings: int, lines: Sequence[Account], hung_up_by: str) -> list[Account]:
    """An account from the first ring (0: never answered) to who hung up."""
    first, last = f"answered on ring {rings}", f"hung up by {hung_up_by}"
    return [Account(first, None), *lines, Account(last, None)]


def planned_for(house: House, test: FlowTest) -> list[Account]:
    """The same of the call in virtual time."""
    events = play(house, test, HOUSE).events
    said = [event.data for event in events if event.kind == "said"]
    rings = [int(event.data["rings"]) for event in events if event.kind == "answered"]
    (down,) = (str(event.data["by"]) for event in events if event.kind == "hung_up")
    lines = account_of([(str(one["line"]), one["start_ms"], one["end_ms"]) for one in said])
    return whole(rings[0] if rings else 0, lines, "house" if down == "us" else down)


def account_of(spoken: Sequence[tuple[str, int, int]]) -> list[Account]:
    found, over_ms, before = [], 0, ""
    for line, start_ms, end_ms in spoken:
        if line in COMPARED:
            timed = (before, line) in TIMED
            found.append(Account(line, start_ms - over_ms if timed else None))
        over_ms, before = end_ms, line
    return found


def as_planned(heard: Sequence[Account], planned: Sequence[Account]) -> bool:
    """Whether the caller heard what was planned, and no pause that a rule times was another one."""
    if [one.line for one in heard] != [one.line for one in planned]:
        return False
    pairs = zip(heard, planned, strict=True)
    return all(abs((one.after_ms or 0) - (other.after_ms or 0)) <= LATE_MS for one, other in pairs)


def judge(known: Known, result: CallResult, events: Sequence[CallEvent], tally: Tally) -> None:
    """What else must agree: the verdicts the server wrote, and the rings the caller counted."""
    last = [event.data for event in events if event.kind == "rules_judged"][-1:]
    asked = asked_rules()
    for word, true in (("kept", set(known.kept)), ("broken", set(known.broken))):
        found = set(last[0][word]) & asked if last else None
        tally.must(known, f"rules_judged {word}", found, true)
    answered = [event for event in events if event.kind == "answered"]
    rings = int(answered[0].data["rings"]) if answered else 0
    tally.must(known, "rings as the caller counted", rings, result.rings)
