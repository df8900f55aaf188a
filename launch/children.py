"""Processes that one of ours began."""

from __future__ import annotations

from asyncio.subprocess import Process


async def end(process: Process) -> None:
    """Kill it and wait until it is gone; harmless when it has gone already.

    One that ends just now must not be told again: that is an OSError, which might be taken for a
    failure of what was being done, and a cancellation be lost under it.
    """
    if process.returncode is None:
        process.kill()
    await process.wait()
