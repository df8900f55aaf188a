"""What a test may not leave behind in this process: sockets, pipes, tasks, threads."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


def open_files() -> set[str]:
    """Sockets and pipes that are open now."""
    links: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.add(f"{entry.name} {entry.readlink()}")
        except OSError:
            continue
    return {link for link in links if "socket:" in link or "pipe:" in link}


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Sockets, tasks and threads after the block are those from before it."""
    threads, files = threading.active_count(), open_files()
    tasks = len(asyncio.all_tasks())
    yield
    for _ in range(50):
        gc.collect()
        left = open_files() - files
        if len(asyncio.all_tasks()) <= tasks and not left and threading.active_count() <= threads:
            return
        await asyncio.sleep(0.02)
    assert not left, f"sockets left open: {sorted(left)}"
    assert len(asyncio.all_tasks()) <= tasks, asyncio.all_tasks()
    assert threading.active_count() <= threads, threading.enumerate()
