"""The wallboard's bench: `python -m bench.wallboard [--days N] [--a-day N]`.

A ledger of so many past days is written, then the same of today; in one run: the first read of a
desk that starts now, beside reading every event of the ledger; a look when nothing is new; one
snapshot of a full floor.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calls.call import Call
from calls.clock import Clock, ManualClock
from calls.events import (
    AgentAnswered,
    AgentOffered,
    AnsweredFact,
    EndedFact,
    Fact,
    HungUpFact,
    LeftQueue,
    Offered,
    Queued,
    Said,
    Stepped,
)
from calls.floor.states import AgentState
from desk.supervision.ledger_feed import QueueFeed
from desk.supervision.limits import WallLimits
from desk.supervision.queue_fold import KINDS, QueueFold
from desk.supervision.wall import AgentNow, Wall
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter

GOAL_FIRST_S = 2.0
GOAL_LOOK_MS = 5.0
GOAL_SNAPSHOT_MS = 10.0
AGENTS, WAITING = 50, 200
AT_ONCE = 1000
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


class Floor:
    """Fifty agents, none with a coach."""

    def agents_now(self) -> Iterator[AgentNow]:
        for number in range(AGENTS):
            state = AgentState.ON_CALL if number % 2 else AgentState.READY
            yield AgentNow(
                number=f"8{number:03}", name="李雯", queues=("support",), state=state, for_ms=1000
            )

    def call_now(self, agent: str, call_id: str) -> None:
        del agent, call_id


def main() -> int:
    """Write, measure, print against the goals; 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="bench.wallboard", description=__doc__)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--a-day", type=int, default=5000, dest="a_day")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        now = asyncio.run(_write(path, chosen.days, chosen.a_day))
        return _measure(path, now)


async def _write(path: Path, days: int, a_day: int) -> ManualClock:
    """All days, the last one today, with `WAITING` callers in the queue; the clock at their end."""
    clock = ManualClock(MIDNIGHT - timedelta(days=days))
    step_ms = 86_400_000 // (a_day * 2)
    with LedgerWriter(path) as writer:
        for day in range(days + 1):
            for number in range(a_day):
                _call(writer, clock)
                clock.advance_ms(step_ms)
                if number % AT_ONCE == 0:
                    await writer.durable()
            if day < days:
                clock.advance_ms(86_400_000 - a_day * step_ms)
        for _ in range(WAITING):
            call = Call(clock, writer)
            for fact in _facts()[:5]:
                call.record(fact)
    return clock


def _call(writer: LedgerWriter, clock: Clock) -> None:
    call = Call(clock, writer)
    for fact in _facts():
        call.record(fact)


def _facts() -> list[Fact]:
    said = Said(
        line="greeting",
        text="您好，这里是三声服务热线，请问有什么可以帮您？",
        tags=("greeting",),
        language="zh-Hans",
        performer="ivr",
        start_ms=0,
        end_ms=4000,
        ended="completed",
    )
    return [
        Offered(
            uniqueid="1.1",
            ani="13800001234",
            dnis="1000",
            caller_name="",
            direction="inbound",
            flow="greetings",
            channel="PJSIP/trunk-1",
        ),
        AnsweredFact(rings=1, waited_ms=1000),
        Stepped(flow="greetings", step="greet", digest="d" * 16),
        said,
        Queued(queue="support"),
        AgentOffered(agent="801"),
        AgentAnswered(agent="801", waited_ms=9000),
        *(said for _ in range(6)),
        LeftQueue(queue="support", result="answered", waited_ms=9000, talked_ms=1, agent="801"),
        HungUpFact(by="caller"),
        EndedFact(end_reason="completed", disposition="served"),
    ]


def _measure(path: Path, clock: ManualClock) -> int:
    fold = QueueFold(WallLimits(), clock, UTC)
    feed = QueueFeed(path, clock, UTC)
    with _took() as first:
        for event in feed.read():
            fold.take(event)
    with _took() as whole, LedgerReader(path) as reader:
        newest = reader.cursor()
        everything = len(reader.events_between(0, newest, KINDS))
    looks = _repeated(feed.read, 200)
    floor = Floor()
    wall = Wall(WallLimits(), clock, roster=floor, coaches=floor, queues=fold)
    snapshots = _repeated(lambda: wall.view(1).model_dump_json(), 200)
    (queue,) = fold.figures()
    print(f"ledger of {newest:,} events, {path.stat().st_size / 1e6:,.0f} MB")
    print(f"today: offered {queue.offered:,}, {queue.formula['en']}")
    rows = (
        ("first read of today, s", first[0], GOAL_FIRST_S),
        ("a look when nothing is new, ms, p95", _p95(looks) * 1000, GOAL_LOOK_MS),
        (
            f"a snapshot, {AGENTS} agents, {WAITING} waiting, ms, p95",
            _p95(snapshots) * 1000,
            GOAL_SNAPSHOT_MS,
        ),
    )
    for name, figure, goal in rows:
        print(f"{name:52} {figure:8.2f}  goal {goal:g}  {'ok' if figure <= goal else 'MISSED'}")
    print(f"{f'reading all {everything:,} facts of these kinds, s':52} {whole[0]:8.2f}", end="")
    print(f"  {whole[0] / first[0]:.1f} times the first read")
    return 0 if all(figure <= goal for _, figure, goal in rows) else 1


@contextmanager
def _took() -> Iterator[list[float]]:
    """Seconds that the block took, in a list once it is over."""
    seconds: list[float] = []
    began = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - began)


def _repeated(act: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        with _took() as seconds:
            act()
        found += seconds
    return found


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    raise SystemExit(main())
