"""`python -m bench.answers`: machine answers on calls of known truth over real servers.

Simulated callers ring real servers, each with a house that was damaged in one place; which rules a
call keeps and breaks follows from who calls and from the damage (`tests.support.known_truth`).
Every rule question of the shipped forms is answered from the ledger and compared, and so are the
verdicts that the server itself wrote after the call, and the rings with those the caller counted.
Calls take their real time: 200 of them over FastAGI, eight at a time, some fifteen minutes; with
`--over sip` they are telephone calls with sound through a real Asterisk, six at a time. A call that
did not come about as planned, by its caller's own account, is placed again. Agents' calls are
played in virtual time besides; talks with talk-over and dead air of known length are made and
measured. Exit code 1 when any answer is wrong or a call never came about.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import structlog

from callers.flowtests.suite import play
from callers.result import CallResult
from callflow.house import House, house_texts
from tests.support.known_calls import Tally, of_one_house
from tests.support.known_sip import by_telephone, over_sip_too
from tests.support.known_talks import heard, known_talk, near
from tests.support.known_truth import (
    BY_AGENTS,
    BY_THE_HOUSE,
    DAMAGES,
    HOUSE,
    LET_PASS,
    SCRIPTS,
    Known,
    damaged_house,
    plays_of,
)

AT_ONCE, SERVERS = 8, 4


def chosen(calls: int, can: Callable[[Known], bool]) -> list[tuple[Known, int]]:
    """So many calls, each scenario in turn; the number tells which hurry the caller is in."""
    placed = [known for known in BY_THE_HOUSE if can(known)]
    return [(placed[number % len(placed)], number // len(placed)) for number in range(calls)]


def dot(result: CallResult) -> None:
    """One more caller is gone."""
    sys.stderr.write("x" if result.failure else ".")
    sys.stderr.flush()


async def over_fastagi(calls: int, at_once: int, tally: Tally) -> None:
    """Every house on a server of its own, a few at a time."""
    houses: dict[str, list[tuple[Known, int]]] = defaultdict(list)
    for known, again in chosen(calls, lambda one: one.placed):
        houses[known.damage].append((known, again))
    room, servers = asyncio.Semaphore(at_once), asyncio.Semaphore(SERVERS)

    async def one(damage: str) -> None:
        async with servers:
            await of_one_house(damage, houses[damage], room, tally, dot)

    await asyncio.gather(*map(one, houses))


def over_sip(calls: int, tally: Tally) -> None:
    """Telephone calls through an Asterisk of our own."""
    with tempfile.TemporaryDirectory(prefix="answers-") as name:
        by_telephone(chosen(calls, over_sip_too), Path(name), tally, dot)


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


def by_sound(talks: int) -> tuple[int, list[str]]:
    """Talks of known sound: prints how far the figures are off; gives how many are too far, and
    the answers that are wrong."""
    overs: list[float] = []
    airs: list[int] = []
    wrong: list[str] = []
    far = 0
    for seed in range(talks):
        talk = known_talk(seed)
        found = heard(talk)
        overs += [found.talk_over_off_ms / talk.talk_overs] if talk.talk_overs else []
        airs.append(found.dead_air_off_ms)
        far += not near(found.talk_over_off_ms, talk.talk_over_ms)
        far += not near(found.dead_air_off_ms, talk.dead_air_ms)
        wrong += [f"talk {seed}: {one}" for one in found.wrong]
    print(f"\nTalks of known sound: {talks}, answers wrong: {len(wrong)}")
    for name, offs in (("talk-over, each", overs), ("dead air", airs)):
        worst = max(map(abs, offs))
        print(f"{name:28} off by {statistics.mean(offs):+.0f} ms in the mean, {worst:.0f} at most")
    print(f"{'figures off by more than 100 ms and 2 %':28} {far} of {2 * talks}")
    for line in wrong:
        print(f"WRONG {line}")
    return far, wrong


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
    for line in tally.again:
        print(f"went another way for its caller, placed again: {line}")
    for name in tally.never:
        print(f"NEVER AS PLANNED {name}")


def main() -> None:
    """Run both ways and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--over", choices=("fastagi", "sip"), default="fastagi")
    parser.add_argument("--talks", type=int, default=100, help="of known sound")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    virtual, real = Tally(), Tally()
    in_virtual_time(virtual)
    told("In virtual time", virtual)
    far, wrong = by_sound(asked.talks)
    if asked.over == "sip":
        over_sip(asked.calls, real)
    else:
        asyncio.run(over_fastagi(asked.calls, asked.at_once, real))
    told(f"Over {'SIP' if asked.over == 'sip' else 'FastAGI'}", real)
    if asked.json:
        figures = {"virtual": virtual.data(), asked.over: real.data()}
        asked.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")
    sys.exit(bool(virtual.wrong or far or wrong or real.wrong or real.calls < asked.calls))


if __name__ == "__main__":
    main()
