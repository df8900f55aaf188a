"""Every test of this room leaves no file descriptor, task or thread behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.left_behind import nothing_left


@pytest_asyncio.fixture(autouse=True)
async def nothing_left_behind(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Sockets, tasks and threads after a test are those from before it."""
    if request.path.parent != Path(__file__).parent:
        yield  # prompts and ears keep pools of their own
        return
    async with nothing_left():
        yield
