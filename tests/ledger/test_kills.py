"""kill -9 in mid-write, again and again: every acknowledged event is there once, in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import SystemClock
from calls.events import EndedFact, KeyFact
from ledger.interrupted import mark_interrupted
from ledger.reader import LedgerReader
from ledger.verify import verify
from ledger.writer import LedgerWriter
from tests.ledger.house import by_hand, offered, stored_numbers

KILLS = int(os.environ.get("THIRDRING_KILLS", "40"))
"""Rounds; set the variable to 1000 for the run before a release."""


def test_no_acknowledged_event_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    LedgerWriter(path).close()
    chance = random.Random(7)
    acknowledged: dict[str, int] = {}
    for round_ in range(KILLS):
        lock_it = round_ % 4 == 3
        acknowledged |= _killed(path, chance.uniform(0.005, 0.08), lock_it=lock_it)

    LedgerWriter(path).close()

    stored = dict(stored_numbers(path))
    assert len(acknowledged) > KILLS
    for call_id, most in acknowledged.items():
        assert stored[call_id][:most] == list(range(1, most + 1))
    for numbers in stored.values():
        assert numbers == list(range(1, len(numbers) + 1))
    assert not verify(path).findings
    assert by_hand(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("ended", [True, False])
async def test_a_call_whose_server_died_is_marked_interrupted(tmp_path: Path, ended: bool) -> None:
    path = tmp_path / "ledger.sqlite"
    with LedgerWriter(path) as dead:
        call = Call(SystemClock(), dead)
        call.record(offered())
        call.record(KeyFact(digits="1", at_ms=1))
        if ended:
            call.record(EndedFact(end_reason="completed", disposition="done"))

    with LedgerWriter(path) as writer, LedgerReader(path) as reader:
        marked = await mark_interrupted(writer)
        again = await mark_interrupted(writer)
        row = reader.call(call.id)
        last = reader.events(call.id)[2 if ended else 1]

    assert (marked, again) == ([] if ended else [call.id], [])
    assert row.end_reason == ("completed" if ended else "interrupted")
    assert (row.ended_at, row.ended_ms) == (last.at, last.offset_ms)
    assert not verify(path).findings


def _killed(path: Path, after_s: float, *, lock_it: bool) -> dict[str, int]:
    """Let a child write until it is killed; what it was told is durable, by call."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.close(read_end)
        _write_for_ever(path, write_end)
    os.close(write_end)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as other:
        assert os.read(read_end, 1) == b"\n"
        if lock_it:
            other.execute("BEGIN IMMEDIATE")
        try:
            asyncio.run(asyncio.sleep(after_s))
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            if lock_it:
                other.execute("ROLLBACK")
    with os.fdopen(read_end, "rb") as told:
        lines = told.read().decode().split("\n")[:-1]
    return {call_id: int(most) for call_id, most in (line.split() for line in lines)}


def _write_for_ever(path: Path, told: int) -> None:
    async def caller(writer: LedgerWriter) -> None:
        while True:
            call = Call(SystemClock(), writer)
            call.record(offered())
            for number in range(2, 9):
                await writer.durable()
                os.write(told, f"{call.id} {number - 1}\n".encode())
                call.record(KeyFact(digits=str(number), at_ms=number))

    async def house() -> None:
        writer = LedgerWriter(path)
        os.write(told, b"\n")
        await asyncio.gather(*(caller(writer) for _ in range(8)))

    try:
        asyncio.run(house())
    finally:
        os._exit(1)
