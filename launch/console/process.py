"""The console as a process of its own under `thirdring serve`: a page takes no caller's time."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from calls.errors import CallCenterError
from launch import loops
from launch.console.room import open_console_room
from launch.console.server import address_of, listen, serve_console
from launch.logs import set_up_logs
from launch.settings.site import Settings


async def _serve(order: dict[str, object]) -> None:
    settings = Settings.model_validate(order["settings"])
    set_up_logs(settings.log_level)
    with open_console_room(settings, Path(str(order["state"]))) as room:
        bound = listen(settings.console)
        sys.stdout.write(f"ready {address_of(bound, settings.console)}\n")
        sys.stdout.flush()
        await serve_console(room, settings.console, bound, _over)


async def _over() -> None:
    """Told to stop, or the server that started this is gone."""
    stop = asyncio.ensure_future(loops.told_to_stop())
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    orphaned = asyncio.ensure_future(reader.read())
    await asyncio.wait([stop, orphaned], return_when=asyncio.FIRST_COMPLETED)
    orphaned.cancel()


def main() -> None:
    """Read the order, one line, from stdin; serve until told to stop or stdin ends."""
    try:
        loops.run(_serve(json.loads(sys.stdin.readline())))
    except CallCenterError as error:
        sys.stderr.write(f"thirdring console: {error}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
