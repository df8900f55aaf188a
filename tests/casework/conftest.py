"""Every test of this room leaves no file descriptor, task or thread behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.left_behind import nothing_left


@pytest_asyncio.fixture(autouse=True)
async def nothing_left_behind() -> AsyncIterator[None]:
    """Sockets, tasks and threads after a test are those from before it."""
    await asyncio.to_thread(int)  # the loop's own pool starts a thread and keeps it
    async with nothing_left():
        yield
