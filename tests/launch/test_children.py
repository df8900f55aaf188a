"""Ending a process that one of ours began, at whatever moment."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import pytest

from launch import children


async def begun(program: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )


async def test_a_process_that_would_not_end_is_gone() -> None:
    process = await begun("import time; time.sleep(600)")

    await children.end(process)

    assert process.returncode == -9


async def test_one_that_has_ended_by_itself_is_no_error() -> None:
    process = await begun("print('done')")
    await process.communicate()
    with pytest.raises(ProcessLookupError):
        process.kill()

    await children.end(process)

    assert process.returncode == 0
