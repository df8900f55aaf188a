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
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import structlog

from callers.flowtests.suite import play
from callers.result import CallResult
from callflow.house import House, house_texts
from tests.support.known_calls import Tally, of_one_house
from tests.support.known_truth import (
    BY_AGENTS,
    BY_THE_HOUSE,
    DAMAGES,
    LET_PASS,
    SCRIPTS,
    Known,
    damaged_house,
    plays_of,
)

AT_ONCE, SERVERS = 8, 4
HOUSE = {"company": {"zh-Hans": "三声服务热线", "en": "the hotline"}, "agent_no": "1000"}


def chosen(calls: int) -> list[tuple[Known, int]]:
    """So many calls, each scenario in turn; the number tells which hurry the caller is in."""
    placed = [known for known in BY_THE_HOUSE if known.placed]
    return [(placed[number % len(placed)], number // len(placed)) for number in range(calls)]


def dot(result: CallResult) -> None:
    """One more caller is gone."""
    sys.stderr.write("x" if result.failure else ".")
    sys.stderr.flush()


async def over_fastagi(calls: int, at_once: int, tally: Tally) -> None:
    """Every house on a server of its own, a few at a time."""
    houses: dict[str, list[tuple[Known, int]]] = defaultdict(list)
    for known, again in chosen(calls):
        houses[known.damage].append((known, again))
    room, servers = asyncio.Semaphore(at_once), asyncio.Semaphore(SERVERS)

    async def one(damage: str) -> None:
        async with servers:
            await of_one_house(damage, houses[damage], room, tally, dot)

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
