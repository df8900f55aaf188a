"""One of several processes of a server dies or stops while the dialplan has its caller."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.agent_phone import AgentPhone, agent_phone
from tests.support.hotline import has_heard, line_sound
from tests.support.outliving import (
    QUEUE,
    TRANSFER,
    NewCaller,
    Server,
    Stage,
    new_stage,
    server_on,
)
from tests.support.pbx import HousePbx
from tests.support.worker_processes import serves, workers_of

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


@dataclass
class OfWorker:
    """A caller of the further process of a server that has two."""

    stage: Stage
    worker: int

    async def worker_dies(self) -> None:
        """The further process alone."""
        os.kill(self.worker, signal.SIGKILL)
        while self.worker in workers_of(self.stage.server.now.process.pid):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def two_processes(
    pbx: HousePbx, folder: Path, away: str
) -> AsyncIterator[tuple[Server, AgentPhone]]:
    """A server of two processes without a desk, and 801's phone."""
    async with (
        server_on(pbx, folder / "scripts", away, desk="on = false", procs=2) as server,
        agent_phone(pbx, "801") as phone,
    ):
        yield server, phone


@asynccontextmanager
async def rings_for_worker(
    new_caller: NewCaller, server: Server, phone: AgentPhone
) -> AsyncIterator[OfWorker]:
    """801's phone rings for a caller whom the further process answered.

    Which of the two it is, the kernel chooses: others hang up at once and call again.
    """
    (worker,) = workers_of(server.now.process.pid)
    while True:
        async with new_caller() as caller:
            stage = new_stage(server, phone, caller)
            await stage.calls()
            if serves(worker, server.now.agi_port):
                await stage.rings()
                yield OfWorker(stage, worker)
                return
            caller.hang_up()
            await server.now.call_of(stage.number)


@pytest.mark.parametrize("away", [TRANSFER, QUEUE], ids=["transfer", "queue"])
async def test_a_talk_outlives_its_own_process_and_another_one_takes_it_up(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path, away: str
) -> None:
    async with (
        two_processes(pbx, tmp_path, away) as (server, phone),
        rings_for_worker(new_caller, server, phone) as one,
    ):
        talk = await one.stage.talks()
        await one.worker_dies()
        told = await one.stage.goes_on_and_is_served(talk)

    assert told.first["talked_ms"] >= 1500


async def test_a_caller_whom_nobody_took_hears_the_flow_of_another_process(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path
) -> None:
    async with (
        two_processes(pbx, tmp_path, QUEUE) as (server, phone),
        rings_for_worker(new_caller, server, phone) as one,
    ):
        stage = one.stage
        await stage.rings_in_vain()
        await one.worker_dies()
        await has_heard(stage.caller, line_sound("agents_busy"), after_ms=stage.caller.now_ms())
        assert server.is_live(stage.number)
        talk = await stage.talks()
        await stage.hangs_up_and_is_thanked(talk)
        told = await stage.told()

    assert told.first["result"] == "no_answer"
    assert told.end.endswith(" served")
    assert "fault" not in told.kinds


End = Callable[[Server, str], Awaitable[None]]


async def kill(server: Server, number: str) -> None:
    await server.dies()


async def stop(server: Server, number: str) -> None:
    await server.is_stopped()
    assert server.is_live(number)


@pytest.mark.parametrize("end", [kill, stop])
async def test_a_talk_of_any_process_outlives_all_of_them(
    new_caller: NewCaller, pbx: HousePbx, tmp_path: Path, end: End
) -> None:
    async with (
        two_processes(pbx, tmp_path, TRANSFER) as (server, phone),
        rings_for_worker(new_caller, server, phone) as one,
    ):
        talk = await one.stage.talks()
        await end(server, one.stage.number)
        await server.starts()
        told = await one.stage.goes_on_and_is_served(talk)

    assert told.first["talked_ms"] >= 1500
