"""Runs hostile input under watch: a hang ends the test, a reach outside Python is noted."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_OUTSIDE = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.remove",
            "os.rename", "os.rmdir", "os.mkdir", "subprocess.Popen", "socket.connect", "shutil.",
            "ctypes.", "pty.spawn", "webbrowser.open", "urllib.Request")  # fmt: skip
_seen: list[str] = []
_watching = False


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    writes = event == "open" and any(letter in str(arguments[1] or "r") for letter in "wax+")
    if writes or event.startswith(_OUTSIDE):
        _seen.append(f"{event} {arguments}")


sys.addaudithook(_note)  # it cannot be taken away again, so it is switched


class HangError(Exception):
    """An input took more processor time than any file may."""


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise HangError


@contextmanager
def guarded(most_s: float) -> Iterator[list[str]]:
    """Watch what runs inside; HangError when it takes over `most_s` seconds of this processor.

    Yields the list of what reached outside: processes, connections, files written.
    """
    global _watching
    _seen.clear()
    before = signal.signal(signal.SIGVTALRM, _hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, most_s)
    _watching = True
    try:
        yield _seen
    finally:
        _watching = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
