"""The further processes of a running server (`agi.procs`), and who holds which connection."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_ESTABLISHED = "01"


def workers_of(server: int) -> list[int]:
    """Process ids of the further processes of a running server."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    workers = []
    for pid in children:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that was just reaped
            if b"launch.serving.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                workers.append(int(pid))
    return workers


def answers(pid: int, line: socket.socket) -> bool:
    """Whether the other end of a connection belongs to a process."""
    wanted = f":{line.getsockname()[1]:04X}"
    return _holds(pid, lambda row: row[2].endswith(wanted))


def serves(pid: int, port: int) -> bool:
    """Whether a process has taken a connection to a TCP port, which is open."""
    wanted = f":{port:04X}"
    return _holds(pid, lambda row: row[1].endswith(wanted) and row[3] == _ESTABLISHED)


def _holds(pid: int, is_it: Callable[[Sequence[str]], bool]) -> bool:
    with Path("/proc/net/tcp").open(encoding="ascii") as table:
        inodes = {row[9] for row in map(str.split, table) if is_it(row)}
    owned = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            owned.add(str(descriptor.readlink()))
    return any(f"socket:[{inode}]" in owned for inode in inodes)
