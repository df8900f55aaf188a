"""A further process of `agi.procs`: a node whose events go to the first process's ledger."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from calls.errors import CallCenterError
from launch import loops
from launch.logs import set_up_logs
from launch.serving.node import node
from launch.settings.site import Settings
from ledger.relay import RelaySink


async def _serve(order: dict[str, object]) -> None:
    settings = Settings.model_validate(order["settings"])
    set_up_logs(settings.log_level)
    alone = asyncio.Event()
    stop = asyncio.ensure_future(loops.told_to_stop())
    async with (
        await RelaySink.connect(Path(str(order["relay"])), alone.set) as sink,
        node(settings, Path(str(order["state"])), sink, share_port=True, ears_port=0),
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        orphaned = asyncio.ensure_future(alone.wait())
        await asyncio.wait([stop, orphaned], return_when=asyncio.FIRST_COMPLETED)
        orphaned.cancel()


def main() -> None:
    """Read the order from stdin, serve until told to stop or the first process is gone."""
    try:
        loops.run(_serve(json.loads(sys.stdin.read())))
    except CallCenterError as error:
        sys.stderr.write(f"thirdring worker: {error}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
