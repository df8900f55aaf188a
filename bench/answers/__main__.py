"""`python -m bench.answers`: machine answers on calls of known truth over the real FastAGI server.

Simulated callers ring real servers, each with a house that was damaged in one place; which rules a
call keeps and breaks follows from who calls and from the damage (`tests.support.known_truth`).
Every rule question of the shipped forms is answered from the ledger and compared, and so are the
verdicts that the server itself wrote after the call, and the rings with those the caller counted.
Calls take their real time: 200 of them, eight at a time, some fifteen minutes. Agents' calls are
played in virtual time besides. Exit code 1 when any answer is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from callers.fastagi import call_over_fastagi
from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import play
from callers.result import CallResult
from callers.varying import varied
from callers.voicebank import VoiceBank
from callflow.house import House, house_texts
from callflow.rules.monitor import RuleSet
from calls.events import CallEvent
from launch.flow_tests_live import settings_for
from launch.serving import Running, serving
from ledger.reader import LedgerReader
from qa.answering import CaseFacts
from tests.support.known_truth import (
    BY_AGENTS,
    BY_THE_HOUSE,
    DAMAGES,
    LET_PASS,
    SCRIPTS,
    Known,
    answered_rules,
    asked_rules,
    damaged_house,
    plays_of,
    wrong_answers,
)

AT_ONCE, SERVERS = 8, 4
HOUSE = {"company": {"zh-Hans": "三声服务热线", "en": "the hotline"}, "agent_no": "1000"}


@dataclass(slots=True)
class Tally:
    """What was right and wrong so far."""

    calls: int = 0
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    """Answers of yes or no, which say more than that a rule did not apply."""

    wrong: list[str] = field(default_factory=list)

    def take(self, known: Known, events: Sequence[CallEvent], rules: RuleSet) -> None:
        """Compare one call's answers with its truth."""
        self.calls += 1
        case = CaseFacts.of(events, rules)
        wrong = wrong_answers(known, case)
        for rule, answers in answered_rules(case).items():
            self.total[rule] += 1
            self.right[rule] += rule not in wrong
            self.told[rule] += bool(answers & {"yes", "no"})
        self.wrong += [f"{known.name}: {rule} answered {how}" for rule, how in wrong.items()]

    def must(self, known: Known, what: str, found: object, true: object) -> None:
        """Compare anything else."""
        self.total[what] += 1
        self.right[what] += found == true
        if found != true:
            self.wrong.append(f"{known.name}: {what} {found!r}, in truth {true!r}")


def chosen(calls: int) -> list[tuple[Known, int]]:
    """So many calls, each scenario in turn; the number tells which hurry the caller is in."""
    placed = [known for known in BY_THE_HOUSE if known.placed]
    return [(placed[number % len(placed)], number // len(placed)) for number in range(calls)]


async def place(
    known: Known, test: FlowTest, again: int, running: Running, bank: VoiceBank
) -> CallResult:
    """One caller on the line, in another hurry each time."""
    given, (host, port) = test.given, running.agi_address
    chance = random.Random(f"{known.name} {again}")
    persona = varied(given.persona, chance) if again else given.persona
    return await call_over_fastagi(
        persona,
        host,
        port,
        given.flow,
        ani=given.ani,
        dnis=given.dnis,
        queue=given.queue,
        seed=again,
        monitor=running.state / "monitor",
        bank=bank,
    )


async def of_one_house(
    damage: str, calls: Sequence[tuple[Known, int]], room: asyncio.Semaphore, tally: Tally
) -> None:
    """All calls to one damaged house, on a server of its own; read when the server has gone."""
    bank, rules = VoiceBank.load(), House.load(SCRIPTS).rules
    with tempfile.TemporaryDirectory(prefix="answers-") as name:
        folder = Path(name)
        scripts = damaged_house(folder, damage)
        house = House.load(scripts)
        tests = plays_of(house, list({known.name: known for known, _ in calls}.values()))
        widest = max(tests.values(), key=lambda test: len(test.given.office.directories))
        settings = settings_for(house, scripts, widest.given, folder / "files")
        results: dict[str, tuple[Known, CallResult]] = {}
        async with serving(settings, folder / "state") as running:

            async def one(known: Known, again: int) -> None:
                async with room:
                    result = await place(known, tests[known.name], again, running, bank)
                results[result.uniqueid] = (known, result)
                sys.stderr.write("x" if result.failure else ".")
                sys.stderr.flush()

            await asyncio.gather(*(one(known, again) for known, again in calls))
            ledger = running.ledger_path
        with LedgerReader(ledger) as reader:
            for row in reader.calls():
                known, result = results.pop(row.uniqueid)
                events = reader.events(row.id)
                tally.take(known, events, rules)
                judge(known, result, events, tally)
        tally.wrong += [f"{known.name}: no call in the ledger" for known, _ in results.values()]


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


async def over_fastagi(calls: int, at_once: int, tally: Tally) -> None:
    """Every house on a server of its own, a few at a time."""
    houses: dict[str, list[tuple[Known, int]]] = defaultdict(list)
    for known, again in chosen(calls):
        houses[known.damage].append((known, again))
    room, servers = asyncio.Semaphore(at_once), asyncio.Semaphore(SERVERS)

    async def one(damage: str) -> None:
        async with servers:
            await of_one_house(damage, houses[damage], room, tally)

    await asyncio.gather(*map(one, houses))


def in_virtual_time(tally: Tally) -> None:
    """Every scenario once, agents' calls too."""
    rules = House.load(SCRIPTS).rules
    for damage in DAMAGES:
        with tempfile.TemporaryDirectory(prefix="answers-") as name:
            texts = house_texts(damaged_house(Path(name), damage))
        house = House.of_texts(texts, let_pass=LET_PASS)
        known = [one for one in (*BY_THE_HOUSE, *BY_AGENTS) if one.damage == damage]
        tests = plays_of(house, known)
        for one in known:
            tally.take(one, play(house, tests[one.name], HOUSE).events, rules)


def told(what: str, tally: Tally) -> None:
    """The table of one way."""
    print(f"\n{what}: {tally.calls} calls")
    print(f"{'':28} {'right':>7} {'of':>6}   yes or no")
    for name in sorted(tally.total, key=lambda name: (len(name), name)):
        spoke = f"{tally.told[name]:9}" if name in tally.told else ""
        print(f"{name:28} {tally.right[name]:7} {tally.total[name]:6}   {spoke}")
    right, total = sum(tally.right.values()), sum(tally.total.values())
    print(f"{'all':28} {right:7} {total:6}   {100 * right / max(total, 1):.2f} %")
    for line in tally.wrong:
        print(f"WRONG {line}")


def main() -> None:
    """Run both ways and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    virtual, real = Tally(), Tally()
    in_virtual_time(virtual)
    told("In virtual time", virtual)
    asyncio.run(over_fastagi(asked.calls, asked.at_once, real))
    told("Over FastAGI", real)
    if asked.json:
        figures = {"virtual": asdict(virtual), "fastagi": asdict(real)}
        asked.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")
    sys.exit(bool(virtual.wrong or real.wrong or real.calls != asked.calls))


if __name__ == "__main__":
    main()
