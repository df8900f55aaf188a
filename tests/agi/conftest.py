"""Every test of this room leaves no file descriptor, task or thread behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio


def _files() -> set[str]:
    links: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.add(f"{entry.name} {entry.readlink()}")
        except OSError:
            continue
    return {link for link in links if "socket:" in link or "pipe:" in link}


@pytest_asyncio.fixture(autouse=True)
async def nothing_left_behind(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Sockets, tasks and threads after a test are those from before it."""
    if request.path.parent != Path(__file__).parent:
        yield  # prompts and ears keep pools of their own
        return
    threads, files = threading.active_count(), _files()
    tasks = len(asyncio.all_tasks())
    yield
    for _ in range(50):
        gc.collect()
        left = _files() - files
        if len(asyncio.all_tasks()) <= tasks and not left and threading.active_count() <= threads:
            return
        await asyncio.sleep(0.02)
    assert not left, f"sockets left open: {sorted(left)}"
    assert len(asyncio.all_tasks()) <= tasks, asyncio.all_tasks()
    assert threading.active_count() <= threads, threading.enumerate()
