"""One cell of the ledger's bench: a way of writing, a load, and its figures as a line of JSON.

    python -m bench.ledger.load WAY SECONDS FOLDER [RATE]

WAY is `group` (our writer, as fast as it takes), `paced` (our writer at RATE events a second, 64
callers waiting on `durable`), `busy` (as `paced`, while the event loop's thread computes without a
pause) or `each` (one SQLite commit per event, the plain way).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from agi.server import settle_memory
from calls.call import Call
from calls.clock import SystemClock
from calls.events import (
    AnsweredFact,
    EndedFact,
    Fact,
    HeardFact,
    HungUpFact,
    Listening,
    Offered,
    Said,
    Saying,
    Stepped,
)
from ledger.encoding import event_row
from ledger.writer import LedgerWriter

WAITERS = 64


def facts() -> list[Fact]:
    """The facts of a usual short call, 15 of them."""
    offered = Offered(
        uniqueid="1795313692.17",
        ani="13800001234",
        dnis="1000",
        caller_name="王先生",
        direction="inbound",
        flow="greetings",
        channel="PJSIP/trunk-00000011",
    )
    told: list[Fact] = [offered, AnsweredFact(rings=1, waited_ms=5012)]
    for step, line in (("greet", "greeting"), ("menu", "menu"), ("bye", "closing")):
        text = "您好，远大服务热线，请问有什么可以帮您？"
        told += [
            Stepped(flow="greetings", step=step, digest="9f86d081884c7d65"),
            Saying(line=line, text=text, language="zh-Hans", performer="ivr"),
            Said(
                line=line,
                text=text,
                tags=("greeting",),
                language="zh-Hans",
                performer="ivr",
                start_ms=5012,
                end_ms=8440,
                ended="completed",
            ),
        ]
    told += [
        Listening(until="pause", window_ms=4000, wanted=("speech", "silence")),
        HeardFact(what="speech", from_ms=9000, to_ms=10000, level_dbov=-24.5, reason="vad 0.97"),
        HungUpFact(by="us"),
        EndedFact(end_reason="completed", disposition="answered"),
    ]
    return told


FACTS = facts()


class Counted:
    """Calls played one after the other into a sink."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink
        self._clock = SystemClock()
        self.events = 0

    def call(self) -> None:
        """Record one whole call."""
        call = Call(self._clock, self._sink)
        for fact in FACTS:
            call.record(fact)
        self.events += len(FACTS)


async def group(writer: LedgerWriter, seconds: float, _rate: float) -> tuple[int, list[float]]:
    """Append as fast as the writer takes, then wait until all is on disk."""
    counted = Counted(writer)
    waits = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(200):
            counted.call()
        waits.append(await _timed(writer))
    return counted.events, waits


async def paced(writer: LedgerWriter, seconds: float, rate: float) -> tuple[int, list[float]]:
    """Append `rate` events a second; 64 callers wait for `durable` again and again."""
    return await _paced(writer, seconds, rate, busy=False)


async def busy(writer: LedgerWriter, seconds: float, rate: float) -> tuple[int, list[float]]:
    """As `paced`, with a loop that computes whenever it has nothing to append."""
    return await _paced(writer, seconds, rate, busy=True)


async def _paced(
    writer: LedgerWriter, seconds: float, rate: float, *, busy: bool
) -> tuple[int, list[float]]:
    counted = Counted(writer)
    waits: list[float] = []
    began = time.perf_counter()
    end = began + seconds

    async def waiter() -> None:
        while time.perf_counter() < end:
            waits.append(await _timed(writer))

    waiters = [asyncio.create_task(waiter()) for _ in range(WAITERS)]
    while (now := time.perf_counter()) < end:
        while counted.events < (now - began) * rate:
            counted.call()
        if busy:
            sum(range(20_000))
        await asyncio.sleep(0 if busy else 0.001)
    await asyncio.gather(*waiters)
    await writer.durable()
    return counted.events, waits


async def _timed(writer: LedgerWriter) -> float:
    began = time.perf_counter()
    await writer.durable()
    return time.perf_counter() - began


class _Each:
    """One connection, WAL, synchronous FULL, one commit per event: what the group is against."""

    def __init__(self, path: Path, waits: list[float]) -> None:
        self._waits = waits
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE call_events (cursor INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT,"
            " seq INT, at TEXT, offset_ms INT, kind TEXT, data TEXT, UNIQUE(call_id, seq))"
        )

    def append(self, event: Any) -> None:
        """Commit one event."""
        began = time.perf_counter()
        self._connection.execute(
            "INSERT INTO call_events (call_id, seq, at, offset_ms, kind, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            event_row(event)[:6],
        )
        self._waits.append(time.perf_counter() - began)


def each(folder: Path, seconds: float) -> tuple[int, list[float]]:
    """One commit per event, from one thread."""
    waits: list[float] = []
    counted = Counted(_Each(folder / "each.sqlite", waits))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        counted.call()
    return counted.events, waits


_WAYS: dict[str, Callable[..., Coroutine[Any, Any, tuple[int, list[float]]]]] = {
    "group": group,
    "paced": paced,
    "busy": busy,
}


def main() -> None:
    """Run one cell and print its figures."""
    way, seconds, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    settle_memory()  # as `thirdring serve` does once all is loaded
    cpu, began = _cpu(), time.perf_counter()
    if way == "each":
        events, waits = each(folder, seconds)
    else:
        with LedgerWriter(folder / "ledger.sqlite") as writer:
            cpu, began = _cpu(), time.perf_counter()
            events, waits = asyncio.run(_WAYS[way](writer, seconds, rate))
    took = time.perf_counter() - began
    waits.sort()
    figures = {
        "way": way,
        "events": events,
        "events_per_s": round(events / took),
        "wait_p50_ms": round(waits[len(waits) // 2] * 1000, 3),
        "wait_p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 3),
        "wait_max_ms": round(waits[-1] * 1000, 3),
        "cpu_us_per_event": round((_cpu() - cpu) / events * 1e6, 1),
    }
    print(json.dumps(figures))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
