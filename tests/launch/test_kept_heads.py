"""Heads that a server keeps elsewhere: written when due, true later, never in a call's way."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from datetime import timedelta
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import Offered
from launch.evidence.all_heads import read_file
from launch.serving import kept_heads
from launch.serving.kept_heads import KeptHeads, heads_kept
from ledger.heads import head_findings
from ledger.writer import LedgerWriter

DAY = timedelta(days=1)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder whose ledger has one fact."""
    folder = tmp_path / "state"
    folder.mkdir()
    with LedgerWriter(folder / "ledger.sqlite") as writer:
        call = Call(ManualClock(), writer)
        call.record(
            Offered(
                uniqueid="1",
                ani="13800001234",
                dnis="4001",
                caller_name="",
                direction="inbound",
                flow="greetings",
                channel="PJSIP/x-1",
            )
        )
        asyncio.run(writer.durable())
    return folder


async def test_a_head_is_written_that_the_ledger_can_be_held_against(
    state: Path, tmp_path: Path
) -> None:
    kept = KeptHeads(tmp_path / "elsewhere", state, DAY)

    assert await kept.write()

    (file,) = (tmp_path / "elsewhere").iterdir()
    heads = read_file(file)
    assert heads.ledger.calls.rows == 1
    assert head_findings(state / "ledger.sqlite", heads.ledger) == []


async def test_the_next_is_due_by_the_age_of_the_newest_and_others_files_are_left(
    state: Path, tmp_path: Path
) -> None:
    folder, clock = tmp_path / "elsewhere", ManualClock()
    folder.mkdir()
    (folder / "heads-of-mine.json").write_text("{}")
    kept = KeptHeads(folder, state, DAY, clock)
    assert kept.due_in_s() == 0

    assert await kept.write()
    clock.advance_ms(3_600_000)

    assert kept.due_in_s() == pytest.approx(23 * 3600, abs=1)
    clock.advance_ms(24 * 3_600_000)
    assert kept.due_in_s() == 0
    assert await kept.write()
    assert len(list(folder.iterdir())) == 3


async def test_a_folder_that_is_not_there_or_a_missing_ledger_is_no_error_of_the_server(
    state: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    assert not await KeptHeads(tmp_path / "file" / "below", state, DAY).write()
    assert not await KeptHeads(tmp_path / "elsewhere", tmp_path / "nowhere", DAY).write()
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_head_that_a_wrong_clock_dated_ahead_keeps_none_from_being_written(
    state: Path, tmp_path: Path
) -> None:
    folder, clock = tmp_path / "elsewhere", ManualClock()
    folder.mkdir()
    (folder / "heads-20990101T000000Z.json").write_text("{}")

    assert KeptHeads(folder, state, DAY, clock).due_in_s() == 0


async def test_a_folder_that_cannot_be_looked_at_is_looked_at_again_later(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_heads, "_FIRST_S", 0.0)
    monkeypatch.setattr(kept_heads, "_AGAIN_S", 0.01)
    share = tmp_path / "share"
    share.symlink_to("x" * 4000)  # longer than a path may be: not even a look is possible

    async with heads_kept(share / "heads", state, DAY):
        await asyncio.sleep(0.1)
        share.unlink()
        for _ in range(600):
            if list(share.glob("heads/heads-*.json")):
                break
            await asyncio.sleep(0.1)

    assert len(list(share.glob("heads/heads-*.json"))) == 1


async def test_a_server_writes_the_first_by_itself(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_heads, "_FIRST_S", 0.0)
    folder = tmp_path / "elsewhere"

    async with heads_kept(folder, state, DAY):
        for _ in range(600):
            if list(folder.glob("heads-*.json")):
                break
            await asyncio.sleep(0.1)

    (file,) = folder.glob("heads-*.json")
    assert json.loads(file.read_text())["thirdring_heads"] == 1


async def test_without_a_folder_nothing_is_written(state: Path) -> None:
    async with heads_kept(None, state, DAY):
        await asyncio.sleep(0)

    assert [one.name for one in state.iterdir() if "head" in one.name] == []


async def test_who_stops_just_as_a_head_is_done_is_not_kept_waiting(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_heads, "_FIRST_S", 0.0)
    stopped = asyncio.get_running_loop().create_future()
    communicate = Process.communicate

    async def done_then_stopped(process: Process, given: bytes | None = None) -> object:
        said = await communicate(process, given)
        stopped.set_result(None)
        await asyncio.sleep(60)  # here the stop comes: the process is over, the head not told yet
        return said

    monkeypatch.setattr(Process, "communicate", done_then_stopped)

    async with asyncio.timeout(60):
        async with heads_kept(tmp_path / "elsewhere", state, DAY):
            await stopped
